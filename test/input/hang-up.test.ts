import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "#platform/database";
import { testKeys, testDatabase, type TestDatabase } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";
import { mainKey, startServer, type ServerNode } from "#testing/server";
import { systemClock } from "#platform/clock";
import { importToepassing } from "#modules/toepassingen";

let db: TestDatabase;
let node: ServerNode;
const secret = "een-geheim-van-minstens-32-tekens-lang";
before(async () => {
  db = await testDatabase();
  const ctx = {
    sql: openDatabase({ url: db.url, max: 1 }),
    clock: systemClock(),
    keys: testKeys,
    log: guardedLog(),
  };
  const machine = {
    client_id: "machine",
    naam: "machine",
    soort: "machine",
    client_secret: secret,
    scope: "discimus:schrijven acm:datastore dropserver:schrijven",
  };
  await importToepassing(
    ctx,
    JSON.stringify({
      toepassing: "pakket",
      naam: "Pakket",
      omschrijving: "Machine",
      aanbieder: "Pakket",
      start_url: "https://pakket.example/",
      tint: 1,
      initialen: "Pa",
      clients: [machine],
    }),
  );
  await ctx.sql.end();
  node = await startServer({ LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey, LEERID_LOG: "warn" });
});
after(async () => {
  await node?.end();
  await db?.close();
});

/** Sends the head of a request and half of its body, and hangs up: politely, or as a cable that is pulled. */
async function hangUp(offset: number, head: readonly string[], rude: boolean): Promise<void> {
  const socket = connect(node.base + offset, "127.0.0.1");
  socket.on("error", () => {});
  const half = "a=b&".repeat(100);
  socket.write([...head, "host: localhost", `content-length: ${half.length * 2}`, "", half].join("\r\n"));
  await wait(150);
  if (rude) socket.resetAndDestroy();
  else socket.destroy();
}

test("who hangs up in the middle of a request is not an error of ours, at any site", async () => {
  const answer = await fetch(`${node.acm}/op/v1/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`machine:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: machineScope }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const bearer = `authorization: Bearer ${token}`;
  const form = "content-type: application/x-www-form-urlencoded";
  const requests: readonly [number, readonly string[]][] = [
    [0, ["POST /op/v1/token HTTP/1.1", form]],
    [0, ["POST /op/v1/token HTTP/1.1", `${form}; charset=iso-8859-1`]],
    [0, ["POST /op/v1/auth HTTP/1.1", form]],
    [0, ["POST /op/v1/logout HTTP/1.1", form]],
    [0, ["POST /op/v1/introspect HTTP/1.1", form]],
    [1, ["POST /backchannel-logout HTTP/1.1", form]],
    [2, ["POST /backchannel-logout HTTP/1.1", form]],
    [3, ["POST /backchannel-logout HTTP/1.1", form]],
    [4, ["POST /discimus/v1/berichten HTTP/1.1", "content-type: application/x-ndjson", bearer]],
    [4, ["POST /datastore/v1/aanmelding HTTP/1.1", "content-type: application/json", bearer]],
    [
      4,
      ["PUT /dropserver/v1/inkomend/klasinformatie_999001_2026-2027_20261121T000500Z.csv HTTP/1.1", bearer],
    ],
    [4, ["POST /datastore/v1/verstrekking HTTP/1.1", "content-type: application/json", bearer]],
  ];
  for (const [offset, head] of requests) {
    for (const rude of [false, true]) {
      const before = node.output().length;
      await hangUp(offset, head, rude);
      await wait(150);
      assert.equal(node.output().slice(before), "", `${head[0]} ${rude}`);
    }
  }
  assert.ok(node.running());
});
const machineScope = "discimus:schrijven acm:datastore dropserver:schrijven";
