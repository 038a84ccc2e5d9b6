import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withoutBrowser } from "#testing/browser";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { openExaminer, type Examiner } from "#testing/examine";
import { beheerder, eigenAdres, schoolwereld, type Schoolwereld } from "#testing/schoolloket";

const skip = withoutBrowser();
let w: Schoolwereld;
let x: Examiner;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  const namen = ["Bouzid", "De Smet", "Diallo", "D'hondt", "Kowalczyk", "Van den Broucke-Vandenbussche"];
  await w.lever(
    ...Array.from({ length: 70 }, (_, i) => [
      leerlingRegel(
        `p${i}`,
        { id: `lp${i}` },
        { naam: namen[i % 6], voornaam: i % 2 === 0 ? "Zoë" : "Yağmur" },
      ),
      inschrijvingRegel(
        `p${i}`,
        { id: `ip${i}` },
        {
          leerjaar: 1 + (i % 6),
          administratieve_groep: i % 9 === 0 ? null : `${1 + (i % 6)}A`,
          tot: i % 10 === 9 ? "2026-10-31" : null,
        },
      ),
    ]).flat(),
  );
  await w.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, uitgereikt_op, eerst_gebruikt_op, gewijzigd_op)
    select account_uuid, case when n % 3 = 0 then 'eerste' else 'eigen' end, 'h', 'p', '2026-09-04T08:00:00Z',
           case when n % 3 = 0 then null else timestamptz '2026-09-07T08:00:00Z' end, now()
      from (select account_uuid, row_number() over (order by naam, account_uuid) as n from leerlingen.account) a where n % 4 > 0`;
  cookie = await w.sessieVan(beheerder);
  if (skip !== false) return;
  x = await openExaminer(w.app.fetch, { as: eigenAdres });
  await w.post("/leerid-beheer/selectie", cookie, { vraag: "leerjaar=1", actie: "kies-alles" });
});
after(async () => {
  if (skip === false) await x.close();
  await w.close();
});

describe("the pages of LeerID-beheer in a browser", { skip }, () => {
  const paginas: Readonly<Record<string, string>> = {
    lijst: "/leerid-beheer",
    zoeken: "/leerid-beheer?zoek=zoe&leerjaar=1&sorteer=status",
    niemand: "/leerid-beheer?zoek=xyz",
    afdrukken: "/leerid-beheer/selectie?actie=afdrukken",
    leerling: "/leerid-beheer/leerlingen/",
  };
  for (const [naam, pad] of Object.entries(paginas)) {
    test(`R46 ${naam}: accessible in both themes, down to 320 pixels`, async () => {
      const adres = pad.endsWith("/leerlingen/") ? `${pad}${await w.accountVan("p2")}` : pad;
      assert.deepEqual(await x.examine(`leerid-beheer-${naam}`, adres, { cookie }), []);
    });
  }

  test("4-quality: a page of fifty pupils is at most 60 kB on the wire", async () => {
    const tekst = await (await w.get("/leerid-beheer?bladzijde=1", cookie)).text();
    assert.ok(tekst.length < 60_000, `${tekst.length} characters`);
  });
});
