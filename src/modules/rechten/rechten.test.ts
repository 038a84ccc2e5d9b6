import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Datum } from "#platform/clock";
import { inSchool } from "#platform/context";
import { receive } from "#modules/discimus";
import {
  decideToegang,
  endOf,
  loadDirecteursopdrachten,
  listBeheerders,
  listDatabeheerders,
  listOwnScholen,
  listToegangsvragen,
  makeBeheerder,
  rememberMedewerker,
  rechtenOf,
  stopBeheerder,
  askToegang,
} from "#modules/rechten";
import { testDatabase, type TestDatabase } from "#testing/database";
import { opdrachtRegel, schoolRegel, type Fields } from "#testing/discimus";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());
beforeEach(async () => {
  db.clock.set("2026-11-24T08:30:00Z"); // a Tuesday
  await db.sql.begin(async (tx) => {
    await tx`set local role none`;
    await tx`truncate rechten.directeursopdracht, rechten.databeheerder, rechten.lading, rechten.medewerker, rechten.beheerder,
      rechten.toegangsvraag, scholen.school cascade`;
  });
  await deliver(schoolRegel(), schoolRegel({ school: "999002" }, { naam: "Sint-Jozef" }));
});

async function deliver(...regels: string[]): Promise<void> {
  assert.deepEqual((await receive(db.ctx, regels, { bron: "http" })).quarantaine, []);
}
const opdracht = (gegevens: Fields, versie = 1, school = "999001") =>
  opdrachtRegel("o1", { versie, school }, gegevens);
const wie = { voId: "vo-1", rollen: [] as string[] };
const an = { voId: "vo-1", naam: "Claes", voornaam: "An" };
const bo = {
  voId: "vo-2",
  naam: "Maes",
  voornaam: "Bo",
  orgcodes: ["999001", "123"],
  rollen: [] as string[],
};

/** Where someone has which right today. */
async function rechten(van: { voId: string; rollen: readonly string[] } = wie): Promise<string[]> {
  return (await rechtenOf(db.ctx, van, db.clock.vandaag())).flatMap(
    ({ school, databeheerder, beheerder }) => [
      ...(databeheerder ? [`${school.instellingsnummer} databeheerder tot ${databeheerder.tot}`] : []),
      ...(beheerder ? [`${school.instellingsnummer} beheerder (${beheerder.bron})`] : []),
    ],
  );
}

