-- Beheer, the site of DOV (R7). What its pages read and write runs as `leerid_beheer`: a role that has no right to any table with pupils
-- in it, so that no page of beheer can show one, also where our own statements were to be wrong.
do $$
begin
  if not exists (select from pg_roles where rolname = 'leerid_beheer') then
    create role leerid_beheer nologin;
  end if;
exception when duplicate_object or unique_violation then null; -- another database of the same cluster made it just now
end $$;
do $$
begin
  if not pg_has_role('leerid_app', 'leerid_beheer', 'member') then
    grant leerid_beheer to leerid_app;
  end if;
  if current_setting('server_version_num')::int >= 160000 then
    -- Taking the role, not having its rights all the time.
    execute 'grant leerid_beheer to leerid_app with inherit false, set true';
  end if;
exception when unique_violation then null; -- another database of the same cluster granted it just now
end $$;

create schema beheer;

create table beheer.sessie (
  sessie uuid primary key,
  id_hash bytea not null unique,
  sid text not null,
  vo_id text not null,
  naam text not null,
  voornaam text not null,
  doelgroepcode text not null,
  orgcodes text[] not null,
  rollen text[] not null,
  id_token text not null,
  verloopt_op timestamptz not null
);
comment on table beheer.sessie is
  'Sessions in beheer, with what the upstream said of the person; the function is worked out from it at every request (R7). Ended by back-channel logout on sid; removed when expired, eight hours at most.';
create index sessie_sid on beheer.sessie (sid);
create index sessie_verloopt on beheer.sessie (verloopt_op);

create table beheer.wijziging (
  wijziging bigint generated always as identity primary key,
  tijdstip timestamptz not null,
  door text not null,
  door_naam text not null,
  onderwerp text collate "C" not null check (onderwerp in ('schoolsoftware')),
  over text collate "C" not null,
  voor text,
  na text
);
comment on table beheer.wijziging is
  'Who of DOV changed what, and when. door = vo_id. over = what it is about: for schoolsoftware the instellingsnummer. voor, na = what stood there before and since (JSON; null = nothing). No personal data of pupils. Append only; kept ten years.';
create index wijziging_over on beheer.wijziging (onderwerp, over, wijziging desc);

grant usage on schema beheer to leerid_app, leerid_beheer;
grant select, insert, update, delete on beheer.sessie to leerid_app;
grant select on beheer.wijziging to leerid_app;
grant select, insert on beheer.wijziging to leerid_beheer;

-- What beheer may see of other rooms: registers, and of class information and the feed the counts and moments, never a content.
grant usage on schema scholen, schoolsoftware, klasinformatie, discimus to leerid_beheer;
grant select on scholen.school, schoolsoftware.pakket to leerid_beheer;
grant select, insert, update on schoolsoftware.gebruik to leerid_beheer;
grant select (akkoord, instellingsnummer, gegeven_op, gestopt_op) on klasinformatie.akkoord to leerid_beheer;
grant select (levering, pakket, instellingsnummer, schooljaar, tijdstip, kanaal, bytes, status, ontvangen_op, klaar_op, besluit, besluit_op)
  on klasinformatie.levering to leerid_beheer;
grant select on discimus.levering to leerid_beheer;
grant select (quarantaine_id, levering_id, code, ontvangen_op) on discimus.quarantaine to leerid_beheer;

create policy beheer on schoolsoftware.gebruik to leerid_beheer using (true) with check (true);
create policy beheer on klasinformatie.akkoord to leerid_beheer using (true);
create policy beheer on klasinformatie.levering to leerid_beheer using (true);
