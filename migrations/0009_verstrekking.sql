create schema verstrekking;

create table verstrekking.weigering (
  referentie text primary key,
  tijdstip timestamptz not null,
  account_uuid uuid not null,
  client_id text not null,
  reden text not null
);
comment on table verstrekking.weigering is
  'Refusals by the reference number that the pupil was shown, so that the school can find why (R31). Kept 30 days.';
create index weigering_tijdstip on verstrekking.weigering (tijdstip);

-- The facts as the decision reads them: the same names, in the same order, as in src/modules/verstrekking/contract.ts.
create type verstrekking.account_feit as (
  account_uuid uuid, leer_id_uuid uuid, naam text, voornaam text, gebruikersnaam text, historiek uuid[], vervangen boolean
);
create type verstrekking.inschrijving_feit as (
  instellingsnummer text, school text, school_van date, school_tot date, niveau text, leerjaar integer, administratieve_groep text,
  van date, tot date
);
create type verstrekking.keuze_feit as (toepassing text, instellingsnummer text, van date, tot date);
create type verstrekking.regel_feit as (
  toepassing text, instellingsnummer text, soort text, niveau text, leerjaar integer, klas text, subklas text, uitgesloten boolean, van date, tot date
);
create type verstrekking.klas_feit as (instellingsnummer text, klas text, subklas text);
create type verstrekking.protocol_feit as (toepassing text, protocol text, versie integer, van date, tot date, attributen json);
create type verstrekking.toepassing_feit as (
  toepassing text, client_id text, naam text, omschrijving text, soort text, start_url text, tint integer, initialen text,
  integreert_klasinformatie boolean
);
create type verstrekking.feiten as (
  account verstrekking.account_feit, inschrijvingen verstrekking.inschrijving_feit[], klassen verstrekking.klas_feit[],
  toepassingen verstrekking.toepassing_feit[], keuzes verstrekking.keuze_feit[], regels verstrekking.regel_feit[],
  protocollen verstrekking.protocol_feit[]
);

-- Everything the decision of D5 needs to know about one pupil, in one round trip: for one client, or (null) for all
-- applications that his schools chose. The decision itself is taken in TypeScript by one pure function.
-- This function is the one place that reads across the schemas of other modules.
-- It runs two or three times per sign-in, and it is about a handful of rows: what it costs is starting its statements. So they
-- are few, their plans are kept, each table is looked up by key whatever its size was when the plan was made, and rows become
-- JSON by their type (json_build_object costs three times as much, aggregates and sorts cost more than what they look at).
-- What belongs to an application stands beside it, found at once for all of them: twenty times four look-ups cost half as much again.
create function verstrekking.feiten(p_account uuid, p_client text, p_vandaag date) returns text
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
      join inschrijvingen.inschrijving i on i.instellingsnummer = r.instellingsnummer and i.stamnummer = r.stamnummer
      left join scholen.school s on s.instellingsnummer = i.instellingsnummer
     where r.account_uuid = p_account and not i.geannuleerd
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
         and d.van <= p_vandaag and d.tot >= p_vandaag
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
       where p.toepassing = any (v_namen) and p.van <= p_vandaag
       order by p.toepassing, p.versie desc)
  )::verstrekking.feiten);
end $$;

grant usage on schema verstrekking to leerid_app;
grant select, insert, delete on all tables in schema verstrekking to leerid_app;
