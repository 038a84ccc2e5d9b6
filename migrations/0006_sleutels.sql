create schema sleutels;

create table sleutels.sleutel (
  account_uuid uuid primary key,
  soort text not null check (soort in ('eerste', 'eigen')),
  hash text not null,
  peper text not null,
  uitgereikt_op timestamptz,
  eerst_gebruikt_op timestamptz,
  gewijzigd_op timestamptz not null
);
comment on table sleutels.sleutel is
  'Password of an account: argon2id keyed with a pepper outside the database (D7). soort eerste = handed out, must be replaced at first sign-in. Never in clear text anywhere.';

create table sleutels.poging (
  naam_hash bytea primary key,
  mislukt integer not null,
  laatste_op timestamptz not null,
  open_op timestamptz not null
);
comment on table sleutels.poging is
  'Failed sign-ins per typed name (keyed hash, so that unknown names behave like known ones) and when the next one is looked at (D7). Removed after a day without attempts.';

grant usage on schema sleutels to leerid_app;
grant select, insert, update, delete on all tables in schema sleutels to leerid_app;
