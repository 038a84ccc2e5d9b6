-- oudste-programma: geen
-- The facts of D5 are of two kinds. What is of one pupil is read fresh at every decision. What is of a school (its choices, and its rules
-- that speak of no one pupil) and what is offered to all (applications, clients, agreements) is the same for thousands and seldom
-- changes: of that a decision reads the version only, and a process keeps what it read before by its version (ADR 0026).
-- Programs of before this file cannot read these facts: replace them in one go.

-- The version of a school is the set of its rows here. Whoever changes a choice or a rule adds a row with a new random number, in the same
-- statement, and takes away those that he finds: so a set never comes back, whatever commits or is undone, and after a restore neither.
-- Nobody waits for anybody: two that change the same school at once each leave a row, and the next one takes both away. A counter, or one
-- row that is written over, would let them wait until the other's commit, and let them deadlock.
create table verstrekking.schoolversie (
  instellingsnummer text collate "C" not null,
  versie uuid not null default gen_random_uuid(),
  primary key (instellingsnummer, versie)
);
comment on table verstrekking.schoolversie is
  'Version of the choices and rules of a school: the set of its rows, changed in the same commit as any of them. None = no choice or rule ever stood. No personal data.';
create table verstrekking.aanbodversie (
  versie uuid primary key default gen_random_uuid()
);
comment on table verstrekking.aanbodversie is
  'Version of what is of no school: applications, their clients and agreements; as schoolversie. No personal data.';

-- Who sees the choices and rules of a school sees their version, and nobody else: so what he keeps by a version is whole.
select schoolloket.scherm_af('verstrekking.schoolversie');
-- update: to take a row away one locks it first
grant select, insert, update, delete on verstrekking.schoolversie, verstrekking.aanbodversie to leerid_app;
grant select, insert, update, delete on verstrekking.schoolversie to leerid_school;
grant select on verstrekking.aanbodversie to leerid_school;

create function verstrekking.vernieuw_schoolversies(p_nummers text[]) returns void
language plpgsql set enable_seqscan = off as $$
begin
  delete from verstrekking.schoolversie
   where (instellingsnummer, versie) in (
     select v.instellingsnummer, v.versie from verstrekking.schoolversie v where v.instellingsnummer = any (p_nummers) for update skip locked);
  insert into verstrekking.schoolversie (instellingsnummer) select distinct n from unnest(p_nummers) n;
end $$;

create function verstrekking.bij_keuze() returns trigger
language plpgsql as $$
declare v_nummers text[] := '{}';
begin
  if tg_op <> 'INSERT' then v_nummers := array(select distinct instellingsnummer from voor); end if;
  if tg_op <> 'DELETE' then v_nummers := v_nummers || array(select distinct instellingsnummer from na); end if;
  if v_nummers <> '{}' then perform verstrekking.vernieuw_schoolversies(v_nummers); end if;
  return null;
end $$;

-- A rule on one pupil is a fact of that pupil: thousands of them may come in one statement, and change no version.
create function verstrekking.bij_regel() returns trigger
language plpgsql as $$
declare v_nummers text[] := '{}';
begin
  if tg_op <> 'INSERT' then v_nummers := array(select distinct instellingsnummer from voor where account_uuid is null); end if;
  if tg_op <> 'DELETE' then v_nummers := v_nummers || array(select distinct instellingsnummer from na where account_uuid is null); end if;
  if v_nummers <> '{}' then perform verstrekking.vernieuw_schoolversies(v_nummers); end if;
  return null;
end $$;

create function verstrekking.bij_aanbod() returns trigger
language plpgsql as $$
begin
  delete from verstrekking.aanbodversie where versie in (select v.versie from verstrekking.aanbodversie v for update skip locked);
  insert into verstrekking.aanbodversie default values;
  return null;
end $$;

-- Whoever empties such a table as its owner may not see the versions (row-level security), and so could not change them.
create function verstrekking.niet_leegmaken() returns trigger
language plpgsql as $$
begin
  raise exception '% is not emptied by TRUNCATE: delete says of which schools the rules changed', tg_relid::regclass;
end $$;

create trigger versie_bij_insert after insert on toepassingen.keuze
  referencing new table as na for each statement execute function verstrekking.bij_keuze();
create trigger versie_bij_update after update on toepassingen.keuze
  referencing old table as voor new table as na for each statement execute function verstrekking.bij_keuze();
create trigger versie_bij_delete after delete on toepassingen.keuze
  referencing old table as voor for each statement execute function verstrekking.bij_keuze();
create trigger versie_bij_truncate before truncate on toepassingen.keuze
  for each statement execute function verstrekking.niet_leegmaken();

