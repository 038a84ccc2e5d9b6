import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ruimOverzichtenOp } from "#modules/leerlingbeheer";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { deel, deelIn, stop } from "#testing/klasinformatie";
import { beheerder, schoolwereld, type Schoolwereld } from "#testing/schoolloket";

let w: Schoolwereld;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  const leerlingen = ["Ada", "Bo", "Cas", "Dré"].map((voornaam, i) => [`k${i}`, voornaam] as const);
  await w.lever(
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
    ["k0", "k1", "k2", "a2"].map((een) => w.accountVan(een)),
  );
  await deelIn(w, "999001", [
    [ada, "3A/x&y"],
    [ada, "3A/x&y", "Zwemmen"],
    [bo, "3A/x&y"],
    [cas, "Dolfijnen"],
    [amir, "4B"],
  ]);
  cookie = await w.sessieVan(beheerder);
});
after(() => w.close());

const pagina = async (pad: string) => (await w.get(pad, cookie)).text();
const namen = (tekst: string) =>
  [...tekst.matchAll(/leerlingen\/[^"]*">([^<]*)</g)].map(([, naam]) => naam ?? "");
const exporteer = async () => {
  await w.post("/leerid-beheer/selectie", cookie, { vraag: "", actie: "kies-alles" });
  return (
    await w.post("/leerid-beheer/selectie", cookie, { vraag: "", was: "", actie: "exporteren" })
  ).text();
};

describe("classes in LeerID-beheer", () => {
  test("R55: without an akkoord there is no filter, column, banner, export or fact of a class", async () => {
    for (const tekst of [
      await pagina("/leerid-beheer"),
      await pagina("/leerid-beheer?zoek=dolfijnen"),
      await pagina(`/leerid-beheer/leerlingen/${await w.accountVan("k2")}`),
      await exporteer(),
    ])
      assert.doesNotMatch(tekst, /(sub)?klas\)?<|per klas|Dolfijnen<|3A\/x|klas;/i);
    assert.deepEqual(namen(await pagina("/leerid-beheer?klas=Dolfijnen")), []);
  });

  test("R55a: with one, filter and search by class and subclass, a column, an order and the export", async () => {
    await deel(w, "999001");
    const alles = await pagina("/leerid-beheer?sorteer=klas");
    assert.deepEqual(namen(alles), [
      "Zaman, Ada",
      "Zaman, Bo",
      "Zaman, Cas",
      "Peeters, Noor",
      "Zaman, Dré",
      "De Smet, Amir",
    ]);
    assert.match(alles, /data-label="Klas">3A\/x&amp;y<\/td><td[^>]*data-label="Subklas">Zwemmen</);
    const [, waarde = ""] = /<option value="([^"]*)"\s*>– Zwemmen</.exec(alles) ?? [];
    assert.deepEqual(namen(await pagina(`/leerid-beheer?klas=${encodeURIComponent(waarde)}`)), [
      "Zaman, Ada",
    ]);
    const klas = await pagina(`/leerid-beheer?klas=${encodeURIComponent("3A%2Fx%26y")}&zoek=bo`);
    assert.deepEqual(namen(klas), ["Zaman, Bo"]);
    assert.match(klas, /Filter weghalen: Klas 3A\/x&amp;y/);
    assert.deepEqual(namen(await pagina("/leerid-beheer?zoek=dolfijnen")), ["Zaman, Cas"]);
    assert.deepEqual(namen(await pagina("/leerid-beheer?zoek=ZWEMMEN")), ["Zaman, Ada"]);
    assert.deepEqual(namen(await pagina("/leerid-beheer?klas=*geen*&zoek=zaman")), ["Zaman, Dré"]);
    for (const onzin of ["%E0%A4", "a/b/c", "/", "x".repeat(300)])
      assert.equal(namen(await pagina(`/leerid-beheer?klas=${encodeURIComponent(onzin)}`)).length, 6, onzin);
    const csv = await exporteer();
    assert.match(csv, /;groep;klas;subklas;status\r\n/);
    assert.match(csv, /Zaman;Ada;[^\r]*;derde;3A\/x&y;Zwemmen;nieuw/);
  });

  test("R55c: the new accounts of a class are printed with one click, those without a class apart", async () => {
    const tekst = await pagina("/leerid-beheer");
    assert.match(tekst, /Druk af per klas:/);
    assert.match(tekst, /3A\/x&amp;y \(2\)/);
    const druk = async (velden: Record<string, string>) => {
      const antwoord = await w.post("/leerid-beheer/afdrukken", cookie, velden);
      assert.equal(antwoord.status, 303);
      const batch = antwoord.headers.get("location")?.split("/").at(-1) ?? "";
      const [rij] = await w.sql`select aantal from uitreiking.batch where batch = ${batch}`;
      return rij?.["aantal"];
    };
    assert.equal(await druk({ nieuw: "1", klas: "3A%2Fx%26y" }), 2);
    const los = { nieuw: "1", niveau: "lager", leerjaar: "3", groep: "derde", klas: "*geen*" };
    assert.equal(await druk(los), 1);
  });

  test("R67: a pupil's page says where his class comes from and where to correct it", async () => {
    const tekst = await pagina(`/leerid-beheer/leerlingen/${await w.accountVan("k0")}`);
    assert.match(tekst, /<dt>Klas<\/dt>\s*<dd>3A\/x&amp;y<small>uit het pakket van je school<\/small>/);
    assert.match(tekst, /<dt>Subklas<\/dt>\s*<dd>Zwemmen</);
    assert.match(tekst, /Verbeter het in je schoolpakket[^]*In\s+LeerID zelf kan je dit niet wijzigen/);
    assert.match(tekst, /href="\/leerid-beheer\?klas=3A%252Fx%2526y">Klas 3A\/x&amp;y</);
  });

  test("R68: after a stop all of it is gone at once, also what a page had counted just before", async () => {
    await pagina("/leerid-beheer");
    await stop(w, "999001");
    for (const pad of ["/leerid-beheer", "/leerid-beheer?zoek=zaman", "/leerid-beheer?zoek=dolfijnen"])
      assert.doesNotMatch(await pagina(pad), /Dolfijnen<|3A\/x|per klas|Subklas/);
    assert.doesNotMatch(await exporteer(), /Dolfijnen|klas/);
    const over = async () =>
      (await w.sql<{ klassen: string }[]>`select klassen from leerlingbeheer.overzicht`).map(
        (rij) => rij.klassen,
      );
    await w.sql`update leerlingbeheer.overzicht set klassen = '[{"klas":"3A"}]'`;
    w.clock.advance(4 * 60_000);
    await ruimOverzichtenOp(w.ctx);
    assert.deepEqual(await over(), [], "within five minutes of the stop");
  });
});
