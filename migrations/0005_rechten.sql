create schema rechten;

create table rechten.directeursopdracht (
  instellingsnummer text collate "C" not null,
  opdracht text collate "C" not null,
  vo_id text not null,
  naam text not null,
  voornaam text not null,
  verstuurd_op date not null,
  vastbenoemd boolean not null,
  van date not null,
  tot date check (tot >= van),
  versie integer not null,
  inhoud bigint not null,
  gewijzigd_op timestamptz not null,
  primary key (instellingsnummer, opdracht)
);
comment on table rechten.directeursopdracht is
  'Directors'' assignments as Discimus sends them: the only source of the databeheerder right (R6, R59). Ground: GDPR 6(1)(c).';

-- Takes one message about an assignment: 'verwerkt', 'ongewijzigd' (seen before, or late) or 'botsing' (same version, other content).
create function rechten.verwerk(
  p_nu timestamptz, p_instellingsnummer text, p_opdracht text, p_versie integer, p_inhoud bigint, p_vo_id text, p_naam text,
  p_voornaam text, p_verstuurd_op date, p_vastbenoemd boolean, p_van date, p_tot date) returns text
language plpgsql set enable_seqscan = off as $$ -- else a plan made while the table was empty scans it when it is full
declare
  oud rechten.directeursopdracht;
begin
  insert into rechten.directeursopdracht (instellingsnummer, opdracht, vo_id, naam, voornaam, verstuurd_op, vastbenoemd, van, tot,
      versie, inhoud, gewijzigd_op)
  values (p_instellingsnummer, p_opdracht, p_vo_id, p_naam, p_voornaam, p_verstuurd_op, p_vastbenoemd, p_van, p_tot,
      p_versie, p_inhoud, p_nu)
  on conflict (instellingsnummer, opdracht) do update
     set vo_id = excluded.vo_id, naam = excluded.naam, voornaam = excluded.voornaam, verstuurd_op = excluded.verstuurd_op,
         vastbenoemd = excluded.vastbenoemd, van = excluded.van, tot = excluded.tot,
         versie = excluded.versie, inhoud = excluded.inhoud, gewijzigd_op = excluded.gewijzigd_op
   where directeursopdracht.versie < excluded.versie;
  if found then return 'verwerkt'; end if;
  select * into oud from rechten.directeursopdracht where instellingsnummer = p_instellingsnummer and opdracht = p_opdracht;
  return case when oud.versie = p_versie and oud.inhoud <> p_inhoud then 'botsing' else 'ongewijzigd' end;
end $$;

grant usage on schema rechten to leerid_app;
grant select, insert, update on all tables in schema rechten to leerid_app;
