create schema toepassingen;

create table toepassingen.toepassing (
  toepassing text primary key check (toepassing ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  naam text not null,
  omschrijving text not null,
  aanbieder text not null,
  soort text not null check (soort in ('doeltoepassing', 'loket')),
  start_url text not null,
  tint integer not null check (tint between 1 and 8),
  initialen text not null,
  integreert_klasinformatie boolean not null,
  instructies text not null,
  gewijzigd_op timestamptz not null
);
comment on table toepassingen.toepassing is 'Applications of providers, and our own lokets (R10, R58). No personal data.';

create table toepassingen.client (
  client_id text primary key,
  toepassing text references toepassingen.toepassing,
  soort text not null check (soort in ('web', 'machine')),
  doelgroep text check (doelgroep in ('leerlingen', 'medewerkers')),
  naam text not null,
  omgeving text not null,
  geheim_versleuteld bytea,
  metadata text not null,
  gewijzigd_op timestamptz not null,
  check (soort = 'machine' or toepassing is not null),
  check ((soort = 'web') = (doelgroep is not null))
);
comment on table toepassingen.client is
  'OpenID clients, one per application and environment, and machine clients. The secret is encrypted: the protocol compares it in clear text. metadata = registered OpenID client metadata as JSON. doelgroep = whom a web client serves: pupils, or adults with their own key (D8).';

create table toepassingen.keuze (
  instellingsnummer text not null,
  toepassing text not null references toepassingen.toepassing,
  van date not null,
  tot date check (tot >= van),
  primary key (instellingsnummer, toepassing, van)
);
comment on table toepassingen.keuze is
  'Which school chose which application, from when until when (R54): a row per period, so that switching off and on again keeps what was. No personal data.';

create table toepassingen.zichtbaarheid (
  regel_id uuid primary key,
  instellingsnummer text not null,
  toepassing text not null references toepassingen.toepassing,
  soort text not null check (soort in ('school', 'niveau', 'leerjaar', 'klas', 'subklas', 'leerling')),
  niveau text check (niveau in ('kleuter', 'lager', 'secundair')),
  leerjaar integer,
  klas text,
  subklas text,
  account_uuid uuid,
  uitgesloten boolean not null default false,
  van date,
  tot date,
  check (van <= tot),
  check ((soort in ('niveau', 'leerjaar')) = (niveau is not null)),
  check ((soort = 'leerjaar') = (leerjaar is not null)),
  check ((soort in ('klas', 'subklas')) = (klas is not null)),
  check ((soort = 'subklas') = (subklas is not null)),
  check ((soort = 'leerling') = (account_uuid is not null)),
  check (soort = 'leerling' or not uitgesloten)
);
comment on table toepassingen.zichtbaarheid is
  'Live visibility rules of a school (D6): written as rules, never as rows per pupil. Rules on a (sub)klas count only while the school shares class information. Rules on one pupil keep the account_uuid they were made with; the decision also matches his history.';
-- Whom a rule is about: one pupil, or (the nil UUID) not one in particular. Makes the rules that may be about a pupil one look-up.
create function toepassingen.over(p_account uuid) returns uuid
language sql immutable as $$ select coalesce(p_account, '00000000-0000-0000-0000-000000000000') $$;
create index zichtbaarheid_over on toepassingen.zichtbaarheid (instellingsnummer, toepassing, toepassingen.over(account_uuid));
-- The same rule twice says nothing new: a double click on "Bewaar" writes one.
-- The pupil first, so that nobody looks up a school with it and then reads the rules on all of its pupils.
create unique index zichtbaarheid_enig on toepassingen.zichtbaarheid
  (account_uuid, instellingsnummer, toepassing, soort, niveau, leerjaar, klas, subklas, uitgesloten, van, tot) nulls not distinct;

-- Written in the same statement as the change itself; nobody changes it afterwards.
create table toepassingen.wijziging (
  wijziging_id bigint generated always as identity primary key,
  bundel uuid not null,
  instellingsnummer text not null,
  toepassing text not null references toepassingen.toepassing,
  tijdstip timestamptz not null,
  door text not null,
  soort text not null check (soort in ('aan', 'uit', 'nieuw', 'periode', 'weg')),
  wat text not null
);
comment on table toepassingen.wijziging is
  'Who changed what and when in the applications of a school (R54). door = vo_id; wat = the choice or rule as it became, as JSON: a rule on one pupil holds his account_uuid, never a name. bundel = what was saved together. Ground: GDPR 6(1)(e), 32. Retention: as long as the school has the application, at most ten years.';
create index wijziging_school on toepassingen.wijziging (instellingsnummer, toepassing, wijziging_id desc);
create index wijziging_bundel on toepassingen.wijziging (bundel);

grant usage on schema toepassingen to leerid_app;
grant select, insert, update, delete on all tables in schema toepassingen to leerid_app;
revoke update, delete on toepassingen.wijziging from leerid_app;
