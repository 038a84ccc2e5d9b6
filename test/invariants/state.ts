import assert from "node:assert/strict";
import type { Context } from "#platform/context";
import { unseal } from "#platform/crypto";
import { formatGebruikersnaam } from "#modules/leerlingen";

/** The tables of pupils as they are, for the tests of the invariants. */
export type Tables = {
  readonly accounts: readonly {
    readonly account_uuid: string;
    readonly leer_id_uuid: string | null;
    readonly naam: string;
    readonly voornaam: string;
    readonly gebruikersnaam: string | null;
    readonly vervangen_door: string | null;
    readonly aangemaakt_op: Date;
  }[];
  readonly registraties: readonly {
    readonly sleutel: string;
    readonly account_uuid: string;
    readonly tijdelijk_account_uuid: string | null;
    readonly naam: string;
    readonly voornaam: string;
    readonly geboortedatum: string;
    readonly versie: number;
    readonly laatste_met_insz: number | null;
    readonly eerste_zonder_insz: number | null;
  }[];
  readonly inszs: readonly { readonly insz: string; readonly account_uuid: string }[];
  readonly voorstellen: readonly {
    readonly oudste: string;
    readonly jongste: string;
    readonly status: string;
  }[];
};

/** Reads the pupils of schools whose number begins with `school` (all unless told), with everything that hangs on them. */
export async function readTables(ctx: Context, school = ""): Promise<Tables> {
  const registraties = await ctx.sql<Tables["registraties"][number][]>`
    select instellingsnummer || ' ' || stamnummer as sleutel, account_uuid, tijdelijk_account_uuid, naam, voornaam, geboortedatum, versie,
           laatste_met_insz, eerste_zonder_insz
      from leerlingen.registratie where starts_with(instellingsnummer, ${school}) order by 1`;
  const accounts = await ctx.sql<
    (Tables["accounts"][number] & { basis: string | null; nr: number | null })[]
  >`
    with staand as (select distinct account_uuid from leerlingen.registratie where starts_with(instellingsnummer, ${school}))
    select account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis as basis, gebruikersnaam_nr as nr, vervangen_door, aangemaakt_op
      from leerlingen.account where account_uuid in (select account_uuid from staand) or vervangen_door in (select account_uuid from staand)`;
  const inszs = await ctx.sql<{ insz_hash: Buffer; insz_versleuteld: Buffer; account_uuid: string }[]>`
    select insz_hash, insz_versleuteld, account_uuid from leerlingen.insz where account_uuid = any (${accounts.map((a) => a.account_uuid)}::uuid[])`;
  const voorstellen = await ctx.sql<Tables["voorstellen"][number][]>`
    select oudste, jongste, status from leerlingen.samenvoeging
     where oudste = any (${accounts.map((a) => a.account_uuid)}::uuid[]) or jongste = any (${accounts.map((a) => a.account_uuid)}::uuid[])`;
  return {
    registraties,
    voorstellen,
    accounts: accounts.map(({ basis, nr, ...account }) => ({
      ...account,
      gebruikersnaam: basis === null || nr === null ? null : formatGebruikersnaam(basis, nr),
    })),
    inszs: inszs.map((row) => {
      const insz = unseal(ctx.keys.insz, row.insz_versleuteld, row.insz_hash.toString("hex"));
      assert.ok(insz, "the vault opens");
      return { insz: insz.toString(), account_uuid: row.account_uuid };
    }),
  };
}

