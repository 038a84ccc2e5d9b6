-- oudste-programma: 0.1.0
-- With which main key this database was made: every command compares before it does anything. Only the owner may write it, so
-- only `leerid migrate` does, once.
create schema hoofdsleutel;

create table hoofdsleutel.proef (
  enig boolean primary key default true check (enig),
  proef bytea not null check (length(proef) = 32),
  gemaakt_op timestamptz not null default now()
);
comment on table hoofdsleutel.proef is
  'Check value of the main key: a keyed hash of a constant, by which a command sees that it has the key this database was made with (ADR 0020). The key itself never comes here. No personal data.';

grant usage on schema hoofdsleutel to leerid_app;
grant select on hoofdsleutel.proef to leerid_app;
