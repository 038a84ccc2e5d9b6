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

-- One application as the schools of one pupil have set it: the part of `feiten` that it calls for each of them.
-- p_scholen: his schools as they are called today; p_lijn: the same with all their former numbers.
create function verstrekking.toepassing(
  t toepassingen.toepassing, p_client text, p_account uuid, p_historiek uuid[], p_scholen text[], p_lijn text[], p_vandaag date) returns json
language plpgsql stable as $$
declare
  v_keuzes json;
  v_regels json;
  v_protocol json;
begin
  select json_agg(json_build_object('instellingsnummer',
           case when k.instellingsnummer = any (p_scholen) then k.instellingsnummer else scholen.hoofd(k.instellingsnummer, p_vandaag) end,
           'van', k.van, 'tot', k.tot))
    into v_keuzes from toepassingen.keuze k where k.toepassing = t.toepassing and k.instellingsnummer = any (p_lijn);
  select json_agg(json_build_object('instellingsnummer',
           case when z.instellingsnummer = any (p_scholen) then z.instellingsnummer else scholen.hoofd(z.instellingsnummer, p_vandaag) end,
           'soort', z.soort, 'niveau', z.niveau, 'leerjaar', z.leerjaar, 'uitgesloten', z.uitgesloten, 'van', z.van, 'tot', z.tot))
    into v_regels
    from (select * from toepassingen.zichtbaarheid z
           where z.soort <> 'leerling' and z.toepassing = t.toepassing and z.instellingsnummer = any (p_lijn)
          union all
          select * from toepassingen.zichtbaarheid z
           where z.soort = 'leerling' and z.toepassing = t.toepassing and z.instellingsnummer = any (p_lijn)
             and z.account_uuid = any (p_historiek || p_account)) z;
  select json_build_object('protocol', p.protocol, 'versie', p.versie, 'van', p.van, 'tot', p.tot, 'attributen', p.attributen::json)
    into v_protocol from protocollen.protocol p
   where p.toepassing = t.toepassing and p.van <= p_vandaag order by p.versie desc limit 1;
  return json_build_object(
    'toepassing', t.toepassing, 'client_id', p_client, 'naam', t.naam, 'omschrijving', t.omschrijving, 'soort', t.soort,
    'start_url', t.start_url, 'tint', t.tint, 'initialen', t.initialen, 'integreert_klasinformatie', t.integreert_klasinformatie,
    'keuzes', coalesce(v_keuzes, '[]'::json), 'regels', coalesce(v_regels, '[]'::json), 'protocol', v_protocol);
end $$;

-- Everything the decision of D5 needs to know about one pupil, in one round trip: for one client, or (null) for all
-- applications that his schools chose. The decision itself is taken in TypeScript by one pure function.
-- This function is the one place that reads across the schemas of other modules.
-- It runs two or three times per sign-in: small statements with plans that are kept take 0.1 ms, where one large statement,
-- planned anew at every call because the planner thinks that worth it, took 0.9 ms.
create function verstrekking.feiten(p_account uuid, p_client text, p_vandaag date) returns text
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
declare
  a leerlingen.account;
  v_historiek uuid[];
  v_inschrijvingen json;
  v_scholen text[];         -- schools as they are called today
  v_lijn text[] := '{}';    -- the same with all their former numbers
  v_nummer text;
  v_toepassingen json := '[]';
begin
  select * into a from leerlingen.account where account_uuid = p_account;
  if not found then return null; end if;
  select array_agg(h.account_uuid order by h.vervangen_op, h.account_uuid) into v_historiek
    from leerlingen.account h where h.vervangen_door = p_account;

  select json_agg(json_build_object(
      'instellingsnummer', i.nummer, 'school', s.naam, 'school_van', s.van, 'school_tot', s.tot,
      'niveau', i.niveau, 'leerjaar', i.leerjaar, 'administratieve_groep', i.administratieve_groep,
      'van', i.van, 'tot', i.tot) order by i.van, i.instellingsnummer, i.inschrijving),
      array_agg(distinct i.nummer)
    into v_inschrijvingen, v_scholen
    from (select i.*, scholen.hoofd(i.instellingsnummer, p_vandaag) as nummer
            from leerlingen.registratie r
            join inschrijvingen.inschrijving i using (instellingsnummer, stamnummer)
           where r.account_uuid = p_account and not i.geannuleerd offset 0) i
    left join scholen.school s on s.instellingsnummer = i.nummer;

  if v_scholen is not null then
    foreach v_nummer in array v_scholen loop
      if exists (select from scholen.school where opvolger = v_nummer) then
        v_lijn := v_lijn || scholen.lijn(v_nummer, p_vandaag);
      else -- nearly all schools
        v_lijn := v_lijn || v_nummer;
      end if;
    end loop;
  end if;

  if p_client is not null then
    select verstrekking.toepassing(t, c.client_id, p_account, v_historiek, v_scholen, v_lijn, p_vandaag) into v_toepassingen
      from toepassingen.client c join toepassingen.toepassing t using (toepassing)
     where c.client_id = p_client and c.doelgroep = 'leerlingen'; -- what serves adults is no application of a pupil
    v_toepassingen := case when v_toepassingen is null then '[]'::json else json_build_array(v_toepassingen) end;
  else
    select coalesce(json_agg(verstrekking.toepassing(t, null, p_account, v_historiek, v_scholen, v_lijn, p_vandaag) order by t.naam), '[]'::json)
      into v_toepassingen
      from toepassingen.toepassing t
     where t.soort = 'doeltoepassing'
       and exists (select from toepassingen.keuze k where k.toepassing = t.toepassing and k.instellingsnummer = any (v_lijn));
  end if;

  return json_build_object(
    'account', json_build_object(
      'account_uuid', a.account_uuid, 'leer_id_uuid', a.leer_id_uuid, 'naam', a.naam, 'voornaam', a.voornaam,
      'gebruikersnaam', a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end,
      'historiek', coalesce(to_json(v_historiek), '[]'::json), 'vervangen', a.vervangen_door is not null),
    'inschrijvingen', coalesce(v_inschrijvingen, '[]'::json), 'toepassingen', v_toepassingen)::text;
end $$;

grant usage on schema verstrekking to leerid_app;
grant select, insert, delete on all tables in schema verstrekking to leerid_app;
