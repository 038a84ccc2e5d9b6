import type { Context } from "#platform/context";
import { copyIn, copyLine } from "#platform/database";
import { newAccountUuid, newLeerIdUuid } from "#platform/ids";
import type { LeerlingBericht } from "./contract.ts";
import { attributesOf, sealInsz } from "./store.ts";

/** Positions in the array of messages: what was not simply taken. */
export type GroepOutcome = {
  readonly ongewijzigd: readonly number[];
  readonly botsing: readonly number[];
  /** Left alone: these need the one-by-one way. */
  readonly rest: readonly number[];
};

/** Sends messages to the staging table of this connection; before the lock is taken, since that takes no other's time. */
export async function stage(ctx: Context, berichten: readonly LeerlingBericht[]): Promise<void> {
  await ctx.sql`create temp table if not exists leerling_fase (
    n integer not null, like leerlingen.bericht, nieuw_account uuid not null, nieuw_leer_id uuid, eerste boolean not null
  ) on commit delete rows`;
  const gezien = new Set<string>();
  const line = (bericht: LeerlingBericht, n: number): string => {
    const insz = bericht.insz === null ? undefined : sealInsz(ctx, bericht.insz);
    const first = bericht.insz === null || !gezien.has(bericht.insz);
    if (bericht.insz !== null) gezien.add(bericht.insz);
    return copyLine([
      n,
      ...attributesOf(bericht, insz),
      newAccountUuid(),
      insz ? newLeerIdUuid() : null,
      first,
    ]);
  };
  await copyIn(ctx.sql`copy leerling_fase from stdin`, berichten.values().map(line));
}

/**
 * Takes the staged messages (one per registration at most) in two statements: new registrations, and newer versions that
 * change nothing about who the pupil is. Means and does the same as `leerlingen.verwerk` one by one.
 * Under the exclusive lock on the feed. Hash and merge joins are off: a set is small beside the tables, and a plan made
 * while these were empty must not scan them later.
 */
