import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sweepOverzichten } from "#modules/leerlingbeheer";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { beheerder, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  const leerlingen = ["Ada", "Bo", "Cas", "Dré"].map((voornaam, i) => [`k${i}`, voornaam] as const);
  await w.deliver(
    ...leerlingen.flatMap(([stamnummer, voornaam]) => [
      leerlingRegel(stamnummer, { id: `l${stamnummer}` }, { naam: "Zaman", voornaam }),
      inschrijvingRegel(
        stamnummer,
        { id: `i${stamnummer}` },
        { leerjaar: 3, administratieve_groep: "derde" },
      ),
    ]),
  );
  const [ada = "", bo = "", cas = "", amir = ""] = await Promise.all(
    ["k0", "k1", "k2", "a2"].map((one) => w.accountOf(one)),
  );
  await indelen(w, "999001", [
    [ada, "3A/x&y"],
    [ada, "3A/x&y", "Zwemmen"],
    [bo, "3A/x&y"],
    [cas, "Dolfijnen"],
    [amir, "4B"],
  ]);
  cookie = await w.sessieOf(beheerder);
});
after(() => w.close());

const page = async (path: string) => (await w.get(path, cookie)).text();
const names = (text: string) =>
  [...text.matchAll(/leerlingen\/[^"]*">([^<]*)</g)].map(([, naam]) => naam ?? "");
const exportLeerlingen = async () => {
  await w.post("/leerid-beheer/selectie", cookie, { vraag: "", actie: "kies-alles" });
  return (
    await w.post("/leerid-beheer/selectie", cookie, { vraag: "", was: "", actie: "exporteren" })
  ).text();
};

describe("classes in LeerID-beheer", () => {
  test("R55: without an akkoord there is no filter, column, banner, export or fact of a class", async () => {
    for (const text of [
      await page("/leerid-beheer"),
      await page("/leerid-beheer?zoek=dolfijnen"),
      await page(`/leerid-beheer/leerlingen/${await w.accountOf("k2")}`),
      await exportLeerlingen(),
    ])
      assert.doesNotMatch(text, /(sub)?klas\)?<|per klas|Dolfijnen<|3A\/x|klas;/i);
    assert.deepEqual(names(await page("/leerid-beheer?klas=Dolfijnen")), []);
  });

  test("R55a: with one, filter and search by class and subclass, a column, an order and the export", async () => {
    await shareKlassen(w, "999001");
    const alles = await page("/leerid-beheer?sorteer=klas");
    assert.deepEqual(names(alles), [
      "Zaman, Ada",
      "Zaman, Bo",
      "Zaman, Cas",
      "Peeters, Noor",
      "Zaman, Dré",
      "De Smet, Amir",
    ]);
    assert.match(alles, /data-label="Klas">3A\/x&amp;y<\/td><td[^>]*data-label="Subklas">Zwemmen</);
    const [, value = ""] = /<option value="([^"]*)"\s*>– Zwemmen</.exec(alles) ?? [];
    assert.deepEqual(names(await page(`/leerid-beheer?klas=${encodeURIComponent(value)}`)), ["Zaman, Ada"]);
    const klas = await page(`/leerid-beheer?klas=${encodeURIComponent("3A%2Fx%26y")}&zoek=bo`);
    assert.deepEqual(names(klas), ["Zaman, Bo"]);
    assert.match(klas, /Filter weghalen: Klas 3A\/x&amp;y/);
    assert.deepEqual(names(await page("/leerid-beheer?zoek=dolfijnen")), ["Zaman, Cas"]);
    assert.deepEqual(names(await page("/leerid-beheer?zoek=ZWEMMEN")), ["Zaman, Ada"]);
    assert.deepEqual(names(await page("/leerid-beheer?klas=*geen*&zoek=zaman")), ["Zaman, Dré"]);
    for (const onzin of ["%E0%A4", "a/b/c", "/", "x".repeat(300)])
      assert.equal(names(await page(`/leerid-beheer?klas=${encodeURIComponent(onzin)}`)).length, 6, onzin);
    const csv = await exportLeerlingen();
    assert.match(csv, /;groep;klas;subklas;status\r\n/);
    assert.match(csv, /Zaman;Ada;[^\r]*;derde;3A\/x&y;Zwemmen;nieuw/);
  });

  test("R55c: the new accounts of a class are printed with one click, those without a class apart", async () => {
    const text = await page("/leerid-beheer");
    assert.match(text, /Druk af per klas:/);
    assert.match(text, /3A\/x&amp;y \(2\)/);
    const print = async (velden: Record<string, string>) => {
      const answer = await w.post("/leerid-beheer/afdrukken", cookie, velden);
      assert.equal(answer.status, 303);
      const batch = answer.headers.get("location")?.split("/").at(-1) ?? "";
      const [row] = await w.sql`select aantal from uitreiking.batch where batch = ${batch}`;
      return row?.["aantal"];
    };
    assert.equal(await print({ nieuw: "1", klas: "3A%2Fx%26y" }), 2);
    const los = { nieuw: "1", niveau: "lager", leerjaar: "3", groep: "derde", klas: "*geen*" };
    assert.equal(await print(los), 1);
  });

  test("R67: a pupil's page says where his class comes from and where to correct it", async () => {
    const text = await page(`/leerid-beheer/leerlingen/${await w.accountOf("k0")}`);
    assert.match(text, /<dt>Klas<\/dt>\s*<dd>3A\/x&amp;y<small>uit het pakket van je school<\/small>/);
    assert.match(text, /<dt>Subklas<\/dt>\s*<dd>Zwemmen</);
    assert.match(text, /Verbeter het in je schoolpakket[^]*In\s+LeerID zelf kan je dit niet wijzigen/);
    assert.match(text, /href="\/leerid-beheer\?klas=3A%252Fx%2526y">Klas 3A\/x&amp;y</);
  });

  test("R68: after a stop all of it is gone at once, also what a page had counted just before", async () => {
    await page("/leerid-beheer");
    await stop(w, "999001");
    for (const path of ["/leerid-beheer", "/leerid-beheer?zoek=zaman", "/leerid-beheer?zoek=dolfijnen"])
      assert.doesNotMatch(await page(path), /Dolfijnen<|3A\/x|per klas|Subklas/);
    assert.doesNotMatch(await exportLeerlingen(), /Dolfijnen|klas/);
    const overzicht = async () =>
      (await w.sql<{ klassen: string }[]>`select klassen from leerlingbeheer.overzicht`).map(
        (row) => row.klassen,
      );
    await w.sql`update leerlingbeheer.overzicht set klassen = '[{"klas":"3A"}]'`;
    w.clock.advance(4 * 60_000);
    await sweepOverzichten(w.ctx);
    assert.deepEqual(await overzicht(), [], "within five minutes of the stop");
  });
});
