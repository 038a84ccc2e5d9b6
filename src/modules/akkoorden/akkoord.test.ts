import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { inTransaction, type Context } from "#platform/context";
import {
  sharesKlassen,
  findAkkoord,
  findOvereenkomst,
  giveAkkoord,
  listAkkoorden,
  overeenkomst,
  stopSharing,
} from "#modules/akkoorden";
import { schoolRegel } from "#testing/discimus";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
  await w.sql`insert into schoolsoftware.pakket (pakket, naam, levert_klasinformatie, gewijzigd_op)
    values ('wisa', 'Wisa', true, now()), ('papier', 'Papier', false, now())`;
});
after(() => w.close());
beforeEach(async () => {
  await w.sql.begin(async (tx) => {
    await tx`set local role none`;
    await tx`delete from akkoorden.akkoord`;
    await tx`delete from akkoorden.overeenkomst`;
    await tx`delete from jobs.job`;
    await tx`delete from schoolsoftware.gebruik`;
    await tx`insert into schoolsoftware.gebruik (instellingsnummer, van, pakket, gewijzigd_op)
      values ('999001', '2024-09-01', 'wisa', now()), ('999002', '2024-09-01', 'papier', now())`;
  });
});

const els = { voId: "vo-1", naam: "Els Van Damme" };
const bo = { voId: "vo-2", naam: "Bo Maes" };
const regenboog = { instellingsnummer: "999001", lijn: ["999001"] };
const { versie } = overeenkomst;
const give = (school = regenboog, wie = els) =>
  w.inSchool(school.instellingsnummer, (ctx) => giveAkkoord(ctx, { school, wie, versie }));
const stop = (wie = els, lijn = ["999001"]) => w.inSchool("999001", (ctx) => stopSharing(ctx, { lijn, wie }));
const taken = async () =>
  w.sql<{ taak: string; payload: Record<string, string> }[]>`
    select task as taak, payload from jobs.job`;

