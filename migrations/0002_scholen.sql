create schema scholen;

create table scholen.school (
  instellingsnummer text primary key check (instellingsnummer ~ '^[0-9]{6}$'),
  naam text not null,
  gemeente text not null,
  niveaus text[] not null,
  van date not null,
  tot date,
  opvolger text check (opvolger ~ '^[0-9]{6}$' and opvolger <> instellingsnummer),
  versie integer not null,
  inhoud bigint not null,
  gewijzigd_op timestamptz not null
);
comment on table scholen.school is 'Recognised schools by instellingsnummer. Purpose: R2, R40. Ground: GDPR 6(1)(c). Retention: no personal data.';
comment on column scholen.school.opvolger is 'The number that replaces this one from the day after tot (at once without tot). D3.';
comment on column scholen.school.inhoud is 'First 64 bits of the SHA-256 of the message content: tells a duplicate from a conflicting version.';
create index school_opvolger on scholen.school (opvolger) where opvolger is not null;

create table scholen.vestiging (
  instellingsnummer text not null references scholen.school on delete cascade,
  vestiging text not null,
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
      select hoofd
      union
      select s.instellingsnummer from scholen.school s join lijn l on s.opvolger = l.nummer
       where s.tot is null or s.tot < p_op
    ) select array_agg(nummer order by nummer) from lijn);
end $$;

grant usage on schema scholen to leerid_app;
grant select, insert, update, delete on all tables in schema scholen to leerid_app;
