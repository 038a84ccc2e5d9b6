import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { unseal } from "#platform/crypto";
import { openDatabase } from "#platform/database";
import { Problem } from "#platform/problem";
import {
  historiekOf,
  listAccountsOfRegistraties,
  findAccount,
  findAccountOfRegistratie,
} from "#modules/leerlingen";
import { getHead, findSchool } from "#modules/scholen";
import { testDatabase, testKeys, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, opdrachtRegel, schoolRegel, testInsz } from "#testing/discimus";
import { importFile, listZendingen, receive } from "./index.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const take = (...regels: string[]) => receive(db.ctx, regels, { bron: "http" });
const code = (wanted: string) => (error: unknown) => error instanceof Problem && error.kind.code === wanted;

// Each test has its own school, birth date and name.
let n = 0;
let school = "";
let insz = "";
let datum = "";
let naam = "";
beforeEach(() => {
  n++;
  school = String(200_000 + n);
  datum = `12${String(1 + (n % 12)).padStart(2, "0")}${String(1 + Math.floor(n / 12)).padStart(2, "0")}`;
  insz = testInsz(datum);
  naam = `Peeters${"abcdefghijklmnopqrstuvwxyz"[n]}`;
});
const leerling = (stam: string, versie: number, gegevens: Record<string, unknown> = {}) =>
  leerlingRegel(stam, { school, versie }, { naam, ...gegevens });
const account = async (stam: string) =>
  (await findAccountOfRegistratie(db.ctx, { instellingsnummer: school, stamnummer: stam })) ?? assert.fail();

