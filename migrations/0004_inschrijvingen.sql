create schema inschrijvingen;

create table inschrijvingen.inschrijving (
  instellingsnummer text not null,
  stamnummer text not null,
  inschrijving text not null,
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
  primary key (instellingsnummer, stamnummer, inschrijving)
);
comment on table inschrijvingen.inschrijving is
  'Enrolments by the key of Discimus, joined to the pupil by (instellingsnummer, stamnummer) without a foreign key: an enrolment may arrive before its pupil (D2, D3). A cancelled one stays as a row so that a late older version cannot revive it. Ground: GDPR 6(1)(c).';

grant usage on schema inschrijvingen to leerid_app;
grant select, insert, update on all tables in schema inschrijvingen to leerid_app;
