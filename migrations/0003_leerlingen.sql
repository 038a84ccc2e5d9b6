create schema leerlingen;

create table leerlingen.account (
  account_uuid uuid primary key,
  leer_id_uuid uuid unique,
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
  account_uuid uuid not null references leerlingen.account,
  tijdelijk_account_uuid uuid,
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
comment on column leerlingen.registratie.inhoud is '64 bits of a keyed hash of the message content (keyed: it covers the INSZ, which could be guessed from a plain hash).';
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

-- Names of an account: those of its registration with the greatest (tijdstip, instellingsnummer, stamnummer) (D2).
create function leerlingen.vernieuw_naam(p_account uuid, p_nu timestamptz) returns void
language plpgsql as $$ -- not sql: that would be planned again at every call
begin
  update leerlingen.account a set naam = n.naam, voornaam = n.voornaam, gewijzigd_op = p_nu
    from (select r.naam, r.voornaam from leerlingen.registratie r where r.account_uuid = p_account
           order by r.tijdstip desc, r.instellingsnummer desc, r.stamnummer desc limit 1) n
   where a.account_uuid = p_account and (a.naam, a.voornaam) is distinct from (n.naam, n.voornaam);
end $$;

-- A new account with the next free number for its username. The loop: two transactions may take the same number at once;
-- the second one waits here for the first and goes on with the next number.
create function leerlingen.maak_account(
  p_account uuid, p_leer_id uuid, p_naam text, p_voornaam text, p_basis text, p_nu timestamptz) returns void
language plpgsql as $$
begin
  loop
    insert into leerlingen.account (account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
    select p_account, p_leer_id, p_naam, p_voornaam, p_basis,
           1 + coalesce((select a.gebruikersnaam_nr from leerlingen.account a where a.gebruikersnaam_basis = p_basis
                          order by a.gebruikersnaam_nr desc limit 1), 0), p_nu, p_nu
    on conflict (gebruikersnaam_basis, gebruikersnaam_nr) do nothing;
    exit when found;
  end loop;
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

-- Takes one message about a pupil, wholly: identification, history, username, names (D2). One round trip.
--   'verwerkt'     something changed
--   'ongewijzigd'  seen before, or late and without news
--   'botsing'      same version, other content; nothing changed
--   'besluit'      the INSZ of this pupil changed to one of another person; nothing changed. The caller decides whether these
--                  two are plainly one ('samen') or need two people's eyes ('voorstel') and calls again with p_besluit.
-- Locks: messages share 7107, so that they run beside each other; whoever needs to change more than one pupil (sets of
-- messages, merges) holds it exclusively and says so with p_alleen. Two messages about the same new pupil or INSZ at once:
-- the second waits on the key and then stops with 40001, to be run again.
create function leerlingen.verwerk(
  p_nu timestamptz, p_alleen boolean, p_besluit text, p_instellingsnummer text, p_stamnummer text, p_versie integer, p_tijdstip timestamptz,
  p_inhoud bigint, p_naam text, p_voornaam text, p_geboortedatum date, p_basis text, p_insz_hash bytea, p_insz_versleuteld bytea) returns text
language plpgsql as $$
declare
  r leerlingen.registratie;
  v_account uuid;    -- the account that this pupil has after the message
  v_bekend uuid;     -- the account that has this INSZ already
  v_tijdelijk uuid;
  v_oud leerlingen.account;
  v_nieuws boolean := false;
begin
  if not p_alleen and not pg_try_advisory_xact_lock_shared(7107) then
    perform pg_advisory_xact_lock_shared(7107);
  end if;
  select * into r from leerlingen.registratie
   where instellingsnummer = p_instellingsnummer and stamnummer = p_stamnummer for no key update;
  if p_insz_hash is not null then
    select account_uuid into v_bekend from leerlingen.insz where insz_hash = p_insz_hash;
  end if;

  if r.versie is null then -- a pupil that this school has not sent before
    if v_bekend is not null then
      v_account := v_bekend;
      perform from leerlingen.account where account_uuid = v_account for no key update; -- for vernieuw_naam
    else
      v_account := gen_random_uuid();
      perform leerlingen.maak_account(v_account, case when p_insz_hash is not null then gen_random_uuid() end, p_naam, p_voornaam, p_basis, p_nu);
      if p_insz_hash is not null then
        insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid) values (p_insz_hash, p_insz_versleuteld, v_account)
        on conflict do nothing;
        if not found then raise exception 'run again' using errcode = '40001'; end if;
      end if;
    end if;
    insert into leerlingen.registratie (instellingsnummer, stamnummer, account_uuid, tijdelijk_account_uuid, naam, voornaam, geboortedatum,
        versie, tijdstip, inhoud, eerste_met_insz, eerste_zonder_insz)
    values (p_instellingsnummer, p_stamnummer, v_account, case when p_insz_hash is null then v_account end, p_naam, p_voornaam, p_geboortedatum,
        p_versie, p_tijdstip, p_inhoud, case when p_insz_hash is not null then p_versie end, case when p_insz_hash is null then p_versie end)
    on conflict do nothing;
    if not found then raise exception 'run again' using errcode = '40001'; end if;
    if v_bekend is not null then perform leerlingen.vernieuw_naam(v_account, p_nu); end if;
    return 'verwerkt';
  end if;

  if p_versie = r.versie then
    return case when p_inhoud = r.inhoud then 'ongewijzigd' else 'botsing' end;
  end if;

  -- Who is this? Also a late message may tell.
  v_account := r.account_uuid;
  v_tijdelijk := r.tijdelijk_account_uuid;
  if p_insz_hash is not null and r.eerste_met_insz is not null and v_bekend <> r.account_uuid then
    if p_besluit is null or not p_alleen then
      return 'besluit';
    end if;
    if p_besluit = 'samen' then
      v_account := leerlingen.voeg_samen(r.account_uuid, v_bekend, p_nu);
      v_nieuws := true;
    else
      insert into leerlingen.samenvoeging (oudste, jongste, gemeld_op, status)
      select (array_agg(a.account_uuid order by a.aangemaakt_op, a.leer_id_uuid))[1],
             (array_agg(a.account_uuid order by a.aangemaakt_op, a.leer_id_uuid))[2], p_nu, 'voorstel'
        from leerlingen.account a where a.account_uuid in (r.account_uuid, v_bekend)
      on conflict do nothing;
      v_nieuws := found;
    end if;
  else
    perform from leerlingen.account where account_uuid in (v_account, v_bekend) order by account_uuid for no key update;
    if p_insz_hash is null then
      if p_versie < r.eerste_met_insz and v_tijdelijk is null then
        -- Late: before the INSZ came, a temporary account stood for this pupil (R37), though not here.
        v_tijdelijk := gen_random_uuid();
        insert into leerlingen.account (account_uuid, naam, voornaam, vervangen_door, vervangen_op, aangemaakt_op, gewijzigd_op)
        values (v_tijdelijk, '', '', v_account, p_nu, p_nu, p_nu);
      end if;
    elsif r.eerste_met_insz is null then -- identification: until now the temporary account stood
      if v_bekend is not null then
        v_account := v_bekend;
        update leerlingen.account set vervangen_door = v_account, vervangen_op = p_nu, naam = '', voornaam = '', gewijzigd_op = p_nu
         where account_uuid = v_tijdelijk;
        perform sleutels.verplaats(v_tijdelijk, v_account);
      else
        if p_versie < r.eerste_zonder_insz then
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
        insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid) values (p_insz_hash, p_insz_versleuteld, v_account)
        on conflict do nothing;
        if not found then raise exception 'run again' using errcode = '40001'; end if;
      end if;
    elsif v_bekend is null then -- another number of the same person
      insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid) values (p_insz_hash, p_insz_versleuteld, v_account)
      on conflict do nothing;
      if not found then raise exception 'run again' using errcode = '40001'; end if;
      v_nieuws := true;
    end if;
  end if;

  if p_versie > r.versie then
    update leerlingen.registratie
       set account_uuid = v_account, tijdelijk_account_uuid = v_tijdelijk, naam = p_naam, voornaam = p_voornaam,
           geboortedatum = p_geboortedatum, versie = p_versie, tijdstip = p_tijdstip, inhoud = p_inhoud,
           eerste_met_insz = least(eerste_met_insz, case when p_insz_hash is not null then p_versie end),
           eerste_zonder_insz = least(eerste_zonder_insz, case when p_insz_hash is null then p_versie end)
     where instellingsnummer = p_instellingsnummer and stamnummer = p_stamnummer;
  else
    update leerlingen.registratie
       set account_uuid = v_account, tijdelijk_account_uuid = v_tijdelijk,
           eerste_met_insz = least(eerste_met_insz, case when p_insz_hash is not null then p_versie end),
           eerste_zonder_insz = least(eerste_zonder_insz, case when p_insz_hash is null then p_versie end)
     where instellingsnummer = p_instellingsnummer and stamnummer = p_stamnummer
       and case when p_insz_hash is null then coalesce(p_versie < eerste_zonder_insz, true) else coalesce(p_versie < eerste_met_insz, true) end;
    if not found then return case when v_nieuws then 'verwerkt' else 'ongewijzigd' end; end if;
  end if;
  perform leerlingen.vernieuw_naam(v_account, p_nu);
  return 'verwerkt';
end $$;

grant usage on schema leerlingen to leerid_app;
grant select, insert, update on all tables in schema leerlingen to leerid_app;
grant delete on leerlingen.samenvoeging to leerid_app;
