-- Two roles: the owner migrates, `leerid_app` serves. The server's connections take the second one, so that what the
-- application may not do (change the privacy log, for one) is refused by PostgreSQL and not only by our own code.
do $$
begin
  if not exists (select from pg_roles where rolname = 'leerid_app') then
    create role leerid_app nologin;
  end if;
exception when duplicate_object or unique_violation then null; -- another database of the same cluster made it just now
end $$;
do $$
begin
  if not pg_has_role(current_user, 'leerid_app', 'set') then
    execute format('grant leerid_app to %I', current_user);
  end if;
exception when invalid_parameter_value or unique_violation then
  execute format('grant leerid_app to %I', current_user); -- PostgreSQL 15 does not know the privilege type 'set'
end $$;
