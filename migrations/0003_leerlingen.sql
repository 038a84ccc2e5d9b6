create schema leerlingen;

create table leerlingen.account (
  account_uuid uuid primary key,
  leer_id_uuid uuid,
  naam text not null,
  voornaam text not null,
  gebruikersnaam_basis text collate "C",
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
  'One row per account_uuid ever minted (R36). With leer_id_uuid it is the person (R35); vervangen_door makes it history (R38). Ground: GDPR 6(1)(c), codex VI.10. Rows are never re-assigned. A superseded row keeps no names: they are those of the account that stands.';
comment on column leerlingen.account.vervangen_door is 'Points straight at the account that stands today: never a chain, so history is acyclic.';
create unique index account_leer_id on leerlingen.account (leer_id_uuid) where leer_id_uuid is not null;
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
  instellingsnummer text collate "C" not null,
  stamnummer text collate "C" not null,
  account_uuid uuid not null,
  tijdelijk_account_uuid uuid,
  naam text not null,
  voornaam text not null,
  geboortedatum date not null,
  versie integer not null,
  tijdstip timestamptz not null,
  inhoud bigint not null,
  laatste_met_insz integer,
  eerste_zonder_insz integer,
  zoek text collate "C" not null,
  primary key (instellingsnummer, stamnummer) include (zoek) -- a search reads the names of a school without its rows
) with (fillfactor = 90); -- room for a newer version beside the old one, so that indexes stay as they are
comment on table leerlingen.registratie is
  'A pupil as one school knows him: the key of Discimus (D2). Holds the latest version; ground and retention as account. Without a foreign key: only leerlingen.verwerk and its set-based twin write here, accounts are never deleted, and the check took a third of a full load.';
comment on column leerlingen.registratie.inhoud is '64 bits of a keyed hash of the message content (keyed: it covers the INSZ, which could be guessed from a plain hash).';
comment on column leerlingen.registratie.laatste_met_insz is 'Highest message version with an INSZ; null = not identified.';
comment on column leerlingen.registratie.eerste_zonder_insz is
  'Lowest message version without one. Lower than laatste_met_insz: a temporary account stood for this pupil (R37), whatever the order of delivery.';
comment on column leerlingen.registratie.zoek is
  'Surname and first name as ASCII letters, `vandenbroeck lotte`: what the Schoolloket searches and sorts by. Made of the basis of the username that comes with every message.';
create index registratie_account on leerlingen.registratie (account_uuid) include (instellingsnummer); -- what the walls of a school ask (0014)

-- `lotte.vandenbroeck` → `vandenbroeck lotte`; `madonna` → `madonna madonna`.
create function leerlingen.zoekvorm(p_basis text) returns text language sql immutable return
  substr(p_basis, strpos(p_basis, '.') + 1) || ' ' || split_part(p_basis, '.', 1);

