-- A line in quarantine is listed, read and replayed by a number that a person can type. Replayed with success, what it said is erased.
alter table discimus.quarantaine
  add column nr bigint generated always as identity unique,
  add column afgespeeld_op timestamptz,
  alter column bericht_versleuteld drop not null,
  add check (bericht_versleuteld is not null or afgespeeld_op is not null);
create index quarantaine_open on discimus.quarantaine (nr) where afgespeeld_op is null;
comment on table discimus.quarantaine is
  'Messages that could not be taken, whole and encrypted (they may hold an INSZ), with the reason. Kept one year or until mended: when a replay took it, only the reason and the moments stay.';

create table discimus.inkijk (
  inkijk_id bigint generated always as identity primary key,
  quarantaine_nr bigint not null,
  gelezen_op timestamptz not null,
  door text not null,
  reden text not null check (length(reden) between 10 and 300)
);
comment on table discimus.inkijk is
  'Why an operator read a line in quarantine, beside the record in the privacy log of the same commit. No personal data of pupils. Kept ten years.';
grant select, insert on discimus.inkijk to leerid_app;
grant select (afgespeeld_op) on discimus.quarantaine to leerid_beheer;
