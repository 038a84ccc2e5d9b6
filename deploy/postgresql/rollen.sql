-- The roles of LeerID and who may take which: for PostgreSQL 15 and from 16 on. Run it as a superuser, before the first
-- `leerid migrate` and before a dump is restored (a dump holds no roles and no memberships). It can run again at any time.
-- It gives nobody a password:  \password leerid_eigenaar  and  \password leerid_server  in psql do.
--
--   leerid_eigenaar   owns the database and migrates; only `leerid migrate` signs in with it
--   leerid_server     signs in for everything else, and at once takes leerid_app
--   leerid_app        serves: no table can be changed, nor the privacy log
--   leerid_school     for one transaction: sees one school
--   leerid_beheer     for one transaction: sees no pupil
do $$
declare
  naam text;
begin
  foreach naam in array array['leerid_app', 'leerid_school', 'leerid_beheer'] loop
    if not exists (select from pg_roles where rolname = naam) then
      execute format('create role %I nologin', naam);
    end if;
    execute format('alter role %I nologin nosuperuser nocreatedb nocreaterole nobypassrls noreplication', naam);
  end loop;
  foreach naam in array array['leerid_eigenaar', 'leerid_server'] loop
    if not exists (select from pg_roles where rolname = naam) then
      execute format('create role %I login', naam);
    end if;
    execute format('alter role %I login nosuperuser nocreatedb nocreaterole nobypassrls noreplication', naam);
  end loop;

  if current_setting('server_version_num')::int >= 160000 then
    -- From 16 on a membership says apart whether one has the rights of the other role, and whether one may take it.
    execute 'grant leerid_app, leerid_school, leerid_beheer to leerid_eigenaar with admin true, inherit true, set true';
    execute 'grant leerid_school, leerid_beheer to leerid_app with inherit false, set true';
    execute 'grant leerid_app to leerid_server with inherit false, set true';
  else
    -- Before 16 it is the member that inherits or not.
    execute 'grant leerid_app, leerid_school, leerid_beheer to leerid_eigenaar with admin option';
    execute 'grant leerid_school, leerid_beheer to leerid_app';
    execute 'grant leerid_app to leerid_server';
    execute 'alter role leerid_app noinherit';
    execute 'alter role leerid_server noinherit';
  end if;
end $$;
