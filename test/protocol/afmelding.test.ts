import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import type { Worker } from "#platform/jobs";
import { startJobs } from "#leerid";
import { endSessies, resumeAfmeldingen, tellApplication } from "#sites/acm";
import { codeOf, openApplication, payloadOf, redeem, signIn } from "./flow.ts";
import { world, type World } from "./world.ts";

let w: World;
/** An application as it can be: what it answers, and what it heard. */
type Application = { answer: number | "nothing"; readonly heard: string[]; readonly server: Server };
const applications: Application[] = [];

/** From now on this client of the world has its own address, where it answers what we say. */
async function application(clientId: string): Promise<Application> {
  const heard: string[] = [];
  const server = createServer((req, res) => {
    let body = "";
    req.on("data", (part: Buffer) => (body += part.toString()));
    req.on("end", () => {
      heard.push(new URLSearchParams(body).get("logout_token") ?? "");
      if (state.answer !== "nothing") res.writeHead(state.answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const state: Application = { answer: 200, heard, server };
  applications.push(state);
  await setAddress(clientId, `http://127.0.0.1:${(server.address() as AddressInfo).port}/uit`);
  return state;
}
const setAddress = (clientId: string, uri: string) => w.db.sql`
  update toepassingen.client set metadata = (metadata::jsonb || jsonb_build_object('backchannel_logout_uri', ${uri}::text))::text
   where client_id = ${clientId}`;

before(async () => {
  w = await world();
});
after(async () => {
  for (const { server } of applications) {
    server.closeAllConnections();
    server.close();
  }
  await w.close();
});

const options = (allowPrivateNetwork = true) => ({ issuer: w.issuer, allowPrivateNetwork });
const startWorker = (): Promise<Worker> =>
  startJobs({ urls: { acm: w.origin }, LEERID_PRODUCTIE: false }, w.ctx);
const waiting = async (clientId: string) =>
  w.db.sql<{ rij: string; pogingen: number }[]>`
    select rij, pogingen from acm.afmelding where client_id = ${clientId} order by nr`;
const queueOf = async (clientId: string): Promise<string> => (await waiting(clientId))[0]?.rij ?? "";
const jobs = async (row: string) =>
  (await w.db.sql`select 1 from jobs.job where key = ${`afmeldingen-melden-${row}`}`).length;
const dropJobs = () => w.db.sql`delete from jobs.job`;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    if (await holds()) return;
    await wait(25);
  }
  assert.fail(`not in 10 s: ${what}`);
}

/** A pupil who has these applications open, and whose sessions end now. */
async function signedOut(name: string, clientIds: readonly string[]): Promise<string> {
  const pupil = await w.addPupil(name);
  const { visitor, answer } = await signIn(w, { pupil });
  await redeem(w, codeOf(answer));
  for (const clientId of clientIds) await openApplication(w, visitor, clientId);
  await endSessies(w.ctx, [pupil.accountUuid]);
  return pupil.accountUuid;
}

describe("telling applications that a session ended", () => {
  test("survives the end of every process in between: it waits in the database, with its job, until somebody tells it", async () => {
    const bingel = await application("bingel");
    const account = await signedOut("blijft.wachten", []);
    assert.deepEqual(
      [bingel.heard.length, (await waiting("bingel")).length, await jobs(await queueOf("bingel"))],
      [0, 1, 1],
    );
    const worker = await startWorker();
    try {
      await until("it was told", () => bingel.heard.length === 1);
      await until("nothing waits", async () => (await waiting("bingel")).length === 0);
    } finally {
      await worker.stop();
    }
    const token = payloadOf(bingel.heard[0] ?? "");
    assert.deepEqual([token["sub"], token["aud"], token["iss"]], [account, "bingel", w.issuer]);
    assert.equal(Number(token["exp"]) - Number(token["iat"]), 120);
  });

  test("one that hangs keeps nobody: others hear it at once, and it is left alone for half a minute whatever else there is", async () => {
    const bingel = await application("bingel");
    const slow = await application("traag");
    slow.answer = "nothing";
    const worker = await startWorker();
    try {
      await signedOut("eerste.hangt", ["traag"]);
      await until("it hangs", () => slow.heard.length === 1);
      bingel.heard.length = 0;
      for (const name of ["tweede.hangt", "derde.hangt", "vierde.hangt"]) await signedOut(name, ["traag"]);
      const begin = performance.now(); // signing in takes what it takes
      await until("the others heard", () => bingel.heard.length >= 3);
      assert.ok(performance.now() - begin < 2400, "in less than one wait for the slow one");
      await wait(3000);
      assert.equal(slow.heard.length, 1, "not again yet");
      assert.equal((await waiting("traag")).length, 4);
    } finally {
      await worker.stop();
    }
    slow.answer = 200;
    await dropJobs();
    w.clock.advance(31_000);
    await tellApplication(w.ctx, options(), await queueOf("traag"));
    assert.equal((await waiting("traag")).length, 0, "once it answers it hears all of them");
    assert.equal(slow.heard.length, 5);
  });

  test("again with a fresh token, later and later, and given up after eight tries", async () => {
    const broken = await application("derde");
    broken.answer = 503;
    await signedOut("acht.keer", ["derde"]);
    const row = await queueOf("derde");
    const lines = (w.ctx.log as unknown as { lines: string[] }).lines;
    lines.length = 0;
    const gaps = [30, 120, 600, 1800, 3600, 7200, 14_400];
    for (const [n, gap] of gaps.entries()) {
      await tellApplication(w.ctx, options(), row);
      await tellApplication(w.ctx, options(), row);
      assert.equal(broken.heard.length, n + 1, "once, however often it is asked");
      w.clock.advance((gap - 1) * 1000);
      await tellApplication(w.ctx, options(), row);
      assert.equal(broken.heard.length, n + 1, `not before ${gap} s`);
      w.clock.advance(1000);
    }
    assert.equal((await waiting("derde")).length, 1);
    await tellApplication(w.ctx, options(), row);
    assert.equal(broken.heard.length, 8);
    assert.equal((await waiting("derde")).length, 0, "given up");
    assert.equal(new Set(broken.heard.map((token) => payloadOf(token)["jti"])).size, 8);
    assert.ok(lines.some((line) => /given up/.test(line)));
    assert.doesNotMatch(lines.join(), /[0-9a-f]{8}-[0-9a-f]{4}-/, "nothing personal");
    await dropJobs();
  });

  test("a refusal is an answer (Back-Channel Logout 1.0, 2.8), and who left or asked for nothing is not told", async () => {
    const refuses = await application("vierde");
    refuses.answer = 400;
    await signedOut("weigert.het", ["vierde"]);
    await tellApplication(w.ctx, options(), await queueOf("vierde"));
    assert.deepEqual([refuses.heard.length, (await waiting("vierde")).length], [1, 0]);
    await signedOut("weg.ermee", []);
    await w.db.sql`update acm.afmelding set client_id = 'bestaat niet meer!'`;
    await tellApplication(w.ctx, options(), await queueOf("bestaat niet meer!"));
    assert.equal((await w.db.sql`select 1 from acm.afmelding`).length, 0);
    await dropJobs();
  });

  test("a process that is killed while it tells leaves it to the next one", async () => {
    const slow = await application("kapot");
    slow.answer = "nothing";
    await signedOut("sterft.onderweg", ["kapot"]);
    const row = await queueOf("kapot");
    const child = spawn(
      process.execPath,
      [
        "--input-type=module-typescript",
        "--eval",
        `import { testKeys } from "#testing/database";
         import { systemClock } from "#platform/clock";
         import { openDatabase } from "#platform/database";
         import { operationsLog } from "#platform/log";
         import { tellApplication } from "#sites/acm";
         const ctx = { sql: openDatabase({ url: ${JSON.stringify(w.db.url)} }), clock: { ...systemClock(), now: () => ${w.clock.now()} }, keys: testKeys, log: operationsLog("silent") };
         await tellApplication(ctx, ${JSON.stringify(options())}, ${JSON.stringify(row)});`,
      ],
      { cwd: fileURLToPath(new URL("../../", import.meta.url)), stdio: ["ignore", "ignore", "inherit"] },
    );
    const gone = once(child, "exit");
    await until("it is telling", () => slow.heard.length === 1);
    child.kill("SIGKILL");
    await gone;
    await dropJobs();
    assert.deepEqual(
      (await waiting("kapot")).map(({ pogingen }) => pogingen),
      [1],
    );
    slow.answer = 200;
    w.clock.advance(31_000 + 60_000);
    await resumeAfmeldingen(w.ctx);
    assert.equal(await jobs(row), 1, "the sweep asks again when the job is gone as well");
    await tellApplication(w.ctx, options(), row);
    assert.equal((await waiting("kapot")).length, 0);
    await dropJobs();
  });

  test("in production never an address inside, by number or by name", async () => {
    const inside = await application("bingel");
    await w.db.sql`delete from acm.afmelding`;
    const { port } = inside.server.address() as AddressInfo;
    for (const [n, uri] of [
      `http://127.0.0.1:${port}/`,
      `http://[::1]:${port}/`,
      `http://localhost:${port}/`,
    ].entries()) {
      await setAddress("bingel", uri);
      await signedOut(`binnen.${"abc"[n]}`, []);
      await tellApplication(w.ctx, options(false), await queueOf("bingel"));
      assert.deepEqual([inside.heard.length, (await waiting("bingel")).length], [0, 1], uri);
      await w.db.sql`delete from acm.afmelding`;
    }
    // Our own lokets may: their addresses are ours, not those of a provider.
    await setAddress("bingel", `http://127.0.0.1:${port}/`);
    await signedOut("binnen.eigen", []);
    const own = [`http://127.0.0.1:${port}`];
    await tellApplication(w.ctx, { ...options(false), own }, await queueOf("bingel"));
    assert.deepEqual([inside.heard.length, (await waiting("bingel")).length], [1, 0]);
    await dropJobs();
  });
});
