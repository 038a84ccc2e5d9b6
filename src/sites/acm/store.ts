import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import { randomToken } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { regelSql, type Logregel } from "#modules/privacylog";
import { openFeiten, type Feiten } from "#modules/verstrekking";
import { duur, type Bewijs, type Sessie, type Wie } from "./contract.ts";
import { endedSql, toldSql } from "./end-sessions.ts";
import type { UnitOfWork } from "./library/unit-of-work.ts";
import { readMedewerker, type Medewerker } from "#modules/medewerkers";
import { codeHashOf, type Code, type Decided } from "./token/code.ts";

/** An authorization that was redeemed: its access token. */
export type Machtiging = {
  readonly codeHash: Buffer;
  readonly clientId: string;
  /** Null for an adult, and for nobody: the session of an adult that has ended leaves no trace of him. */
  readonly accountUuid: AccountUuid | null;
  readonly medewerker: Medewerker | null;
  readonly sessieUid: string;
  readonly scope: string;
  readonly tokenVerlooptOp: Date;
  readonly ingetrokken: boolean;
  readonly sessieLeeft: boolean;
  readonly feiten: Feiten | null;
};

type SessieRow = {
  uid: string;
  account_uuid: AccountUuid | null;
  medewerker: string | null;
  inhoud: string;
  clients: Record<string, string>;
  verloopt_op: Date;
};

/** What is kept of how somebody signed in. */
type SessieContent = { readonly acr?: string; readonly amr?: readonly string[]; readonly loginTs?: number };

function sessieOf(row: SessieRow): Sessie {
  const { acr = "", amr, loginTs = 0 } = JSON.parse(row.inhoud) as SessieContent;
  const shared = {
    uid: row.uid,
    clients: row.clients,
    verlooptOp: row.verloopt_op,
    acr,
    amr,
    authTime: loginTs,
  };
  if (row.account_uuid !== null) return { ...shared, accountUuid: row.account_uuid, medewerker: null };
  const medewerker = readMedewerker(row.medewerker);
  if (!medewerker) throw new Error("a session is of nobody");
  return { ...shared, accountUuid: null, medewerker };
}

/**
 * A session by the hash of its cookie, and with it the facts of D5 for one client: one round trip. `codeId`: the form by which it came
 * here; was its answer redeemed?
 */
export async function findSessie(
  ctx: Context,
  idHash: Buffer,
  { clientId, codeId }: { readonly clientId: string; readonly codeId?: string | undefined },
): Promise<{ sessie: Sessie; feiten: Feiten | null; ingewisseld: boolean } | undefined> {
  const { sql } = ctx;
  const [row] = await sql<(SessieRow & { feiten: string | null; ingewisseld: boolean })[]>`
    select uid, account_uuid, medewerker, inhoud, clients, verloopt_op,
           verstrekking.feiten(account_uuid, ${clientId}::text, ${ctx.clock.vandaag()}::date) as feiten,
           ${redeemedSql(ctx, codeId)} as ingewisseld
      from acm.sessie where id_hash = ${idHash} and verloopt_op > ${new Date(ctx.clock.now())}`;
  return (
    row && {
      sessie: sessieOf(row),
      feiten: await openFeiten(ctx, row.feiten),
      ingewisseld: row.ingewisseld,
    }
  );
}

const redeemedSql = ({ sql }: Context, codeId: string | undefined): Fragment =>
  codeId === undefined
    ? sql`false`
    : sql`exists (select from acm.machtiging where code_hash = ${codeHashOf(codeId)})`;

/** A session alone. */
export async function findSessieOnly(ctx: Context, idHash: Buffer): Promise<Sessie | undefined> {
  const [row] = await ctx.sql<SessieRow[]>`
    select uid, account_uuid, medewerker, inhoud, clients, verloopt_op
      from acm.sessie where id_hash = ${idHash} and verloopt_op > ${new Date(ctx.clock.now())}`;
  return row && sessieOf(row);
}

/**
 * Keeps that somebody signed in, in one commit: a new session, or the one he had (`uid`) under a new id; the session of somebody else in
 * this browser (`ended`) ends. A session that was ended meanwhile does not come back: then he has a new one.
 */
