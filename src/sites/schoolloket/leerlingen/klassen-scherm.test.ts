import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Datum } from "#platform/clock";
import { importeerToepassing, kies, maakZichtbaar } from "#modules/toepassingen";
import { withoutBrowser } from "#testing/browser";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { openExaminer, type Examiner } from "#testing/examine";
import { deel, deelIn, stop } from "#testing/klasinformatie";
import { beheerder, eigenAdres, schoolwereld, type Schoolwereld } from "#testing/schoolloket";
import { toepassingTekst } from "#testing/toepassing";

const skip = withoutBrowser();
let w: Schoolwereld;
let x: Examiner;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  for (const [naam, tint] of [
    ["Bingel", 1],
    ["Letterlab", 3],
  ] as const) {
    const toepassing = naam.toLowerCase();
    await importeerToepassing(
      w.ctx,
      toepassingTekst(toepassing, { naam, tint, integreert_klasinformatie: true }),
    );
    await w.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
      values (${toepassing}, 1, ${toepassing}, '2024-07-10', null, '[{"attribuut":"Klasinformatie"}]', '{}', now())`;
    await kies(w.ctx, { instellingsnummer: "999001", toepassing, van: "2026-09-01" as Datum });
  }
  const namen = ["Bouzid", "De Smet", "Diallo", "D'hondt", "Kowalczyk", "Van den Broucke-Vandenbussche"];
  await w.lever(
    ...Array.from({ length: 36 }, (_, i) => [
      leerlingRegel(`p${i}`, { id: `lp${i}` }, { naam: namen[i % 6], voornaam: i % 2 ? "Yağmur" : "Zoë" }),
      inschrijvingRegel(`p${i}`, { id: `ip${i}` }, { leerjaar: 3 + (i % 2) }),
    ]).flat(),
  );
  const rijen = await w.sql<{ account_uuid: string; nr: number }[]>`
    select account_uuid, substr(stamnummer, 2)::int as nr from leerlingen.registratie where stamnummer like 'p%'`;
  await deelIn(
    w,
    "999001",
    rijen
      .filter(({ nr }) => nr % 9 !== 8)
      .map(({ account_uuid, nr }) => {
        const klas = `${3 + (nr % 2)}${"ABC"[nr % 3] ?? ""}`;
        return [account_uuid, klas, nr % 5 === 0 ? "Zwemmen op dinsdagnamiddag" : null] as const;
      }),
  );
  const bij = { instellingsnummer: "999001", toepassing: "bingel" } as const;
  await maakZichtbaar(w.ctx, { ...bij, soort: "klas", klas: "3A" });
  const subklas = "Zwemmen op dinsdagnamiddag";
  await maakZichtbaar(w.ctx, { ...bij, soort: "subklas", klas: "4B", subklas, van: "2026-12-01" as Datum });
  await maakZichtbaar(w.ctx, { ...bij, soort: "leerling", accountUuid: (await w.accountVan("p0")) as never });
  await deel(w, "999001");
  cookie = await w.sessieVan(beheerder);
  if (skip === false) x = await openExaminer(w.app.fetch, { as: eigenAdres });
});
after(async () => {
  if (skip === false) await x.close();
  await w.close();
});

const examine = async (paginas: Readonly<Record<string, string>>) => {
  for (const [naam, pad] of Object.entries(paginas))
    assert.deepEqual(await x.examine(`klas-${naam}`, pad, { cookie }), [], pad);
};

describe("class information in the Schoolloket, in a browser", { skip }, () => {
  test("R55: while the school shares: list, pupil, rules, matrix and the chain, accessible and never too wide", async () => {
    const wie = await w.accountVan("p5");
    await examine({
      lijst: "/leerid-beheer?sorteer=klas",
      banner: "/leerid-beheer",
      filter: "/leerid-beheer?klas=3A",
      leerling: `/leerid-beheer/leerlingen/${wie}`,
      regels: "/applicatiebeheer/bingel?bekijk=nieuw&doel=klassen:lager:3",
      matrix: "/applicatiebeheer/matrix",
      waarom: `/waarom?leerling=${wie}&toepassing=bingel`,
    });
  });

  test("D6, R68: after a stop: rules asleep, and why a pupil cannot get in", async () => {
    await stop(w, "999001");
    await examine({
      "slaap-regels": "/applicatiebeheer/bingel",
      "slaap-waarom": `/waarom?leerling=${await w.accountVan("p6")}&toepassing=bingel`,
    });
  });
});
