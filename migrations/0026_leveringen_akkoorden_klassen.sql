-- What was one room, klasinformatie, held three: the akkoord of a school, the files that its package delivers, and who is in which
-- class. Each has its own schema from here on. Tables move as they are, with their rows, indexes, policies, rights and comments.
-- Servers of before this file still sign pupils in (verstrekking.feiten keeps its name), but find no classes, akkoorden or deliveries
-- any more: replace them in one go.
create schema akkoorden;
create schema klassen;
create schema leveringen;
grant usage on schema akkoorden, klassen, leveringen to leerid_app, leerid_school;
grant usage on schema akkoorden, leveringen to leerid_beheer;

alter table klasinformatie.overeenkomst set schema akkoorden;
alter table klasinformatie.akkoord set schema akkoorden;
alter table klasinformatie.indeling set schema klassen;
alter table klasinformatie.levering set schema leveringen;
alter table klasinformatie.stand set schema leveringen;
alter table klasinformatie.wissing set schema leveringen;
alter function klasinformatie.vraag_wissen(uuid) set schema akkoorden;
alter function klasinformatie.vraag_verwerken(uuid) set schema leveringen;

-- Does a school, under any of its numbers, share class information now? The one question behind intake, use and release (R68).
drop function klasinformatie.deelt(text[]);
create function akkoorden.deelt(p_nummers text[]) returns boolean
language sql stable as $$
  select exists (select from akkoorden.akkoord a where a.instellingsnummer = any (p_nummers) and a.gestopt_op is null)
$$;

-- Of every pupil of a school with a class on a day the first one, by name, with its first subclass; none while it does not share.
drop function klasinformatie.eerste_klassen(text[], date);
create function klassen.eerste_klassen(p_nummers text[], p_op date) returns table (account_uuid uuid, klas text, subklas text)
language sql stable as $$
  select distinct on (1) coalesce(a.vervangen_door, a.account_uuid), d.klas, d.subklas
    from klassen.indeling d join leerlingen.account a on a.account_uuid = d.account_uuid
   where d.instellingsnummer = any (p_nummers) and kalender.is_lopend(p_op, d.van, d.tot)
     and exists (select from akkoorden.akkoord k where k.instellingsnummer = any (p_nummers) and k.gestopt_op is null)
   order by 1, d.klas, d.subklas nulls last
$$;

-- The first class of one pupil on a day, for a heading: looked up by key, which a list of the whole school beside a few pupils is not.
drop function klasinformatie.eerste_klas(uuid, text[], date);
create function klassen.eerste_klas(p_account uuid, p_nummers text[], p_op date) returns table (klas text, subklas text)
language sql stable as $$
  select d.klas, d.subklas
    from klassen.indeling d
   where d.instellingsnummer = any (p_nummers) and kalender.is_lopend(p_op, d.van, d.tot)
     and d.account_uuid = any (p_account || array(select a.account_uuid from leerlingen.account a where a.vervangen_door = p_account))
     and exists (select from akkoorden.akkoord k where k.instellingsnummer = any (p_nummers) and k.gestopt_op is null)
   order by d.klas, d.subklas nulls last limit 1
$$;

-- Puts the classes of some pupils of a school in place of those that they had in a school year.
-- p_weg: accounts whose rows of this school year go. p_accounts[n] goes into group p_groepen[n]: klas, subklas, van, tot.
create function klassen.replace_indeling(
  p_hoofd text, p_nummers text[], p_schooljaar text, p_weg uuid[], p_accounts uuid[], p_groepen integer[],
  p_klassen text[], p_subklassen text[], p_van date[], p_tot date[]) returns void
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if cardinality(p_weg) > 0 then
    delete from klassen.indeling d
     where d.account_uuid = any (p_weg) and d.instellingsnummer = any (p_nummers) and d.schooljaar = p_schooljaar;
  end if;
  if cardinality(p_accounts) > 0 then
    insert into klassen.indeling (instellingsnummer, klas, subklas, account_uuid, van, tot, schooljaar)
    select p_hoofd, p_klassen[u.g], p_subklassen[u.g], u.account_uuid, p_van[u.g], p_tot[u.g], p_schooljaar
      from unnest(p_accounts, p_groepen) as u(account_uuid, g);
  end if;
end $$;

-- Ends the handling of a file that changes something, or nothing because the same stands already: classes, stand, receipt and the
-- erasing of the file in one commit. False, and nothing done, when anything differs from what the caller looked at before: the akkoord was
-- stopped, what an earlier akkoord left is not erased yet, another file was first, or this one was handled. Then he looks again.
-- Locks: one file of a school at a time; the akkoord shared, so that a stop waits for this commit or this sees the stop.
-- p_weg to p_tot: see klassen.replace_indeling.
drop function klasinformatie.rond_af(uuid, text, uuid, uuid, text, text[], text, text, timestamptz, boolean, integer, integer,
  uuid[], uuid[], integer[], text[], text[], date[], date[]);
create function leveringen.rond_af(
  p_levering uuid, p_was text, p_akkoord uuid, p_stand uuid, p_hoofd text, p_nummers text[], p_status text, p_ontvangst text, p_nu timestamptz,
  p_volledig boolean, p_rijen integer, p_leerlingen integer, p_weg uuid[], p_accounts uuid[], p_groepen integer[],
  p_klassen text[], p_subklassen text[], p_van date[], p_tot date[]) returns boolean
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  l leveringen.levering;
  v_stand uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended(p_hoofd, 7109));
  perform from akkoorden.akkoord where akkoord = p_akkoord and gestopt_op is null for share;
  if not found then return false; end if;
  if exists (select from akkoorden.akkoord where instellingsnummer = any (p_nummers) and gestopt_op is not null and gewist_op is null) then
    return false;
  end if;
  select s.levering into v_stand from leveringen.stand s
   where s.instellingsnummer = any (p_nummers) and s.schooljaar = (select schooljaar from leveringen.levering where levering = p_levering)
   order by s.tijdstip desc limit 1 for update;
  if v_stand is distinct from p_stand then return false; end if;
  update leveringen.levering set status = p_status, ontvangst = p_ontvangst, inhoud = null, klaar_op = p_nu
   where levering = p_levering and status = p_was
  returning instellingsnummer, schooljaar, tijdstip, inhoud_hash into l.instellingsnummer, l.schooljaar, l.tijdstip, l.inhoud_hash;
  if not found then return false; end if;
  perform klassen.replace_indeling(p_hoofd, p_nummers, l.schooljaar, p_weg, p_accounts, p_groepen, p_klassen, p_subklassen, p_van, p_tot);
  insert into leveringen.stand (instellingsnummer, schooljaar, levering, tijdstip, inhoud_hash, volledig, rijen, leerlingen, verwerkt_op, nagekeken_op)
  values (p_hoofd, l.schooljaar, p_levering, l.tijdstip, l.inhoud_hash, p_volledig, p_rijen, p_leerlingen, p_nu, p_nu)
  on conflict (instellingsnummer, schooljaar) do update
     set levering = excluded.levering, tijdstip = excluded.tijdstip, inhoud_hash = excluded.inhoud_hash, volledig = excluded.volledig,
         rijen = excluded.rijen, leerlingen = excluded.leerlingen, verwerkt_op = excluded.verwerkt_op;
  return true;
end $$;

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
        from klassen.indeling d
       where d.account_uuid = any (v_account.historiek || p_account) and d.instellingsnummer = any (v_lijn)
         and kalender.is_lopend(p_vandaag, d.van, d.tot)
         and exists (
           select from akkoorden.akkoord k
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

drop schema klasinformatie;
