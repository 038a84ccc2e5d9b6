-- What runs on a day, said once. Everything in LeerID that has a first and a last day (an enrolment, a class, a choice, the use of a
-- package) counts on both and on the days between; without a last day it has no end, without a first day it always ran (D3). In
-- TypeScript the same stands in src/platform/clock; a test holds the two to each other.
-- Names: Dutch word for the state, English verb, as everywhere. Plain SQL functions of one expression: PostgreSQL writes them out where
-- they are called, so that a plan is as if the comparison stood there (a test looks). Never `strict` and without settings, which would end that.
create schema kalender;

create function kalender.is_lopend(p_dag date, p_van date, p_tot date) returns boolean
language sql immutable parallel safe as $$ select (p_van is null or p_van <= p_dag) and (p_tot is null or p_tot >= p_dag) $$;

create function kalender.is_vroeger(p_dag date, p_tot date) returns boolean
language sql immutable parallel safe as $$ select p_tot is not null and p_tot < p_dag $$;

create function kalender.is_straks(p_dag date, p_van date) returns boolean
language sql immutable parallel safe as $$ select p_van is not null and p_van > p_dag $$;

-- Does it run on at least one day of a period (a school year)?
create function kalender.is_lopend_in(p_eerste date, p_laatste date, p_van date, p_tot date) returns boolean
language sql immutable parallel safe as $$ select (p_van is null or p_van <= p_laatste) and (p_tot is null or p_tot >= p_eerste) $$;

grant usage on schema kalender to leerid_app, leerid_school, leerid_beheer;

-- Enrolments that exist: a cancelled one stays as a row only against older versions that come late (D3). Whoever joins enrolments
-- joins these. Row-level security looks at who asks.
create view inschrijvingen.geldig with (security_invoker = true) as
  select instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar, administratieve_groep, van, tot
    from inschrijvingen.inschrijving where not geannuleerd;
comment on view inschrijvingen.geldig is
  'Enrolments that were not cancelled, with the days on which they run. What to join when pupils are looked for; the table itself is for the feed.';
grant select on inschrijvingen.geldig to leerid_app, leerid_school;

-- The facts say of which day they are.
alter type verstrekking.feiten add attribute vandaag date;

-- Everything the decision of D5 needs to know about one pupil, in one round trip: for one client, or (null) for all
-- applications that his schools chose. The answer carries its day, and everything else its period: src/modules/verstrekking divides it
-- by that day (divideFeiten) and decides, in pure functions.
-- This function is the one place that reads across the schemas of other modules.
-- It runs two or three times per sign-in, and it is about a handful of rows: what it costs is starting its statements. So they
-- are few, their plans are kept, each table is looked up by key whatever its size was when the plan was made, and rows become
-- JSON by their type (json_build_object costs three times as much, aggregates and sorts cost more than what they look at).
-- What belongs to an application stands beside it, found at once for all of them: twenty times four look-ups cost half as much again.
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
  v_namen text[];
  rij record;
