create schema leerlingloket;

create table leerlingloket.sessie (
  id_hash bytea primary key,
  sid text not null,
  account_uuid uuid not null,
  id_token text not null,
  verloopt_op timestamptz not null
);
comment on table leerlingloket.sessie is 'Sessions of the leerlingloket as a client of ACM; ended by back-channel logout on sid.';
create index leerlingloket_sessie_sid on leerlingloket.sessie (sid);
create index leerlingloket_sessie_verloopt on leerlingloket.sessie (verloopt_op);

grant usage on schema leerlingloket to leerid_app;
grant select, insert, update, delete on all tables in schema leerlingloket to leerid_app;
