create schema klasinformatie;

create table klasinformatie.overeenkomst (
  versie integer primary key,
  inhoud text not null,
  ingevoerd_op timestamptz not null
);
comment on table klasinformatie.overeenkomst is
  'Versions of the agreement school - DOV (agreement A) as structured data (JSON), as schools agreed to them. Never changed. No personal data of pupils.';

create table klasinformatie.akkoord (
  akkoord uuid primary key,
  instellingsnummer text collate "C" not null,
  school_naam text,
  versie integer not null references klasinformatie.overeenkomst,
  gegeven_op timestamptz not null,
  gegeven_door text not null,
  gegeven_naam text not null,
  gestopt_op timestamptz,
  gestopt_door text,
  gestopt_naam text,
  gewist_op timestamptz,
  check ((gestopt_op is null) = (gestopt_door is null)),
  check ((gestopt_op is null) = (gestopt_naam is null)),
  check (gewist_op is null or gestopt_op is not null)
);
comment on table klasinformatie.akkoord is
  'The agreement (akkoord) of a school to share class information (R64): of the school, so it outlives the director who gave it. school_naam = as it stood in the agreement. door = vo_id, naam = who signed. gewist_op: since when nothing of its class information is stored any more. Ground: GDPR 6(1)(c). Kept as long as the agreement can be asked for.';
create unique index akkoord_lopend on klasinformatie.akkoord (instellingsnummer) where gestopt_op is null;
create index akkoord_te_wissen on klasinformatie.akkoord (gestopt_op) where gestopt_op is not null and gewist_op is null;

-- Does a school, under any of its numbers, share class information now? The one question behind intake, use and release (R68).
create function klasinformatie.deelt(p_nummers text[]) returns boolean
language sql stable as $$
  select exists (select from klasinformatie.akkoord a where a.instellingsnummer = any (p_nummers) and a.gestopt_op is null)
$$;

create table klasinformatie.indeling (
  instellingsnummer text collate "C" not null,
  klas text collate "C" not null,
  subklas text collate "C",
  account_uuid uuid not null,
  van date not null,
  tot date not null check (tot >= van),
  schooljaar text collate "C" not null check (schooljaar ~ '^[0-9]{4}-[0-9]{4}$')
);
comment on table klasinformatie.indeling is
  'Who is in which class (R41), as the school''s package delivered it (D9): the complete list of a school per school year, replaced as a whole. van and tot lie inside the school year, so that classes of next year count from 1 September. account_uuid as it stood at the delivery; the decision also matches the history of a pupil. Ground: agreement A, GDPR 6(1)(c). Retention: until one year after the enrolment ended (R76); within five minutes after the school stops.';
-- Both begin with the school, so that what a file writes lies together: of a pupil of the school (the facts of a decision), of a class.
create unique index indeling_enig on klasinformatie.indeling (instellingsnummer, account_uuid, klas, subklas, van) nulls not distinct;
create index indeling_klas on klasinformatie.indeling (instellingsnummer, klas, subklas);
-- A search by the name of a subclass alone.
create index indeling_subklas on klasinformatie.indeling (instellingsnummer, subklas) where subklas is not null;

-- Of every pupil of a school with a class on a day the first one, by name, with its first subclass; none while it does not share.
create function klasinformatie.eerste_klassen(p_nummers text[], p_op date) returns table (account_uuid uuid, klas text, subklas text)
language sql stable as $$
  select distinct on (1) coalesce(a.vervangen_door, a.account_uuid), d.klas, d.subklas
    from klasinformatie.indeling d join leerlingen.account a on a.account_uuid = d.account_uuid
   where d.instellingsnummer = any (p_nummers) and d.van <= p_op and d.tot >= p_op
     and exists (select from klasinformatie.akkoord k where k.instellingsnummer = any (p_nummers) and k.gestopt_op is null)
   order by 1, d.klas, d.subklas nulls last
$$;

-- The first class of one pupil on a day, for a heading: looked up by key, which a list of the whole school beside a few pupils is not.
create function klasinformatie.eerste_klas(p_account uuid, p_nummers text[], p_op date) returns table (klas text, subklas text)
language sql stable as $$
  select d.klas, d.subklas
    from klasinformatie.indeling d
   where d.instellingsnummer = any (p_nummers) and d.van <= p_op and d.tot >= p_op
     and d.account_uuid = any (p_account || array(select a.account_uuid from leerlingen.account a where a.vervangen_door = p_account))
     and exists (select from klasinformatie.akkoord k where k.instellingsnummer = any (p_nummers) and k.gestopt_op is null)
   order by d.klas, d.subklas nulls last limit 1
