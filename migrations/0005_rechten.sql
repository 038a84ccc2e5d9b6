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

-- What the weekly upload took over (R62). The right itself is the part of this that the assignment of today still covers: growth waits
-- for a Monday, an end counts at once (R60).
create table rechten.databeheerder (
  instellingsnummer text collate "C" not null,
  opdracht text collate "C" not null,
  vo_id text not null,
  van date not null,
  tot date,
  uiterst date,
  sinds date not null,
  primary key (instellingsnummer, opdracht),
  foreign key (instellingsnummer, opdracht) references rechten.directeursopdracht on delete cascade
);
comment on table rechten.databeheerder is
  'Assignments as the last weekly upload found them: who is databeheerder (R59-R62). Ground: GDPR 6(1)(c). Retention: with the assignment.';
comment on column rechten.databeheerder.uiterst is
  'Last day of the maximum validity: 31 August of the fifth year after the upload (R61, D10). Null for a temporary assignment with an end.';
comment on column rechten.databeheerder.sinds is 'The Monday of the upload that gave this person the right.';
create index databeheerder_vo_id on rechten.databeheerder (vo_id);

create table rechten.lading (
  maandag date primary key check (extract(isodow from maandag) = 1),
  uitgevoerd_op timestamptz not null,
  opdrachten integer not null
);
comment on table rechten.lading is
  'Weekly uploads that were done, one row per Monday: what a missed Monday is known by, and two nodes do once. No personal data.';

-- The upload of a Monday, once: the number of assignments that stand, or null when it was done before or there is nothing yet.
create function rechten.laad(p_nu timestamptz, p_maandag date, p_uiterst date) returns integer
language plpgsql as $$
declare
  aantal integer;
begin
  if exists (select from rechten.lading where maandag >= p_maandag) or not exists (select from rechten.directeursopdracht) then
    return null;
  end if;
  insert into rechten.lading (maandag, uitgevoerd_op, opdrachten) values (p_maandag, p_nu, 0) on conflict do nothing;
  if not found then return null; end if; -- another node, just now
  insert into rechten.databeheerder as d (instellingsnummer, opdracht, vo_id, van, tot, uiterst, sinds)
  select instellingsnummer, opdracht, vo_id, van, tot, case when vastbenoemd or tot is null then p_uiterst end, p_maandag
    from rechten.directeursopdracht
   where verstuurd_op <= p_maandag and (tot is null or tot >= p_maandag)
  on conflict (instellingsnummer, opdracht) do update
     set vo_id = excluded.vo_id, van = excluded.van, tot = excluded.tot, uiterst = excluded.uiterst,
         sinds = case when d.vo_id = excluded.vo_id then d.sinds else excluded.sinds end
   where (d.vo_id, d.van, d.tot, d.uiterst) is distinct from (excluded.vo_id, excluded.van, excluded.tot, excluded.uiterst);
  select count(*) into aantal from rechten.databeheerder where coalesce(tot, uiterst) >= p_maandag;
  update rechten.lading set opdrachten = aantal where maandag = p_maandag;
  return aantal;
end $$;

create table rechten.medewerker (
  instellingsnummer text collate "C" not null,
  vo_id text not null,
  naam text not null,
  voornaam text not null,
  gezien_op timestamptz not null,
  primary key (instellingsnummer, vo_id)
);
comment on table rechten.medewerker is
  'Staff who came with the role of LeerID-beheerder (leerid_rol_3d) when they last signed in, so that the director sees them (D8). Ground: GDPR 6(1)(c). Retention: replaced at each sign-in; until swept (D12).';
create index medewerker_vo_id on rechten.medewerker (vo_id);

create table rechten.beheerder (
  beheerder uuid primary key,
  instellingsnummer text collate "C" not null,
  vo_id text not null,
  naam text not null,
  voornaam text not null,
  van date not null,
  tot date,
  toegekend_door text not null,
  toegekend_op timestamptz not null,
  beeindigd_door text,
  beeindigd_op timestamptz,
  check ((beeindigd_op is null) = (beeindigd_door is null))
);
comment on table rechten.beheerder is
  'LeerID-beheerders named by a director (R4, D8), with who named and who ended them; ended, never deleted. Ground: GDPR 6(1)(c). Retention: until swept (D12).';
create unique index beheerder_een on rechten.beheerder (instellingsnummer, vo_id) where beeindigd_op is null;
create index beheerder_vo_id on rechten.beheerder (vo_id);

create table rechten.toegangsvraag (
  vraag uuid primary key,
  instellingsnummer text collate "C" not null,
  vo_id text not null,
  naam text not null,
  voornaam text not null,
  gevraagd_op timestamptz not null,
  besluit text check (besluit in ('toegekend', 'geweigerd')),
  beslist_door text,
  beslist_op timestamptz,
  check (num_nonnulls(besluit, beslist_door, beslist_op) in (0, 3))
);
comment on table rechten.toegangsvraag is
  'Staff who asked a director to become LeerID-beheerder, and what was decided. Ground: GDPR 6(1)(c). Retention: until swept (D12).';
create unique index toegangsvraag_open on rechten.toegangsvraag (instellingsnummer, vo_id) where besluit is null;
create index toegangsvraag_vo_id on rechten.toegangsvraag (vo_id);

grant usage on schema rechten to leerid_app;
grant select, insert, update on all tables in schema rechten to leerid_app;
grant delete on rechten.medewerker to leerid_app;
