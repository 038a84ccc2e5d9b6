import { randomBytes } from "node:crypto";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
import { newReferentie, type AccountUuid } from "#platform/ids";
import type {
  Feiten,
  KeuzeFeit,
  OngedeeldeFeiten,
  ProtocolFeit,
  Reden,
  RegelFeit,
  ToepassingFeit,
} from "./contract.ts";
import { divideFeiten } from "./rules.ts";

type OfToepassing<T> = T & { readonly toepassing: string };
/** The answer of the SQL function: what belongs to an application stands beside it, which costs PostgreSQL a third less. */
type Answer = Omit<OngedeeldeFeiten, "toepassingen"> & {
  readonly toepassingen: readonly Omit<ToepassingFeit, "keuzes" | "regels" | "protocol">[];
  readonly keuzes: readonly OfToepassing<KeuzeFeit>[];
  readonly regels: readonly OfToepassing<RegelFeit>[];
  readonly protocollen: readonly OfToepassing<ProtocolFeit>[];
};

/** The facts from the answer of the SQL function `verstrekking.feiten`, of the day that it was asked for; null = no such account. */
export function readFeiten(json: string | null): Feiten | null {
  if (json === null) return null;
  const { toepassingen, keuzes, regels, protocollen, ...rest } = JSON.parse(json) as Answer;
  const keuzesVan = Map.groupBy(keuzes, who);
  const regelsVan = Map.groupBy(regels, who);
  const protocolVan = new Map(protocollen.map((protocol) => [protocol.toepassing, protocol]));
  return divideFeiten({
    ...rest,
    toepassingen: toepassingen.map((one) => ({
      ...one,
      keuzes: keuzesVan.get(one.toepassing) ?? [],
      regels: regelsVan.get(one.toepassing) ?? [],
      protocol: protocolVan.get(one.toepassing) ?? null,
    })),
  });
}

const digests = new WeakMap<Feiten, Buffer>();

/** The facts from the answer of the SQL function `verstrekking.feiten`; null = no such account. */
export async function openFeiten(_ctx: Context, json: string | null): Promise<Feiten | null> {
  const feiten = readFeiten(json);
  if (feiten && json !== null) digests.set(feiten, hash(json));
  return feiten;
}

/** SHA-256 of the text that these facts were read from: another one as soon as any of them, or the day, is another. */
export function digestOf(feiten: Feiten): Buffer {
  const digest = digests.get(feiten);
  if (!digest) throw new Error("these facts were not read from the database");
  return digest;
}

const who = ({ toepassing }: OfToepassing<unknown>): string => toepassing;

/** The facts of a day about one pupil for one client, or (clientId null) for all applications that his schools chose. */
export async function getFeiten(
  ctx: Context,
  accountUuid: AccountUuid,
  clientId: string | null,
  vandaag: Datum,
): Promise<Feiten | null> {
  const [row] = await ctx.sql<{ feiten: string | null }[]>`
    select verstrekking.feiten(${accountUuid}::uuid, ${clientId}::text, ${vandaag}::date) as feiten`;
  return openFeiten(ctx, row?.feiten ?? null);
}

/** Notes a refusal and gives the reference number that the pupil can pass on. */
export async function refuse(
  ctx: Context,
  weigering: { readonly accountUuid: AccountUuid; readonly clientId: string; readonly reden: Reden },
): Promise<string> {
  const referentie = newReferentie(randomBytes);
  const rows = await ctx.sql`
    insert into verstrekking.weigering (referentie, tijdstip, account_uuid, client_id, reden)
    values (${referentie}, ${new Date(ctx.clock.now())}, ${weigering.accountUuid}, ${weigering.clientId}, ${weigering.reden})
    on conflict do nothing returning 1`;
  return rows.length === 1 ? referentie : refuse(ctx, weigering);
}

/** A refusal by its reference number (R31); the account is the one of then. Behind the wall of a school: of its own pupils only. */
export async function findWeigering(
  ctx: Context,
  referentie: string,
): Promise<
  | {
      readonly accountUuid: AccountUuid;
      readonly clientId: string;
      readonly reden: Reden;
      readonly tijdstip: Date;
    }
  | undefined
> {
  const [row] = await ctx.sql<
    { account_uuid: AccountUuid; client_id: string; reden: Reden; tijdstip: Date }[]
  >`select account_uuid, client_id, reden, tijdstip from verstrekking.weigering where referentie = ${referentie}`;
  return (
    row && {
      accountUuid: row.account_uuid,
      clientId: row.client_id,
      reden: row.reden,
      tijdstip: row.tijdstip,
    }
  );
}

/** Removes refusals older than 30 days. */
export async function sweepWeigeringen(ctx: Context): Promise<number> {
  const limit = new Date(ctx.clock.now() - 30 * 86_400_000);
  return (await ctx.sql`delete from verstrekking.weigering where tijdstip < ${limit}`).count;
}