describe("identification (D2)", () => {
  test("without INSZ: a temporary account, no leer_id_uuid, but a username", async () => {
    await take(leerling("1", 1));
    const wie = await account("1");
    assert.deepEqual(
      [wie.leer_id_uuid, wie.naam, wie.gebruikersnaam],
      [null, naam, `noor.${naam.toLowerCase()}`],
    );
    assert.deepEqual(await historiekOf(db.ctx, wie.account_uuid), []);
  });

  test("the INSZ comes and is new: a definitive account; username and password go along, the temporary uuid is history", async () => {
    await take(leerling("1", 1));
    const eerst = await account("1");
    await db.sql`insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op) values (${eerst.account_uuid}, 'eigen', 'h', 'p', now())`;
    await take(leerling("1", 2, { insz }));
    const daarna = await account("1");
    assert.notEqual(daarna.account_uuid, eerst.account_uuid);
    assert.notEqual(daarna.leer_id_uuid, null);
    assert.equal(daarna.gebruikersnaam, eerst.gebruikersnaam);
    assert.deepEqual(await historiekOf(db.ctx, daarna.account_uuid), [eerst.account_uuid]);
    const sleutels =
      await db.sql`select account_uuid from sleutels.sleutel where account_uuid in (${eerst.account_uuid}, ${daarna.account_uuid})`;
    assert.deepEqual([...sleutels], [{ account_uuid: daarna.account_uuid }]);
  });

  test("the INSZ comes and is known: the temporary account goes into the known one, whose username and password stay", async () => {
    await take(leerling("1", 1, { insz }), leerling("2", 1, { voornaam: "Nora" }));
    const [bekend, tijdelijk] = [await account("1"), await account("2")];
    for (const wie of [bekend, tijdelijk]) {
      await db.sql`insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op) values (${wie.account_uuid}, 'eigen', ${wie.voornaam}, 'p', now())`;
    }
    await take(leerling("2", 2, { insz, voornaam: "Nora" }));
    const samen = await account("2");
    assert.deepEqual(
      [samen.account_uuid, samen.gebruikersnaam],
      [bekend.account_uuid, bekend.gebruikersnaam],
    );
    assert.deepEqual(await historiekOf(db.ctx, bekend.account_uuid), [tijdelijk.account_uuid]);
    const rows =
      await db.sql`select hash from sleutels.sleutel where account_uuid in (${bekend.account_uuid}, ${tijdelijk.account_uuid})`;
    assert.deepEqual([...rows], [{ hash: "Noor" }]);
    const oud = await findAccount(db.ctx, { basis: `nora.${naam.toLowerCase()}`, nr: 1 });
    assert.deepEqual(
      [oud?.account_uuid, oud?.vervangen_door],
      [tijdelijk.account_uuid, bekend.account_uuid],
      "its username is not given to another",
    );
    await take(leerling("3", 1, { voornaam: "Nora" }));
    assert.equal((await account("3")).gebruikersnaam, `nora.${naam.toLowerCase()}2`);
  });

  test("a late message from before the INSZ leaves the trace that it would have left in time", async () => {
    await take(leerling("1", 2, { insz }));
    const wie = await account("1");
    assert.equal((await take(leerling("1", 1))).verwerkt, 1);
    assert.equal((await historiekOf(db.ctx, wie.account_uuid)).length, 1);
    assert.equal((await take(leerling("1", 1))).ongewijzigd, 1);
    assert.equal((await historiekOf(db.ctx, wie.account_uuid)).length, 1);
    assert.deepEqual(await account("1"), wie);
  });

  test("an INSZ that is left out later changes nothing about who the pupil is", async () => {
    await take(leerling("1", 1, { insz }));
    const wie = await account("1");
    await take(leerling("1", 2, { voornaam: "Nora" }));
    assert.deepEqual({ ...(await account("1")), voornaam: "Noor" }, wie);
    assert.deepEqual(await historiekOf(db.ctx, wie.account_uuid), []);
  });

  test("a bis number that becomes a national number: the same person; also when both were known, and then the oldest stands", async () => {
    const bis = testInsz(datum, { bis: 20 });
    await take(leerling("1", 1, { insz: bis }));
    const oudste = await account("1");
    db.clock.advance(1000);
    await take(leerling("2", 1, { insz }));
    const jongste = await account("2");
    assert.notEqual(jongste.leer_id_uuid, oudste.leer_id_uuid);
    await take(leerling("2", 2, { insz: bis }));
    assert.deepEqual(
      [(await account("2")).leer_id_uuid, (await account("1")).leer_id_uuid],
      [oudste.leer_id_uuid, oudste.leer_id_uuid],
    );
    assert.deepEqual(await historiekOf(db.ctx, oudste.account_uuid), [jongste.account_uuid]);
    assert.equal((await take(leerling("3", 1, { insz }))).verwerkt, 1);
    assert.equal((await account("3")).account_uuid, oudste.account_uuid, "both numbers lead to him");
  });

  test("two persons that only may be one wait for people, and nothing else changes", async () => {
    const other = testInsz(`13${datum.slice(2)}`);
    await take(leerling("1", 1, { insz }), leerling("2", 1, { insz: other, voornaam: "Nora" }));
    const [one, two] = [await account("1"), await account("2")];
    assert.equal((await take(leerling("2", 2, { insz, voornaam: "Nora" }))).verwerkt, 1);
    assert.deepEqual([await account("1"), await account("2")], [one, two]);
    const rows =
      await db.sql`select status from leerlingen.samenvoeging where ${one.account_uuid} in (oudste, jongste) and ${two.account_uuid} in (oudste, jongste)`;
    assert.deepEqual([...rows], [{ status: "voorstel" }]);
    assert.equal((await take(leerling("2", 2, { insz, voornaam: "Nora" }))).ongewijzigd, 1);
  });

  test("names are those of the newest message over all schools", async () => {
    await take(leerlingRegel("1", { school, tijdstip: "2026-09-02T00:00:00Z" }, { naam: `${naam}x`, insz }));
    await take(leerlingRegel("2", { school, tijdstip: "2026-09-01T00:00:00Z" }, { naam: `${naam}y`, insz }));
    assert.equal((await account("2")).naam, `${naam}x`);
    await take(
      leerlingRegel("2", { school, versie: 2, tijdstip: "2026-09-03T00:00:00Z" }, { naam: `${naam}z`, insz }),
    );
    assert.equal((await account("1")).naam, `${naam}z`);
    assert.equal((await account("1")).gebruikersnaam, `noor.${naam.toLowerCase()}x`, "the username stays");
  });
});

