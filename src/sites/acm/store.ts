import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import { hash } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { regelSql, type Logregel } from "#modules/privacylog";
import { readFeiten, type Feiten } from "#modules/verstrekking";
import { duur } from "./contract.ts";
import { endedSql, toldSql } from "./end-sessions.ts";
import { accountUuidOf, readMedewerker } from "./medewerker.ts";
import type {
  Machtiging,
  MachtigingContent,
  Sessie,
  SessieContent,
  UnitOfWork,
  Wie,
} from "./unit-of-work.ts";

type Part = Fragment;

/** A session by the hash of its cookie, and with it the facts of D5 for one client: one round trip. */
export async function findSessie(
  ctx: Context,
  idHash: Buffer,
  clientId: string,
): Promise<{ sessie: Sessie; feiten: Feiten | null } | undefined> {
  const [row] = await ctx.sql<
    {
      uid: string;
      account_uuid: AccountUuid | null;
      medewerker: string | null;
      inhoud: string;
      clients: Record<string, string>;
      verloopt_op: Date;
      feiten: string | null;
    }[]
  >`
    select uid, account_uuid, medewerker, inhoud, clients, verloopt_op,
           verstrekking.feiten(account_uuid, ${clientId}::text, ${ctx.clock.vandaag()}::date) as feiten
      from acm.sessie where id_hash = ${idHash} and verloopt_op > ${new Date(ctx.clock.now())}`;
  return (
    row && {
      sessie: {
        uid: row.uid,
        ...whoOf(row),
        inhoud: JSON.parse(row.inhoud) as SessieContent,
        clients: row.clients,
        verlooptOp: row.verloopt_op,
      },
      feiten: readFeiten(row.feiten),
    }
  );
}

function whoOf(row: { account_uuid: AccountUuid | null; medewerker: string | null }): Wie {
  if (row.account_uuid !== null) return { accountUuid: row.account_uuid, medewerker: null };
  const medewerker = readMedewerker(row.medewerker);
  if (!medewerker) throw new Error("a session is of nobody");
  return { accountUuid: null, medewerker };
}

type MachtigingRow = {
  code_hash: Buffer;
  client_id: string;
  account_uuid: AccountUuid | null;
  medewerker: string | null;
  sessie_uid: string;
  inhoud: string;
  verloopt_op: Date;
  token_verloopt_op: Date | null;
  ingewisseld: boolean;
  ingetrokken: boolean;
  sessie_leeft: boolean;
  feiten: string | null;
};

/** An authorization by its code or by its access token, with its session and the facts of D5: one round trip. */
export async function findMachtiging(
  ctx: Context,
  bij: { readonly codeHash: Buffer } | { readonly tokenHash: Buffer },
): Promise<Machtiging | undefined> {
  const { sql } = ctx;
  const [row] = await sql<MachtigingRow[]>`
    select m.code_hash, m.client_id, m.account_uuid, m.sessie_uid, m.inhoud, m.verloopt_op, m.token_verloopt_op,
           m.ingewisseld_op is not null as ingewisseld, m.ingetrokken_op is not null as ingetrokken,
           s.uid is not null as sessie_leeft, s.medewerker,
           verstrekking.feiten(m.account_uuid, m.client_id, ${ctx.clock.vandaag()}::date) as feiten
      from acm.machtiging m
      left join acm.sessie s on s.uid = m.sessie_uid and s.account_uuid is not distinct from m.account_uuid
                            and s.verloopt_op > ${new Date(ctx.clock.now())}
     where ${"codeHash" in bij ? sql`m.code_hash = ${bij.codeHash}` : sql`m.token_hash = ${bij.tokenHash}`}`;
  return (
    row && {
      codeHash: row.code_hash,
      clientId: row.client_id,
      accountUuid: row.account_uuid,
      medewerker: readMedewerker(row.medewerker),
      sessieUid: row.sessie_uid,
      inhoud: JSON.parse(row.inhoud) as MachtigingContent,
      verlooptOp: row.verloopt_op,
      tokenVerlooptOp: row.token_verloopt_op,
      ingewisseld: row.ingewisseld,
      ingetrokken: row.ingetrokken,
      sessieLeeft: row.sessie_leeft,
      feiten: readFeiten(row.feiten),
    }
  );
}

/**
 * Redeems a code: one statement, one commit. The code is used up, the token exists and the release is logged, or
 * nothing of it happened (the code was used, withdrawn or too old, its session ended, or the assertion was seen before).
 */
