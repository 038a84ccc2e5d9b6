import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createLeerlingloket } from "#sites/leerlingloket";
import { onOtherDay } from "#testing/days";
import { inschrijvingRegel, leerlingRegel, testInsz } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";
import { sessies } from "./store.ts";

let w: SchoolWorld;
let noor: string;
before(async () => {
  w = await schoolwereld();
  const insz = { insz: testInsz("170502") };
  await w.deliver(
    leerlingRegel("n1", {}, insz),
    inschrijvingRegel("n1", {}, { leerjaar: 3 }),
    leerlingRegel("n2", { school: "999002" }, insz),
    inschrijvingRegel("n2", { school: "999002" }, { leerjaar: 3, tot: "2026-11-30" }),
  );
  noor = await w.accountOf("n1");
});
after(() => w.close());

async function loket(): Promise<string> {
  const { app } = createLeerlingloket(w.ctx, { acm: "http://acm.test", leerlingloket: "http://leerid.test" });
  const id = randomUUID();
  await sessies(w.ctx).insert(noor, { id, sid: "sid", idToken: "token", duur: 3_600_000 });
  const answer = await app.request("http://leerid.test/", { headers: { cookie: `leerlingloket=${id}` } });
  const [, wie = ""] = /<h1>Dag Noor<\/h1>\s*<p>([^]*?)<\/p>/.exec(await answer.text()) ?? [];
  return wie.replaceAll(/<[^>]*>/g, "");
}

test(
  "R55, R68: the pupil sees his class beside his name and school, of schools that share it and where he is enrolled",
  { skip: onOtherDay() },
  async () => {
    const jaar = "2026-09-01";
    await indelen(w, "999001", [
      [noor, "3A", "3Aa", jaar, "2027-08-31"],
      [noor, "4C", null, "2027-09-01", "2028-08-31"],
    ]);
    await indelen(w, "999002", [[noor, "Z<1"]]);
    assert.equal(await loket(), "Noor Peeters, De Regenboog en Sint-Jozef");
    await shareKlassen(w, "999001");
    assert.equal(await loket(), "Noor Peeters, klas 3A, De Regenboog en Sint-Jozef");
    await shareKlassen(w, "999002");
    assert.equal(await loket(), "Noor Peeters, klas 3A en Z&lt;1, De Regenboog en Sint-Jozef");
    w.clock.set("2026-12-01T08:00:00Z");
    assert.equal(await loket(), "Noor Peeters, klas 3A, De Regenboog", "not enrolled there any more");
    // Midnight in Brussels between two school years, in summer time.
    w.clock.set("2027-08-31T21:59:59Z");
    assert.equal(await loket(), "Noor Peeters, klas 3A, De Regenboog");
    w.clock.set("2027-08-31T22:00:00Z");
    assert.equal(await loket(), "Noor Peeters, klas 4C, De Regenboog");
    await stop(w, "999001");
    assert.equal(await loket(), "Noor Peeters, derde leerjaar, De Regenboog");
  },
);