export async function processStaged(ctx: Context): Promise<GroepOutcome> {
  const nu = new Date(ctx.clock.now());
  const [row] = await ctx.sql<
    {
      ongewijzigd: number[] | null;
      botsing: number[] | null;
      rest: number[] | null;
      geraakt: string[] | null;
    }[]
  >`
    with bericht as materialized (
      select f.*, bekend.account_uuid as bekend, r.account_uuid as geregistreerd,
             case when r.versie is null then case when bekend.account_uuid is null and not f.eerste then 'rest' else 'nieuw' end
                  when f.versie = r.versie then case when f.inhoud = r.inhoud then 'ongewijzigd' else 'botsing' end
                  when f.versie > r.versie and (f.insz_hash is null
                       or bekend.account_uuid = r.account_uuid and (r.tijdelijk_account_uuid is not null or r.eerste_zonder_insz is null)) then 'nieuwer'
                  else 'rest' end as geval
        from leerling_fase f
        left join leerlingen.registratie r on r.instellingsnummer = f.instellingsnummer and r.stamnummer = f.stamnummer
        left join leerlingen.insz bekend on bekend.insz_hash = f.insz_hash
    ), nieuw_account as (
      insert into leerlingen.account (account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
      select p.nieuw_account, p.nieuw_leer_id, p.naam, p.voornaam, p.basis,
             coalesce(hoogste.nr, 0) + row_number() over (partition by p.basis collate "C" order by p.n), ${nu}, ${nu}
        from bericht p
        left join lateral (select a.gebruikersnaam_nr as nr from leerlingen.account a where a.gebruikersnaam_basis = p.basis
                            order by a.gebruikersnaam_nr desc limit 1) hoogste on true
       where p.geval = 'nieuw' and p.bekend is null
    ), nieuw_insz as (
      insert into leerlingen.insz (insz_hash, insz_versleuteld, account_uuid)
      select insz_hash, insz_versleuteld, nieuw_account from bericht where geval = 'nieuw' and bekend is null and insz_hash is not null
    ), nieuwe_registratie as (
      insert into leerlingen.registratie (instellingsnummer, stamnummer, account_uuid, tijdelijk_account_uuid, naam, voornaam, zoek, geboortedatum,
             versie, tijdstip, inhoud, laatste_met_insz, eerste_zonder_insz)
      select instellingsnummer, stamnummer, coalesce(bekend, nieuw_account), case when insz_hash is null then nieuw_account end, naam, voornaam,
             leerlingen.zoekvorm(basis), geboortedatum, versie, tijdstip, inhoud, case when insz_hash is not null then versie end, case when insz_hash is null then versie end
        from bericht where geval = 'nieuw'
    ), nieuwere_registratie as (
      update leerlingen.registratie r
         set naam = b.naam, voornaam = b.voornaam, zoek = leerlingen.zoekvorm(b.basis), geboortedatum = b.geboortedatum, versie = b.versie, tijdstip = b.tijdstip, inhoud = b.inhoud,
             laatste_met_insz = greatest(r.laatste_met_insz, case when b.insz_hash is not null then b.versie end),
             eerste_zonder_insz = least(r.eerste_zonder_insz, case when b.insz_hash is null then b.versie end)
        from bericht b
       where b.geval = 'nieuwer' and r.instellingsnummer = b.instellingsnummer and r.stamnummer = b.stamnummer
    )
    select array_agg(n) filter (where geval = 'ongewijzigd') as ongewijzigd,
           array_agg(n) filter (where geval = 'botsing') as botsing,
           array_agg(n order by n) filter (where geval = 'rest') as rest,
           array_agg(coalesce(geregistreerd, bekend)) filter (where geval = 'nieuwer' or (geval = 'nieuw' and bekend is not null)) as geraakt
      from bericht`;
  if (row?.geraakt) {
    await ctx.sql`
      update leerlingen.account a set naam = n.naam, voornaam = n.voornaam, gewijzigd_op = ${nu}
        from (select distinct g from unnest(${row.geraakt}::uuid[]) as g) geraakt,
             lateral (select r.naam, r.voornaam from leerlingen.registratie r where r.account_uuid = geraakt.g
                       order by r.tijdstip desc, r.instellingsnummer desc, r.stamnummer desc limit 1) n
       where a.account_uuid = geraakt.g and (a.naam, a.voornaam) is distinct from (n.naam, n.voornaam)`;
  }
  return { ongewijzigd: row?.ongewijzigd ?? [], botsing: row?.botsing ?? [], rest: row?.rest ?? [] };
}

/** Enough of a message to ask whether it was taken before. */
export type Known = {
  readonly instellingsnummer: string;
  readonly stamnummer: string;
  readonly versie: number;
  readonly inhoud: string;
};

/**
 * Positions of the messages that were not taken before just so: another version, other content, or a pupil not seen yet.
 * Arrays as text: quoting each element once more would cost twice what the look-up itself does.
 */
export async function listNews(ctx: Context, berichten: readonly Known[]): Promise<readonly number[]> {
  const array = (delen: readonly (string | number)[]) => `{${delen.join()}}`;
  const quoted = (delen: readonly string[]) => `{"${delen.join('","')}"}`; // keys of a glance hold no quote or backslash
  const rows = await ctx.sql<{ n: number }[]>`
    select f.n::int as n
      from rows from (unnest(${array(berichten.map((one) => one.instellingsnummer))}::text::text[]),
                      unnest(${quoted(berichten.map((one) => one.stamnummer))}::text::text[]),
                      unnest(${array(berichten.map((one) => one.versie))}::text::int[]),
                      unnest(${array(berichten.map((one) => one.inhoud))}::text::int8[])) with ordinality as f (i, s, versie, inhoud, n)
     where not exists (select from leerlingen.registratie r
                        where r.instellingsnummer = f.i and r.stamnummer = f.s and r.versie = f.versie and r.inhoud = f.inhoud)`;
  return rows.map((row) => row.n - 1);
}