create trigger versie_bij_insert after insert on toepassingen.zichtbaarheid
  referencing new table as na for each statement execute function verstrekking.bij_regel();
create trigger versie_bij_update after update on toepassingen.zichtbaarheid
  referencing old table as voor new table as na for each statement execute function verstrekking.bij_regel();
create trigger versie_bij_delete after delete on toepassingen.zichtbaarheid
  referencing old table as voor for each statement execute function verstrekking.bij_regel();
create trigger versie_bij_truncate before truncate on toepassingen.zichtbaarheid
  for each statement execute function verstrekking.niet_leegmaken();

create trigger versie after insert or update or delete or truncate on toepassingen.toepassing
  for each statement execute function verstrekking.bij_aanbod();
create trigger versie after insert or update or delete or truncate on toepassingen.client
  for each statement execute function verstrekking.bij_aanbod();
create trigger versie after insert or update or delete or truncate on protocollen.protocol
  for each statement execute function verstrekking.bij_aanbod();

insert into verstrekking.aanbodversie default values;
insert into verstrekking.schoolversie (instellingsnummer)
  select instellingsnummer from toepassingen.keuze union select instellingsnummer from toepassingen.zichtbaarheid;

create type verstrekking.schoolkeuze as (toepassing text, van date, tot date);
create type verstrekking.schoolregel as (
  toepassing text, soort text, niveau text, leerjaar integer, klas text, subklas text, uitgesloten boolean, van date, tot date
);

-- The choices of schools and their rules that speak of no one pupil, with their version: [{instellingsnummer, versies, keuzes, regels}],
-- whether they run or not. Read beside the facts of a pupil, or when they name a version that this process does not hold.
-- Written as `begin atomic`, so that PostgreSQL knows which columns it reads: a test asks it, and changes each.
create function verstrekking.schoolregels(p_nummers text[]) returns text
language sql stable
begin atomic
  select coalesce(json_agg(json_build_object(
    'instellingsnummer', n.nummer,
    'versies', array(select v.versie from verstrekking.schoolversie v where v.instellingsnummer = n.nummer order by v.versie),
    'keuzes', array(
      select row(k.toepassing, k.van, k.tot)::verstrekking.schoolkeuze
        from toepassingen.keuze k where k.instellingsnummer = n.nummer),
    'regels', array(
      select row(z.toepassing, z.soort, z.niveau, z.leerjaar, z.klas, z.subklas, z.uitgesloten, z.van, z.tot)::verstrekking.schoolregel
        from toepassingen.zichtbaarheid z where z.instellingsnummer = n.nummer and z.account_uuid is null)
  )), '[]')::text
  from (select distinct unnest(p_nummers) as nummer) n;
end;

-- What is offered, with its version: {versies, toepassingen, clients, protocollen}, by name of the application; of an agreement the
-- newest version stands first.
create function verstrekking.aanbod() returns text
language sql stable
begin atomic
  select json_build_object(
    'versies', array(select v.versie from verstrekking.aanbodversie v order by v.versie),
    'toepassingen', array(
      select row(t.toepassing, null, t.naam, t.omschrijving, t.soort, t.start_url, t.tint, t.initialen,
                 t.integreert_klasinformatie)::verstrekking.toepassing_feit
        from toepassingen.toepassing t order by t.naam),
    'clients', ( -- what serves adults is no application of a pupil
      select coalesce(json_object_agg(c.client_id, c.toepassing), '{}') from toepassingen.client c where c.doelgroep = 'leerlingen'),
    'protocollen', array(
      select row(p.toepassing, p.protocol, p.versie, p.van, p.tot, p.attributen::json)::verstrekking.protocol_feit
        from protocollen.protocol p order by p.toepassing, p.versie desc, p.protocol)
  )::text;
end;

create type verstrekking.school_feit as (instellingsnummer text, hoofd text, versie uuid);
drop type verstrekking.feiten, verstrekking.keuze_feit;
create type verstrekking.feiten as (
  account verstrekking.account_feit, inschrijvingen verstrekking.inschrijving_feit[], klassen verstrekking.klas_feit[],
  regels verstrekking.regel_feit[], scholen verstrekking.school_feit[], aanbod uuid[], client text, vandaag date
);