create table leerlingen.insz (
  insz_hash bytea primary key,
  insz_versleuteld bytea not null,
  account_uuid uuid not null
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

-- Names of an account: those of its registration with the greatest (tijdstip, instellingsnummer, stamnummer) (D2).
create function leerlingen.vernieuw_naam(p_account uuid, p_nu timestamptz) returns void
language plpgsql as $$ -- not sql: that would be planned again at every call
begin
  update leerlingen.account a set naam = n.naam, voornaam = n.voornaam, gewijzigd_op = p_nu
    from (select r.naam, r.voornaam from leerlingen.registratie r where r.account_uuid = p_account
           order by r.tijdstip desc, r.instellingsnummer desc, r.stamnummer desc limit 1) n
   where a.account_uuid = p_account and (a.naam, a.voornaam) is distinct from (n.naam, n.voornaam);
end $$;

-- Two persons are one: the oldest leer_id_uuid survives, everything of the other points to it from now on (D2).
-- Only under the exclusive lock on the feed (see verwerk). Gives the account that stands.
create function leerlingen.voeg_samen(p_een uuid, p_ander uuid, p_nu timestamptz) returns uuid
language plpgsql as $$
declare
  v_oudste uuid;
  v_jongste uuid;
begin
  select (array_agg(a.account_uuid order by a.aangemaakt_op, a.leer_id_uuid))[1] into v_oudste
    from leerlingen.account a where a.account_uuid in (p_een, p_ander);
  v_jongste := case v_oudste when p_een then p_ander else p_een end;
  update leerlingen.account set vervangen_door = v_oudste, vervangen_op = p_nu, naam = '', voornaam = '', gewijzigd_op = p_nu
   where account_uuid = v_jongste;
  update leerlingen.account set vervangen_door = v_oudste where vervangen_door = v_jongste;
  update leerlingen.registratie set account_uuid = v_oudste where account_uuid = v_jongste;
  update leerlingen.insz set account_uuid = v_oudste where account_uuid = v_jongste;
  perform sleutels.verplaats(v_jongste, v_oudste);
  -- Proposals about the one that went now are about the one that stands.
  update leerlingen.samenvoeging set status = 'goedgekeurd' where oudste = v_oudste and jongste = v_jongste;
  with weg as (
    delete from leerlingen.samenvoeging
     where (oudste = v_jongste or jongste = v_jongste) and not (oudste = v_oudste and jongste = v_jongste)
    returning case v_jongste when oudste then jongste else oudste end as ander, gemeld_op, status
  )
  insert into leerlingen.samenvoeging (oudste, jongste, gemeld_op, status)
  select case when (o.aangemaakt_op, o.leer_id_uuid) < (a.aangemaakt_op, a.leer_id_uuid) then v_oudste else w.ander end,
         case when (o.aangemaakt_op, o.leer_id_uuid) < (a.aangemaakt_op, a.leer_id_uuid) then w.ander else v_oudste end, w.gemeld_op, w.status
    from weg w join leerlingen.account a on a.account_uuid = w.ander join leerlingen.account o on o.account_uuid = v_oudste
   where w.ander <> v_oudste
  on conflict do nothing;
  perform leerlingen.vernieuw_naam(v_oudste, p_nu);
  return v_oudste;
end $$;

-- One message about a pupil, as the client sends it: one parameter, written as a row. (With a parameter each, the client spent
-- as long on a message as the database did.)
create type leerlingen.bericht as (
  instellingsnummer text, stamnummer text, versie integer, tijdstip timestamptz, inhoud bigint, naam text, voornaam text,
  geboortedatum date, basis text, insz_hash bytea, insz_versleuteld bytea
);

-- Takes one message about a pupil, wholly: identification, history, username, names (D2). One round trip.
--   'verwerkt'     something changed
--   'ongewijzigd'  seen before, or late and without news
--   'botsing'      same version, other content; nothing changed
--   'besluit'      the INSZ of this pupil changed to one of another person; nothing changed. The caller decides whether these
--                  two are plainly one ('samen') or need two people's eyes ('voorstel') and calls again with p_besluit.
-- Locks: messages share 7107, so that they run beside each other; whoever needs to change more than one pupil (sets of
-- messages, merges) holds it exclusively and says so with p_alleen. Besides, one lock per registration, and one per account
-- that others may have too, so that the second message sees the first when it chooses the names. Two messages with the same
-- new INSZ at once: the second waits on the key and then stops with 40001, to be run again.
-- Try first, then wait: only an expression without a query costs nothing in PL/pgSQL.
create function leerlingen.verwerk(b leerlingen.bericht, p_nu timestamptz, p_alleen boolean, p_besluit text) returns text
language plpgsql set enable_seqscan = off as $$ -- else a plan made while the table was empty scans it when it is full
declare
  r leerlingen.registratie;
  v_account uuid;    -- the account that this pupil has after the message
  v_bekend uuid;     -- the account that has this INSZ already
  v_tijdelijk uuid;
  v_oud leerlingen.account;
  v_nieuws boolean := false;
  v_slot bigint;
  v_met integer;
  v_zonder integer;
begin
  if not p_alleen then
    if not pg_try_advisory_xact_lock_shared(7107) then
      perform pg_advisory_xact_lock_shared(7107);
    end if;
    v_slot := hashtextextended(b.instellingsnummer || ' ' || b.stamnummer, 7107);
    if not pg_try_advisory_xact_lock(v_slot) then
      perform pg_advisory_xact_lock(v_slot);
    end if;
  end if;
  select r_.*, i.account_uuid into r.instellingsnummer, r.stamnummer, r.account_uuid, r.tijdelijk_account_uuid, r.naam, r.voornaam,
         r.geboortedatum, r.versie, r.tijdstip, r.inhoud, r.laatste_met_insz, r.eerste_zonder_insz, r.zoek, v_bekend
    from (select) een
    left join leerlingen.registratie r_ on r_.instellingsnummer = b.instellingsnummer and r_.stamnummer = b.stamnummer
    left join leerlingen.insz i on i.insz_hash = b.insz_hash;

  if r.versie is null then -- a pupil that this school has not sent before
    if v_bekend is not null then
      v_account := v_bekend;
      if not p_alleen and not pg_try_advisory_xact_lock(uuid_hash_extended(v_account, 7107)) then
        perform pg_advisory_xact_lock(uuid_hash_extended(v_account, 7107));
      end if;
    else
      v_account := gen_random_uuid();
      loop -- two transactions may take one number: the second waits here for the first and goes on with the next number
        insert into leerlingen.account (account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
        select v_account, case when b.insz_hash is not null then gen_random_uuid() end, b.naam, b.voornaam, b.basis,
               1 + coalesce((select a.gebruikersnaam_nr from leerlingen.account a where a.gebruikersnaam_basis = b.basis
                              order by a.gebruikersnaam_nr desc limit 1), 0), p_nu, p_nu
        on conflict (gebruikersnaam_basis, gebruikersnaam_nr) do nothing;
        exit when found;
      end loop;
      if b.insz_hash is not null then
        insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid) values (b.insz_hash, b.insz_versleuteld, v_account)
        on conflict do nothing;
        if not found then raise exception 'run again' using errcode = '40001'; end if;
      end if;
    end if;
    insert into leerlingen.registratie (instellingsnummer, stamnummer, account_uuid, tijdelijk_account_uuid, naam, voornaam, zoek,
        geboortedatum, versie, tijdstip, inhoud, laatste_met_insz, eerste_zonder_insz)
    values (b.instellingsnummer, b.stamnummer, v_account, case when b.insz_hash is null then v_account end, b.naam, b.voornaam,
        leerlingen.zoekvorm(b.basis), b.geboortedatum, b.versie, b.tijdstip, b.inhoud, case when b.insz_hash is not null then b.versie end, case when b.insz_hash is null then b.versie end);
    if v_bekend is not null then perform leerlingen.vernieuw_naam(v_account, p_nu); end if;
    return 'verwerkt';
  end if;

  if b.versie = r.versie then
    return case when b.inhoud = r.inhoud then 'ongewijzigd' else 'botsing' end;
  end if;

  -- Who is this? Also a late message may tell.
  v_account := r.account_uuid;
  v_tijdelijk := r.tijdelijk_account_uuid;
  if b.insz_hash is not null and r.laatste_met_insz is not null and v_bekend <> r.account_uuid then
    -- A pair that waits for people, or that people kept apart, goes on doing so: a message that comes again changes nothing.
    if not exists (select from leerlingen.samenvoeging
                    where (oudste = r.account_uuid and jongste = v_bekend) or (oudste = v_bekend and jongste = r.account_uuid)) then
      if p_besluit is null or not p_alleen then
        return 'besluit';
      end if;
      if p_besluit = 'samen' then
        v_account := leerlingen.voeg_samen(r.account_uuid, v_bekend, p_nu);
      else
        insert into leerlingen.samenvoeging (oudste, jongste, gemeld_op, status)
        select (array_agg(a.account_uuid order by a.aangemaakt_op, a.leer_id_uuid))[1],
               (array_agg(a.account_uuid order by a.aangemaakt_op, a.leer_id_uuid))[2], p_nu, 'voorstel'
          from leerlingen.account a where a.account_uuid in (r.account_uuid, v_bekend);
      end if;
      v_nieuws := true;
    end if;
  else
    if not p_alleen and not pg_try_advisory_xact_lock(uuid_hash_extended(coalesce(v_bekend, v_account), 7107)) then
      perform pg_advisory_xact_lock(uuid_hash_extended(coalesce(v_bekend, v_account), 7107));
    end if;
    if b.insz_hash is null then
      null;
    elsif r.laatste_met_insz is null then -- identification: until now the temporary account stood
      if v_bekend is not null then
        v_account := v_bekend;
        update leerlingen.account set vervangen_door = v_account, vervangen_op = p_nu, naam = '', voornaam = '', gewijzigd_op = p_nu
         where account_uuid = v_tijdelijk;
        perform sleutels.verplaats(v_tijdelijk, v_account);
      else
        if b.versie < r.eerste_zonder_insz then
          -- Late: in truth the pupil was identified first, so there never was a temporary account: it becomes the definitive one.
          update leerlingen.account set leer_id_uuid = gen_random_uuid(), gewijzigd_op = p_nu where account_uuid = v_account;
          v_tijdelijk := null;
        else
          v_account := gen_random_uuid();
          select * into v_oud from leerlingen.account where account_uuid = v_tijdelijk;
          -- Nobody signs in differently the next day: username and password go along.
          update leerlingen.account set gebruikersnaam_basis = null, gebruikersnaam_nr = null, naam = '', voornaam = '', gewijzigd_op = p_nu
           where account_uuid = v_tijdelijk;
          insert into leerlingen.account (account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
          values (v_account, gen_random_uuid(), v_oud.naam, v_oud.voornaam, v_oud.gebruikersnaam_basis, v_oud.gebruikersnaam_nr, p_nu, p_nu);
          update leerlingen.account set vervangen_door = v_account, vervangen_op = p_nu where account_uuid = v_tijdelijk;
          perform sleutels.verplaats(v_tijdelijk, v_account);
        end if;
        insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid) values (b.insz_hash, b.insz_versleuteld, v_account)
        on conflict do nothing;
        if not found then raise exception 'run again' using errcode = '40001'; end if;
      end if;
    elsif v_bekend is null then -- another number of the same person
      insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid) values (b.insz_hash, b.insz_versleuteld, v_account)
      on conflict do nothing;
      if not found then raise exception 'run again' using errcode = '40001'; end if;
      v_nieuws := true;
    end if;
  end if;

  v_met := greatest(r.laatste_met_insz, case when b.insz_hash is not null then b.versie end);
  v_zonder := least(r.eerste_zonder_insz, case when b.insz_hash is null then b.versie end);
  if v_tijdelijk is null and v_zonder < v_met then
    -- A message without INSZ came late: a temporary account once stood for this pupil (R37), though not here.
    v_tijdelijk := gen_random_uuid();
    insert into leerlingen.account (account_uuid, naam, voornaam, vervangen_door, vervangen_op, aangemaakt_op, gewijzigd_op)
    values (v_tijdelijk, '', '', v_account, p_nu, p_nu, p_nu);
  end if;

  if b.versie > r.versie then
    update leerlingen.registratie
       set account_uuid = v_account, tijdelijk_account_uuid = v_tijdelijk, naam = b.naam, voornaam = b.voornaam,
           zoek = leerlingen.zoekvorm(b.basis), geboortedatum = b.geboortedatum, versie = b.versie, tijdstip = b.tijdstip, inhoud = b.inhoud,
           laatste_met_insz = v_met, eerste_zonder_insz = v_zonder
     where instellingsnummer = b.instellingsnummer and stamnummer = b.stamnummer;
  elsif v_met is distinct from r.laatste_met_insz or v_zonder is distinct from r.eerste_zonder_insz then
    update leerlingen.registratie
       set account_uuid = v_account, tijdelijk_account_uuid = v_tijdelijk, laatste_met_insz = v_met, eerste_zonder_insz = v_zonder
     where instellingsnummer = b.instellingsnummer and stamnummer = b.stamnummer;
  else
    return case when v_nieuws then 'verwerkt' else 'ongewijzigd' end;
  end if;
  if v_account <> r.account_uuid or (b.naam, b.voornaam) <> (r.naam, r.voornaam) or exists (
    select from leerlingen.registratie a
     where a.account_uuid = v_account and (a.instellingsnummer <> b.instellingsnummer or a.stamnummer <> b.stamnummer))
  then
    perform leerlingen.vernieuw_naam(v_account, p_nu);
  end if;
  return 'verwerkt';
end $$;

grant usage on schema leerlingen to leerid_app;
grant select, insert, update on all tables in schema leerlingen to leerid_app;
grant delete on leerlingen.samenvoeging to leerid_app;