$$;

create table klasinformatie.levering (
  levering uuid primary key,
  pakket text collate "C" not null,
  naam text collate "C" not null,
  instellingsnummer text collate "C" not null,
  schooljaar text collate "C" not null,
  tijdstip timestamptz not null,
  kanaal text not null check (kanaal in ('sftp', 'https')),
  inhoud_hash bytea not null,
  bytes integer not null,
  inhoud bytea,
  status text not null check (status in ('wacht', 'verwerkt', 'deels', 'aangehouden', 'geweigerd')),
  ontvangen_op timestamptz not null,
  klaar_op timestamptz,
  ontvangst text,
  besluit text check (besluit in ('verwerken', 'weigeren')),
  besluit_op timestamptz,
  besluit_door text,
  akkoord uuid references klasinformatie.akkoord,
  unique (pakket, naam),
  check ((besluit is null) = (besluit_op is null)),
  check ((besluit is null) = (besluit_door is null)),
  check ((status = 'wacht') = (klaar_op is null)),
  check ((status = 'wacht') = (ontvangst is null)),
  check (status not in ('verwerkt', 'deels', 'geweigerd') or inhoud is null)
);
comment on table klasinformatie.levering is
  'Files of class information that were taken, with their receipt (D9). tijdstip = from the name of the file. inhoud_hash = keyed hash. inhoud = the file, AES-256-GCM with a key outside the database, only while it waits or is held. akkoord = the one under which it was taken: it counts for no later one; null = refused at once. ontvangst = the receipt (JSON): counts, and per bad row the line, field and reason, never a value. Retention of a receipt: 400 days.';
alter table klasinformatie.levering alter column inhoud set storage external; -- sealed: no compressing it
create index levering_school on klasinformatie.levering (instellingsnummer, ontvangen_op desc);
create index levering_pakket on klasinformatie.levering (pakket, klaar_op desc);
create index levering_open on klasinformatie.levering (instellingsnummer, schooljaar) where inhoud is not null;
create index levering_oud on klasinformatie.levering using brin (ontvangen_op);

create table klasinformatie.stand (
  instellingsnummer text collate "C" not null,
  schooljaar text collate "C" not null,
  levering uuid not null,
  tijdstip timestamptz not null,
  inhoud_hash bytea not null,
  volledig boolean not null,
  rijen integer not null,
  leerlingen integer not null,
  verwerkt_op timestamptz not null,
  nagekeken_op timestamptz not null,
  primary key (instellingsnummer, schooljaar)
);
comment on table klasinformatie.stand is
  'What stands of a school and school year: the last file that was applied. volledig = without quarantined rows, so that the same content again changes nothing. rijen = rows of that file. nagekeken_op = when retention last looked at these classes. Every class belongs to one of these. Erased with the classes. No personal data.';

create table klasinformatie.wissing (
  wissing bigint generated always as identity primary key,
  instellingsnummer text collate "C",
  akkoord uuid,
  regel text not null check (regel in ('gestopt', 'uitgeschreven', 'schooljaar-voorbij', 'ontvangst-verlopen')),
  rijen integer not null,
  bestanden integer not null,
  tijdstip timestamptz not null
);
comment on table klasinformatie.wissing is
  'Proof of erasing (D12): which rule, how many rows and files, when; of receipts all schools together (instellingsnummer null). No personal data. Kept ten years.';
create index wissing_school on klasinformatie.wissing (instellingsnummer, wissing desc);