-- Everything that the decision of D5 needs to know about one pupil, in one snapshot: what is of the pupil, and of his schools and of what
-- is offered the versions, one row per number and version; openFeiten in src/modules/verstrekking puts both together. For one client, or
-- (null) for all applications that his schools chose. The text changes whenever any fact changes that the decision reads, and holds its
-- day: its digest says whether a decision still stands.
-- With `schoolregels` and `aanbod` this is the one place that reads across the schemas of other modules.
-- It runs at every step of a sign-in, and it is about a handful of rows: what it costs is starting its statements. So they are few, their
-- plans are kept, each table is looked up by key whatever its size was when the plan was made, and rows become JSON by their type
-- (json_build_object costs three times as much, aggregates and sorts cost more than what they look at).
create or replace function verstrekking.feiten(p_account uuid, p_client text, p_vandaag date) returns text
language plpgsql stable
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_account verstrekking.account_feit;
  v_inschrijvingen verstrekking.inschrijving_feit[] := '{}';
  v_lijn text[] := '{}'; -- the numbers of his schools, former ones too
  v_hoofd text[];        -- for each of these the number that stands today; null = the same
  v_feit verstrekking.inschrijving_feit;
  v_nummer text;
  v_accounts uuid[];
  rij record;
begin
  select a.account_uuid, a.leer_id_uuid, a.naam, a.voornaam,
         a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end,
         array(select h.account_uuid from leerlingen.account h where h.vervangen_door = p_account order by h.vervangen_op, h.account_uuid),
         a.vervangen_door is not null
    into v_account from leerlingen.account a where a.account_uuid = p_account;
  if not found then return null; end if;
  v_accounts := v_account.historiek || p_account;

  for rij in
    select row(i.instellingsnummer, s.naam, s.van, s.tot, i.niveau, i.leerjaar, i.administratieve_groep,
               i.van, i.tot)::verstrekking.inschrijving_feit as feit,
           i.instellingsnummer as nummer,
           s.opvolger is not null or exists (select from scholen.school v where v.opvolger = i.instellingsnummer) as hernummerd
      from leerlingen.registratie r
      join inschrijvingen.geldig i on i.instellingsnummer = r.instellingsnummer and i.stamnummer = r.stamnummer
      left join scholen.school s on s.instellingsnummer = i.instellingsnummer
     where r.account_uuid = p_account
     order by i.van, i.instellingsnummer, i.inschrijving
  loop
    if rij.hernummerd then -- few schools
      v_feit := rij.feit;
      v_feit.instellingsnummer := scholen.hoofd(rij.nummer, p_vandaag);
      select s.naam, s.van, s.tot into v_feit.school, v_feit.school_van, v_feit.school_tot
        from scholen.school s where s.instellingsnummer = v_feit.instellingsnummer;
      v_inschrijvingen := v_inschrijvingen || v_feit;
      foreach v_nummer in array scholen.lijn(v_feit.instellingsnummer, p_vandaag) loop
        v_lijn := v_lijn || v_nummer;
        v_hoofd[cardinality(v_lijn)] := v_feit.instellingsnummer;
      end loop;
    else
      v_inschrijvingen := v_inschrijvingen || rij.feit;
      v_lijn := v_lijn || rij.nummer;
    end if;
  end loop;

  return row_to_json(row(v_account, v_inschrijvingen,
    array( -- his classes of today, of schools that share them (R64, R68): no akkoord, no class, in the same commit
      select row(coalesce(v_hoofd[array_position(v_lijn, d.instellingsnummer)], d.instellingsnummer), d.klas, d.subklas)::verstrekking.klas_feit
        from klassen.indeling d
       where d.account_uuid = any (v_accounts) and d.instellingsnummer = any (v_lijn)
         and kalender.is_lopend(p_vandaag, d.van, d.tot)
         and exists (
           select from akkoorden.akkoord k
            where k.instellingsnummer = any (v_lijn) and k.gestopt_op is null
              and coalesce(v_hoofd[array_position(v_lijn, k.instellingsnummer)], k.instellingsnummer)
                = coalesce(v_hoofd[array_position(v_lijn, d.instellingsnummer)], d.instellingsnummer))
       order by d.instellingsnummer, d.klas, d.subklas nulls first),
    array( -- rules on this pupil
      select row(z.toepassing, coalesce(v_hoofd[array_position(v_lijn, z.instellingsnummer)], z.instellingsnummer), z.soort, z.niveau,
                 z.leerjaar, z.klas, z.subklas, z.uitgesloten, z.van, z.tot)::verstrekking.regel_feit
        from toepassingen.zichtbaarheid z
       where z.account_uuid = any (v_accounts) and z.instellingsnummer = any (v_lijn)),
    array(
      select row(v.instellingsnummer, coalesce(v_hoofd[array_position(v_lijn, v.instellingsnummer)], v.instellingsnummer), v.versie)::verstrekking.school_feit
        from verstrekking.schoolversie v where v.instellingsnummer = any (v_lijn)),
    array(select v.versie from verstrekking.aanbodversie v),
    p_client, p_vandaag
  )::verstrekking.feiten);
end $$;
