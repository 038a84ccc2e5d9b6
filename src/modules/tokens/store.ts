import type { JWK } from "jose";
import type { Context } from "#platform/context";
import { seal, unseal } from "#platform/crypto";
import { DatabaseError } from "#platform/database";
import type { Algorithm, Ondertekensleutel } from "./contract.ts";

type Row = {
  kid: string;
  alg: Algorithm;
  status: Ondertekensleutel["status"];
  publiek: string;
  prive_versleuteld: Buffer;
};

/** All keys. @throws DatabaseError when the private part does not open with the main key of this server */
export async function listSleutels(ctx: Context): Promise<Ondertekensleutel[]> {
  const rows = await ctx.sql<Row[]>`select kid, alg, status, publiek, prive_versleuteld from tokens.sleutel`;
  return rows.map(({ kid, alg, status, publiek, prive_versleuteld }) => {
    const prive = unseal(ctx.keys.geheimen, prive_versleuteld, `sleutel:${kid}`);
    if (!prive)
      throw new DatabaseError(
        "De sleutels in deze databank gaan niet open met deze hoofdsleutel. Zet de LEERID_HOOFDSLEUTEL terug waarmee ze gemaakt zijn.",
      );
    return {
      kid,
      alg,
      status,
      publiek: JSON.parse(publiek) as JWK,
      prive: JSON.parse(prive.toString("utf8")) as JWK,
    };
  });
}

/** Does one of the keys open with this main key; undefined when there is none. */
export async function opensSleutel(ctx: Pick<Context, "sql" | "keys">): Promise<boolean | undefined> {
  const [row] = await ctx.sql<Row[]>`select kid, prive_versleuteld from tokens.sleutel limit 1`;
  return row && unseal(ctx.keys.geheimen, row.prive_versleuteld, `sleutel:${row.kid}`) !== undefined;
}

/** The public part of one key. */
export async function findPublic(ctx: Context, kid: string): Promise<JWK | undefined> {
  const [row] = await ctx.sql<{ publiek: string }[]>`select publiek from tokens.sleutel where kid = ${kid}`;
  return row && (JSON.parse(row.publiek) as JWK);
}

export async function insertSleutel(ctx: Context, sleutel: Ondertekensleutel): Promise<void> {
  const { kid, alg, status } = sleutel;
  await ctx.sql`
    insert into tokens.sleutel (kid, alg, publiek, prive_versleuteld, status, sinds)
    values (${kid}, ${alg}, ${JSON.stringify(sleutel.publiek)},
            ${seal(ctx.keys.geheimen, JSON.stringify(sleutel.prive), `sleutel:${kid}`)}, ${status}, ${new Date(ctx.clock.now())})`;
}

/** Active keys stop signing, the next ones take over. */
export async function shiftSleutels(ctx: Context): Promise<void> {
  const nu = new Date(ctx.clock.now());
  await ctx.sql`update tokens.sleutel set status = 'uitgaand', sinds = ${nu} where status = 'actief'`;
  await ctx.sql`update tokens.sleutel set status = 'actief', sinds = ${nu} where status = 'volgend'`;
}

export async function deleteUitgaande(ctx: Context, voor: Date): Promise<number> {
  return (await ctx.sql`delete from tokens.sleutel where status = 'uitgaand' and sinds < ${voor}`).count;
}

/** One node at a time changes the keys; held until the end of the transaction. */
export async function takeLock(ctx: Context): Promise<void> {
  await ctx.sql`select pg_advisory_xact_lock(7112)`;
}

/** Told to every node when the transaction commits. */
export async function reportWijziging(ctx: Context): Promise<void> {
  await ctx.sql`select pg_notify('leerid_sleutels', '')`;
}
