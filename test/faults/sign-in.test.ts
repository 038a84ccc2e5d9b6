import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { makeHash } from "#modules/sleutels";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
import { migrate, openDatabase } from "#platform/database";
import { testKeys } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";
import { drawsOf, times } from "#testing/runs";
import { freePortBase, mainKey, runLeerid, startServer, type ServerNode } from "#testing/server";
import { killablePostgres, type KillablePostgres } from "./killable-postgres.ts";
import { agree, application, fillSchool, password, register, type Pupil } from "./school.ts";
import { authorize, NotNow, redeem, signIn, userinfo, type Tokens } from "./sign-in-client.ts";

/** Nobody can reach this address: the issuer is a name, and both nodes say the same one. */
const acmUrl = "http://acm.leerid.test";
const issuer = `${acmUrl}/op`;
const bingel = application("bingel");
const other = application("tweede");
const random = drawsOf(2);

let cluster: KillablePostgres;
let ctx: Context;
let settings: Record<string, string>;
let pupils: Pupil[];
const nodes: ServerNode[] = [];
const received: Tokens[] = [];

const node = (n: number): ServerNode => {
  const found = nodes[n % nodes.length];
  assert.ok(found);
  return found;
};

before(async () => {
  cluster = await killablePostgres();
  await migrate(cluster.url, guardedLog());
  ctx = {
    sql: openDatabase({ url: cluster.url, max: 2 }),
    clock: systemClock(),
    keys: testKeys,
    log: guardedLog(),
  };
  pupils = await fillSchool(ctx, {
    pupils: 20,
    applications: [bingel, other],
    attributes: [{ attribuut: "Account_uuid" }, { attribuut: "Voornaam" }],
  });
  const loketUrl = "http://loket.leerid.test";
  settings = {
    LEERID_DATABASE_URL: cluster.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_ACM_URL: acmUrl,
    LEERID_LEERLINGLOKET_URL: loketUrl,
    LEERID_API_URL: "http://api.leerid.test",
  };
  for (let n = 0; n < 2; n += 1) nodes.push(await startServer(settings, await freePortBase()));
});
after(async () => {
  await ctx?.sql.end({ timeout: 2 });
  await Promise.all(nodes.map((one) => one.end("SIGKILL")));
  await cluster?.stop();
});

async function jwksOf(one: ServerNode): Promise<JSONWebKeySet> {
  return (await (await fetch(`${one.acm}/op/v1/keys`)).json()) as JSONWebKeySet;
}

async function verify({ idToken, application, pupil }: Tokens, keys: JSONWebKeySet): Promise<void> {
  const { payload } = await jwtVerify(idToken, createLocalJWKSet(keys), { issuer, audience: application.id });
  assert.equal(payload.sub, pupil.accountUuid);
}

/** Pupils who sign in at any node, all the time, until they are told to stop. What a fault may do to them is NotNow. */
function crowd(size: number): { done: number; failed: number; stop(): Promise<void> } {
  const state = { done: 0, failed: 0, going: true };
  const one = async () => {
    while (state.going) {
      const pupil = random.pick(pupils);
      try {
        received.push(await signIn(random.pick(nodes).acm, random.pick([bingel, other]), pupil));
        state.done += 1;
      } catch (error) {
        if (!(error instanceof NotNow)) throw error;
        state.failed += 1;
        await sleep(20);
      }
    }
  };
  const all = Array.from({ length: size }, one);
  for (const each of all) each.catch(() => {}); // told by stop()
  return Object.assign(state, {
    async stop() {
      state.going = false;
      await Promise.all(all);
    },
  });
}

/** Waits until something is so, as long as a busy machine may take. */
async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1200; turn += 1) {
    if (await done()) return;
    await sleep(50);
  }
  assert.fail(`${what}: it did not come to that in a minute`);
}

