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

-- Everything the decision of D5 needs to know about one pupil, in one round trip: for one client, or (null) for all
-- applications that his schools chose. The decision itself is taken in TypeScript by one pure function.
-- This function is the one place that reads across the schemas of other modules.
create function verstrekking.feiten(p_account uuid, p_client text, p_vandaag date) returns text
language plpgsql stable as $$
declare
  v_historiek uuid[];
  v_account json;
  v_inschrijvingen json;
  v_scholen text[];   -- schools as they are called today
  v_lijn text[];      -- the same with all their former numbers
  v_toepassingen json;
begin
  select array_agg(h.account_uuid order by h.vervangen_op, h.account_uuid) into v_historiek
    from leerlingen.account h where h.vervangen_door = p_account;

  select json_build_object(
      'account_uuid', a.account_uuid, 'leer_id_uuid', a.leer_id_uuid, 'naam', a.naam, 'voornaam', a.voornaam,
      'gebruikersnaam', a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end,
      'historiek', coalesce(to_json(v_historiek), '[]'::json), 'vervangen', a.vervangen_door is not null)
    into v_account
    from leerlingen.account a where a.account_uuid = p_account;
  if v_account is null then return null; end if;

  with i as materialized (
    select i.*, scholen.hoofd(i.instellingsnummer, p_vandaag) as nummer
      from leerlingen.registratie r
      join inschrijvingen.inschrijving i using (instellingsnummer, stamnummer)
     where r.account_uuid = p_account and not i.geannuleerd
  )
  select coalesce(json_agg(json_build_object(
      'instellingsnummer', i.nummer, 'school', s.naam, 'school_van', s.van, 'school_tot', s.tot,
      'niveau', i.niveau, 'leerjaar', i.leerjaar, 'administratieve_groep', i.administratieve_groep,
      'van', i.van, 'tot', i.tot) order by i.van, i.instellingsnummer, i.inschrijving), '[]'::json),
      array_agg(distinct i.nummer)
    into v_inschrijvingen, v_scholen
    from i left join scholen.school s on s.instellingsnummer = i.nummer;

  select array_agg(distinct n) into v_lijn
    from unnest(v_scholen) as hoofd, unnest(scholen.lijn(hoofd, p_vandaag)) as n;

  with gekozen as (
    select t.*, c.client_id from toepassingen.toepassing t join toepassingen.client c using (toepassing)
     where p_client is not null and c.client_id = p_client
    union all
    select t.*, null from toepassingen.toepassing t
     where p_client is null and t.soort = 'doeltoepassing'
       and exists (select from toepassingen.keuze k where k.toepassing = t.toepassing and k.instellingsnummer = any (v_lijn))
  )
  select coalesce(json_agg(json_build_object(
      'toepassing', g.toepassing, 'client_id', g.client_id, 'naam', g.naam, 'omschrijving', g.omschrijving, 'soort', g.soort,
      'start_url', g.start_url, 'tint', g.tint, 'initialen', g.initialen, 'integreert_klasinformatie', g.integreert_klasinformatie,
      'keuzes', coalesce((
          select json_agg(json_build_object('instellingsnummer', scholen.hoofd(k.instellingsnummer, p_vandaag), 'van', k.van, 'tot', k.tot))
            from toepassingen.keuze k where k.toepassing = g.toepassing and k.instellingsnummer = any (v_lijn)), '[]'::json),
      'regels', coalesce((
          select json_agg(json_build_object('instellingsnummer', scholen.hoofd(z.instellingsnummer, p_vandaag), 'soort', z.soort,
                   'niveau', z.niveau, 'leerjaar', z.leerjaar, 'uitgesloten', z.uitgesloten, 'van', z.van, 'tot', z.tot))
            from (select * from toepassingen.zichtbaarheid z
                   where z.soort <> 'leerling' and z.toepassing = g.toepassing and z.instellingsnummer = any (v_lijn)
                  union all
                  select * from toepassingen.zichtbaarheid z
                   where z.soort = 'leerling' and z.toepassing = g.toepassing and z.instellingsnummer = any (v_lijn)
                     and z.account_uuid = any (v_historiek || p_account)) z), '[]'::json),
      'protocol', (
          select json_build_object('protocol', p.protocol, 'versie', p.versie, 'van', p.van, 'tot', p.tot, 'attributen', p.attributen::json)
            from protocollen.protocol p
           where p.toepassing = g.toepassing and p.van <= p_vandaag
           order by p.versie desc limit 1)
    ) order by g.naam), '[]'::json)
    into v_toepassingen from gekozen g;

  return json_build_object('account', v_account, 'inschrijvingen', v_inschrijvingen, 'toepassingen', v_toepassingen)::text;
end $$;

grant usage on schema verstrekking to leerid_app;
grant select, insert, delete on all tables in schema verstrekking to leerid_app;
