-- oudste-programma: 0.1.0
-- Lines of a month that has no partition yet stand in the default one, and PostgreSQL then refuses to make the partition (23514): one
-- line before the first start of a server, and none started any more. They are taken along, in the same transaction.
-- And making one needs the table alone: behind a long reading (a dump, a verification) every release would wait for it as well. It gives
-- up after a second, for the default partition to catch what comes.
create or replace function privacylog.maak_partitie(p_maand date) returns void
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '1s' as $$
declare
  naam text := 'regel_' || to_char(p_maand, 'YYYYMM');
  van timestamptz := p_maand::timestamp at time zone 'UTC';
  tot timestamptz := (p_maand + interval '1 month') at time zone 'UTC';
  achtergebleven boolean;
begin
  if p_maand <> date_trunc('month', p_maand) then raise exception 'not the first of a month'; end if;
  if to_regclass('privacylog.' || naam) is not null then return; end if;
  -- What making a partition takes anyway, now already: of two nodes at midnight the second waits and finds it there, and no line slips in.
  lock table only privacylog.regel in access exclusive mode;
  if to_regclass('privacylog.' || naam) is not null then return; end if;

  select exists (select from privacylog.regel_overig where tijdstip >= van and tijdstip < tot) into achtergebleven;
  if achtergebleven then
    -- On its own it has no triggers: those of the log say that nothing in it is ever removed.
    alter table privacylog.regel detach partition privacylog.regel_overig;
  end if;
  execute format('create table privacylog.%I partition of privacylog.regel for values from (%L) to (%L)', naam, van, tot);
  if achtergebleven then
    execute format(
      'with mee as (delete from privacylog.regel_overig where tijdstip >= %2$L and tijdstip < %3$L returning *)
       insert into privacylog.%1$I (nr, tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding)
         overriding system value select nr, tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding from mee', naam, van, tot);
    alter table privacylog.regel attach partition privacylog.regel_overig default;
  end if;
  execute format('create index on privacylog.%I (account_uuid, tijdstip desc)', naam);
  execute format('grant select, insert on privacylog.%I to leerid_app', naam);
end $$;
