import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { stopDelen } from "#modules/akkoorden";
import { verschilVan, verwerkLevering } from "#modules/leveringen";
import { metAkkoord, metLeerlingen, metPakket } from "#testing/klasinformatie";
import { klassenVan, lever, naamVan } from "#testing/levering";
import { beheerder, directeur, schoolwereld, type Schoolwereld } from "#testing/schoolloket";

let w: Schoolwereld;
let lijst: (klas: (nr: number) => string | null) => string;
let levering: string;
let minuut = 0;
/** The last record of the privacy log before a test. */
let logVoor = 0;
const hier = "/schoolinstellingen";
const volgende = () => naamVan("999001", new Date(Date.UTC(2026, 10, 23, 0, minuut++)).toISOString());
const gewoon = (nr: number): string => (nr % 2 === 0 ? "1A" : "1B");

before(async () => {
  w = await schoolwereld();
  await metPakket(w);
  lijst = await metLeerlingen(w, 30);
});
after(() => w.close());
/** Each time: 30 pupils in 1A and 1B, and a held file that takes p0-p4 out and puts p5-p11 in 2C. */
beforeEach(async () => {
  await w.sql.begin(async (tx) => {
    await tx`set local role none`;
    for (const tabel of ["leveringen.levering", "leveringen.stand", "klassen.indeling", "akkoorden.akkoord"])
      await tx`delete from ${tx(tabel)}`;
    await tx`delete from jobs.job`;
  });
  await metAkkoord(w);
  assert.equal((await lever(w.ctx, volgende(), lijst(gewoon))).status, "verwerkt");
  const vast = await lever(
    w.ctx,
    volgende(),
    lijst((nr) => (nr < 5 ? null : nr < 12 ? "2C" : gewoon(nr))),
  );
  assert.equal(vast.status, "aangehouden");
  const [row] = await w.sql<
    { levering: string }[]
  >`select levering from leveringen.levering where status = 'aangehouden'`;
  levering = row?.levering ?? "";
  await w.sql`delete from jobs.job`;
  const [laatste] = await w.sql<
    { nr: number }[]
  >`select coalesce(max(nr), 0)::int as nr from privacylog.regel`;
  logVoor = laatste?.nr ?? 0;
});

const lees = async (pad: string, cookie: string) => {
  const antwoord = await w.get(pad, cookie);
  return { status: antwoord.status, naar: antwoord.headers.get("location"), tekst: await antwoord.text() };
};
const stuur = async (cookie: string, besluit: string, welke = levering) => {
  const antwoord = await w.post(`${hier}/leveringen/${welke}`, cookie, { besluit });
  return { status: antwoord.status, naar: antwoord.headers.get("location") };
};
const plat = (tekst: string): string =>
  tekst
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([,.])/g, "$1");
const verschil = () => `${hier}/leveringen/${levering}/verschil`;
const inzages = async () =>
  (
    await w.sql<{ ontvanger: string; account: string }[]>`
    select ontvanger, account_uuid as account from privacylog.regel where aanleiding = 'levering-bekeken' and nr > ${logVoor}`
  ).map((row) => ({ ...row }));
const taken = async () =>
  (
    await w.sql<{ payload: unknown }[]>`
    select payload from jobs.job
     where task = 'klasinformatie-levering'`
  ).map(({ payload }) => payload);
const stand = async () => (await klassenVan(w.ctx, "999001")).map(({ klas }) => klas).toSorted();
const oud = Array.from({ length: 30 }, (_, nr) => gewoon(nr)).toSorted();