describe("the weekly upload", () => {
  test("R59 R62: the first one at once, later ones from Monday 04:00 in Brussels on, every director of the school", async () => {
    assert.equal(
      await loadDirecteursopdrachten(db.ctx),
      null,
      "nothing arrived yet: the first upload is still to come",
    );
    await deliver(opdracht({ tot: "2027-08-31" }));
    assert.deepEqual(await rechten(), []);
    assert.equal(await loadDirecteursopdrachten(db.ctx), 1);
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2027-08-31"]);
    assert.equal(await loadDirecteursopdrachten(db.ctx), null, "once a Monday");

    const tweede = { voId: "vo-9", rollen: [] };
    await deliver(
      opdrachtRegel(
        "o2",
        {},
        { persoon: { vo_id: "vo-9", naam: "Nys", voornaam: "Eef" }, tot: "2026-12-18" },
      ),
    );
    for (const nu of ["2026-11-29T23:59:00Z", "2026-11-30T02:59:59Z"]) {
      db.clock.set(nu);
      assert.equal(await loadDirecteursopdrachten(db.ctx), null);
      assert.deepEqual(await rechten(tweede), []);
    }
    db.clock.set("2026-11-30T03:00:00Z");
    assert.equal(await loadDirecteursopdrachten(db.ctx), 2);
    assert.deepEqual(await rechten(tweede), ["999001 databeheerder tot 2026-12-18"]);
  });

  test("R62: a missed Monday is caught up, one effect per Monday with two nodes, a clock set back repeats nothing", async () => {
    await deliver(opdracht({ tot: "2027-08-31" }));
    await loadDirecteursopdrachten(db.ctx);
    db.clock.set("2026-12-10T10:00:00Z"); // two Mondays later
    const turns = await Promise.all(Array.from({ length: 8 }, () => loadDirecteursopdrachten(db.ctx)));
    assert.equal(turns.filter((aantal) => aantal !== null).length, 1);
    db.clock.set("2026-12-02T10:00:00Z");
    assert.equal(await loadDirecteursopdrachten(db.ctx), null);
    const rows = await db.sql<{ maandag: string }[]>`select maandag from rechten.lading order by maandag`;
    assert.deepEqual(
      rows.map(({ maandag }) => maandag),
      ["2026-11-23", "2026-12-07"],
    );
  });

  test("R60: shorter counts at once, longer waits for the next Monday", async () => {
    await deliver(opdracht({ tot: "2027-08-31" }));
    await loadDirecteursopdrachten(db.ctx);
    await deliver(opdracht({ tot: "2026-11-24" }, 2));
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2026-11-24"]);
    db.clock.set("2026-11-24T23:00:00Z"); // midnight in Brussels
    assert.deepEqual(await rechten(), []);
    await deliver(opdracht({ tot: "2028-08-31" }, 3));
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2027-08-31"], "what was uploaded already");
    db.clock.set("2026-11-30T03:00:00Z");
    await loadDirecteursopdrachten(db.ctx);
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2028-08-31"]);
  });

  test("R60: an assignment that goes to somebody else ends for the first at once", async () => {
    await deliver(opdracht({}));
    await loadDirecteursopdrachten(db.ctx);
    await deliver(opdracht({ persoon: { vo_id: "vo-9", naam: "Nys", voornaam: "Eef" } }, 2));
    assert.deepEqual(await rechten(), []);
    assert.deepEqual(await rechten({ voId: "vo-9", rollen: [] }), []);
    db.clock.set("2026-11-30T03:00:00Z");
    await loadDirecteursopdrachten(db.ctx);
    assert.equal((await rechten({ voId: "vo-9", rollen: [] })).length, 1);
    assert.deepEqual(await rechten(), []);
  });

  test("R61: vastbenoemd until 31 August of the fifth year after, prolonged by each upload, never past its own end", async () => {
    await deliver(opdracht({ vastbenoemd: true }));
    await loadDirecteursopdrachten(db.ctx);
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2031-08-31"]);
    db.clock.set("2027-01-04T03:00:00Z");
    await loadDirecteursopdrachten(db.ctx);
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2032-08-31"]);
    db.clock.set("2032-08-31T21:59:59Z"); // no upload since
    assert.equal((await rechten()).length, 1);
    db.clock.set("2032-08-31T22:00:00Z");
    assert.deepEqual(await rechten(), []);
    await deliver(opdracht({ vastbenoemd: true, tot: "2032-10-01" }, 2));
    await loadDirecteursopdrachten(db.ctx);
    assert.deepEqual(await rechten(), ["999001 databeheerder tot 2032-10-01"]);
  });

  test("R6: an assignment that is not sent yet gives nothing; one that begins later begins on its day", async () => {
    await deliver(
      opdracht({ verstuurd_op: "2026-12-01" }),
      opdrachtRegel("o2", { school: "999002" }, { van: "2026-12-01", tot: "2026-12-31" }),
    );
    await loadDirecteursopdrachten(db.ctx);
    assert.deepEqual(await rechten(), []);
    db.clock.set("2026-11-30T23:00:00Z");
    assert.deepEqual(await rechten(), ["999002 databeheerder tot 2026-12-31"]);
  });

  test("D3: rights follow a school to the number that stands today, one trip", async () => {
    await deliver(opdracht({ tot: "2027-08-31" }));
    await loadDirecteursopdrachten(db.ctx);
    await deliver(schoolRegel({ versie: 2 }, { tot: "2026-11-23", opvolger: "999002" }));
    const voor = db.statements.length;
    const [recht] = await rechtenOf(
      db.ctx,
      { voId: "vo-1", rollen: ["LeerIDBeheerder:999001"] },
      db.clock.vandaag(),
    );
    assert.equal(db.statements.length - voor, 1);
    assert.deepEqual(recht, {
      school: { instellingsnummer: "999002", naam: "Sint-Jozef", lijn: ["999001", "999002"] },
      databeheerder: { van: "2026-09-01", tot: "2027-08-31" },
      beheerder: { bron: "rol", tot: null },
    });
  });
});