describe("versions", () => {
  test("the same version with other content is set apart, for every kind", async () => {
    const paren = [
      [schoolRegel({ school }), schoolRegel({ school }, { naam: "Anders" })],
      [leerling("1", 1), leerling("1", 1, { voornaam: "Anders" })],
      [inschrijvingRegel("1", { school }), inschrijvingRegel("1", { school }, { leerjaar: 4 })],
      [opdrachtRegel("o", { school }), opdrachtRegel("o", { school }, { vastbenoemd: true })],
    ] as const;
    for (const [one, other] of paren) {
      assert.equal((await take(one)).verwerkt, 1);
      assert.equal((await take(one)).ongewijzigd, 1);
      const answer = await take(other);
      assert.deepEqual([answer.ontvangen, answer.verwerkt, answer.ongewijzigd], [1, 0, 0]);
      assert.deepEqual(
        answer.quarantaine.map((q) => [q.regel, q.code, q.veld]),
        [[1, "versie-botsing", "versie"]],
      );
      assert.equal((await take(one, other)).quarantaine.length, 1, "also in a set");
    }
  });

  test("an enrolment may come before its pupil; a cancelled one is not revived by a late message", async () => {
    assert.equal(
      (await take(inschrijvingRegel("1", { school, versie: 2 }, { status: "geannuleerd" }))).verwerkt,
      1,
    );
    assert.equal((await take(inschrijvingRegel("1", { school, versie: 1 }))).ongewijzigd, 1);
    await take(leerling("1", 1));
    const rows =
      await db.sql`select geannuleerd, versie from inschrijvingen.inschrijving where instellingsnummer = ${school}`;
    assert.deepEqual([...rows], [{ geannuleerd: true, versie: 2 }]);
  });

  test("schools: the newest version, its sites, and the number that stands today", async () => {
    const opvolger = String(Number(school) + 500);
    await take(schoolRegel({ school, versie: 2 }, { vestigingen: ["2", "3"], tot: "2026-08-31", opvolger }));
    assert.equal((await take(schoolRegel({ school, versie: 1 }))).ongewijzigd, 1);
    const found = (await findSchool(db.ctx, school)) ?? assert.fail();
    assert.equal(found.tot, "2026-08-31");
    assert.equal(await getHead(db.ctx, found.instellingsnummer, db.clock.vandaag()), opvolger);
    const rows =
      await db.sql`select array_agg(vestiging order by vestiging) as v from scholen.vestiging where instellingsnummer = ${school}`;
    assert.deepEqual([...rows], [{ v: ["2", "3"] }]);
    assert.equal(await findSchool(db.ctx, "000000"), undefined);
  });
});