/** A sign-in at this node, which was not started again, and that soon. */
const works = (one: ServerNode) =>
  until(`a sign-in at ${one.acm}\n${one.output().slice(-2000)}`, async () => {
    try {
      received.push(await signIn(one.acm, bingel, random.pick(pupils)));
      return true;
    } catch (error) {
      if (error instanceof NotNow) return false;
      throw error;
    }
  });

/**
 * Log and releases tell the same story: every code that was redeemed has its record and the other way around, and every
 * token that an application holds is one of those.
 */
async function checkLog(): Promise<void> {
  const unequal = await ctx.sql`
    select account_uuid, client_id, l.aantal as regels, m.aantal as inwisselingen
      from (select account_uuid, ontvanger as client_id, count(*) as aantal from privacylog.regel where soort = 'verstrekking' group by 1, 2) l
      full join (select account_uuid, client_id, count(*) as aantal from acm.machtiging where ingewisseld_op is not null group by 1, 2) m
        using (account_uuid, client_id)
     where l.aantal is distinct from m.aantal`;
  assert.deepEqual([...unequal], []);
  const known = new Map(
    (
      await ctx.sql<{ token_hash: Buffer; account_uuid: string; client_id: string }[]>`
        select token_hash, account_uuid, client_id from acm.machtiging where ingewisseld_op is not null`
    ).map((row) => [row.token_hash.toString("hex"), `${row.account_uuid} ${row.client_id}`]),
  );
  for (const { accessToken, application, pupil } of received)
    assert.equal(known.get(hash(accessToken).toString("hex")), `${pupil.accountUuid} ${application.id}`);
  assert.equal(new Set(received.map((tokens) => tokens.accessToken)).size, received.length);
}

