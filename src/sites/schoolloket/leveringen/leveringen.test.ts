import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { stopSharing } from "#modules/akkoorden";
import { differenceOf, processLevering } from "#modules/leveringen";
import { withAkkoord, withLeerlingen, withPakket } from "#testing/klasinformatie";
import { klassenOf, deliverFile, fileNameOf } from "#testing/levering";
import { beheerder, directeur, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
let list: (klas: (nr: number) => string | null) => string;
let levering: string;
let minuut = 0;
/** The last record of the privacy log before a test. */
let logVoor = 0;
const hier = "/schoolinstellingen";
const nextName = () => fileNameOf("999001", new Date(Date.UTC(2026, 10, 23, 0, minuut++)).toISOString());
const ordinary = (nr: number): string => (nr % 2 === 0 ? "1A" : "1B");

before(async () => {
  w = await schoolwereld();
  await withPakket(w);
  list = await withLeerlingen(w, 30);
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
  await withAkkoord(w);
  assert.equal((await deliverFile(w.ctx, nextName(), list(ordinary))).status, "verwerkt");
  const vast = await deliverFile(
    w.ctx,
    nextName(),
    list((nr) => (nr < 5 ? null : nr < 12 ? "2C" : ordinary(nr))),
  );
  assert.equal(vast.status, "aangehouden");
  const [row] = await w.sql<
    { levering: string }[]
  >`select levering from leveringen.levering where status = 'aangehouden'`;
  levering = row?.levering ?? "";
  await w.sql`delete from jobs.job`;
  const [last] = await w.sql<{ nr: number }[]>`select coalesce(max(nr), 0)::int as nr from privacylog.regel`;
  logVoor = last?.nr ?? 0;
});

const read = async (path: string, cookie: string) => {
  const answer = await w.get(path, cookie);
  return { status: answer.status, naar: answer.headers.get("location"), tekst: await answer.text() };
};
const send = async (cookie: string, besluit: string, welke = levering) => {
  const answer = await w.post(`${hier}/leveringen/${welke}`, cookie, { besluit });
  return { status: answer.status, naar: answer.headers.get("location") };
};
const flat = (text: string): string =>
  text
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([,.])/g, "$1");
const difference = () => `${hier}/leveringen/${levering}/verschil`;
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
const stand = async () => (await klassenOf(w.ctx, "999001")).map(({ klas }) => klas).toSorted();
const oud = Array.from({ length: 30 }, (_, nr) => ordinary(nr)).toSorted();

