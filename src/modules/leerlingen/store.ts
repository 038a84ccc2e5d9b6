import type { Context } from "#platform/context";
import { keyedHash, seal, unseal } from "#platform/crypto";
import { DatabaseError, rowText, type Fragment } from "#platform/database";
import type { AccountUuid, Instellingsnummer, LeerIdUuid } from "#platform/ids";
import type { Account, LeerlingBericht, Outcome } from "./contract.ts";
import { formatGebruikersnaam, foldGebruikersnaam, type Insz } from "./rules.ts";

/** An INSZ as the vault keeps it. */
export type Sealed = { readonly hash: Buffer; readonly versleuteld: Buffer };

/** Hashes and encrypts an INSZ. The ciphertext is bound to the hash, so that rows cannot be swapped. */
export function sealInsz(ctx: Context, insz: Insz): Sealed {
  const hash = keyedHash(ctx.keys.inszHash, insz);
  return { hash, versleuteld: seal(ctx.keys.insz, insz, hash.toString("hex")) };
}

/** A message as the SQL type `leerlingen.bericht`: its attributes, in their order. The one place that says it besides the type. */
export function attributesOf(
  bericht: LeerlingBericht,
  insz: Sealed | undefined,
): readonly (string | number | Buffer | null)[] {
  return [
    bericht.instellingsnummer,
    bericht.stamnummer,
    bericht.versie,
    bericht.tijdstip,
    bericht.inhoud,
    bericht.naam,
    bericht.voornaam,
    bericht.geboortedatum,
    foldGebruikersnaam(bericht.voornaam, bericht.naam),
    insz?.hash ?? null,
    insz?.versleuteld ?? null,
  ];
}

/** How a message is to be taken; see the SQL function. */
type Manner = { readonly alleen: boolean; readonly besluit?: "samen" | "voorstel" };

/**
 * The call of `leerlingen.verwerk` for one message, as a part of a statement, so that the caller may write more in the same
 * round trip. Gives 'verwerkt', 'ongewijzigd', 'botsing' or 'besluit'.
 */
export function processing(ctx: Context, bericht: LeerlingBericht, wijze: Manner): Fragment {
  const insz = bericht.insz === null ? undefined : sealInsz(ctx, bericht.insz);
  const row = rowText(attributesOf(bericht, insz));
  const nu = new Date(ctx.clock.now());
  return wijze.alleen
    ? ctx.sql`leerlingen.verwerk(${row}::text::leerlingen.bericht, ${nu}, true, ${wijze.besluit ?? null}::text)`
    : ctx.sql`leerlingen.verwerk(${row}::text::leerlingen.bericht, ${nu}, false, null)`;
}

/** Takes one message; under the exclusive lock. */
export async function takeLeerling(
  ctx: Context,
  bericht: LeerlingBericht,
  besluit?: "samen" | "voorstel",
): Promise<Outcome | "besluit"> {
  const [row] = await ctx.sql<{ uitkomst: Outcome | "besluit" }[]>`
    select ${processing(ctx, bericht, { alleen: true, ...(besluit ? { besluit } : {}) })} as uitkomst`;
  if (!row) throw new Error("leerlingen.verwerk gave no row");
  return row.uitkomst;
}

/** Does a number in the vault open with this main key; undefined when the vault is empty. */
export async function opensInsz(ctx: Pick<Context, "sql" | "keys">): Promise<boolean | undefined> {
  const [row] = await ctx.sql<{ insz_hash: Buffer; insz_versleuteld: Buffer }[]>`
    select insz_hash, insz_versleuteld from leerlingen.insz limit 1`;
  return row && unseal(ctx.keys.insz, row.insz_versleuteld, row.insz_hash.toString("hex")) !== undefined;
}

/** The numbers in the vault of the pupil of a registration, and of the person that has this INSZ. */
export async function listInszOf(
  ctx: Context,
  bericht: LeerlingBericht & { readonly insz: Insz },
): Promise<{ eigen: Insz[]; ander: Insz[] }> {
  const rows = await ctx.sql<{ insz_hash: Buffer; insz_versleuteld: Buffer; eigen: boolean }[]>`
    with r as (select account_uuid from leerlingen.registratie
                where instellingsnummer = ${bericht.instellingsnummer} and stamnummer = ${bericht.stamnummer}),
         a as (select account_uuid from leerlingen.insz where insz_hash = ${keyedHash(ctx.keys.inszHash, bericht.insz)})
    select i.insz_hash, i.insz_versleuteld, i.account_uuid = (select account_uuid from r) as eigen
      from leerlingen.insz i where i.account_uuid in (select account_uuid from r union all select account_uuid from a)`;
  const open = (eigen: boolean): Insz[] =>
    rows
      .filter((row) => row.eigen === eigen)
      .map((row) => {
        const insz = unseal(ctx.keys.insz, row.insz_versleuteld, row.insz_hash.toString("hex"));
        if (!insz)
          throw new DatabaseError(
            "Een rijksregisternummer in deze databank gaat niet open met deze hoofdsleutel. Zet de LEERID_HOOFDSLEUTEL terug waarmee het bewaard is.",
          );
        return insz.toString() as Insz;
      });
  return { eigen: open(true), ander: open(false) };
}