-- What a school decides and the work that follows from it are one commit. Its role may not enqueue; these two jobs it may ask for.
-- Both look themselves at what stands, so that asking once too often changes nothing.
create function klasinformatie.vraag_wissen(p_akkoord uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform graphile_worker.add_job('klasinformatie-wissen', json_build_object('akkoord', p_akkoord));
end $$;
create function klasinformatie.vraag_verwerken(p_levering uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform graphile_worker.add_job('klasinformatie-levering', json_build_object('levering', p_levering));
end $$;
revoke execute on function klasinformatie.vraag_wissen(uuid), klasinformatie.vraag_verwerken(uuid) from public;
grant execute on function klasinformatie.vraag_wissen(uuid), klasinformatie.vraag_verwerken(uuid) to leerid_app, leerid_school;
-- Ends the handling of a file that changes something, or nothing because the same stands already: classes, stand, receipt and the
-- erasing of the file in one commit. False, and nothing done, when anything differs from what the caller looked at before: the akkoord was
-- stopped, what an earlier akkoord left is not erased yet, another file was first, or this one was handled. Then he looks again.
-- Locks: one file of a school at a time; the akkoord shared, so that a stop waits for this commit or this sees the stop.
-- p_weg: accounts whose rows of this school year go. p_accounts[n] goes into group p_groepen[n]: klas, subklas, van, tot.
create function klasinformatie.rond_af(
  p_levering uuid, p_was text, p_akkoord uuid, p_stand uuid, p_hoofd text, p_nummers text[], p_status text, p_ontvangst text, p_nu timestamptz,
  p_volledig boolean, p_rijen integer, p_leerlingen integer, p_weg uuid[], p_accounts uuid[], p_groepen integer[],
  p_klassen text[], p_subklassen text[], p_van date[], p_tot date[]) returns boolean
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  l klasinformatie.levering;
  v_stand uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended(p_hoofd, 7109));
  perform from klasinformatie.akkoord where akkoord = p_akkoord and gestopt_op is null for share;
  if not found then return false; end if;
  if exists (select from klasinformatie.akkoord where instellingsnummer = any (p_nummers) and gestopt_op is not null and gewist_op is null) then
    return false;
  end if;
  select s.levering into v_stand from klasinformatie.stand s
   where s.instellingsnummer = any (p_nummers) and s.schooljaar = (select schooljaar from klasinformatie.levering where levering = p_levering)
   order by s.tijdstip desc limit 1 for update;
  if v_stand is distinct from p_stand then return false; end if;
  update klasinformatie.levering set status = p_status, ontvangst = p_ontvangst, inhoud = null, klaar_op = p_nu
   where levering = p_levering and status = p_was
  returning instellingsnummer, schooljaar, tijdstip, inhoud_hash into l.instellingsnummer, l.schooljaar, l.tijdstip, l.inhoud_hash;
  if not found then return false; end if;
  if cardinality(p_weg) > 0 then
    delete from klasinformatie.indeling d
     where d.account_uuid = any (p_weg) and d.instellingsnummer = any (p_nummers) and d.schooljaar = l.schooljaar;
  end if;
  if cardinality(p_accounts) > 0 then
    insert into klasinformatie.indeling (instellingsnummer, klas, subklas, account_uuid, van, tot, schooljaar)
    select p_hoofd, p_klassen[u.g], p_subklassen[u.g], u.account_uuid, p_van[u.g], p_tot[u.g], l.schooljaar
      from unnest(p_accounts, p_groepen) as u(account_uuid, g);
  end if;
  insert into klasinformatie.stand (instellingsnummer, schooljaar, levering, tijdstip, inhoud_hash, volledig, rijen, leerlingen, verwerkt_op, nagekeken_op)
  values (p_hoofd, l.schooljaar, p_levering, l.tijdstip, l.inhoud_hash, p_volledig, p_rijen, p_leerlingen, p_nu, p_nu)
  on conflict (instellingsnummer, schooljaar) do update
     set levering = excluded.levering, tijdstip = excluded.tijdstip, inhoud_hash = excluded.inhoud_hash, volledig = excluded.volledig,
         rijen = excluded.rijen, leerlingen = excluded.leerlingen, verwerkt_op = excluded.verwerkt_op;
  return true;
end $$;

grant usage on schema klasinformatie to leerid_app, leerid_school;
grant select, insert, update, delete on all tables in schema klasinformatie to leerid_app;
revoke update, delete on klasinformatie.overeenkomst, klasinformatie.wissing from leerid_app;
revoke delete on klasinformatie.akkoord from leerid_app;
grant select, insert on klasinformatie.overeenkomst to leerid_school;
grant select, insert, update on klasinformatie.akkoord to leerid_school;
grant select on klasinformatie.indeling, klasinformatie.stand, klasinformatie.wissing to leerid_school;
grant select (levering, akkoord, pakket, naam, instellingsnummer, schooljaar, tijdstip, kanaal, bytes, status, ontvangen_op, klaar_op, ontvangst, besluit, besluit_op, besluit_door),
  update (besluit, besluit_op, besluit_door) on klasinformatie.levering to leerid_school;

select schoolloket.scherm_af('klasinformatie.akkoord');
-- Without an akkoord no class can be read behind the wall, from the commit of the stop on (R68), also before the rows are erased.
select schoolloket.scherm_af('klasinformatie.indeling',
  'coalesce(instellingsnummer = any ((select schoolloket.nummers())::text[]), false)
   and exists (select from klasinformatie.akkoord k where k.instellingsnummer = any ((select schoolloket.nummers())::text[]) and k.gestopt_op is null)');
select schoolloket.scherm_af('klasinformatie.levering');
select schoolloket.scherm_af('klasinformatie.stand');
select schoolloket.scherm_af('klasinformatie.wissing');
