-- The second wall of the Schoolloket (4-quality, isolation). What a school's page reads and writes runs as `leerid_school`, in a
-- transaction that says which school: PostgreSQL then shows no row of another one, also where our own `where` were to be wrong.
do $$
begin
  if not exists (select from pg_roles where rolname = 'leerid_school') then
    create role leerid_school nologin;
  end if;
exception when duplicate_object or unique_violation then null; -- another database of the same cluster made it just now
end $$;
do $$
begin
  if not pg_has_role('leerid_app', 'leerid_school', 'member') then
    grant leerid_school to leerid_app;
  end if;
  if current_setting('server_version_num')::int >= 160000 then
    -- Taking the role, not having its rights all the time.
    execute 'grant leerid_school to leerid_app with inherit false, set true';
  end if;
exception when unique_violation then null; -- another database of the same cluster granted it just now
end $$;

create schema schoolloket;

create table schoolloket.sessie (
  sessie uuid primary key,
  id_hash bytea not null unique,
  sid text not null,
  vo_id text not null,
  naam text not null,
  voornaam text not null,
  orgcodes text[] not null,
  rollen text[] not null,
  instellingsnummer text collate "C",
  id_token text not null,
  verloopt_op timestamptz not null
);
comment on table schoolloket.sessie is
  'Sessions of school staff in the Schoolloket, with the school they work for now; rights are not kept here but evaluated at every request (D10). Ended by back-channel logout on sid; removed when expired, eight hours at most.';
create index schoolloket_sessie_sid on schoolloket.sessie (sid);
create index schoolloket_sessie_verloopt on schoolloket.sessie (verloopt_op);
grant usage on schema schoolloket to leerid_app;
grant select, insert, update, delete on all tables in schema schoolloket to leerid_app;

-- The numbers of the school of this transaction, old ones too; none when nobody said.
create function schoolloket.nummers() returns text[]
language sql stable as $$ select coalesce(nullif(current_setting('leerid.scholen', true), ''), '{}')::text[] collate "C" $$;

-- Which tables a school sees its part of: the rows with its number, or those of another condition. `leerid_app` keeps seeing all of
-- each. `coalesce` says nothing new, and makes that the planner does not count with the condition: our statements name the
-- numbers as well, and of both together it expects ten rows where there are thousands, and compares each with each.
create function schoolloket.scherm_af(
  p_tabel regclass, p_voorwaarde text default 'coalesce(instellingsnummer = any ((select schoolloket.nummers())::text[]), false)')
  returns void
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', p_tabel);
  execute format('alter table %s force row level security', p_tabel);
  execute format('create policy alles on %s to leerid_app using (true) with check (true)', p_tabel);
  execute format('create policy school on %s to leerid_school using (%s) with check (%s)', p_tabel, p_voorwaarde, p_voorwaarde);
end $$;
revoke execute on function schoolloket.scherm_af(regclass, text) from public;

grant usage on schema schoolloket, scholen, leerlingen, inschrijvingen, sleutels, toepassingen, protocollen, verstrekking, privacylog to leerid_school;
grant select on scholen.school, scholen.vestiging, toepassingen.toepassing, protocollen.protocol to leerid_school;
grant select (client_id, toepassing, soort, doelgroep, naam, omgeving) on toepassingen.client to leerid_school;

select schoolloket.scherm_af('leerlingen.registratie');
grant select (instellingsnummer, stamnummer, account_uuid, naam, voornaam, zoek, geboortedatum, versie, tijdstip) on leerlingen.registratie to leerid_school;

-- With `exists` the planner may look up a few rows one by one or gather the school's accounts first; `in` would gather always.
-- Accounts of pupils that are or were registered in this school, those that were superseded too. Never the vault (leerlingen.insz).
select schoolloket.scherm_af('leerlingen.account', 
  'exists (select from leerlingen.registratie r where r.account_uuid = account.account_uuid)
   or exists (select from leerlingen.registratie r where r.account_uuid = account.vervangen_door)');
grant select on leerlingen.account to leerid_school;

select schoolloket.scherm_af('inschrijvingen.inschrijving');
grant select on inschrijvingen.inschrijving to leerid_school;

select schoolloket.scherm_af('sleutels.sleutel', 'exists (select from leerlingen.registratie r where r.account_uuid = sleutel.account_uuid)');
grant select (account_uuid, soort, uitgereikt_op, eerst_gebruikt_op, gewijzigd_op) on sleutels.sleutel to leerid_school;

select schoolloket.scherm_af('toepassingen.keuze');
select schoolloket.scherm_af('toepassingen.zichtbaarheid');
grant select, insert, update, delete on toepassingen.keuze, toepassingen.zichtbaarheid to leerid_school;
select schoolloket.scherm_af('toepassingen.wijziging');
grant select, insert on toepassingen.wijziging to leerid_school;

select schoolloket.scherm_af('verstrekking.weigering', 'exists (select from leerlingen.account a where a.account_uuid = weigering.account_uuid)');
grant select on verstrekking.weigering to leerid_school;

-- Of the log a school sees and adds the looks at its own pupils, and sees when they signed in where.
select schoolloket.scherm_af('privacylog.regel', 'exists (select from leerlingen.account a where a.account_uuid = regel.account_uuid)');
grant select, insert on privacylog.regel to leerid_school;
grant insert on privacylog.wachtrij to leerid_school;
grant usage on all sequences in schema privacylog to leerid_school;