/** What holds in every state, whatever came in. */
export function checkInvariants({ accounts, registraties, inszs, voorstellen }: Tables): void {
  const byId = new Map(accounts.map((account) => [account.account_uuid, account]));
  const get = (id: string) => {
    const account = byId.get(id);
    assert.ok(account, "every account that something points to is there");
    return account;
  };
  const leerIds = accounts.flatMap((account) => account.leer_id_uuid ?? []);
  assert.equal(new Set(leerIds).size, leerIds.length, "leer_id_uuids are of one person");
  const namen = accounts.flatMap((account) => account.gebruikersnaam ?? []);
  assert.equal(new Set(namen).size, namen.length, "usernames are of one account");
  for (const account of accounts) {
    if (account.vervangen_door === null) {
      assert.notEqual(account.gebruikersnaam, null, "who can sign in has a username");
      const identified = inszs.some((row) => row.account_uuid === account.account_uuid);
      assert.equal(
        account.leer_id_uuid !== null,
        identified,
        "leer_id_uuid is there exactly for identified pupils",
      );
      const mine = registraties.filter((row) => row.account_uuid === account.account_uuid);
      assert.ok(
        mine.some((row) => row.naam === account.naam && row.voornaam === account.voornaam),
        "names are those of a registration",
      );
    } else {
      assert.equal(get(account.vervangen_door).vervangen_door, null, "history is flat, so it has no rings");
      assert.deepEqual([account.naam, account.voornaam], ["", ""], "history holds no names");
    }
  }
  for (const row of [...registraties, ...inszs])
    assert.equal(
      get(row.account_uuid).vervangen_door,
      null,
      "pupils and numbers are at an account that stands",
    );
  for (const row of registraties) {
    assert.equal(
      get(row.account_uuid).leer_id_uuid !== null,
      row.laatste_met_insz !== null,
      "identified exactly when an INSZ came",
    );
    const before =
      row.eerste_zonder_insz !== null &&
      (row.laatste_met_insz === null || row.eerste_zonder_insz < row.laatste_met_insz);
    if (before)
      assert.notEqual(row.tijdelijk_account_uuid, null, "a temporary account stood before identification");
    if (row.tijdelijk_account_uuid === null) continue;
    const tijdelijk = get(row.tijdelijk_account_uuid);
    assert.equal(tijdelijk.leer_id_uuid, null);
    assert.equal(
      tijdelijk.vervangen_door ?? tijdelijk.account_uuid,
      row.account_uuid,
      "it is history of this pupil, or his account",
    );
  }
  for (const { oudste, jongste, status } of voorstellen) {
    if (status === "voorstel")
      for (const id of [oudste, jongste])
        assert.equal(get(id).vervangen_door, null, "proposals are about accounts that stand");
    assert.ok(get(oudste).aangemaakt_op <= get(jongste).aangemaakt_op);
  }
}

/**
 * The state without what may depend on the order of delivery: uuids, numbers of usernames, and whether two persons of whom the
 * feed says in some way that they are one were merged, or wait for people. Those are taken together here.
 */
export function projection({ accounts, registraties, inszs, voorstellen }: Tables): unknown {
  const root = new Map(accounts.map((account) => [account.account_uuid, account.account_uuid]));
  const find = (id: string): string => {
    const up = root.get(id) ?? id;
    return up === id ? id : find(up);
  };
  for (const { oudste, jongste } of voorstellen) root.set(find(oudste), find(jongste));
  const persons = Map.groupBy(registraties, (row) => find(row.account_uuid));
  return [...persons]
    .map(([person, rows]) => {
      const standing = accounts.filter(
        (account) => account.vervangen_door === null && find(account.account_uuid) === person,
      );
      return {
        registraties: rows.map((row) => ({
          sleutel: row.sleutel,
          naam: row.naam,
          voornaam: row.voornaam,
          geboortedatum: row.geboortedatum,
          versie: row.versie,
          laatste_met_insz: row.laatste_met_insz,
          eerste_zonder_insz: row.eerste_zonder_insz,
          // With other registrations, a temporary account may really have been handed out where none needed to be: it stays history.
          tijdelijk: rows.length > 1 ? null : row.tijdelijk_account_uuid !== null,
        })),
        inszs: inszs
          .filter((row) => find(row.account_uuid) === person)
          .map((row) => row.insz)
          .toSorted(),
        geidentificeerd: standing.some((account) => account.leer_id_uuid !== null),
        historiek:
          rows.length > 1
            ? null
            : accounts.filter(
                (account) => account.vervangen_door !== null && find(account.vervangen_door) === person,
              ).length,
      };
    })
    .toSorted((a, b) => ((a.registraties[0]?.sleutel ?? "") < (b.registraties[0]?.sleutel ?? "") ? -1 : 1));
}
