create schema scholen;

create table scholen.school (
  instellingsnummer text collate "C" primary key check (instellingsnummer ~ '^[0-9]{6}$'),
  naam text not null,
  gemeente text not null,
  niveaus text[] not null,
  van date not null,
  tot date,
  opvolger text collate "C" check (opvolger ~ '^[0-9]{6}$' and opvolger <> instellingsnummer),
  versie integer not null,
  inhoud bigint not null,
  gewijzigd_op timestamptz not null
);
comment on table scholen.school is 'Recognised schools by instellingsnummer. Purpose: R2, R40. Ground: GDPR 6(1)(c). Retention: no personal data.';
comment on column scholen.school.opvolger is 'The number that replaces this one from the day after tot (at once without tot). D3.';
comment on column scholen.school.inhoud is '64 bits of a keyed hash of the message content: tells a duplicate from a conflicting version.';
create index school_opvolger on scholen.school (opvolger) where opvolger is not null;

create table scholen.vestiging (
  instellingsnummer text collate "C" not null references scholen.school on delete cascade,
  vestiging text collate "C" not null,
  naam text,
  gemeente text,
  primary key (instellingsnummer, vestiging)
);
comment on table scholen.vestiging is 'Sites of a school. Retention: no personal data.';

-- The number that stands today for this one: follows successors that are in force on the given date.
create function scholen.hoofd(p_instellingsnummer text, p_op date) returns text
language plpgsql stable as $$
declare
  nummer text := p_instellingsnummer;
  volgend text;
begin
  for stap in 1 .. 20 loop -- 20: a ring of successors in the feed must not hang a sign-in
    select s.opvolger into volgend from scholen.school s
     where s.instellingsnummer = nummer and s.opvolger is not null and (s.tot is null or s.tot < p_op);
    exit when volgend is null;
    nummer := volgend;
  end loop;
  return nummer;
end $$;

-- Every number that today stands for the same school: the head and all its predecessors.
create function scholen.lijn(p_instellingsnummer text, p_op date) returns text[]
language plpgsql stable as $$
declare
  hoofd text := scholen.hoofd(p_instellingsnummer, p_op);
begin
  if hoofd = p_instellingsnummer and not exists (select from scholen.school where opvolger = hoofd) then
    return array[hoofd]; -- nearly all schools
  end if;
  return (
    with recursive lijn(nummer) as (
      select hoofd collate "C"
      union
      select s.instellingsnummer from scholen.school s join lijn l on s.opvolger = l.nummer
       where s.tot is null or s.tot < p_op
    ) select array_agg(nummer order by nummer) from lijn);
end $$;

-- Takes one message about a school: 'verwerkt', 'ongewijzigd' (seen before, or late) or 'botsing' (same version, other content).
create function scholen.verwerk(
  p_nu timestamptz, p_instellingsnummer text, p_versie integer, p_inhoud bigint, p_naam text, p_gemeente text, p_niveaus text[],
  p_van date, p_tot date, p_opvolger text, p_vestigingen text[], p_vestiging_namen text[], p_vestiging_gemeenten text[]) returns text
language plpgsql set enable_seqscan = off as $$ -- else a plan made while the table was empty scans it when it is full
declare
  oud scholen.school;
begin
  insert into scholen.school (instellingsnummer, naam, gemeente, niveaus, van, tot, opvolger, versie, inhoud, gewijzigd_op)
  values (p_instellingsnummer, p_naam, p_gemeente, p_niveaus, p_van, p_tot, p_opvolger, p_versie, p_inhoud, p_nu)
  on conflict (instellingsnummer) do update
     set naam = excluded.naam, gemeente = excluded.gemeente, niveaus = excluded.niveaus, van = excluded.van, tot = excluded.tot,
         opvolger = excluded.opvolger, versie = excluded.versie, inhoud = excluded.inhoud, gewijzigd_op = excluded.gewijzigd_op
   where school.versie < excluded.versie;
  if not found then
    select * into oud from scholen.school where instellingsnummer = p_instellingsnummer;
    return case when oud.versie = p_versie and oud.inhoud <> p_inhoud then 'botsing' else 'ongewijzigd' end;
  end if;
  delete from scholen.vestiging where instellingsnummer = p_instellingsnummer;
  insert into scholen.vestiging (instellingsnummer, vestiging, naam, gemeente)
  select p_instellingsnummer, v.* from unnest(p_vestigingen, p_vestiging_namen, p_vestiging_gemeenten) as v;
  return 'verwerkt';
end $$;

grant usage on schema scholen to leerid_app;
grant select, insert, update, delete on all tables in schema scholen to leerid_app;
