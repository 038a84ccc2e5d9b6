create schema discimus;

create table discimus.levering (
  levering_id bigint generated always as identity primary key,
  bron text not null check (bron in ('http', 'bestand')),
  bestand text,
  begonnen_op timestamptz not null,
  klaar_op timestamptz,
  ontvangen bigint not null default 0,
  verwerkt bigint not null default 0,
  ongewijzigd bigint not null default 0,
  quarantaine bigint not null default 0,
  check (ontvangen = verwerkt + ongewijzigd + quarantaine)
);
comment on table discimus.levering is 'Deliveries of the feed with their counts, which always add up; newest = highest number. No personal data. Kept two years.';

create table discimus.quarantaine (
  quarantaine_id uuid primary key,
  levering_id bigint not null references discimus.levering,
  regel bigint not null,
  bericht_id text,
  code text not null,
  veld text,
  melding text not null,
  bericht_versleuteld bytea not null,
  ontvangen_op timestamptz not null
);
comment on table discimus.quarantaine is
  'Messages that could not be taken, whole and encrypted (they may hold an INSZ), with the reason. Kept one year or until mended.';
create index quarantaine_levering on discimus.quarantaine (levering_id, regel);

create table discimus.invoer (
  bestand_hash bytea primary key,
  levering_id bigint not null references discimus.levering,
  regels bigint not null,
  klaar boolean not null,
  bijgewerkt_op timestamptz not null
);
comment on table discimus.invoer is 'How far a full load came, so that it goes on where it stopped. No personal data.';

grant usage on schema discimus to leerid_app;
grant select, insert, update, delete on all tables in schema discimus to leerid_app;
grant usage on all sequences in schema discimus to leerid_app;
