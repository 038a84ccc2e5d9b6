-- When the main key is lost, or known to others: takes away all that was made with it, so that the database can go on with another one.
-- Read docs/uitbating.md first. Everything of LeerID is stopped, a backup is made, and the owner (leerid_eigenaar) runs this in the
-- database; then comes  leerid migrate  with the new key. What stays: pupils with their accounts and usernames, enrolments, agreements,
-- choices of schools, class groups, and every line of the privacy log. What has to be made again is said behind each statement.
\set ON_ERROR_STOP on
begin;

do $$
begin
  if exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usename <> current_user) then
    raise exception 'Er is nog iemand verbonden met deze databank. Stop eerst alles van LeerID.';
  end if;
end $$;

-- Numbers of pupils: come back with a full load of Discimus. It takes every message again, since what was kept of the former
-- ones was hashed with the key as well.
delete from leerlingen.insz;
update leerlingen.registratie set versie = 0;
update inschrijvingen.inschrijving set versie = 0;
update scholen.school set versie = 0;
update rechten.directeursopdracht set versie = 0;
delete from discimus.invoer;
delete from discimus.quarantaine;

-- Passwords, badges and what lay ready to be printed: schools hand them out again.
delete from sleutels.sleutel;
delete from sleutels.badge;
delete from sleutels.venster;
delete from sleutels.poging;
update uitreiking.item set geheim = null where geheim is not null;
update uitreiking.batch set klaar_op = coalesce(klaar_op, now()), gewist_op = coalesce(gewist_op, now());

-- Secrets of clients: come back with  leerid import toepassing  for each application, with a new secret.
update toepassingen.client set geheim_versleuteld = null where geheim_versleuteld is not null;

-- Keys that sign tokens, and the host key of the dropserver: are made at the next start. Packages must hear the new fingerprint.
delete from tokens.sleutel;
delete from dropserver.hostsleutel;

-- Files of class information that were not processed yet: packages deliver them again.
delete from leveringen.levering where inhoud is not null;

-- Sessions: everybody signs in again.
delete from acm.sessie;
delete from acm.machtiging;
delete from acm.model;
delete from acm.afmelding;
delete from leerlingloket.sessie;
delete from schoolloket.sessie;
delete from beheer.sessie;

-- The privacy log: its lines stay, and wait to be sealed anew. Keep the former seals (pg_dump) and the file with the anchors.
delete from privacylog.zegel;
delete from privacylog.kop;
delete from privacylog.wachtrij;
insert into privacylog.wachtrij (nr, tijdstip) select nr, tijdstip from privacylog.regel;

delete from hoofdsleutel.proef;
commit;
