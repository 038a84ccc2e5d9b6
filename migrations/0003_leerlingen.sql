create schema leerlingen;

create table leerlingen.account (
  account_uuid uuid primary key,
  leer_id_uuid uuid unique,
  naam text not null,
  voornaam text not null,
  gebruikersnaam_basis text,
  gebruikersnaam_nr integer,
  vervangen_door uuid references leerlingen.account,
  vervangen_op timestamptz,
  aangemaakt_op timestamptz not null,
  gewijzigd_op timestamptz not null,
  check ((vervangen_door is null) = (vervangen_op is null)),
  check ((gebruikersnaam_basis is null) = (gebruikersnaam_nr is null)),
  check (vervangen_door <> account_uuid)
);
comment on table leerlingen.account is
  'One row per account_uuid ever minted (R36). With leer_id_uuid it is the person (R35); vervangen_door makes it history (R38). Ground: GDPR 6(1)(c), codex VI.10. Rows are never re-assigned.';
comment on column leerlingen.account.vervangen_door is 'Points straight at the account that stands today: never a chain, so history is acyclic.';
create unique index account_gebruikersnaam on leerlingen.account (gebruikersnaam_basis, gebruikersnaam_nr);
create index account_vervangen_door on leerlingen.account (vervangen_door) where vervangen_door is not null;

create function leerlingen.bewaak_account() returns trigger language plpgsql as $$
begin
  if new.account_uuid <> old.account_uuid then
    raise exception 'account_uuid never changes';
  end if;
  if old.leer_id_uuid is not null and new.leer_id_uuid is distinct from old.leer_id_uuid then
    raise exception 'leer_id_uuid never changes'; -- R35, D2
  end if;
  if old.vervangen_door is not null and new.vervangen_door is null then
    raise exception 'history is append-only'; -- R38
  end if;
  return new;
end $$;
create trigger bewaak_account before update on leerlingen.account
  for each row when (new.account_uuid <> old.account_uuid
    or (old.leer_id_uuid is not null and new.leer_id_uuid is distinct from old.leer_id_uuid)
    or (old.vervangen_door is not null and new.vervangen_door is null))
  execute function leerlingen.bewaak_account();

create table leerlingen.registratie (
  instellingsnummer text not null,
  stamnummer text not null,
  account_uuid uuid not null references leerlingen.account,
  tijdelijk_account_uuid uuid references leerlingen.account,
  naam text not null,
  voornaam text not null,
  geboortedatum date not null,
  versie integer not null,
  tijdstip timestamptz not null,
  inhoud bigint not null,
  eerste_met_insz integer,
  eerste_zonder_insz integer,
  primary key (instellingsnummer, stamnummer)
);
comment on table leerlingen.registratie is
  'A pupil as one school knows him: the key of Discimus (D2). Holds the latest version; ground and retention as account.';
comment on column leerlingen.registratie.eerste_met_insz is 'Lowest message version with an INSZ.';
comment on column leerlingen.registratie.eerste_zonder_insz is
  'Lowest message version without one. Lower than eerste_met_insz: a temporary account once stood for this pupil (R37), whatever the order of delivery.';
create index registratie_account on leerlingen.registratie (account_uuid);

create table leerlingen.insz (
  insz_hash bytea primary key,
  insz_versleuteld bytea not null,
  account_uuid uuid not null references leerlingen.account
);
comment on table leerlingen.insz is
  'The only place of INSZ: AES-256-GCM, found by HMAC-SHA-256, keys outside the database (D2, R42). A person may have several (bis number, later a national number).';
create index insz_account on leerlingen.insz (account_uuid);

create table leerlingen.samenvoeging (
  oudste uuid not null references leerlingen.account,
  jongste uuid not null references leerlingen.account,
  gemeld_op timestamptz not null,
  status text not null check (status in ('voorstel', 'goedgekeurd', 'afgewezen')),
  primary key (oudste, jongste)
);
comment on table leerlingen.samenvoeging is
  'Two persons that the feed says may be one; waits for two people in beheer (D2). Ground and retention as account.';

grant usage on schema leerlingen to leerid_app;
grant select, insert, update on all tables in schema leerlingen to leerid_app;
grant delete on leerlingen.samenvoeging to leerid_app;