type AccountRow = Omit<Account, "gebruikersnaam"> & {
  readonly gebruikersnaam_basis: string | null;
  readonly gebruikersnaam_nr: number | null;
};

const toAccount = ({ gebruikersnaam_basis, gebruikersnaam_nr, ...rest }: AccountRow): Account => ({
  ...rest,
  gebruikersnaam:
    gebruikersnaam_basis === null || gebruikersnaam_nr === null
      ? null
      : formatGebruikersnaam(gebruikersnaam_basis, gebruikersnaam_nr),
});

/** The account with this username, also when it is history by now; undefined when nobody ever had it. */
export async function findAccount(
  ctx: Context,
  naam: { readonly basis: string; readonly nr: number },
): Promise<Account | undefined> {
  const [row] = await ctx.sql<AccountRow[]>`
    select account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, vervangen_door
      from leerlingen.account where gebruikersnaam_basis = ${naam.basis} and gebruikersnaam_nr = ${naam.nr}`;
  return row && toAccount(row);
}

/** The current account of a person; undefined for an unknown `leer_id_uuid`. A person that was merged has the account of the other. */
export async function findAccountUuid(ctx: Context, leerIdUuid: string): Promise<AccountUuid | undefined> {
  const [row] = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select coalesce(vervangen_door, account_uuid) as account_uuid from leerlingen.account where leer_id_uuid = ${leerIdUuid}::uuid`;
  return row?.account_uuid;
}

/**
 * The pupil of a school behind a current or an earlier account, by the name that the school sent; undefined when he was never
 * registered there. `nummers` = all numbers that stand for the school.
 */
export async function findLeerlingOf(
  ctx: Context,
  nummers: readonly string[],
  accountUuid: AccountUuid,
): Promise<
  { readonly accountUuid: AccountUuid; readonly naam: string; readonly voornaam: string } | undefined
> {
  const [row] = await ctx.sql<{ accountUuid: AccountUuid; naam: string; voornaam: string }[]>`
    select r.account_uuid as "accountUuid", r.naam, r.voornaam
      from leerlingen.account a
      join leerlingen.registratie r on r.account_uuid = coalesce(a.vervangen_door, a.account_uuid)
     where a.account_uuid = ${accountUuid}::uuid and r.instellingsnummer = any (${[...nummers]})
     order by r.tijdstip desc, r.instellingsnummer desc, r.stamnummer desc limit 1`;
  return row;
}

/** All account_uuids that once belonged to the pupil of this account, oldest first (R38). */
export async function historiekOf(ctx: Context, accountUuid: AccountUuid): Promise<AccountUuid[]> {
  const rows = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from leerlingen.account where vervangen_door = ${accountUuid}::uuid order by vervangen_op, account_uuid`;
  return rows.map((row) => row.account_uuid);
}

/** A pupil by the key of the school, with the current account. */
export type Registered = {
  readonly instellingsnummer: Instellingsnummer;
  readonly stamnummer: string;
  readonly account_uuid: AccountUuid;
  readonly leer_id_uuid: LeerIdUuid | null;
  readonly gebruikersnaam: string | null;
  readonly naam: string;
  readonly voornaam: string;
};

/** The accounts of pupils by (instellingsnummer, stamnummer); the unknown ones are left out, the order is not kept. */
export async function listAccountsOfRegistraties(
  ctx: Context,
  registraties: readonly { readonly instellingsnummer: string; readonly stamnummer: string }[],
): Promise<Registered[]> {
  const rows = await ctx.sql<(AccountRow & { instellingsnummer: Instellingsnummer; stamnummer: string })[]>`
    select r.instellingsnummer, r.stamnummer, a.account_uuid, a.leer_id_uuid, a.naam, a.voornaam, a.gebruikersnaam_basis, a.gebruikersnaam_nr, a.vervangen_door
      from unnest(${registraties.map((key) => key.instellingsnummer)}::text[], ${registraties.map((key) => key.stamnummer)}::text[]) as k (i, s)
      join leerlingen.registratie r on r.instellingsnummer = k.i and r.stamnummer = k.s
      join leerlingen.account a using (account_uuid)`;
  return rows.map((row) => {
    const { vervangen_door: _, ...account } = toAccount(row);
    return { instellingsnummer: row.instellingsnummer, stamnummer: row.stamnummer, ...account };
  });
}
