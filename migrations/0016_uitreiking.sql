create schema uitreiking;

create table uitreiking.batch (
  batch uuid primary key,
  nr bigint generated always as identity unique,
  instellingsnummer text collate "C" not null,
  soort text not null check (soort in ('strookjes', 'brieven', 'badges')),
  vo_id text not null,
  aantal integer not null check (aantal > 0),
  gevraagd_op timestamptz not null,
  klaar_op timestamptz,
  gedownload_op timestamptz,
  gewist_op timestamptz
);
comment on table uitreiking.batch is
  'Print batches (D7): a school hands out accounts on paper. vo_id = the member of staff who asked. gedownload_op = the first time, gewist_op = since when nothing of it can be printed any more. Kept 90 days.';
comment on column uitreiking.batch.nr is 'Order of asking: of two batches with one pupil the later one counts. Also the number of the series on paper.';
create index batch_school on uitreiking.batch (instellingsnummer, nr desc);
create index batch_open on uitreiking.batch (gevraagd_op) where gewist_op is null;

create table uitreiking.item (
  batch uuid not null references uitreiking.batch on delete cascade,
  volgorde integer not null,
  instellingsnummer text collate "C" not null,
  account_uuid uuid not null,
  groep text not null,
  niveau text not null check (niveau in ('kleuter', 'lager', 'secundair')),
  sleutel text not null check (sleutel in ('wachtwoord', 'badge')),
  gemaakt_op timestamptz,
  geheim bytea,
  vervangen_op timestamptz,
  primary key (batch, account_uuid),
  check (geheim is null or gemaakt_op is not null)
);
comment on table uitreiking.item is
  'One pupil of a print batch. geheim = what goes on paper, AES-256-GCM with a key outside the database, only until an hour after the first download and a day after asking at most (D7). vervangen_op: a later batch replaced it. Kept as long as its batch.';
create index item_account on uitreiking.item (account_uuid);
create index item_te_maken on uitreiking.item (batch, volgorde) where gemaakt_op is null and vervangen_op is null;
create index item_geheim on uitreiking.item (batch) where geheim is not null;

grant usage on schema uitreiking to leerid_app, leerid_school;
grant select, insert, update, delete on all tables in schema uitreiking to leerid_app;
grant select, insert on uitreiking.batch, uitreiking.item to leerid_school;

select schoolloket.scherm_af('uitreiking.batch');
-- And a batch holds pupils of the school only, whatever the statement says.
select schoolloket.scherm_af('uitreiking.item',
  'coalesce(instellingsnummer = any ((select schoolloket.nummers())::text[]), false) and exists (select from leerlingen.account a where a.account_uuid = item.account_uuid)');

select schoolloket.scherm_af('sleutels.badge', 'exists (select from leerlingen.registratie r where r.account_uuid = badge.account_uuid)');
grant select (account_uuid, gemaakt_op, uitgereikt_op, eerst_gebruikt_op) on sleutels.badge to leerid_school;
select schoolloket.scherm_af('sleutels.venster', 'exists (select from leerlingen.registratie r where r.account_uuid = venster.account_uuid)');
grant select (account_uuid, vo_id, geopend_op, open_tot, gebruikt_op) on sleutels.venster to leerid_school;
