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
  if not pg_has_role(current_user, 'leerid_app', 'member') then
    execute format('grant leerid_app to %I', current_user);
  end if;
  if current_setting('server_version_num')::int >= 160000 then
    -- Since PostgreSQL 16 being a member does not mean being allowed to take the role.
    if not pg_has_role(current_user, 'leerid_app', 'set') then
      execute format('grant leerid_app to %I with set true', current_user);
    end if;
  end if;
exception when unique_violation then null; -- another database of the same cluster granted it just now
end $$;
