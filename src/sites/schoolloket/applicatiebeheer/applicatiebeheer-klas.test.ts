import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Datum } from "#platform/clock";
import { importToepassing, saveKeuze } from "#modules/toepassingen";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { beheerder, schoolwereld, type SchoolWorld } from "#testing/schoolloket";
import { toepassingText } from "#testing/toepassing";

let w: SchoolWorld;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  await importToepassing(w.ctx, toepassingText("bingel"));
  await w.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('bingel', 1, 'bingel', '2024-07-10', null, '[]', '{}', now())`;
  await saveKeuze(w.ctx, { instellingsnummer: "999001", toepassing: "bingel", van: "2026-09-01" as Datum });
  const leden = [
    ["k0", "3A", "Zwemmen"],
    ["k1", "3A"],
    ["k2", "3B & co"],
    ["a2", "4A"],
  ] as const;
  for (const [stamnummer] of leden.slice(0, 3))
    await w.deliver(leerlingRegel(stamnummer), inschrijvingRegel(stamnummer, {}, { leerjaar: 3 }));
  await indelen(
    w,
    "999001",
    await Promise.all(
      leden.map(async ([wie, klas, subklas]) => [await w.accountOf(wie), klas, subklas] as const),
    ),
  );
  cookie = await w.sessieOf(beheerder);
});
after(() => w.close());

const app = "/applicatiebeheer/bingel";
const matrix = "/applicatiebeheer/matrix";
const bare = (html: string) => html.replaceAll(/<br \/>|<\/li>/g, " ").replaceAll(/<[^>]*>/g, "");
const oneLine = (html: string) => html.replaceAll(/\s+/g, " ");
const page = async (path: string) => oneLine(await (await w.get(path, cookie)).text());
/** Posts a form; gives the page that the browser lands on. */
async function send(path: string, velden: string): Promise<string> {
  const answer = await w.post(path, cookie, new URLSearchParams(velden));
  return answer.status === 303 ? page(answer.headers.get("location") ?? "") : oneLine(await answer.text());
}
const regels = async () =>
  (
    await w.sql<{ klas: string | null; subklas: string | null }[]>`
      select klas, subklas from toepassingen.zichtbaarheid order by klas, subklas nulls first`
  ).map(({ klas, subklas }) => [klas, subklas]);

describe("rules on classes", () => {
  test("R55: a school that does not share has years only, and is told why a class cannot be", async () => {
    assert.doesNotMatch(await page(app), /klas of subklas<|3A/);
    assert.match(await page(matrix), /<h1>Leerjaren en applicaties<\/h1>/);
    assert.match(await page(`${app}?bekijk=nieuw&doel=klas:3A`), /Je school deelt geen klasinformatie/);
    assert.match(
      await send(app, "bekijk=nieuw&doel=klas:3A"),
      /Dit is niet bewaard[^]*databeheerder van je school/,
    );
    assert.deepEqual(await regels(), []);
  });

  test("R54, R55b: all classes of a year at once, and a subclass; the effect first, then a rule for each", async () => {
    await shareKlassen(w, "999001");
    const form = await page(app);
    assert.match(form, /Of per klas of subklas/);
    assert.match(bare(form), /Alle klassen van het 3e leerjaar\s+2 klassen/);
    assert.match(form, /value="subklas:3A\/Zwemmen"/);
    const effect = await page(
      `${app}?bekijk=nieuw&doel=klassen:lager:3&doel=subklas:3A/Zwemmen&van=2026-11-01`,
    );
    assert.match(effect, /<b>zichtbaar voor 3 leerlingen<\/b>/);
    const velden = [...effect.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
      ([, naam = "", value = ""]): [string, string] => [naam, value.replaceAll("&amp;", "&")],
    );
    assert.deepEqual(
      velden.filter(([naam]) => naam === "doel").map(([, value]) => value),
      ["klas:3A", "klas:3B%20%26%20co", "subklas:3A/Zwemmen"],
      "what was shown is what will be kept",
    );
    const bewaard = await send(app, new URLSearchParams(velden).toString());
    assert.match(
      bare(bewaard),
      /nieuwe regel: Subklas Zwemmen van klas 3A, vanaf 1 november 2026\s+nieuwe regel: Klas 3B &amp; co,/,
    );
    assert.match(bare(bewaard), /Klas 3A\s+2 leerlingen, vanaf 1 november 2026/);
    assert.deepEqual(await regels(), [
      ["3A", null],
      ["3A", "Zwemmen"],
      ["3B & co", null],
    ]);
  });

  test("R54: the matrix has classes while the school shares them; a class that sees a part says how many", async () => {
    await w.sql`delete from toepassingen.zichtbaarheid where klas <> '3A' or subklas is null`;
    const begin = await page(matrix);
    assert.match(begin, /<h1>Klassen en applicaties<\/h1>/);
    assert.match(begin, /value="bingel\/klas:3A" aria-label="bingel voor klas 3A, 1 van 2 leerlingen"/);
    assert.match(begin, /1 leerling heeft nog geen klas en staat niet in deze tabel/);
    const draai = "cel=bingel/klas:3A&cel=bingel/klas:4A";
    assert.match(
      bare(await send(matrix, `${draai}&actie=bekijk`)),
      /2 wijzigingen, nog niet bewaard\s*2 leerlingen krijgen bingel erbij/,
    );
    assert.match(bare(await send(matrix, `${draai}&actie=bewaar`)), /Bewaard\s+bingel: nieuwe regel: Klas/);
    assert.deepEqual(await regels(), [
      ["3A", null],
      ["3A", "Zwemmen"],
      ["4A", null],
    ]);
    await send(app, "bekijk=nieuw&doel=leerjaar:lager:3");
    assert.match(
      await page(matrix),
      /disabled aria-label="bingel voor klas 3B &amp; co, door de regel heel het leerjaar"/,
    );
    await send(matrix, "was=bingel/klas:4A&actie=bewaar");
    assert.equal((await regels()).length, 3, "the rule on 4A is gone, that on the year came");
  });

  test("D6, R68: after a stop the rules sleep, and the page says so, why, and who can wake them", async () => {
    await stop(w, "999001");
    const slaap = bare(await page(app));
    assert.match(slaap, /2 regels slapen[^]*gelden nu voor niemand[^]*databeheerder[^]*Schoolinstellingen/);
    assert.match(slaap, /Klas 3A\s+slaapt\s+geldt nu voor niemand, altijd/);
    assert.doesNotMatch(slaap, /Of per klas/);
    assert.match(await page(matrix), /<h1>Leerjaren en applicaties<\/h1>/);
    await shareKlassen(w, "999001");
    assert.doesNotMatch(await page(app), /slaapt|slapen/);
  });
});