describe("a file that is held", () => {
  test("D9: it waits on the page with why, for a beheerder with what to do; who is none reads whose it is", async () => {
    const mijn = flat((await read(hier, await w.sessieOf(beheerder))).tekst);
    assert.match(
      mijn,
      /Een levering wacht op jou .*haalt meer dan een vijfde van de leerlingen uit hun klas/,
    );
    assert.match(mijn, /Toon het verschil per leerling Toch verwerken Weigeren/);
    assert.match(mijn, /Aangehouden 25 – – Bekijk/);
    const zijn = (await read(hier, await w.sessieOf(directeur))).tekst;
    assert.match(
      flat(zijn),
      /Een levering wacht op een LeerID-beheerder.*ziet welke leerlingen het zijn, en beslist/,
    );
    assert.doesNotMatch(zijn, /Toch verwerken|\/verschil"/);
  });

  test("D9 D11: the difference names exactly who loses or changes class, and is one look at each of them", async () => {
    const cookie = await w.sessieOf(beheerder);
    await read(hier, cookie);
    await read(`${hier}/leveringen/${levering}`, cookie);
    assert.deepEqual(await inzages(), [], "a list and a receipt are no looks");
    const { status, tekst } = await read(difference(), cookie);
    assert.equal(status, 200);
    const namen = [...tekst.matchAll(/<th role="rowheader"[^>]*>\s*Lies Aerts(\d+)/g)].map(([, nr]) =>
      Number(nr),
    );
    assert.deepEqual(
      namen,
      [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11],
      "by class, then by name, numbers as numbers",
    );
    const woorden = flat(tekst);
    assert.match(woorden, /Lies Aerts0 1A Geen klas/);
    assert.match(woorden, /Lies Aerts6 1A 2C/);
    assert.match(
      woorden,
      /Van de 30 leerlingen met een klas blijven er 18 in dezelfde klas\. 5 leerlingen verliezen hun klas en 7 leerlingen krijgen een andere klas\./,
    );
    const verwacht = await Promise.all(namen.map((nr) => w.accountOf(`p${nr}`)));
    const gezien = await inzages();
    assert.deepEqual(gezien.map(({ account }) => account).toSorted(), verwacht.toSorted());
    assert.ok(gezien.every(({ ontvanger }) => ontvanger === "vo-beheerder"));
    assert.deepEqual(await stand(), oud, "looking changes nothing");
  });

  test("nobody else opens it or decides: not the director, not another school, and no look is written", async () => {
    const chef = await w.sessieOf(directeur);
    assert.equal((await read(difference(), chef)).status, 403);
    assert.equal((await send(chef, "verwerken")).status, 403);
    const other = await w.sessieOf({ voId: "vo-ander", rollen: ["LeerIDBeheerder:999002"] });
    const answer = await read(difference(), other);
    assert.equal(answer.status, 404);
    assert.doesNotMatch(answer.tekst, /Aerts/);
    assert.equal((await send(other, "verwerken")).status, 404);
    assert.equal(await differenceOf(w.ctx, ["999002"], levering), undefined, "also without the pages");
    const mijn = await w.sessieOf(beheerder);
    for (const id of [randomUUID(), "x"]) {
      assert.equal((await send(mijn, "verwerken", id)).status, 404);
      assert.equal((await read(`${hier}/leveringen/${id}/verschil`, mijn)).status, 404);
    }
    assert.equal((await send(mijn, "misschien")).status, 400);
    assert.deepEqual([await inzages(), await taken()], [[], []]);
  });

  test("D9: Toch verwerken asks for the work in the same commit, counts once, and the classes follow", async () => {
    const cookie = await w.sessieOf(beheerder);
    assert.equal((await send(cookie, "verwerken")).naar, `${hier}?klaar=verwerken`);
    assert.deepEqual(await taken(), [{ levering }]);
    const intussen = (await read(`${hier}?klaar=verwerken`, cookie)).tekst;
    assert.match(flat(intussen), /Beslist 25/);
    assert.doesNotMatch(intussen, /Toch verwerken/);
    assert.equal((await send(cookie, "weigeren")).naar, `${hier}?klaar=levering-voorbij`);
    assert.equal((await read(difference(), cookie)).naar, `${hier}?klaar=levering-voorbij`);
    assert.equal((await taken()).length, 1);
    await processLevering(w.ctx, levering);
    assert.equal((await stand()).filter((klas) => klas === "2C").length, 7);
    assert.equal((await stand()).length, 25);
    const [row] =
      await w.sql`select besluit, besluit_door from leveringen.levering where levering = ${levering}`;
    assert.deepEqual({ ...row }, { besluit: "verwerken", besluit_door: "vo-beheerder" });
    assert.match(
      flat((await read(`${hier}/leveringen/${levering}`, cookie)).tekst),
      /Verwerkt.*7 met een andere klas, 5 zonder klas/,
    );
  });

  test("D9: Weigeren leaves the classes as they were, and the receipt says who decided", async () => {
    const cookie = await w.sessieOf(beheerder);
    assert.equal((await send(cookie, "weigeren")).naar, `${hier}?klaar=weigeren`);
    await processLevering(w.ctx, levering);
    assert.deepEqual(await stand(), oud);
    assert.match(
      flat((await read(`${hier}/leveringen/${levering}`, cookie)).tekst),
      /Een beheerder van de school weigerde dit bestand/,
    );
  });

  test("R68: after the school stopped there is nothing to see or to decide any more", async () => {
    await w.inSchool("999001", (ctx) =>
      stopSharing(ctx, { lijn: ["999001"], wie: { voId: "vo-1", naam: "An" } }),
    );
    const cookie = await w.sessieOf(beheerder);
    assert.equal((await read(difference(), cookie)).naar, `${hier}?klaar=levering-voorbij`);
    assert.doesNotMatch((await read(hier, cookie)).tekst, /Toch verwerken/);
    assert.deepEqual(await inzages(), []);
  });
});
