-- oudste-programma: 0.1.0
-- Fair waiting (D24, ADR 0027). Beside the count that all share stand the looks of the last ten minutes that only a browser of the pupil
-- himself, or an open window, could take.
alter table sleutels.poging
  add column voorbehouden jsonb not null default '[]',
  add column versie integer not null default 0;
comment on table sleutels.poging is
  'Failed sign-ins per typed name or badge (keyed hash, so that unknown names behave like known ones), and when the next one is looked at (D7). voorbehouden: looks of the last ten minutes that were kept for a browser the pupil used before or for an open window, with a keyed hash of that browser or address, for this name only (D24). versie: what was read is what is replaced. Removed after a day without attempts.';

-- A badge with which wrong pictures used up the tries of a day: somebody may have photographed it. The school sees it until it makes
-- another badge.
alter table sleutels.badge add column gestopt_op timestamptz;
create index badge_gestopt on sleutels.badge (gestopt_op) where gestopt_op is not null;
grant select (gestopt_op) on sleutels.badge to leerid_school;
