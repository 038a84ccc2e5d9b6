create schema rechten;

create table rechten.directeursopdracht (
  instellingsnummer text not null,
  opdracht text not null,
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

grant usage on schema rechten to leerid_app;
grant select, insert, update on all tables in schema rechten to leerid_app;
