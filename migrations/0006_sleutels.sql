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

create table sleutels.badge (
  account_uuid uuid primary key,
  kort_hash bytea not null unique,
  code_hash bytea not null,
  plaatje smallint not null check (plaatje between 0 and 8),
  gemaakt_op timestamptz not null,
  uitgereikt_op timestamptz,
  eerst_gebruikt_op timestamptz
);
comment on table sleutels.badge is
  'Badge of a young pupil (D7): keyed hashes of its code (128 random bits) and of the short form that can be typed (the first 40 of them), and which of nine pictures is his. One per account: a reprint ends the one before. Removed when withdrawn.';

create table sleutels.venster (
  account_uuid uuid primary key,
  code_hash bytea not null,
  vo_id text not null,
  geopend_op timestamptz not null,
  open_tot timestamptz not null,
  gebruikt_op timestamptz
);
comment on table sleutels.venster is
  'The five minutes in which a pupil who forgot his password may choose another one (D7): keyed hash of the code that the member of staff vo_id told him. Used once; removed a day after.';

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

-- The password of an account goes to another one that has none; else it is removed. The same for a badge. Called when accounts merge (D2).
create function sleutels.verplaats(p_van uuid, p_naar uuid) returns void
language plpgsql as $$
begin
  update sleutels.sleutel set account_uuid = p_naar
   where account_uuid = p_van and not exists (select from sleutels.sleutel where account_uuid = p_naar);
  if not found then
    delete from sleutels.sleutel where account_uuid = p_van;
  end if;
  update sleutels.badge set account_uuid = p_naar
   where account_uuid = p_van and not exists (select from sleutels.badge where account_uuid = p_naar);
  if not found then
    delete from sleutels.badge where account_uuid = p_van;
  end if;
  delete from sleutels.venster where account_uuid = p_van;
end $$;
