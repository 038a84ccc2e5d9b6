-- A line in quarantine is listed, read and replayed by a number that a person can type.
alter table discimus.quarantaine add column nr bigint generated always as identity unique;

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
