import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { receive } from "#modules/discimus";
import { onOtherDay } from "#testing/days";
import { beheerwereld, levering, medewerker, withScholen, type BeheerWorld } from "#testing/beheer";
import { startOf, columns, gridLines } from "./rules.ts";

describe("the picture of the last 24 hours", () => {
  test("24 columns; the last one is the hour that runs", () => {
    const nu = Date.parse("2026-11-24T08:30:00Z");
    const begin = startOf(nu);
    assert.equal(new Date(begin).toISOString(), "2026-11-23T09:00:00.000Z");
    const all = columns(
      [
        { uur: 0, pakket: "wisa", status: "verwerkt", aantal: 2, laatst: new Date(begin) },
        { uur: 23, pakket: "wisa", status: "geweigerd", aantal: 1, laatst: new Date(nu) },
        { uur: 23, pakket: "wisa", status: "aangehouden", aantal: 1, laatst: new Date(nu) },
        { uur: 23, pakket: "broekx", status: "deels", aantal: 1, laatst: new Date(nu) },
      ],
      begin,
    );
    assert.equal(all.length, 24);
    assert.deepEqual(all[0], { verwerkt: 2, "kijk-na": 0, geweigerd: 0, vanaf: begin });
    assert.deepEqual(all[23], { verwerkt: 0, "kijk-na": 2, geweigerd: 1, vanaf: begin + 23 * 3_600_000 });
  });

  test("lines at round whole numbers, at most five, the highest at or above every column", () => {
    assert.deepEqual(gridLines(0), [0, 1]);
    assert.deepEqual(gridLines(3), [0, 1, 2, 3]);
    assert.deepEqual(gridLines(2119), [0, 1000, 2000, 3000]);
    for (let hoogste = 0; hoogste < 3000; hoogste += 1) {
      const schaal = gridLines(hoogste);
      assert.ok(
        (schaal.at(-1) ?? 0) >= hoogste && schaal.length <= 6 && schaal.every(Number.isInteger),
        `${hoogste}`,
      );
    }
  });
});

describe("the page Toestand", () => {
  let w: BeheerWorld;
  before(async () => {
    w = await beheerwereld();
    await withScholen(w);
  });
  after(() => w.close());
  const page = async () =>
    (await (await w.get("/toestand", await w.sessieOf(medewerker))).text()).replaceAll(/\s+/g, " ");
  const shareKlassen = (school: string, sinds: string) => w.sql`
    with o as (insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing)
    insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
    values (gen_random_uuid(), ${school}, 1, ${sinds}, 'vo-1', 'Els Van Damme')`;
  const stat = (text: string, naam: string) =>
    new RegExp(`<dt>${naam}</dt> <dd><span class="figure">([^<]+)</span>`).exec(text)?.[1];

  test("nothing shared, nothing delivered: it says so", async () => {
    const text = await page();
    assert.match(text, /Er kwam geen enkel bestand binnen/);
    assert.equal(stat(text, "Scholen met verse klassen"), "0");
    assert.match(text, /Discimus<small>[^]*?In orde/);
  });

  test(
    "R74: a school whose last delivery is older than 24 hours is flagged; a refused file is none, and neither is it due on its first day",
    { skip: onOtherDay() },
    async () => {
      await w.sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now())`;
      await shareKlassen("999001", "2026-11-01T08:00:00Z");
      await shareKlassen("999012", "2026-11-01T08:00:00Z"); // under its former number
      await shareKlassen("999003", "2026-11-23T08:31:00Z");
      await levering(w, { op: "2026-11-23T08:29:59Z" });
      await levering(w, { op: "2026-11-24T08:00:00Z", status: "geweigerd" });
      await levering(w, {
        school: "999002",
        pakket: "informat",
        op: "2026-11-23T08:30:00Z",
        status: "aangehouden",
      });
      const text = await page();
      const stil = /Langer dan 24 uur niets geleverd([^]*?)<\/section>/.exec(text)?.[1] ?? "";
      assert.deepEqual(
        [...stil.matchAll(/<b>([^<]+)<\/b>/g)].map(([, naam]) => naam),
        ["De Regenboog"],
      );
      assert.match(stil, /Wisa, laatst gisteren, 9\.29 uur/);
      assert.match(text, /class="figure">2<[^]*?van 3 die delen/);
      w.clock.set("2026-11-24T08:31:01Z");
      try {
        const later = /Langer dan 24 uur niets geleverd([^]*?)<\/section>/.exec(await page())?.[1] ?? "";
        assert.deepEqual(
          [...later.matchAll(/<b>([^<]+)<\/b>/g)].map(([, naam]) => naam),
          ["Atheneum Ter Beuke", "De Regenboog", "Sint-Jozefscollege"],
        );
        assert.match(later, /leverde nog nooit/);
      } finally {
        w.clock.set("2026-11-24T08:30:00Z");
      }
    },
  );

  test(
    "files of the last 24 hours as a picture and as a table; what is held and refused by name of the school",
    { skip: onOtherDay() },
    async () => {
      await levering(w, { op: "2026-11-24T00:05:00Z" });
      await levering(w, { op: "2026-11-24T00:06:00Z", status: "deels" });
      const text = await page();
      assert.equal((text.match(/<rect class="bar /g) ?? []).length, 3);
      assert.match(
        text,
        /<title id="ch-t">[^]*?<desc id="ch-d">3 bestanden: 1 verwerkt, 1 deels verwerkt of aangehouden, 1 geweigerd\./,
      );
      assert.match(
        text,
        /1 tot 2 uur <\/th>\s*<td[^>]*>\s*1\s*<\/td>\s*<td[^>]*>\s*1\s*<\/td>\s*<td[^>]*>\s*0\s*<\/td>/,
      );
      assert.equal(stat(text, "Bestanden"), "3");
      assert.equal(stat(text, "Geweigerd"), "1");
      assert.equal(stat(text, "Aangehouden"), "1");
      assert.match(text, /Aangehouden bestanden[^]*?Sint-Jozefscollege[^]*?Informat, schooljaar 2026-2027/);
    },
  );

  test("the feed: what stands in quarantine, and silence", { skip: onOtherDay() }, async () => {
    const { quarantaine } = await receive(w.ctx, ["kwaad", "nog kwader"], { bron: "http" });
    assert.equal(quarantaine.length, 2);
    const text = await page();
    assert.match(text, /Discimus<small>[^]*?Kijk na[^]*?2 berichten in quarantaine, 2 in totaal/);
    w.clock.advance(25 * 3_600_000);
    try {
      assert.match(await page(), /Discimus<small>[^]*?Stil[^]*?gisteren, 9\.30 uur/);
    } finally {
      w.clock.set("2026-11-24T08:30:00Z");
    }
  });
});
