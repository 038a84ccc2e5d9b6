import { readFile } from "node:fs/promises";
import type { Datum } from "#platform/clock";
import { openDatabase, type Sql } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import {
  divideFeiten,
  type Feiten,
  type KeuzeFeit,
  type OngedeeldeFeiten,
  type ProtocolFeit,
  type RegelFeit,
  type ToepassingFeit,
} from "#modules/verstrekking";

// The facts as they were read before they were kept by version: all of them, every time, by one function. The model that the facts of
// today are held to.

const migration = new URL("../../migrations/0026_leveringen_akkoorden_klassen.sql", import.meta.url);
const start = "create or replace function verstrekking.feiten(";
const end = "\nend $$;";

/** Makes the function of migration 0026 in a database of tests, under another name. */
export async function makeModel(url: string): Promise<void> {
  const text = await readFile(migration, "utf8");
  const from = text.indexOf(start);
  const body = text.slice(from, text.indexOf(end, from) + end.length);
  const owner = openDatabase({ url, max: 1, role: "eigenaar" });
  await owner.unsafe(`
    create type public.keuze_feit as (toepassing text, instellingsnummer text, van date, tot date);
    create type public.hele_feiten as (
      account verstrekking.account_feit, inschrijvingen verstrekking.inschrijving_feit[], klassen verstrekking.klas_feit[],
      toepassingen verstrekking.toepassing_feit[], keuzes public.keuze_feit[], regels verstrekking.regel_feit[],
      protocollen verstrekking.protocol_feit[], vandaag date);
    ${body.replace(start, "create function public.hele_feiten(").replace("::verstrekking.feiten)", "::public.hele_feiten)").replace("verstrekking.keuze_feit", "public.keuze_feit")}`);
  await owner.end();
}

type Question = { readonly account: AccountUuid; readonly client: string | null; readonly dag: Datum };

/** The facts and the model of one snapshot, as JSON each. */
export async function readBoth(
  sql: Sql,
  { account, client, dag }: Question,
): Promise<{ readonly feiten: string; readonly model: string }> {
  const [row] = await sql<{ feiten: string; model: string }[]>`
    select verstrekking.feiten(${account}::uuid, ${client}::text, ${dag}::date) as feiten,
           public.hele_feiten(${account}::uuid, ${client}::text, ${dag}::date) as model`;
  if (!row) throw new Error("no answer");
  return row;
}

type OfToepassing<T> = T & { readonly toepassing: string };

/** The facts of the model, in an order that says nothing. */
export function readModel(json: string): Feiten {
  const { toepassingen, keuzes, regels, protocollen, ...rest } = JSON.parse(json) as Omit<
    OngedeeldeFeiten,
    "toepassingen"
  > & {
    readonly toepassingen: readonly Omit<ToepassingFeit, "keuzes" | "regels" | "protocol">[];
    readonly keuzes: readonly OfToepassing<KeuzeFeit>[];
    readonly regels: readonly OfToepassing<RegelFeit>[];
    readonly protocollen: readonly OfToepassing<ProtocolFeit>[];
  };
  const of = <T>(rows: readonly OfToepassing<T>[], { toepassing }: { readonly toepassing: string }) =>
    rows.filter((row) => row.toepassing === toepassing);
  return orderly(
    divideFeiten({
      ...rest,
      toepassingen: toepassingen.map((one) => ({
        ...one,
        keuzes: of(keuzes, one),
        regels: of(regels, one),
        protocol: of(protocollen, one)[0] ?? null,
      })),
    }),
  );
}

/** The same facts with choices and rules in one order: no query gives them one. */
export function orderly(feiten: Feiten): Feiten {
  const text = (row: object) => JSON.stringify(Object.entries(row).toSorted());
  const sorted = <T extends object>(rows: readonly T[]) =>
    rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
  return {
    ...feiten,
    toepassingen: feiten.toepassingen.map((one) => ({
      ...one,
      keuzes: sorted(one.keuzes),
      regels: sorted(one.regels),
    })),
  };
}
