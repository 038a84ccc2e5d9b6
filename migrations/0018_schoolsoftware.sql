-- Mijn Schoolsoftware (R21): which administrative package a school uses, from when until when.
create schema schoolsoftware;

create table schoolsoftware.pakket (
  pakket text collate "C" primary key check (pakket ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  naam text not null,
  levert_klasinformatie boolean not null,
  client_id text unique,
  gewijzigd_op timestamptz not null
);
comment on table schoolsoftware.pakket is
  'Administrative packages (R9): processors of the schools. client_id = its machine client; levert_klasinformatie = it can deliver class information. No personal data.';

create table schoolsoftware.sleutel (
  vingerafdruk text collate "C" primary key,
  pakket text collate "C" not null references schoolsoftware.pakket,
  publieke_sleutel text not null,
  ingevoerd_op timestamptz not null
);
comment on table schoolsoftware.sleutel is
  'Public keys with which a package signs in at the dropserver (D9), by their SHA-256 fingerprint. No personal data.';
create index sleutel_pakket on schoolsoftware.sleutel (pakket);

create table schoolsoftware.gebruik (
  instellingsnummer text collate "C" not null check (instellingsnummer ~ '^[0-9]{6}$'),
  van date not null,
  tot date check (tot >= van),
  pakket text collate "C" not null references schoolsoftware.pakket,
  gewijzigd_op timestamptz not null,
  primary key (instellingsnummer, van)
);
comment on table schoolsoftware.gebruik is
  'Which package a school uses, from when until when (R21). Of periods that overlap the one that begins last counts. No personal data.';

create table schoolsoftware.meegedeeld (
  pakket text collate "C" not null references schoolsoftware.pakket,
  account_uuid uuid not null,
  leer_id_uuid uuid,
  gewijzigd_op timestamptz not null,
  primary key (pakket, account_uuid)
);
comment on table schoolsoftware.meegedeeld is
  'Which identifiers of a pupil a package received (R22), so that the privacy log gets a record the first time and at every change, not every night (ADR 0015). Ground: GDPR 6(1)(c). Kept as long as the account.';

-- The package that a school uses on a day, under any of its numbers; null = none.
create function schoolsoftware.pakket_van(p_nummers text[], p_op date) returns text
language sql stable as $$
  select g.pakket from schoolsoftware.gebruik g
   where g.instellingsnummer = any (p_nummers) and g.van <= p_op and (g.tot is null or g.tot >= p_op)
   order by g.van desc, g.instellingsnummer limit 1
$$;

grant usage on schema schoolsoftware to leerid_app, leerid_school;
grant select, insert, update, delete on all tables in schema schoolsoftware to leerid_app;
grant select on schoolsoftware.pakket, schoolsoftware.gebruik to leerid_school;

select schoolloket.scherm_af('schoolsoftware.gebruik');