export async function saveSessie(
  ctx: Context,
  nieuw: {
    readonly idHash: Buffer;
    readonly uid: string | undefined;
    readonly wie: Wie;
    readonly bewijs: Bewijs;
    readonly ended: string | undefined;
    readonly codeId: string | undefined;
  },
): Promise<{ readonly uid: string; readonly ingewisseld: boolean }> {
  const { sql } = ctx;
  const { idHash, wie, bewijs, ended, codeId } = nieuw;
  const inhoud = JSON.stringify({
    acr: bewijs.acr,
    amr: bewijs.amr,
    loginTs: bewijs.authTime,
  } satisfies Partial<Record<keyof SessieContent, unknown>>);
  const medewerker = wie.medewerker === null ? null : JSON.stringify(wie.medewerker);
  const verlooptOp = new Date(ctx.clock.now() + duur.sessie * 1000);
  const kept =
    nieuw.uid === undefined
      ? undefined
      : sql`kept as (
          update acm.sessie set id_hash = ${idHash}, inhoud = ${inhoud}, medewerker = ${medewerker},
                 verloopt_op = greatest(verloopt_op, ${verlooptOp})
           where uid = ${nieuw.uid} returning uid)`;
  const parts = [
    ...(ended === undefined ? [] : [endedSql(ctx, sql`uid = ${ended}`)]),
    ...(kept ? [kept] : []),
    sql`made as (
      insert into acm.sessie (uid, id_hash, account_uuid, medewerker, inhoud, verloopt_op)
      select ${randomToken()}, ${idHash}, ${wie.accountUuid}::uuid, ${medewerker}, ${inhoud}, ${verlooptOp}
       ${kept ? sql`where not exists (select from kept)` : sql``} returning uid)`,
  ];
  const [row] = await sql<{ uid: string; ingewisseld: boolean }[]>`
    with ${parts.reduce((first, part) => sql`${first}, ${part}`)}
    select uid, ${redeemedSql(ctx, codeId)} as ingewisseld ${ended === undefined ? sql`` : sql`, ${toldSql(ctx)} as verteld`}
      from ${kept ? sql`(select uid from kept union all select uid from made) s` : sql`made`}`;
  if (!row) throw new Error("no session was kept");
  return row;
}

/** Ends one session; its applications are told. */
export async function endSessie(ctx: Context, uid: string): Promise<void> {
  await ctx.sql`with ${endedSql(ctx, ctx.sql`uid = ${uid}`)} select ${toldSql(ctx)}`;
}

/**
 * Redeems a code: one statement, one commit. The facts are read again; when they are those of the decision (and the session stands, and the
 * code was not used), the token exists, the session knows the application, and the release is logged; else nothing of it happened.
 */
export async function redeemCodeSql(
  ctx: Context,
  r: {
    readonly codeHash: Buffer;
    readonly tokenHash: Buffer;
    readonly clientId: string;
    readonly code: Pick<Code, "sessieUid" | "scope" | "aanleiding" | "tot">;
    readonly sub: string;
    /** None for an adult: nothing of a pupil is read or released. */
    readonly leerling: Decided | undefined;
    readonly assertie: UnitOfWork["assertie"];
  },
): Promise<{
  readonly ingewisseld: boolean;
  /** It was redeemed before. */
  readonly gezien: boolean;
  readonly sessieLeeft: boolean;
  readonly assertieNieuw: boolean;
  readonly feiten: Feiten | null;
  readonly medewerker: Medewerker | null;
}> {
  const { sql } = ctx;
  const { code, leerling, sub, clientId } = r;
  const now = ctx.clock.now();
  const nu = new Date(now);
  const accountUuid = leerling?.accountUuid ?? null;
  // What was said of an adult at his sign-in grows old: his session is not prolonged.
  const till = leerling ? new Date(now + duur.sessie * 1000) : null;
  const enough = new Date(now + (duur.sessie - duur.sessieDrempel) * 1000);
  const regel: Logregel | undefined = leerling && {
    tijdstip: now,
    soort: "verstrekking",
    accountUuid: leerling.accountUuid,
    attributen: leerling.attributen,
    ontvanger: clientId,
    protocol: leerling.protocol,
    aanleiding: code.aanleiding,
  };
  const [row] = await sql<
    {
      ingewisseld: boolean;
      gezien: boolean;
      leeft: boolean;
      assertie_nieuw: boolean;
      feiten: string | null;
      medewerker: string | null;
    }[]
  >`
    with van as materialized (
      select uid, medewerker, clients ->> ${clientId} as sub, verloopt_op
        from acm.sessie
       where uid = ${code.sessieUid} and account_uuid is not distinct from ${accountUuid}::uuid and verloopt_op > ${nu}),
    feit as materialized (
      select ${leerling ? sql`verstrekking.feiten(${accountUuid}::uuid, ${clientId}::text, ${ctx.clock.vandaag()}::date)` : sql`null::text`} as feiten from van),
    gezien as materialized (select from acm.machtiging where code_hash = ${r.codeHash}),
    ${r.assertie ? sql`${assertieSql(ctx, r.assertie)},` : sql``}
    mag as materialized (
      select van.* from van, feit
       where ${code.tot > now} and not exists (select from gezien)
         ${leerling ? sql`and sha256(convert_to(feit.feiten, 'UTF8')) = ${leerling.digest}` : sql``}
         ${r.assertie ? sql`and exists (select from assertie)` : sql``}),
    -- Who is told of the end of this session, and how long it lasts, changes only when it must; then the row is still there, or nothing is redeemed.
    geopend as (
      update acm.sessie s
         set clients = s.clients || jsonb_build_object(${clientId}::text, ${sub}::text),
             verloopt_op = case when s.verloopt_op < ${enough} then coalesce(${till}::timestamptz, s.verloopt_op) else s.verloopt_op end
        from mag
       where s.uid = mag.uid and (mag.sub is distinct from ${sub} or (${till}::timestamptz is not null and mag.verloopt_op < ${enough}))
      returning s.uid),
    ingewisseld as (
      insert into acm.machtiging (code_hash, token_hash, client_id, account_uuid, sessie_uid, inhoud, verloopt_op, ingewisseld_op, token_verloopt_op)
      select ${r.codeHash}, ${r.tokenHash}, ${clientId}, ${accountUuid}::uuid, mag.uid, ${JSON.stringify({ scope: code.scope })}, ${new Date(code.tot)}, ${nu},
             ${new Date(now + duur.accessToken * 1000)}
        from mag
       where (mag.sub is not distinct from ${sub} and (${till}::timestamptz is null or mag.verloopt_op >= ${enough}))
          or exists (select from geopend)
      on conflict do nothing returning code_hash)
    ${regel ? sql`, ${regelSql(sql, regel, "ingewisseld")}` : sql``}
    select exists (select from ingewisseld) as ingewisseld,
           exists (select from gezien) or (exists (select from mag) and not exists (select from ingewisseld)) as gezien,
           exists (select from van) as leeft,
           ${r.assertie ? sql`exists (select from assertie)` : sql`true`} as assertie_nieuw,
           (select feiten from feit) as feiten, (select medewerker from van) as medewerker`;
  if (!row) throw new Error("a redemption gave no answer");
  return {
    ingewisseld: row.ingewisseld,
    gezien: row.gezien,
    sessieLeeft: row.leeft,
    assertieNieuw: row.assertie_nieuw,
    feiten: await openFeiten(ctx, row.feiten),
    medewerker: readMedewerker(row.medewerker),
  };
}