describe("deliveries", () => {
  test("a bad line goes to quarantine, encrypted whole; the others go on; empty lines count for nothing but their number", async () => {
    const kapot = `{"id": "x", "naam": "${naam}"`;
    const answer = await take(
      "",
      leerling("1", 1),
      kapot,
      "  ",
      leerling("1", 1),
      leerlingRegel("2", { school }, { insz: "1" }),
    );
    assert.deepEqual([answer.ontvangen, answer.verwerkt, answer.ongewijzigd], [4, 1, 1]);
    assert.deepEqual(
      answer.quarantaine.map((q) => [q.regel, q.id, q.code, q.veld]),
      [
        [3, null, "geen-json", null],
        [6, "leerling-1", "insz-ongeldig", "gegevens.insz"],
      ],
    );
    assert.ok(!JSON.stringify(answer).includes(naam), "no value of a message in the answer");
    const [levering] = await listZendingen(db.ctx, 1);
    assert.deepEqual([levering?.ontvangen, levering?.quarantaine, levering?.bron], [4, 2, "http"]);
    const [row] = await db.sql<{ quarantaine_id: string; bericht_versleuteld: Buffer }[]>`
      select quarantaine_id, bericht_versleuteld from discimus.quarantaine where levering_id = ${levering?.levering_id ?? 0} and regel = 3`;
    assert.equal(
      unseal(testKeys.geheimen, row?.bericht_versleuteld ?? Buffer.alloc(0), row?.quarantaine_id)?.toString(),
      kapot,
    );
  });

  test("nothing, and only bad lines, are deliveries too", async () => {
    assert.deepEqual(await take(), { ontvangen: 0, verwerkt: 0, ongewijzigd: 0, quarantaine: [] });
    assert.equal((await take("{")).quarantaine.length, 1);
  });

  test("too large is said before anything is done", async () => {
    const [eerst] = await listZendingen(db.ctx, 1);
    const veel = Array.from({ length: 20_001 }, (_, i) => leerling(`s${i}`, 1));
    await assert.rejects(take(...veel), code("te-groot"));
    await assert.rejects(take(leerling("1", 1), "x".repeat(20_000_001)), code("te-groot"));
    async function* stream() {
      for (let i = 0; i < 21; i++) yield " ".repeat(1_000_000);
      yield leerling("1", 1);
    }
    await assert.rejects(receive(db.ctx, stream(), { bron: "http" }), code("te-groot"));
    assert.deepEqual((await listZendingen(db.ctx, 1))[0], eerst);
    assert.equal(
      await findAccountOfRegistratie(db.ctx, { instellingsnummer: school, stamnummer: "s1" }),
      undefined,
    );
  });

  test("20,000 lines are one delivery, whatever mix", async () => {
    const regels = Array.from({ length: 10_000 }, (_, i) => [
      leerling(`s${i}`, 1),
      inschrijvingRegel(`s${i}`, { school }),
    ]).flat();
    regels[777] = "{";
    const answer = await take(...regels);
    assert.deepEqual([answer.ontvangen, answer.verwerkt, answer.quarantaine.length], [20_000, 19_999, 1]);
    const nummers =
      await db.sql`select count(*)::int as aantal, max(gebruikersnaam_nr) as hoogste from leerlingen.account where naam = ${naam}`;
    assert.deepEqual([...nummers], [{ aantal: 10_000, hoogste: 10_000 }], "numbers follow on without a gap");
    const found = await listAccountsOfRegistraties(db.ctx, [
      { instellingsnummer: school, stamnummer: "s0" },
      { instellingsnummer: school, stamnummer: "s9" },
      { instellingsnummer: school, stamnummer: "nee" },
    ]);
    assert.deepEqual(found.map((wie) => wie.stamnummer).toSorted(), ["s0", "s9"]);
  });

  test("a database without room: te-druk with Retry-After, and nothing half done", async () => {
    const url = new URL(db.url);
    url.port = "1";
    const sql = openDatabase({ url: url.href, max: 1 });
    await assert.rejects(receive({ ...db.ctx, sql }, [leerling("1", 1)], { bron: "http" }), (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.kind.status, 503);
      return Number(error.headers["retry-after"]) > 0;
    });
    await sql.end({ timeout: 0 });
  });
});

describe("at once", () => {
  test("the same messages from many sides: one effect", async () => {
    const regels = [
      leerling("1", 1),
      leerling("1", 2, { insz }),
      leerling("1", 3, { insz, voornaam: "Nora" }),
      leerling("2", 1, { insz }),
      inschrijvingRegel("1", { school }),
    ];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => take(regels[i % regels.length] ?? "")),
    );
    assert.equal(answers.flatMap((one) => one.quarantaine).length, 0);
    const [one, two] = [await account("1"), await account("2")];
    assert.equal(one.account_uuid, two.account_uuid);
    assert.ok((await historiekOf(db.ctx, one.account_uuid)).length >= 1);
    const [geteld] =
      await db.sql`select count(*)::int as mensen from leerlingen.account where vervangen_door is null and naam = ${naam}`;
    assert.equal(geteld?.["mensen"], 1);
  });

  test("namesakes at once, alone and in sets: no number twice, none left out", async () => {
    const sets = Array.from({ length: 4 }, (_, s) =>
      Array.from({ length: 120 }, (_, i) => leerling(`set${s}-${i}`, 1)),
    );
    const alleen = Array.from({ length: 80 }, (_, i) => [leerling(`los${i}`, 1)]);
    await Promise.all([...sets, ...alleen].map((regels) => take(...regels)));
    const [geteld] =
      await db.sql`select count(*)::int as aantal, max(gebruikersnaam_nr) as hoogste, count(distinct gebruikersnaam_nr)::int as anders from leerlingen.account where naam = ${naam}`;
    assert.deepEqual(geteld, { aantal: 560, hoogste: 560, anders: 560 });
  });
});