export async function redeemCode(
  ctx: Context,
  code: {
    readonly codeHash: Buffer;
    readonly tokenHash: Buffer;
    /** None for an adult: nothing of a pupil is released. */
    readonly regel?: Logregel;
    readonly assertie: UnitOfWork["assertie"];
  },
): Promise<{ readonly gelukt: boolean; readonly assertieNieuw: boolean }> {
  const { sql } = ctx;
  const nu = new Date(ctx.clock.now());
  const tokenVerlooptOp = new Date(ctx.clock.now() + duur.accessToken * 1000);
  const [row] = await sql<{ gelukt: boolean; assertie_nieuw: boolean }[]>`
    with ${code.assertie ? sql`${assertieSql(ctx, code.assertie)},` : sql``}
    ingewisseld as (
      update acm.machtiging m
         set ingewisseld_op = ${nu}, token_hash = ${code.tokenHash}, token_verloopt_op = ${tokenVerlooptOp}
       where code_hash = ${code.codeHash} and ingewisseld_op is null and ingetrokken_op is null and verloopt_op > ${nu}
         and exists (select from acm.sessie s where s.uid = m.sessie_uid and s.account_uuid is not distinct from m.account_uuid)
         ${code.assertie ? sql`and exists (select from assertie)` : sql``}
      returning code_hash)
    ${code.regel ? sql`, ${regelSql(sql, code.regel, "ingewisseld")}` : sql``}
    select exists (select from ingewisseld) as gelukt,
           ${code.assertie ? sql`exists (select from assertie)` : sql`true`} as assertie_nieuw`;
  return { gelukt: row?.gelukt ?? false, assertieNieuw: row?.assertie_nieuw ?? false };
}

/** A code that was already redeemed came again: what it was redeemed for ends (RFC 6749 4.1.2, RFC 9700 2.1.1). */
export async function revoke(ctx: Context, codeHash: Buffer): Promise<void> {
  await ctx.sql`
    update acm.machtiging set ingetrokken_op = ${new Date(ctx.clock.now())}
     where code_hash = ${codeHash} and ingetrokken_op is null and ingewisseld_op is not null`;
}

/** A large request in flight. */
export async function findInteractie(ctx: Context, idHash: Buffer): Promise<string | undefined> {
  const [row] = await ctx.sql<{ inhoud: string }[]>`
    select inhoud from acm.model where model = 'interactie' and id_hash = ${idHash} and verloopt_op > ${new Date(ctx.clock.now())}`;
  return row?.inhoud;
}

const assertieSql = (
  { sql }: Context,
  { idHash, verlooptOp }: { readonly idHash: Buffer; readonly verlooptOp: Date },
): Part => sql`
  assertie as (
    insert into acm.model (model, id_hash, inhoud, verloopt_op) values ('assertie', ${idHash}, '', ${verlooptOp})
    on conflict do nothing returning 1)`;

/**
 * Writes what the request noted, in one statement. False when its client assertion had been used before: then the answer
 * may not leave.
 */
export async function saveWork(ctx: Context, werk: UnitOfWork): Promise<boolean> {
  const { sql } = ctx;
  const uids = werk.beeindigd.map(({ uid }) => uid);
  const delen = [
    sessieSql(ctx, werk),
    codeSql(ctx, werk),
    uids.length > 0 ? endedSql(ctx, sql`uid = any (${uids})`) : undefined,
    werk.interactieRij &&
      sql`interactie as (
        insert into acm.model (model, id_hash, inhoud, verloopt_op)
        values ('interactie', ${werk.interactieRij.idHash}, ${werk.interactieRij.inhoud}, ${werk.interactieRij.verlooptOp})
        on conflict (model, id_hash) do update set inhoud = excluded.inhoud, verloopt_op = excluded.verloopt_op)`,
    werk.tokenIngetrokken &&
      sql`ingetrokken as (
        update acm.machtiging set ingetrokken_op = ${new Date(ctx.clock.now())}
         where token_hash = ${werk.tokenIngetrokken} and ingetrokken_op is null)`,
    werk.assertie && assertieSql(ctx, werk.assertie),
    werk.regel && regelSql(sql, werk.regel),
  ].filter((part) => part !== undefined);
  if (delen.length === 0) return true;
  const [row] = await sql<{ goed: boolean }[]>`
    with ${delen.reduce((eerst, part) => sql`${eerst}, ${part}`)}
    select ${werk.assertie ? sql`exists (select from assertie)` : sql`true`} as goed
           ${uids.length > 0 ? sql`, ${toldSql(ctx)} as verteld` : sql``}`;
  return row?.goed ?? false;
}