describe("a file that is held", () => {
  test("D9: it waits on the page with why, for a beheerder with what to do; who is none reads whose it is", async () => {
    const mijn = plat((await lees(hier, await w.sessieVan(beheerder))).tekst);
    assert.match(
      mijn,
      /Een levering wacht op jou .*haalt meer dan een vijfde van de leerlingen uit hun klas/,
    );
    assert.match(mijn, /Toon het verschil per leerling Toch verwerken Weigeren/);
    assert.match(mijn, /Aangehouden 25 – – Bekijk/);
    const zijn = (await lees(hier, await w.sessieVan(directeur))).tekst;
    assert.match(
      plat(zijn),
      /Een levering wacht op een LeerID-beheerder.*ziet welke leerlingen het zijn, en beslist/,
    );
    assert.doesNotMatch(zijn, /Toch verwerken|\/verschil"/);
  });

  test("D9 D11: the difference names exactly who loses or changes class, and is one look at each of them", async () => {
    const cookie = await w.sessieVan(beheerder);
    await lees(hier, cookie);
    await lees(`${hier}/leveringen/${levering}`, cookie);
    assert.deepEqual(await inzages(), [], "a list and a receipt are no looks");
    const { status, tekst } = await lees(verschil(), cookie);
    assert.equal(status, 200);
    const namen = [...tekst.matchAll(/<th role="rowheader"[^>]*>\s*Lies Aerts(\d+)/g)].map(([, nr]) =>
      Number(nr),
    );
    assert.deepEqual(
      namen,
      [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11],
      "by class, then by name, numbers as numbers",
    );
    const woorden = plat(tekst);
    assert.match(woorden, /Lies Aerts0 1A Geen klas/);
    assert.match(woorden, /Lies Aerts6 1A 2C/);
    assert.match(
      woorden,
      /Van de 30 leerlingen met een klas blijven er 18 in dezelfde klas\. 5 leerlingen verliezen hun klas en 7 leerlingen krijgen een andere klas\./,
    );
    const verwacht = await Promise.all(namen.map((nr) => w.accountVan(`p${nr}`)));
    const gezien = await inzages();
    assert.deepEqual(gezien.map(({ account }) => account).toSorted(), verwacht.toSorted());
    assert.ok(gezien.every(({ ontvanger }) => ontvanger === "vo-beheerder"));
    assert.deepEqual(await stand(), oud, "looking changes nothing");
  });

  test("nobody else opens it or decides: not the director, not another school, and no look is written", async () => {
    const chef = await w.sessieVan(directeur);
    assert.equal((await lees(verschil(), chef)).status, 403);
    assert.equal((await stuur(chef, "verwerken")).status, 403);
    const ander = await w.sessieVan({ voId: "vo-ander", rollen: ["LeerIDBeheerder:999002"] });
    const antwoord = await lees(verschil(), ander);
    assert.equal(antwoord.status, 404);
    assert.doesNotMatch(antwoord.tekst, /Aerts/);
    assert.equal((await stuur(ander, "verwerken")).status, 404);
    assert.equal(await verschilVan(w.ctx, ["999002"], levering), undefined, "also without the pages");
    const mijn = await w.sessieVan(beheerder);
    for (const id of [randomUUID(), "x"]) {
      assert.equal((await stuur(mijn, "verwerken", id)).status, 404);
      assert.equal((await lees(`${hier}/leveringen/${id}/verschil`, mijn)).status, 404);
    }
    assert.equal((await stuur(mijn, "misschien")).status, 400);
    assert.deepEqual([await inzages(), await taken()], [[], []]);
  });

  test("D9: Toch verwerken asks for the work in the same commit, counts once, and the classes follow", async () => {
    const cookie = await w.sessieVan(beheerder);
    assert.equal((await stuur(cookie, "verwerken")).naar, `${hier}?klaar=verwerken`);
    assert.deepEqual(await taken(), [{ levering }]);
    const intussen = (await lees(`${hier}?klaar=verwerken`, cookie)).tekst;
    assert.match(plat(intussen), /Beslist 25/);
    assert.doesNotMatch(intussen, /Toch verwerken/);
    assert.equal((await stuur(cookie, "weigeren")).naar, `${hier}?klaar=levering-voorbij`);
    assert.equal((await lees(verschil(), cookie)).naar, `${hier}?klaar=levering-voorbij`);
    assert.equal((await taken()).length, 1);
    await verwerkLevering(w.ctx, levering);
    assert.equal((await stand()).filter((klas) => klas === "2C").length, 7);
    assert.equal((await stand()).length, 25);
    const [row] =
      await w.sql`select besluit, besluit_door from leveringen.levering where levering = ${levering}`;
    assert.deepEqual({ ...row }, { besluit: "verwerken", besluit_door: "vo-beheerder" });
    assert.match(
      plat((await lees(`${hier}/leveringen/${levering}`, cookie)).tekst),
      /Verwerkt.*7 met een andere klas, 5 zonder klas/,
    );
  });

  test("D9: Weigeren leaves the classes as they were, and the receipt says who decided", async () => {
    const cookie = await w.sessieVan(beheerder);
    assert.equal((await stuur(cookie, "weigeren")).naar, `${hier}?klaar=weigeren`);
    await verwerkLevering(w.ctx, levering);
    assert.deepEqual(await stand(), oud);
    assert.match(
      plat((await lees(`${hier}/leveringen/${levering}`, cookie)).tekst),
      /Een beheerder van de school weigerde dit bestand/,
    );
  });

  test("R68: after the school stopped there is nothing to see or to decide any more", async () => {
    await w.inSchool("999001", (ctx) =>
      stopDelen(ctx, { lijn: ["999001"], wie: { voId: "vo-1", naam: "An" } }),
    );
    const cookie = await w.sessieVan(beheerder);
    assert.equal((await lees(verschil(), cookie)).naar, `${hier}?klaar=levering-voorbij`);
    assert.doesNotMatch((await lees(hier, cookie)).tekst, /Toch verwerken/);
    assert.deepEqual(await inzages(), []);
  });
});
