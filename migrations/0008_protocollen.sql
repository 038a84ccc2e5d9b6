create schema protocollen;

create table protocollen.protocol (
  protocol text not null check (protocol ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  versie integer not null check (versie > 0),
  toepassing text not null,
  van date not null,
  tot date,
  attributen text not null,
  inhoud text not null,
  ingevoerd_op timestamptz not null,
  primary key (protocol, versie)
);
comment on table protocollen.protocol is
  'Agreements DOV - provider as structured data, every version kept (R45, R84). attributen = [{attribuut, tot?}] as JSON, the part the decision reads; inhoud = the whole file. Names of representatives are public (R90).';
create index protocol_toepassing on protocollen.protocol (toepassing, versie desc);

grant usage on schema protocollen to leerid_app;
grant select, insert, update on all tables in schema protocollen to leerid_app;
