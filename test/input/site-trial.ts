import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { upsertClient } from "#modules/toepassingen";
import { testDatabase, type TestDatabase } from "#testing/database";
import { startServer, type ServerNode } from "#testing/server";
import type { TestContext } from "node:test";
import { raw, request, type RawAnswer } from "./raw-http.ts";

export const sites = ["acm", "loket", "api"] as const;
/** An address of each site that everybody may ask. */
export const home = {
  acm: "/op/.well-known/openid-configuration",
  loket: "/aanmelden",
  api: "/openapi.json",
};

const secret = "een-geheim-van-minstens-32-tekens-lang";

/** A real server process with its three sites, and machines that may knock at the API. */
export type SiteTrial = {
  readonly server: ServerNode;
  readonly db: TestDatabase;
  readonly ctx: Context;
  readonly port: Readonly<Record<"acm" | "loket" | "api" | "metrics", number>>;
  /** Machine tokens, each with the scope of one half of the API. */
  readonly discimus: string;
  readonly datastore: string;
  readonly memoryAtStart: number;
  /** Resident memory of the server, in megabytes. */
  memory(): Promise<number>;
  close(): Promise<void>;
};

export async function siteTrial(): Promise<SiteTrial> {
  const db = await testDatabase();
  const ctx: Context = { ...db.ctx, clock: systemClock() };
  await upsertClient(
    ctx,
    {
      client_id: "machine",
      naam: "Machine",
      omgeving: "test",
      soort: "machine",
      client_secret: secret,
      scope: "discimus:schrijven acm:datastore",
      token_endpoint_auth_method: "client_secret_basic",
    },
    "(test)",
  );
  const server = await startServer({ LEERID_DATABASE_URL: db.url });
  const { base } = server;
  const token = async (scope: string) => {
    const response = await fetch(`${server.acm}/op/v1/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`machine:${secret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    });
    assert.equal(response.status, 200);
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const memory = async () => {
    const text = await (await fetch(`${server.metrics}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]) / 1e6;
  };
  return {
    server,
    db,
    ctx,
    port: { acm: base, loket: base + 1, api: base + 4, metrics: base + 99 },
    discimus: await token("discimus:schrijven"),
    datastore: await token("acm:datastore"),
    memoryAtStart: await memory(),
    memory,
    async close() {
      await server.end("SIGKILL");
      await db.close();
    },
  };
}

/** Nothing of the inside may be told: no frames, files, statements or driver errors. */
const inside =
  /\n\s+at |node:internal|node_modules|\.ts:\d|\/src\/|PostgresError|TypeError|\bselect\b.+\bfrom\b|ECONN/;

/** Holds an answer to what the outside may see of a refusal. */
export function checkAnswer(name: string, answer: RawAnswer, allowed: readonly (number | undefined)[]): void {
  const said = `${name}: ${answer.status} ${answer.body.slice(0, 300)}`;
  assert.ok(allowed.includes(answer.status), `${said}; allowed: ${allowed.join(", ")}`);
  assert.doesNotMatch(answer.body, inside, said);
}

/** A refusal of the API: RFC 9457, with a stable code and a Dutch sentence. */
export function checkProblem(
  name: string,
  answer: RawAnswer,
  status: number,
  code: string,
): Record<string, unknown> {
  checkAnswer(name, answer, [status]);
  assert.match(answer.headers["content-type"] ?? "", /^application\/problem\+json/, name);
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual([body["status"], body["code"]], [status, code], `${name}: ${answer.body}`);
  assert.equal(body["type"], `urn:leerid:probleem:${code}`);
  for (const field of ["title", "detail", "herstel"])
    assert.match(String(body[field]), /^\p{Lu}|^\p{Ll}/u, name);
  assert.match(`${String(body["title"])} ${String(body["herstel"])}`, /\b(de|het|dit|een|je)\b/i, name);
  return body;
}

/** What has to be true after every attempt to upset the server. */
export async function checkStillWorks(t: SiteTrial, context: Pick<TestContext, "diagnostic">): Promise<void> {
  const log = t.server.output();
  assert.ok(t.server.running(), log.slice(-2000));
  assert.deepEqual(
    log.split("\n").filter((line) => line.includes('"level":50') || line.includes("Error")),
    [],
  );
  const memory = await t.memory();
  context.diagnostic(`${Math.round(t.memoryAtStart)} MB at the start, ${Math.round(memory)} MB now`);
  assert.ok(memory < t.memoryAtStart + 250, `${memory} MB`);
  for (const site of sites) {
    checkAnswer(site, await raw(t.port[site], request("GET", home[site])), [200, 303]);
    assert.equal((await raw(t.port[site], request("GET", "/readyz"))).status, 200);
  }
  const line = JSON.stringify({
    id: "m-9",
    tijdstip: "2026-09-01T00:00:00Z",
    soort: "leerling",
    versie: 1,
    sleutel: { instellingsnummer: "999001", stamnummer: "S-1" },
    gegevens: { naam: "Peeters", voornaam: "Noor", insz: null, geboortedatum: "2017-05-02" },
  });
  const headers = [
    `Authorization: Bearer ${t.discimus}`,
    "Content-Type: application/x-ndjson",
    "Content-Encoding: gzip",
  ];
  const good = await raw(t.port.api, request("POST", "/discimus/v1/berichten", headers, gzipSync(line)));
  assert.deepEqual(JSON.parse(good.body), { ontvangen: 1, verwerkt: 1, ongewijzigd: 0, quarantaine: [] });
}