describe("the akkoord of a school", () => {
  test("R64 R53: who, when and which version are kept, and the school shares from that commit on", async () => {
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), false);
    assert.equal(await give(), "gegeven");
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), true);
    assert.equal(await sharesKlassen(w.ctx, ["999002"]), false);
    const staand = await findAkkoord(w.ctx, ["999001"]);
    assert.deepEqual(
      { ...staand, akkoord: "" },
      {
        akkoord: "",
        instellingsnummer: "999001",
        schoolNaam: "De Regenboog",
        versie,
        gegevenOp: w.clock.now(),
        gegevenDoor: "vo-1",
        gegevenNaam: "Els Van Damme",
        gestoptOp: null,
        gestoptNaam: null,
        gewistOp: null,
      },
    );
  });

  test("one stands at most: a second one changes nothing, also of two directors at once", async () => {
    const beide = await Promise.all([give(), give(regenboog, bo)]);
    assert.deepEqual(beide.toSorted(), ["gegeven", "loopt-al"]);
    assert.equal(await give(regenboog, bo), "loopt-al");
    assert.equal((await listAkkoorden(w.ctx, ["999001"])).length, 1);
  });

  test("R21 R48: no package, or one that delivers no classes: nothing to agree to", async () => {
    assert.equal(await give({ instellingsnummer: "999002", lijn: ["999002"] }), "geen-pakket");
    await w.sql`update schoolsoftware.gebruik set tot = '2026-11-23' where instellingsnummer = '999001'`;
    assert.equal(await give(), "geen-pakket");
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), false);
  });

  test("another version than the one of today is not agreed to", async () => {
    const uit = await giveAkkoord(w.ctx, { school: regenboog, wie: els, versie: versie + 1 });
    assert.equal(uit, "andere-versie");
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), false);
  });

  test("R68: stopping closes and asks for erasing in one commit, or does neither", async () => {
    await give();
    const staand = await findAkkoord(w.ctx, ["999001"]);
    const breakSelf = (ctx: Context) =>
      inTransaction(ctx, async (tx) => {
        assert.equal(await stopSharing(tx, { lijn: ["999001"], wie: els }), true);
        throw new Error("not this time");
      });
    await assert.rejects(w.inSchool("999001", breakSelf), /not this time/);
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), true);
    assert.deepEqual([...(await taken())], []);

    assert.equal(await stop(bo), true);
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), false);
    assert.equal(await findAkkoord(w.ctx, ["999001"]), undefined);
    assert.deepEqual(
      (await taken()).map((taak) => ({ ...taak })),
      [{ taak: "klasinformatie-wissen", payload: { akkoord: staand?.akkoord } }],
    );
    assert.equal(await stop(), false, "nothing stands any more");
    assert.equal((await taken()).length, 1);
    const [oud] = await listAkkoorden(w.ctx, ["999001"]);
    assert.deepEqual([oud?.gestoptNaam, oud?.gegevenNaam], ["Bo Maes", "Els Van Damme"]);
  });

  test("R52: sharing again is a new akkoord; the old one stays as it was", async () => {
    await give();
    await stop();
    w.clock.advance(60_000);
    assert.equal(await give(regenboog, bo), "gegeven");
    const all = await listAkkoorden(w.ctx, ["999001"]);
    assert.deepEqual(
      all.map(({ gegevenNaam, gestoptOp }) => [gegevenNaam, gestoptOp === null]),
      [
        ["Bo Maes", true],
        ["Els Van Damme", false],
      ],
    );
    assert.notEqual(all[0]?.akkoord, all[1]?.akkoord);
  });

  test("the second wall: the role of a school neither opens nor closes for another school", async () => {
    await give();
    assert.equal(await w.inSchool("999002", (ctx) => stopSharing(ctx, { lijn: ["999001"], wie: bo })), false);
    await assert.rejects(
      w.inSchool(
        "999002",
        (ctx) =>
          ctx.sql`insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
          values (gen_random_uuid(), '999001', ${versie}, now(), 'vo-2', 'Bo')`,
      ),
      /row-level security/,
    );
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), true);
  });

  test("D3: the akkoord goes along to the number that follows, and is stopped from there", async () => {
    await w.deliver(
      schoolRegel({ school: "999003" }, { naam: "Oude Naam", tot: "2026-11-20", opvolger: "999001" }),
    );
    await w.sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (${versie}, ${JSON.stringify(overeenkomst)}, now())`;
    await w.sql`insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
      values (gen_random_uuid(), '999003', ${versie}, now(), 'vo-9', 'Oud Directeur')`;
    const lijn = ["999001", "999003"];
    const opvolger = { instellingsnummer: "999001", lijn };
    assert.equal(await giveAkkoord(w.ctx, { school: opvolger, wie: els, versie }), "loopt-al");
    assert.equal(await stopSharing(w.ctx, { lijn, wie: els }), true);
    assert.equal(await sharesKlassen(w.ctx, lijn), false);
  });
});

describe("the agreement as data", () => {
  test("R50: what was agreed to is kept word for word, and another text under the same number is refused", async () => {
    await give();
    assert.deepEqual(await findOvereenkomst(w.ctx, versie), overeenkomst);
    assert.equal(await findOvereenkomst(w.ctx, 99), undefined);
    await stop();
    await w.sql.begin(async (tx) => {
      await tx`set local role none`;
      await tx`update akkoorden.overeenkomst set inhoud = '{}'`;
    });
    await assert.rejects(give(), /the words of version 1/);
    assert.equal(await sharesKlassen(w.ctx, ["999001"]), false);
  });

  test("a version never changes: other words need another number", () => {
    const vingerafdrukken = new Map([[1, "e39e61cfda207779"]]);
    const nu = createHash("sha256").update(JSON.stringify(overeenkomst)).digest("hex").slice(0, 16);
    assert.equal(vingerafdrukken.get(versie), nu);
  });

  test("R83-R93: parties, dates, ground, datum with reason and term, twelve articles", () => {
    assert.equal(overeenkomst.artikelen.length, 12);
    assert.deepEqual(
      [overeenkomst.dpo_advies_op, overeenkomst.opgemaakt_op, overeenkomst.ondertekend_op],
      ["2023-11-15", "2023-11-15", "2024-07-17"],
    );
    assert.match(overeenkomst.grondslag, /artikel 8, § 1, van het decreet van 18 juli 2008/);
    assert.match(
      overeenkomst.doelen.find(({ wie }) => wie === "Het departement")?.grond ?? "",
      /6, lid 1, c.*VI\.10/,
    );
    assert.match(overeenkomst.gegevens[0]?.bewaartermijn ?? "", /één jaar/);
    const text = JSON.stringify(overeenkomst.artikelen);
    for (const woord of [
      /onbepaalde duur/,
      /28 van de AVG/,
      /Belgische recht.*Brussel/,
      /eenvoudige melding/,
      /zonder onnodig uitstel/,
    ])
      assert.match(text, woord);
    for (const soort of ["doelen", "gegevens"])
      assert.ok(overeenkomst.artikelen.some(({ delen }) => delen.some((part) => part.soort === soort)));
  });
});