describe("beheerders", () => {
  test("R4 D8: by the role, or named by a director until he ends it; who did it stays on record", async () => {
    assert.deepEqual(await rechten({ voId: "vo-7", rollen: ["LeerIDBeheerder:999001"] }), [
      "999001 beheerder (rol)",
    ]);
    const input = { instellingsnummer: "999001", wie: an, door: "vo-8" };
    await Promise.all([makeBeheerder(db.ctx, input), makeBeheerder(db.ctx, input)]);
    assert.deepEqual(await rechten(), ["999001 beheerder (directeur)"]);
    const [one] = await listBeheerders(db.ctx, ["999001"]);
    assert.ok(one?.beheerder);
    const stop = { beheerder: one.beheerder, door: "vo-8" };
    assert.equal(await stopBeheerder(db.ctx, { ...stop, nummers: ["999002"] }), false, "of another school");
    assert.equal((await rechten()).length, 1);
    assert.equal(await stopBeheerder(db.ctx, { ...stop, nummers: ["999001"] }), true);
    assert.deepEqual(await rechten(), [], "at once");
    assert.deepEqual(await listBeheerders(db.ctx, ["999001"]), []);
    assert.equal(await stopBeheerder(db.ctx, { ...stop, nummers: ["999001"] }), false);
    await makeBeheerder(db.ctx, input);
    assert.equal((await rechten()).length, 1, "named again");
    const rows =
      await db.sql`select toegekend_door, beeindigd_door from rechten.beheerder order by toegekend_op, beeindigd_op`;
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        { toegekend_door: "vo-8", beeindigd_door: "vo-8" },
        { toegekend_door: "vo-8", beeindigd_door: null },
      ],
    );
  });

  test("D8: who has the role is listed as long as he comes with it", async () => {
    await rememberMedewerker(db.ctx, { ...bo, rollen: ["LeerIDBeheerder:999001"] });
    assert.deepEqual(await listBeheerders(db.ctx, ["999001"]), [
      { beheerder: null, voId: "vo-2", naam: "Maes", voornaam: "Bo", sinds: "2026-11-24" },
    ]);
    await rememberMedewerker(db.ctx, bo);
    assert.deepEqual(await listBeheerders(db.ctx, ["999001"]), []);
  });

  test("R4: who works in a school may ask for access there, once at a time; the director grants or refuses", async () => {
    assert.equal(await askToegang(db.ctx, bo, "999002"), false, "not his school");
    assert.equal(await askToegang(db.ctx, bo, "999001"), true);
    assert.equal(await askToegang(db.ctx, bo, "999001"), true);
    assert.deepEqual(await rechten({ voId: "vo-2", rollen: [] }), [], "asking gives nothing");
    const open = await listToegangsvragen(db.ctx, ["999001"]);
    assert.equal(open.length, 1);
    assert.deepEqual(await listToegangsvragen(db.ctx, ["999002"]), []);
    const vraag = open[0]?.vraag ?? "";
    const no = { vraag, besluit: "geweigerd", door: "vo-8" } as const;
    assert.equal(await decideToegang(db.ctx, { ...no, nummers: ["999002"] }), "onbekend");
    assert.equal(await decideToegang(db.ctx, { ...no, nummers: ["999001"] }), "beslist");
    assert.equal(
      await decideToegang(db.ctx, { ...no, nummers: ["999001"], besluit: "toegekend" }),
      "al-beslist",
    );
    assert.deepEqual(await rechten({ voId: "vo-2", rollen: [] }), []);
    assert.equal((await listOwnScholen(db.ctx, bo))[0]?.besluit, "geweigerd");

    db.clock.advance(1000);
    await askToegang(db.ctx, bo, "999001");
    const [opnieuw] = await listToegangsvragen(db.ctx, ["999001"]);
    // Behind the wall of the school, as the page does it.
    const ja = await inSchool(db.ctx, ["999001"], (ctx) =>
      decideToegang(ctx, {
        vraag: opnieuw?.vraag ?? "",
        besluit: "toegekend",
        door: "vo-8",
        nummers: ["999001"],
      }),
    );
    assert.equal(ja, "beslist");
    assert.deepEqual(await rechten({ voId: "vo-2", rollen: [] }), ["999001 beheerder (directeur)"]);
    assert.deepEqual(await listOwnScholen(db.ctx, bo), [
      { instellingsnummer: "999001", naam: "De Regenboog", gevraagdOp: db.clock.now(), besluit: "toegekend" },
    ]);
  });
});

describe("what a page tells", () => {
  test("R59-R62: databeheerders now and from the next Monday, until when and by which kind of assignment", async () => {
    await deliver(opdracht({ vastbenoemd: true }));
    await loadDirecteursopdrachten(db.ctx);
    await deliver(
      opdrachtRegel(
        "o2",
        {},
        { persoon: { vo_id: "vo-9", naam: "Nys", voornaam: "Eef" }, tot: "2027-06-30" },
      ),
      opdrachtRegel(
        "o3",
        {},
        { persoon: { vo_id: "vo-3", naam: "Oud", voornaam: "Jan" }, tot: "2026-11-23" },
      ),
    );
    assert.deepEqual(await listDatabeheerders(db.ctx, ["999001"]), [
      { ...an, vastbenoemd: true, van: "2026-09-01", tot: "2031-08-31" },
      {
        voId: "vo-9",
        naam: "Nys",
        voornaam: "Eef",
        vastbenoemd: false,
        van: "2026-11-30",
        tot: "2027-06-30",
      },
    ]);
  });

  test("R60: until when a right ran that is no more", async () => {
    await deliver(opdracht({ tot: "2026-11-24" }));
    await loadDirecteursopdrachten(db.ctx);
    assert.equal(await endOf(db.ctx, wie, "999001", db.clock.vandaag()), null);
    assert.deepEqual(await endOf(db.ctx, wie, "999001", "2026-11-25" as Datum), {
      soort: "opdracht",
      op: "2026-11-24",
      school: "De Regenboog",
    });
    assert.equal(await endOf(db.ctx, wie, "999002", "2026-11-25" as Datum), null);
  });
});
