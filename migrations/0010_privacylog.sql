create schema privacylog;

create table privacylog.regel (
  nr bigint generated always as identity,
  tijdstip timestamptz not null,
  soort text not null,
  account_uuid uuid not null,
  attributen text[] not null,
  ontvanger text not null,
  protocol text,
  aanleiding text not null,
  primary key (nr, tijdstip)
) partition by range (tijdstip);
comment on table privacylog.regel is
  'Privacy log (D11, R25): one row per release and per look by staff; names of attributes, never values. Append-only by rights. Kept ten years, removed by month.';

create table privacylog.wachtrij (nr bigint primary key, tijdstip timestamptz not null);
comment on table privacylog.wachtrij is
  'Rows that wait for their seal: written in the same commit as the row, taken by the sealer, so that a row that commits late is never skipped.';

create table privacylog.zegel (
  nr bigint primary key,
  tijdstip timestamptz not null,
  aantal integer not null check (aantal > 0),
  regels int8multirange not null,
  van timestamptz not null,
  tot timestamptz not null,
  vorige bytea not null,
  zegel bytea not null
);
comment on table privacylog.zegel is
  'The hash chain: each seal covers a set of rows and the seal before it, keyed with a secret outside the database.';

create table privacylog.kop (
  enig boolean primary key default true check (enig),
  nr bigint not null,
  aantal bigint not null,
  kop bytea not null
);
comment on table privacylog.kop is 'Number of the last seal and of all rows sealed, keyed: cutting off the end of the log shows.';

create function privacylog.maak_partitie(p_maand date) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  naam text := 'regel_' || to_char(p_maand, 'YYYYMM');
begin
  if p_maand <> date_trunc('month', p_maand) then raise exception 'not the first of a month'; end if;
  if to_regclass('privacylog.' || naam) is null then
    perform pg_advisory_xact_lock(7112); -- two nodes at midnight: the second waits, and then finds it there
    execute format('create table privacylog.%I partition of privacylog.regel for values from (%L) to (%L)',
      naam, p_maand::timestamp at time zone 'UTC', (p_maand + interval '1 month') at time zone 'UTC');
    execute format('create index on privacylog.%I (account_uuid, tijdstip desc)', naam);
    execute format('grant select, insert on privacylog.%I to leerid_app', naam);
  end if;
exception when duplicate_table then null;
end $$;

-- The safety net: a release must never fail because a month has no partition yet.
create table privacylog.regel_overig partition of privacylog.regel default;
create index on privacylog.regel_overig (account_uuid, tijdstip desc);

create function privacylog.nooit() returns trigger language plpgsql as $$
begin
  raise exception 'the privacy log is append-only';
end $$;
create trigger alleen_toevoegen before update or delete on privacylog.regel for each row execute function privacylog.nooit();
create trigger niet_leegmaken before truncate on privacylog.regel for each statement execute function privacylog.nooit();

grant usage on schema privacylog to leerid_app;
grant select, insert on privacylog.regel, privacylog.regel_overig, privacylog.zegel to leerid_app;
grant select, insert, delete on privacylog.wachtrij to leerid_app;
grant select, insert, update on privacylog.kop to leerid_app;
grant usage on all sequences in schema privacylog to leerid_app;
grant execute on function privacylog.maak_partitie(date) to leerid_app;