describe("sign-ins at two nodes on one database", () => {
  it("go on after PostgreSQL or a node is killed; what applications hold is what the log tells", async (t) => {
    for (let round = 0; round < times(20, 2); round += 1) {
      const victim = round % 2 === 0 ? "PostgreSQL" : "node";
      const pupilsAtWork = crowd(5);
      const begin = received.length;
      await until("sign-ins", () => pupilsAtWork.done >= 4 + random.below(8) || pupilsAtWork.failed > 50);
      await sleep(random.below(50));
      if (victim === "PostgreSQL") {
        await cluster.kill();
        await sleep(300);
        await cluster.restart();
      } else {
        const which = random.below(2);
        const { base } = node(which);
        await node(which).end("SIGKILL");
        const before = pupilsAtWork.done;
        await until("sign-ins at the other node", () => pupilsAtWork.done > before + 2);
        nodes[which] = await startServer(settings, base);
      }
      await works(node(0));
      await works(node(1));
      await pupilsAtWork.stop();
      t.diagnostic(
        `${victim} killed: ${received.length - begin} sign-ins, ${pupilsAtWork.failed} broken off`,
      );
      for (const one of nodes) assert.ok(one.running(), one.output().slice(-3000));
      await checkLog();
    }
    const keys = await jwksOf(node(0));
    for (const tokens of received) await verify(tokens, keys);
    const verified = await runLeerid(["log", "verify"], settings);
    assert.equal(verified.code, 0, verified.stderr + verified.stdout);
    assert.match(verified.stdout, /ongeschonden/);
  });

  it("D7: hash at the full cost: a cheaper hash is made anew when its pupil signs in", async () => {
    const costs = async (accounts: readonly string[]) => {
      const rows = await ctx.sql<{ cost: string }[]>`
        select distinct split_part(hash, '$', 4) as cost from sleutels.sleutel where account_uuid = any (${[...accounts]})`;
      return rows.map((row) => row.cost);
    };
    const [pupil] = pupils;
    assert.ok(pupil);
    await ctx.sql`update sleutels.sleutel set hash = ${await makeHash(testKeys, password)} where account_uuid = ${pupil.accountUuid}`;
    assert.deepEqual(await costs([pupil.accountUuid]), ["m=8,t=1,p=1"]);
    received.push(await signIn(node(0).acm, bingel, pupil));
    const signedIn = [pupil, ...received.map((tokens) => tokens.pupil)];
    assert.deepEqual(await costs(signedIn.map((one) => one.accountUuid)), ["m=19456,t=2,p=1"]);
  });

  it("share the session: made at one, good at the other, and so are code and token", async () => {
    const pupil = random.pick(pupils);
    const visitor = new Map<string, string>();
    received.push(await signIn(node(0).acm, bingel, pupil, visitor));
    const hop = await authorize(node(1).acm, other, pupil, visitor);
    assert.equal(hop.form, false);
    const tokens = await redeem(node(0).acm, other, pupil, hop);
    received.push(tokens);
    const answer = await userinfo(node(1).acm, tokens);
    assert.equal(((await answer.json()) as { sub?: string }).sub, pupil.accountUuid);
    const back = await authorize(node(0).acm, bingel, pupil, visitor);
    assert.equal(back.form, false);
    received.push(await redeem(node(1).acm, bingel, pupil, back));
  });

  it("both see a client and an agreement that change, also after their connection was lost", async () => {
    const moved = { ...other, redirectUri: "https://tweede.example/elders" };
    await register(ctx, moved);
    for (const one of nodes) {
      await until("the new address", async () => {
        const answer = await fetch(
          `${one.acm}/op/v1/auth?${new URLSearchParams({
            client_id: moved.id,
            redirect_uri: moved.redirectUri,
            response_type: "code",
            scope: "openid",
            code_challenge: "x".repeat(43),
            code_challenge_method: "S256",
          })}`,
          { redirect: "manual" },
        );
        await answer.text();
        return answer.status === 200;
      });
      const tokens = await signIn(one.acm, moved, random.pick(pupils));
      received.push(tokens);
      await assert.rejects(authorize(one.acm, other, random.pick(pupils), new Map()), /no code: 400/);
    }
    await register(ctx, other);

    const givenName = async (one: ServerNode) => {
      const tokens = await signIn(one.acm, bingel, random.pick(pupils));
      received.push(tokens);
      return ((await (await userinfo(one.acm, tokens)).json()) as { given_name?: string }).given_name;
    };
    assert.deepEqual((await Promise.all(nodes.map(givenName))).map(Boolean), [true, true]);
    await agree(ctx, bingel, 2, [{ attribuut: "Account_uuid" }]);
    assert.deepEqual((await Promise.all(nodes.map(givenName))).map(Boolean), [false, false]);
  });

  it("rotate their keys meanwhile: every token verifies with what either node publishes at that moment", async () => {
    const state = { going: true, seen: new Set<string>() };
    const reader = async (n: number) => {
      while (state.going) {
        const tokens = await signIn(node(n).acm, bingel, random.pick(pupils));
        received.push(tokens);
        for (const keys of await Promise.all(nodes.map(jwksOf))) await verify(tokens, keys);
        const header = JSON.parse(
          Buffer.from(tokens.idToken.split(".")[0] ?? "", "base64url").toString(),
        ) as {
          kid: string;
        };
        state.seen.add(header.kid);
      }
    };
    const readers = Promise.all([reader(0), reader(1)]);
    readers.catch(() => {});
    for (let turn = 0; turn < 3; turn += 1) {
      const kinds = state.seen.size;
      await until("tokens", () => state.seen.size > 0);
      const done = await runLeerid(["sleutels", "roteer"], settings);
      assert.equal(done.code, 0, done.stderr);
      await until("a token with the new key", async () => {
        await Promise.race([readers, sleep(0)]);
        return state.seen.size > kinds;
      });
      await until("both nodes with the same keys", async () => {
        const [a, b] = await Promise.all(nodes.map(async (one) => JSON.stringify(await jwksOf(one))));
        return a === b;
      });
    }
    state.going = false;
    await readers;
    assert.ok(state.seen.size >= 4, `${state.seen.size} keys were used`);
    await checkLog();
  });
});
