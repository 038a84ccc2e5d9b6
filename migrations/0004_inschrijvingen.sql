create schema inschrijvingen;

create table inschrijvingen.inschrijving (
  instellingsnummer text collate "C" not null,
  stamnummer text collate "C" not null,
  inschrijving text collate "C" not null,
  vestiging text not null,
  niveau text not null check (niveau in ('kleuter', 'lager', 'secundair')),
  leerjaar integer not null check (leerjaar between 0 and 9),
  administratieve_groep text,
  van date not null,
  tot date check (tot >= van),
  geannuleerd boolean not null,
  versie integer not null,
  inhoud bigint not null,
  gewijzigd_op timestamptz not null,
  primary key (instellingsnummer, stamnummer, inschrijving) include (administratieve_groep) -- a list of a group reads no other rows
) with (fillfactor = 90);
comment on table inschrijvingen.inschrijving is
  'Enrolments by the key of Discimus, joined to the pupil by (instellingsnummer, stamnummer) without a foreign key: an enrolment may arrive before its pupil (D2, D3). A cancelled one stays as a row so that a late older version cannot revive it. Ground: GDPR 6(1)(c).';

-- Takes one message about an enrolment: 'verwerkt', 'ongewijzigd' (seen before, or late) or 'botsing' (same version, other content).
-- Lock 7107: see leerlingen.verwerk; sets of messages hold it exclusively.
create type inschrijvingen.bericht as (
  instellingsnummer text, stamnummer text, inschrijving text, versie integer, inhoud bigint, vestiging text, niveau text, leerjaar integer,
  administratieve_groep text, van date, tot date, geannuleerd boolean
);
create function inschrijvingen.verwerk(b inschrijvingen.bericht, p_nu timestamptz, p_alleen boolean) returns text
language plpgsql set enable_seqscan = off as $$ -- else a plan made while the table was empty scans it when it is full
declare
  oud inschrijvingen.inschrijving;
begin
  if not p_alleen and not pg_try_advisory_xact_lock_shared(7107) then
    perform pg_advisory_xact_lock_shared(7107);
  end if;
  insert into inschrijvingen.inschrijving (instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar,
      administratieve_groep, van, tot, geannuleerd, versie, inhoud, gewijzigd_op)
  values (b.instellingsnummer, b.stamnummer, b.inschrijving, b.vestiging, b.niveau, b.leerjaar,
      b.administratieve_groep, b.van, b.tot, b.geannuleerd, b.versie, b.inhoud, p_nu)
  on conflict (instellingsnummer, stamnummer, inschrijving) do update
     set vestiging = excluded.vestiging, niveau = excluded.niveau, leerjaar = excluded.leerjaar,
         administratieve_groep = excluded.administratieve_groep, van = excluded.van, tot = excluded.tot,
         geannuleerd = excluded.geannuleerd, versie = excluded.versie, inhoud = excluded.inhoud, gewijzigd_op = excluded.gewijzigd_op
   where inschrijving.versie < excluded.versie;
  if found then return 'verwerkt'; end if;
  select * into oud from inschrijvingen.inschrijving
   where instellingsnummer = b.instellingsnummer and stamnummer = b.stamnummer and inschrijving = b.inschrijving;
  return case when oud.versie = b.versie and oud.inhoud <> b.inhoud then 'botsing' else 'ongewijzigd' end;
end $$;

grant usage on schema inschrijvingen to leerid_app;
grant select, insert, update on all tables in schema inschrijvingen to leerid_app;