describe("a file", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "leerid-"));
  });
  after(() => rm(folder, { recursive: true }));
  const file = async (naam: string, inhoud: string | Buffer) => {
    const path = join(folder, naam);
    await writeFile(path, inhoud);
    return path;
  };
  const regels = (aantal: number) => [
    schoolRegel({ school }),
    ...Array.from({ length: aantal }, (_, i) => [
      leerling(`s${i}`, 1, i === 3 ? { insz } : {}),
      inschrijvingRegel(`s${i}`, { school }),
    ]).flat(),
  ];

  test("plain or with gzip, with or without a last line end, with empty lines and bad ones", async () => {
    const list = regels(150);
    const plat = await file("a.ndjson", `${list.join("\n")}\n\n{\n`);
    const eerst = await importFile(db.ctx, { pad: plat, groepsgrootte: 100 });
    assert.deepEqual(eerst, { ontvangen: 302, verwerkt: 301, ongewijzigd: 0, quarantaine: 1 });
    const gz = await file("a.ndjson.gz", gzipSync(list.join("\r\n")));
    assert.deepEqual(await importFile(db.ctx, { pad: gz, groepsgrootte: 100 }), {
      ontvangen: 301,
      verwerkt: 0,
      ongewijzigd: 301,
      quarantaine: 0,
    });
    const [levering] = await listZendingen(db.ctx, 1);
    assert.deepEqual(
      [levering?.bron, levering?.bestand, levering?.klaar_op === null],
      ["bestand", "a.ndjson.gz", false],
    );
    assert.deepEqual(await importFile(db.ctx, { pad: await file("leeg", "") }), {
      ontvangen: 0,
      verwerkt: 0,
      ongewijzigd: 0,
      quarantaine: 0,
    });
  });

  test("stopped half-way it goes on where it was, and the counts are those of the whole", async () => {
    const pad = await file("b.ndjson", regels(300).join("\n"));
    const stop = new AbortController();
    const stappen: number[] = [];
    const half = await importFile(db.ctx, {
      pad,
      groepsgrootte: 100,
      stop: stop.signal,
      progress: (n) => {
        stappen.push(n);
        if (n >= 200) stop.abort();
      },
    });
    assert.ok(half.ontvangen >= 200 && half.ontvangen < 601, `${half.ontvangen}`);
    const rest: number[] = [];
    const heel = await importFile(db.ctx, { pad, groepsgrootte: 100, progress: (n) => rest.push(n) });
    assert.deepEqual(heel, { ontvangen: 601, verwerkt: 601, ongewijzigd: 0, quarantaine: 0 });
    assert.equal(rest[0], half.ontvangen + 100, "nothing twice");
    assert.deepEqual(
      [...stappen, ...rest],
      [...stappen, ...rest].toSorted((a, b) => a - b),
      "in order",
    );
    assert.equal(
      (await importFile(db.ctx, { pad, groepsgrootte: 100 })).ongewijzigd,
      601,
      "a file that is done is taken again",
    );
  });

  test("loaded again it takes what is new, newer or contradicts, and finds the rest unchanged", async () => {
    const eerst = regels(300);
    await importFile(db.ctx, { pad: await file("g.ndjson", eerst.join("\n")), groepsgrootte: 250 });
    const dan = [...eerst];
    dan[1] = leerling("s0", 2, { voornaam: "Nora" }); // newer
    dan[2] = inschrijvingRegel("s0", { school, versie: 2 }, { leerjaar: 4 });
    dan[3] = leerling("s1", 1, { voornaam: "Nora" }); // contradicts
    dan[5] = leerling("s2", 2, { insz }); // identified: the same person as s3
    dan.push(leerling("nieuw", 1), inschrijvingRegel("nieuw", { school }));
    const total = await importFile(db.ctx, {
      pad: await file("h.ndjson", dan.join("\n")),
      groepsgrootte: 250,
    });
    assert.deepEqual(total, { ontvangen: 603, verwerkt: 5, ongewijzigd: 597, quarantaine: 1 });
    assert.equal((await account("s0")).voornaam, "Nora");
    assert.equal((await account("s1")).voornaam, "Noor");
    assert.equal((await account("s2")).account_uuid, (await account("s3")).account_uuid);
    const [inschrijving] =
      await db.sql`select leerjaar from inschrijvingen.inschrijving where instellingsnummer = ${school} and stamnummer = 's0'`;
    assert.equal(inschrijving?.["leerjaar"], 4);
    await importFile(db.ctx, {
      pad: await file("i.ndjson", dan.toReversed().join("\n")),
      groepsgrootte: 250,
    });
    assert.equal((await account("s0")).voornaam, "Nora");
  });

  test("a broken archive, a missing file: said, and what was taken stays", async () => {
    const heel = gzipSync(regels(3000).join("\n"));
    const pad = await file("c.ndjson.gz", heel.subarray(0, heel.length - 2000));
    await assert.rejects(importFile(db.ctx, { pad, groepsgrootte: 100 }), code("bestand-onleesbaar"));
    await assert.rejects(
      importFile(db.ctx, { pad: await file("d.ndjson.gz", "geen gzip") }),
      code("bestand-onleesbaar"),
    );
    await assert.rejects(importFile(db.ctx, { pad: join(folder, "nergens") }), code("bestand-onleesbaar"));
    assert.ok((await account("s1")).gebruikersnaam);
  });

  test("bytes that are no UTF-8, NUL, and a line without end go to quarantine", async () => {
    const lijn = Buffer.from(leerling("1", 1, { naam: "Zoë" }));
    lijn[lijn.indexOf(0xc3)] = 0xff;
    const pad = await file(
      "e.ndjson",
      Buffer.concat([
        lijn,
        Buffer.from("\n"),
        Buffer.alloc(100),
        Buffer.from(`\n${"x".repeat(3_000_000)}\n${leerling("2", 1)}\n${"[".repeat(300_000)}`),
      ]),
    );
    assert.deepEqual(await importFile(db.ctx, { pad }), {
      ontvangen: 5,
      verwerkt: 1,
      ongewijzigd: 0,
      quarantaine: 4,
    });
    const rows =
      await db.sql`select regel, code from discimus.quarantaine where levering_id = (select max(levering_id) from discimus.levering) order by regel`;
    assert.deepEqual(
      [...rows].map((row) => `${row["regel"]} ${row["code"]}`),
      ["1 teken-ongeldig", "2 geen-json", "3 regel-te-lang", "5 regel-te-lang"],
    );
  });

  test("single messages go on while a file is loaded", async () => {
    const pad = await file("f.ndjson", regels(2000).join("\n"));
    const stand = { klaar: false };
    const laden = importFile(db.ctx, { pad, groepsgrootte: 200 }).finally(() => {
      stand.klaar = true;
    });
    let tussendoor = 0;
    while (!stand.klaar) {
      await take(leerlingRegel(`los${tussendoor}`, { school }, { naam: `${naam}los` }));
      await take(leerling(`s${tussendoor * 50}`, 1, {})); // also in the file
      tussendoor++;
    }
    const total = await laden;
    assert.equal(total.ontvangen, total.verwerkt + total.ongewijzigd);
    assert.ok(tussendoor > 2);
    const [geteld] =
      await db.sql`select count(*)::int as a, count(distinct gebruikersnaam_nr)::int as b from leerlingen.account where naam = ${naam}`;
    assert.equal(geteld?.["a"], geteld?.["b"]);
  });

  test("the role of the application is enough", async () => {
    const [wie] = await db.sql`select current_user as rol`;
    assert.equal(wie?.["rol"], "leerid_app");
    await assert.rejects(async () => await db.sql`delete from leerlingen.account`, /permission denied/);
  });
});
