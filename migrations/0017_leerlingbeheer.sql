create schema leerlingbeheer;

create table leerlingbeheer.selectie (
  sessie uuid not null,
  instellingsnummer text collate "C" not null,
  account_uuid uuid not null,
  gekozen_op timestamptz not null,
  primary key (sessie, instellingsnummer, account_uuid)
);
comment on table leerlingbeheer.selectie is
  'Pupils that a member of staff picked in LeerID-beheer, to print or export: one selection per session and school, so that it survives paging without JavaScript. Removed a day after picking.';

create table leerlingbeheer.overzicht (
  instellingsnummer text collate "C" primary key,
  ingeschreven integer not null,
  groepen text not null,
  klassen text not null,
  gemaakt_op timestamptz not null
);
comment on table leerlingbeheer.overzicht is
  'Per school how many pupils are enrolled today and which groups and classes it has (JSON), as counted when the list was last opened: a search reads this instead of every enrolment. No personal data. Removed after four minutes, so that nothing of a class is left five minutes after a school stopped sharing them.';

grant usage on schema leerlingbeheer to leerid_app, leerid_school;
grant select, insert, update, delete on all tables in schema leerlingbeheer to leerid_app, leerid_school;
grant select (zoek) on leerlingen.registratie to leerid_school;

select schoolloket.scherm_af('leerlingbeheer.selectie');
-- And a selection holds pupils of the school only, whatever the statement says. Asked when it is written, not at every count.
create policy leerling on leerlingbeheer.selectie as restrictive for insert to leerid_school
  with check (exists (select from leerlingen.account a where a.account_uuid = selectie.account_uuid));
select schoolloket.scherm_af('leerlingbeheer.overzicht');
