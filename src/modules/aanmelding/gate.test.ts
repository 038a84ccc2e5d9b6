import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { deriveKeys } from "#platform/crypto";
import { makeGate, type Gate } from "#modules/aanmelding";

const keys = deriveKeys(new Uint8Array(32));

test("passwords are checked as many at once as there is room for, in order, also when a check fails", async () => {
  let bezig = 0;
  let meest = 0;
  const gezien: string[] = [];
  const check: Gate["matches"] = async (_keys, _sleutel, wachtwoord) => {
    gezien.push(wachtwoord);
    meest = Math.max(meest, ++bezig);
    await sleep(2);
    bezig--;
    if (wachtwoord === "3") throw new Error("broken");
    return wachtwoord !== "4";
  };
  const poort = makeGate({ klopt: check, tegelijk: 2 });
  const vragen = Array.from({ length: 9 }, (_, nr) => String(nr));
  const answers = await Promise.allSettled(vragen.map((vraag) => poort.matches(keys, undefined, vraag)));
  assert.equal(meest, 2);
  assert.deepEqual(gezien, vragen);
  assert.deepEqual(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value : "broken")),
    [true, true, true, "broken", false, true, true, true, true],
  );
  assert.equal(await poort.matches(keys, undefined, "later"), true);
});

test("where threads can be told apart, those that check passwords stand back for the one that answers", async () => {
  const poort = makeGate();
  const cheap = { ...keys, argon2: { memoryCost: 64, timeCost: 1, parallelism: 1 } };
  assert.equal(await poort.matches(cheap, undefined, "niemand"), false);
  const threads = readdirSync("/proc/self/task").map((thread) => ({
    name: readFileSync(`/proc/self/task/${thread}/comm`, "utf8").trim(),
    // proc(5): the nineteenth field, counted behind the name in brackets
    nice: Number(readFileSync(`/proc/self/task/${thread}/stat`, "utf8").split(") ")[1]?.split(" ")[16]),
    own: Number(thread) === process.pid,
  }));
  const pool = threads.filter(({ name }) => name === "libuv-worker");
  assert.ok(pool.length > 0, "the pool exists");
  assert.deepEqual(
    pool.filter(({ nice }) => nice < 10),
    [],
  );
  assert.ok(threads.some(({ own, nice }) => own && nice < 10));
});
