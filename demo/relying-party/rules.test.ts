import assert from "node:assert/strict";
import { test } from "node:test";
import { attribuutClaims, isCustomer, takeOver, exercise, eraseExpired } from "./rules.ts";

const nu = Date.parse("2026-11-24T09:00:00Z");
const oud = {
  account_uuid: "oud",
  laatst: { account_uuid: "oud", given_name: "Noor" },
  aangemeld_op: nu - 1000,
  punten: 3,
};

test("R38: exercises of former accounts come along once, and the former accounts go", () => {
  const claims = {
    account_uuid: "nieuw",
    historiek_account_uuid: ["oud", "nooit gezien"],
    given_name: "Nora",
  };
  const one = takeOver({ oud }, claims, nu);
  assert.equal(one.meegekomen, 1);
  assert.deepEqual(one.accounts, {
    nieuw: { account_uuid: "nieuw", laatst: claims, aangemeld_op: nu, punten: 3 },
  });
  const two = takeOver(one.accounts, claims, nu);
  assert.equal(two.meegekomen, 0);
  assert.equal(two.account.punten, 3);
});

test("R44: only the data of the last sign-in stay", () => {
  const { account } = takeOver({ oud }, { account_uuid: "oud" }, nu);
  assert.deepEqual(account.laatst, { account_uuid: "oud" });
  assert.equal(account.punten, 3);
});

test("R75: an account goes three years after its last sign-in, not a moment earlier", () => {
  const limit = new Date(oud.aangemeld_op);
  limit.setUTCFullYear(limit.getUTCFullYear() + 3);
  assert.equal(eraseExpired({ oud }, limit.getTime()).gewist, 0);
  assert.deepEqual(eraseExpired({ oud }, limit.getTime() + 1), { accounts: {}, gewist: 1 });
});

test("R30: one customer among the pupil's schools is enough", () => {
  assert.ok(isCustomer({ instellingsnummer: ["999009", "999001"] }, ["999001"]));
  assert.ok(!isCustomer({ instellingsnummer: ["999003"] }, ["999001"]));
  assert.ok(!isCustomer({}, ["999001"]));
});

test("technical claims are not kept", () => {
  assert.deepEqual(attribuutClaims({ iss: "x", sub: "y", given_name: "Noor" }), { given_name: "Noor" });
});

test("every exercise has one answer", () => {
  assert.deepEqual(exercise("maal", 0), { vraag: "5 × 6", antwoord: 30 });
  assert.deepEqual(exercise("plus", 0), { vraag: "20 + 6", antwoord: 26 });
});
