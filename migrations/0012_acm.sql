create schema acm;

create table acm.sleutel (
  kid text primary key,
  alg text not null check (alg in ('RS256', 'ES256')),
  publiek text not null,
  prive_versleuteld bytea not null,
  status text not null check (status in ('volgend', 'actief', 'uitgaand')),
  sinds timestamptz not null
);
comment on table acm.sleutel is 'Signing keys of the OpenID provider; private part encrypted. One active per algorithm, the next one published before use.';
create unique index sleutel_actief on acm.sleutel (alg) where status = 'actief';

create table acm.sessie (
  uid text primary key,
  id_hash bytea not null unique,
  account_uuid uuid,
  inhoud text not null,
  verloopt_op timestamptz not null
);
comment on table acm.sessie is 'Sign-in sessions of pupils at ACM (R32). Retention: until they expire or sign-out.';
create index sessie_verloopt on acm.sessie (verloopt_op);
create index sessie_account on acm.sessie (account_uuid);

create table acm.machtiging (
  code_hash bytea primary key,
  token_hash bytea unique,
  client_id text not null,
  account_uuid uuid not null,
  sessie_uid text not null,
  inhoud text not null,
  verloopt_op timestamptz not null,
  ingewisseld_op timestamptz,
  token_verloopt_op timestamptz,
  ingetrokken_op timestamptz
);
comment on table acm.machtiging is
  'One authorization: its code (30 s, single use) and the access token it was redeemed for (1 hour). Re-use of the code revokes the row, and with it the token. Removed when the token has expired.';
create index machtiging_verloopt on acm.machtiging (verloopt_op);
create index machtiging_sessie on acm.machtiging (sessie_uid);

create table acm.model (
  model text not null,
  id_hash bytea not null,
  inhoud text not null,
  uid text,
  grant_id text,
  verbruikt_op timestamptz,
  verloopt_op timestamptz not null,
  primary key (model, id_hash)
);
comment on table acm.model is 'The provider''s rarer records (replay protection, large interactions, machine tokens). Retention: until they expire.';
create index model_verloopt on acm.model (verloopt_op);

grant usage on schema acm to leerid_app;
grant select, insert, update, delete on all tables in schema acm to leerid_app;