begin
  select a.account_uuid, a.leer_id_uuid, a.naam, a.voornaam,
         a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end,
         array(select h.account_uuid from leerlingen.account h where h.vervangen_door = p_account order by h.vervangen_op, h.account_uuid),
         a.vervangen_door is not null
    into v_account from leerlingen.account a where a.account_uuid = p_account;
  if not found then return null; end if;

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

  if p_client is null then
    v_namen := array(select k.toepassing from toepassingen.keuze k where k.instellingsnummer = any (v_lijn));
  else -- what serves adults is no application of a pupil
    v_namen := array(select c.toepassing from toepassingen.client c where c.client_id = p_client and c.doelgroep = 'leerlingen');
  end if;
  return row_to_json(row(v_account, v_inschrijvingen,
    array( -- his classes of today, of schools that share them (R64, R68): no akkoord, no class, in the same commit
      select row(coalesce(v_hoofd[array_position(v_lijn, d.instellingsnummer)], d.instellingsnummer), d.klas, d.subklas)::verstrekking.klas_feit
        from klasinformatie.indeling d
       where d.account_uuid = any (v_account.historiek || p_account) and d.instellingsnummer = any (v_lijn)
         and kalender.is_lopend(p_vandaag, d.van, d.tot)
         and exists (
           select from klasinformatie.akkoord k
            where k.instellingsnummer = any (v_lijn) and k.gestopt_op is null
              and coalesce(v_hoofd[array_position(v_lijn, k.instellingsnummer)], k.instellingsnummer)
                = coalesce(v_hoofd[array_position(v_lijn, d.instellingsnummer)], d.instellingsnummer))
       order by d.instellingsnummer, d.klas, d.subklas nulls first),
    array(
      select row(t.toepassing, p_client, t.naam, t.omschrijving, t.soort, t.start_url, t.tint, t.initialen,
                 t.integreert_klasinformatie)::verstrekking.toepassing_feit
        from toepassingen.toepassing t
       where t.toepassing = any (v_namen) and (p_client is not null or t.soort = 'doeltoepassing')
       order by t.naam),
    array(
      select row(k.toepassing, coalesce(v_hoofd[array_position(v_lijn, k.instellingsnummer)], k.instellingsnummer), k.van, k.tot)::verstrekking.keuze_feit
        from toepassingen.keuze k
       where k.instellingsnummer = any (v_lijn) and k.toepassing = any (v_namen)),
    array(
      select row(z.toepassing, coalesce(v_hoofd[array_position(v_lijn, z.instellingsnummer)], z.instellingsnummer), z.soort, z.niveau,
                 z.leerjaar, z.klas, z.subklas, z.uitgesloten, z.van, z.tot)::verstrekking.regel_feit
        from toepassingen.zichtbaarheid z
       where z.instellingsnummer = any (v_lijn) and z.toepassing = any (v_namen)
         and toepassingen.over(z.account_uuid) = any (v_account.historiek || p_account || toepassingen.over(null))),
    array(
      select distinct on (p.toepassing) row(p.toepassing, p.protocol, p.versie, p.van, p.tot, p.attributen::json)::verstrekking.protocol_feit
        from protocollen.protocol p
       where p.toepassing = any (v_namen) and not kalender.is_straks(p_vandaag, p.van)
       order by p.toepassing, p.versie desc),
    p_vandaag
  )::verstrekking.feiten);
end $$;

-- The package that a school uses on a day, under any of its numbers; null = none.
create or replace function schoolsoftware.pakket_van(p_nummers text[], p_op date) returns text
language sql stable as $$
  select g.pakket from schoolsoftware.gebruik g
   where g.instellingsnummer = any (p_nummers) and kalender.is_lopend(p_op, g.van, g.tot)
   order by g.van desc, g.instellingsnummer limit 1
$$;

-- Of every pupil of a school with a class on a day the first one, by name, with its first subclass; none while it does not share.
create or replace function klasinformatie.eerste_klassen(p_nummers text[], p_op date) returns table (account_uuid uuid, klas text, subklas text)
language sql stable as $$
  select distinct on (1) coalesce(a.vervangen_door, a.account_uuid), d.klas, d.subklas
    from klasinformatie.indeling d join leerlingen.account a on a.account_uuid = d.account_uuid
   where d.instellingsnummer = any (p_nummers) and kalender.is_lopend(p_op, d.van, d.tot)
     and exists (select from klasinformatie.akkoord k where k.instellingsnummer = any (p_nummers) and k.gestopt_op is null)
   order by 1, d.klas, d.subklas nulls last
$$;

-- The first class of one pupil on a day, for a heading: looked up by key, which a list of the whole school beside a few pupils is not.
create or replace function klasinformatie.eerste_klas(p_account uuid, p_nummers text[], p_op date) returns table (klas text, subklas text)
language sql stable as $$
  select d.klas, d.subklas
    from klasinformatie.indeling d
   where d.instellingsnummer = any (p_nummers) and kalender.is_lopend(p_op, d.van, d.tot)
     and d.account_uuid = any (p_account || array(select a.account_uuid from leerlingen.account a where a.vervangen_door = p_account))
     and exists (select from klasinformatie.akkoord k where k.instellingsnummer = any (p_nummers) and k.gestopt_op is null)
   order by d.klas, d.subklas nulls last limit 1
$$;
