-- The dropserver (D9): where school packages put class information over SFTP.
create schema dropserver;

create table dropserver.hostsleutel (
  enig boolean primary key default true check (enig),
  publiek text not null,
  prive_versleuteld bytea not null,
  gemaakt_op timestamptz not null
);
comment on table dropserver.hostsleutel is
  'The host key of the dropserver (Ed25519), one for all nodes; the private part AES-256-GCM with a key outside the database. No personal data.';

create table dropserver.controlesom (
  pakket text collate "C" not null,
  naam text collate "C" not null,
  aangekondigd text check (aangekondigd ~ '^[0-9a-f]{64}$'),
  gekregen text check (gekregen ~ '^[0-9a-f]{64}$'),
  gewijzigd_op timestamptz not null,
  primary key (pakket, naam)
);
comment on table dropserver.controlesom is
  'SHA-256 of files as their package announced them (.sha256) and as they came, so that the one can be compared with the other whichever is first and on whichever connection. No personal data. Kept 14 days.';
create index controlesom_gewijzigd on dropserver.controlesom (gewijzigd_op);

grant usage on schema dropserver to leerid_app;
grant select, insert on dropserver.hostsleutel to leerid_app;
grant select, insert, update, delete on dropserver.controlesom to leerid_app;