/** Uses a client assertion up; false when it was used before. */
export async function useAssertie(
  ctx: Context,
  assertie: NonNullable<UnitOfWork["assertie"]>,
): Promise<boolean> {
  const [row] = await ctx.sql<{ nieuw: boolean }[]>`
    with ${assertieSql(ctx, assertie)} select exists (select from assertie) as nieuw`;
  return row?.nieuw ?? false;
}

/** An authorization by its access token, with its session and the facts of D5: one round trip. */
export async function findMachtiging(ctx: Context, tokenHash: Buffer): Promise<Machtiging | undefined> {
  const [row] = await ctx.sql<
    {
      code_hash: Buffer;
      client_id: string;
      account_uuid: AccountUuid | null;
      medewerker: string | null;
      sessie_uid: string;
      inhoud: string;
      token_verloopt_op: Date;
      ingetrokken: boolean;
      sessie_leeft: boolean;
      feiten: string | null;
    }[]
  >`
    select m.code_hash, m.client_id, m.account_uuid, m.sessie_uid, m.inhoud, m.token_verloopt_op,
           m.ingetrokken_op is not null as ingetrokken, s.uid is not null as sessie_leeft, s.medewerker,
           verstrekking.feiten(m.account_uuid, m.client_id, ${ctx.clock.vandaag()}::date) as feiten
      from acm.machtiging m
      left join acm.sessie s on s.uid = m.sessie_uid and s.account_uuid is not distinct from m.account_uuid
                            and s.verloopt_op > ${new Date(ctx.clock.now())}
     where m.token_hash = ${tokenHash}`;
  return (
    row && {
      codeHash: row.code_hash,
      clientId: row.client_id,
      accountUuid: row.account_uuid,
      medewerker: readMedewerker(row.medewerker),
      sessieUid: row.sessie_uid,
      scope: (JSON.parse(row.inhoud) as { readonly scope: string }).scope,
      tokenVerlooptOp: row.token_verloopt_op,
      ingetrokken: row.ingetrokken,
      sessieLeeft: row.sessie_leeft,
      feiten: await openFeiten(ctx, row.feiten),
    }
  );
}

/** A code that was already redeemed came again: what it was redeemed for ends (RFC 6749 4.1.2, RFC 9700 2.1.1). */
export async function revoke(ctx: Context, codeHash: Buffer): Promise<void> {
  await ctx.sql`
    update acm.machtiging set ingetrokken_op = ${new Date(ctx.clock.now())}
     where code_hash = ${codeHash} and ingetrokken_op is null`;
}

const assertieSql = (
  { sql }: Context,
  { idHash, verlooptOp }: NonNullable<UnitOfWork["assertie"]>,
): Fragment => sql`
  assertie as (
    insert into acm.model (model, id_hash, inhoud, verloopt_op) values ('assertie', ${idHash}, '', ${verlooptOp})
    on conflict do nothing returning 1)`;

/**
 * Writes what a request through the library noted, in one statement. False when its client assertion had been used before: then the answer
 * may not leave.
 */
export async function saveWork(ctx: Context, werk: UnitOfWork): Promise<boolean> {
  const { sql } = ctx;
  const delen = [
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
    select ${werk.assertie ? sql`exists (select from assertie)` : sql`true`} as goed`;
  return row?.goed ?? false;
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
