import assert from "node:assert/strict";
import { test } from "node:test";
import { attribuutClaims, isKlant, neemOver, opgave, wisVerlopen } from "./rules.ts";

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
  const een = neemOver({ oud }, claims, nu);
  assert.equal(een.meegekomen, 1);
  assert.deepEqual(een.accounts, {
    nieuw: { account_uuid: "nieuw", laatst: claims, aangemeld_op: nu, punten: 3 },
  });
  const twee = neemOver(een.accounts, claims, nu);
  assert.equal(twee.meegekomen, 0);
  assert.equal(twee.account.punten, 3);
});

test("R44: only the data of the last sign-in stay", () => {
  const { account } = neemOver({ oud }, { account_uuid: "oud" }, nu);
  assert.deepEqual(account.laatst, { account_uuid: "oud" });
  assert.equal(account.punten, 3);
});

test("R75: an account goes three years after its last sign-in, not a moment earlier", () => {
  const grens = new Date(oud.aangemeld_op);
  grens.setUTCFullYear(grens.getUTCFullYear() + 3);
  assert.equal(wisVerlopen({ oud }, grens.getTime()).gewist, 0);
  assert.deepEqual(wisVerlopen({ oud }, grens.getTime() + 1), { accounts: {}, gewist: 1 });
});

test("R30: one customer among the pupil's schools is enough", () => {
  assert.ok(isKlant({ instellingsnummer: ["999009", "999001"] }, ["999001"]));
  assert.ok(!isKlant({ instellingsnummer: ["999003"] }, ["999001"]));
  assert.ok(!isKlant({}, ["999001"]));
});

test("technical claims are not kept", () => {
  assert.deepEqual(attribuutClaims({ iss: "x", sub: "y", given_name: "Noor" }), { given_name: "Noor" });
});

test("every exercise has one answer", () => {
  assert.deepEqual(opgave("maal", 0), { vraag: "5 × 6", antwoord: 30 });
  assert.deepEqual(opgave("plus", 0), { vraag: "20 + 6", antwoord: 26 });
});
