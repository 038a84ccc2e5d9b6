create schema tokens;

create table tokens.sleutel (
  kid text primary key,
  alg text not null check (alg in ('RS256', 'ES256')),
  publiek text not null,
  prive_versleuteld bytea not null,
  status text not null check (status in ('volgend', 'actief', 'uitgaand')),
  sinds timestamptz not null
);
comment on table tokens.sleutel is
  'Keys that sign ID tokens, logout tokens and machine tokens; private part encrypted. One active per algorithm, the next one published before use, the former one until nothing it signed is valid. No personal data.';
create unique index sleutel_actief on tokens.sleutel (alg) where status = 'actief';
create unique index sleutel_volgend on tokens.sleutel (alg) where status = 'volgend';

grant usage on schema tokens to leerid_app;
grant select, insert, update, delete on all tables in schema tokens to leerid_app;

create schema acm;

create table acm.sessie (
  uid text primary key,
  id_hash bytea not null unique,
  account_uuid uuid,
  medewerker text,
  inhoud text not null,
  clients jsonb not null default '{}',
  verloopt_op timestamptz not null,
  constraint sessie_van_een check ((account_uuid is null) <> (medewerker is null))
);
comment on column acm.sessie.clients is
  'Applications that were opened in this session, with the sub each one got: who is told when it ends. Merged in SQL, so that parallel first visits never lose one.';
comment on column acm.sessie.medewerker is
  'A session of an adult instead of a pupil (D8): what the upstream provider said at the sign-in, as JSON: vo_id, names, organisations and roles, nothing else. Personal data of staff; goes with the session, 8 hours after the sign-in at the latest.';
comment on table acm.sessie is
  'Sign-in sessions at ACM, of pupils (R32) or of adults (R18): exactly one of account_uuid and medewerker. Retention: until they expire or sign-out.';
create index sessie_verloopt on acm.sessie (verloopt_op);
create index sessie_account on acm.sessie (account_uuid) where account_uuid is not null;

create table acm.uitlog (
  uid text primary key,
  clients jsonb not null,
  sinds timestamptz not null
);
comment on table acm.uitlog is
  'Sessions that ended because the password or badge of the pupil was replaced (D7), and whose applications (client_id and sub) must still be told. Retention: until a node of ACM takes them, seconds.';

create table acm.machtiging (
  code_hash bytea primary key,
  token_hash bytea unique,
  client_id text not null,
  account_uuid uuid,
  sessie_uid text not null,
  inhoud text not null,
  verloopt_op timestamptz not null,
  ingewisseld_op timestamptz,
  token_verloopt_op timestamptz,
  ingetrokken_op timestamptz
);
comment on column acm.machtiging.account_uuid is 'Null for an adult: then only the session says who it is, and with it that is gone.';
comment on table acm.machtiging is
  'One authorization: its code (30 s, single use) and the access token it was redeemed for (1 hour). Re-use of the code revokes the row, and with it the token. Removed when the token has expired.';
create index machtiging_verloopt on acm.machtiging (verloopt_op);

create table acm.model (
  model text not null,
  id_hash bytea not null,
  inhoud text not null,
  verloopt_op timestamptz not null,
  primary key (model, id_hash)
);
comment on table acm.model is 'Rarer records: client assertions that were used once (replay), and requests in flight that are too large for a cookie. No personal data of pupils. Retention: until they expire, ten minutes at most.';
create index model_verloopt on acm.model (verloopt_op);

grant usage on schema acm to leerid_app;
grant select, insert, update, delete on all tables in schema acm to leerid_app;
