import assert from "node:assert/strict";
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