function sessieSql(ctx: Context, werk: UnitOfWork): Part | undefined {
  const { sql } = ctx;
  const { sessie, sessieWordt } = werk;
  // A visitor who did not sign in has no row: nothing in a session is worth keeping before that.
  if (!sessieWordt?.payload.accountId || sessieWordt.payload.uid === undefined) return undefined;
  const { id, payload } = sessieWordt;
  const { acr, amr, loginTs, transient, state } = payload;
  const inhoud = JSON.stringify({ acr, amr, loginTs, transient, state } satisfies SessieContent);
  const medewerker = werk.aanmelding?.medewerker ? JSON.stringify(werk.aanmelding.medewerker) : null;
  // What was said of an adult at his sign-in grows old: his session is not prolonged.
  const verlooptOp =
    sessie?.medewerker && !werk.aanmelding
      ? sessie.verlooptOp
      : new Date(ctx.clock.now() + duur.sessie * 1000);
  const clientId = werk.code?.payload.clientId;
  const clients = JSON.stringify(clientId === undefined ? {} : { [clientId]: werk.sub });
  const idHash = hash(id);

  if (!sessie || sessie.uid !== payload.uid) {
    return sql`sessie as (
      insert into acm.sessie (uid, id_hash, account_uuid, medewerker, inhoud, clients, verloopt_op)
      values (${payload.uid ?? ""}, ${idHash}, ${accountUuidOf(payload.accountId)}, ${medewerker}, ${inhoud},
              ${clients}::text::jsonb, ${verlooptOp}))`;
  }
  const same =
    !werk.sessieVernietigd &&
    medewerker === null &&
    inhoud === JSON.stringify(orderly(sessie.inhoud)) &&
    (clientId === undefined || sessie.clients[clientId] === werk.sub) &&
    verlooptOp.getTime() - sessie.verlooptOp.getTime() < duur.sessieDrempel * 1000;
  if (same) return undefined;
  // An update, not an upsert: a session that was ended meanwhile must not come back. Its code then redeems nothing.
  return sql`sessie as (
    update acm.sessie
       set id_hash = ${werk.sessieVernietigd ? idHash : sql`id_hash`}, inhoud = ${inhoud},
           medewerker = ${medewerker ?? sql`medewerker`},
           clients = clients || ${clients}::text::jsonb, verloopt_op = greatest(verloopt_op, ${verlooptOp})
     where uid = ${payload.uid})`;
}

const orderly = ({ acr, amr, loginTs, transient, state }: SessieContent): SessieContent => ({
  acr,
  amr,
  loginTs,
  transient,
  state,
});

function codeSql(ctx: Context, werk: UnitOfWork): Part | undefined {
  if (!werk.code) return undefined;
  const { id, payload } = werk.code;
  const inhoud: MachtigingContent = {
    scope: payload.scope ?? "",
    redirectUri: payload.redirectUri ?? "",
    codeChallenge: payload.codeChallenge ?? "",
    aanleiding: werk.aanmelding ? "aanmelding" : "volgende-toepassing",
    ...(payload.sid !== undefined && { sid: payload.sid }),
    ...(payload.authTime !== undefined && { authTime: payload.authTime }),
    ...(payload.acr !== undefined && { acr: payload.acr }),
    ...(payload.amr !== undefined && { amr: payload.amr }),
    ...(payload.nonce !== undefined && { nonce: payload.nonce }),
  };
  return ctx.sql`code as (
    insert into acm.machtiging (code_hash, client_id, account_uuid, sessie_uid, inhoud, verloopt_op)
    values (${hash(id)}, ${payload.clientId ?? null}, ${accountUuidOf(payload.accountId)}, ${payload.sessionUid ?? null},
            ${JSON.stringify(inhoud)}, ${new Date(ctx.clock.now() + duur.code * 1000)}))`;
}

/** Removes what has expired, in small batches so that nobody waits for it. Gives how many rows went. */
export async function sweep(ctx: Context, perKeer = 1000): Promise<number> {
  const { sql } = ctx;
  const nu = new Date(ctx.clock.now());
  let total = 0;
  for (;;) {
    const aantallen = [
      await sql`delete from acm.sessie where uid in (
        select uid from acm.sessie where verloopt_op < ${nu} order by verloopt_op limit ${perKeer} for update skip locked)`,
      await sql`delete from acm.machtiging where code_hash in (
        select code_hash from acm.machtiging
         where verloopt_op < ${new Date(nu.getTime() - (duur.accessToken + duur.code) * 1000)}
         order by verloopt_op limit ${perKeer} for update skip locked)`,
      await sql`delete from acm.model where (model, id_hash) in (
        select model, id_hash from acm.model where verloopt_op < ${nu} order by verloopt_op limit ${perKeer} for update skip locked)`,
    ].map((result) => result.count);
    total += aantallen.reduce((a, b) => a + b, 0);
    if (aantallen.every((aantal) => aantal < perKeer)) return total;
  }
}
