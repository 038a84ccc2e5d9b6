import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listRegelsOf } from "#modules/privacylog";
import { rememberMedewerker } from "#modules/rechten";
import { processBatch } from "#modules/uitreiking";
import { openDatabase } from "#platform/database";
import { onOtherDay } from "#testing/days";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { beheerder, directeur, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  await w.deliver(
    ...Array.from({ length: 120 }, (_, i) => [
      leerlingRegel(`p${i}`, { id: `lp${i}` }, { naam: `Zaman`, voornaam: `Kind${"abcdefghij"[i % 10]}` }),
      inschrijvingRegel(
        `p${i}`,
        { id: `ip${i}` },
        { leerjaar: 5, administratieve_groep: i < 60 ? "5A" : "5B" },
      ),
    ]).flat(),
  );
  cookie = await w.sessieOf(beheerder);
});
after(() => w.close());

const textOf = async (path: string, wie = cookie) => {
  const answer = await w.get(path, wie);
  return { status: answer.status, tekst: await answer.text() };
};
const shown = (text: string) =>
  [...text.matchAll(/name="leerling"\s+value="([0-9a-f-]{36})"/g)].map(([, uuid]) => uuid ?? "");

describe("the list", () => {
  test("R4, R55: banner, counts, filters and their chips; a search has no banner", async () => {
    const { tekst } = await textOf("/leerid-beheer");
    assert.match(tekst, /122 leerlingen\s+zijn vandaag ingeschreven in De Regenboog/);
    assert.match(tekst, /122 nieuwe accounts, nog niet uitgereikt/);
    assert.match(tekst, /5A \(60\)/);
    assert.equal(shown(tekst).length, 50);
    const query = await textOf("/leerid-beheer?zoek=peeters&status=nieuw");
    assert.match(query.tekst, /<b>1 leerling<\/b> gevonden/);
    assert.match(query.tekst, /Filter weghalen: &quot;peeters&quot;/);
    assert.doesNotMatch(query.tekst, /nieuwe accounts/);
  });

  test("R4: another order is asked by the form, so that ticks travel along; the same button turns it round", async () => {
    const wie = await w.sessieOf(beheerder);
    const [one = ""] = shown((await textOf("/leerid-beheer?leerjaar=5", wie)).tekst);
    const sort = async (value: string) => {
      const velden = { vraag: "leerjaar=5&bladzijde=2", was: "", leerling: one, sorteer: value };
      return (await w.post("/leerid-beheer/selectie", wie, velden)).headers.get("location") ?? "";
    };
    assert.equal(await sort("voornaam"), "/leerid-beheer?leerjaar=5&sorteer=voornaam");
    const oplopend = await textOf(await sort("voornaam"), wie);
    assert.match(oplopend.tekst, /1 leerling gekozen/);
    assert.match(oplopend.tekst, /aria-sort="ascending"[^]*value="-voornaam"/);
    assert.equal(await sort("-voornaam"), "/leerid-beheer?leerjaar=5&sorteer=-voornaam");
    const aflopend = await textOf(await sort("-voornaam"), wie);
    assert.match(aflopend.tekst, /aria-sort="descending"[^]*value="voornaam"/);
    assert.match(aflopend.tekst, /Zaman, Kindj[^]*Zaman, Kindi/);
    assert.equal(await sort("'; drop"), "", "refused: it is no order");
  });

  test("what is typed is text, never HTML or SQL", async () => {
    const { status, tekst } = await textOf(
      `/leerid-beheer?zoek=${encodeURIComponent(`"><b>%_'; --`)}&leerjaar=x&status=y&groep=${encodeURIComponent("'")}&bladzijde=-1`,
    );
    assert.equal(status, 200);
    assert.doesNotMatch(tekst, /"><b>%/);
    assert.match(tekst, /Geen leerling gevonden/);
  });

  test("R5: a databeheerder who is no beheerder sees no pupil", async () => {
    const { status, tekst } = await textOf("/leerid-beheer", await w.sessieOf(directeur));
    assert.equal(status, 403);
    assert.doesNotMatch(tekst, /Peeters|Zaman/);
  });
});

describe("the selection", () => {
  test("R4: survives paging without JavaScript, can be everyone who matches, and can be cleared", async () => {
    const eigen = await w.sessieOf(beheerder);
    const one = shown((await textOf("/leerid-beheer?groep=5A", eigen)).tekst);
    const velden = new URLSearchParams({ vraag: "groep=5A", was: "", naar: "2" });
    for (const uuid of one.slice(0, 3)) velden.append("leerling", uuid);
    const answer = await w.post("/leerid-beheer/selectie", eigen, velden);
    assert.deepEqual(
      [answer.status, answer.headers.get("location")],
      [303, "/leerid-beheer?groep=5A&bladzijde=2"],
    );
    assert.match(
      (await textOf("/leerid-beheer?groep=5A&bladzijde=2", eigen)).tekst,
      /3 leerlingen gekozen[^]*0 op deze bladzijde, 3 op andere/,
    );
    // Unticking one on the first page.
    const minder = new URLSearchParams({ vraag: "groep=5A", was: one.slice(0, 3).join(",") });
    for (const uuid of one.slice(0, 2)) minder.append("leerling", uuid);
    await w.post("/leerid-beheer/selectie", eigen, minder);
    assert.match((await textOf("/leerid-beheer?groep=5A", eigen)).tekst, /2 op deze bladzijde, 0 op andere/);
    await w.post("/leerid-beheer/selectie", eigen, { vraag: "groep=5A", actie: "kies-alles" });
    assert.match((await textOf("/leerid-beheer", eigen)).tekst, /60 leerlingen gekozen/);
    assert.match((await textOf("/leerid-beheer", await w.sessieOf(beheerder))).tekst, /Kies leerlingen/);
    await w.post("/leerid-beheer/selectie", eigen, { vraag: "", actie: "wis" });
    assert.match((await textOf("/leerid-beheer", eigen)).tekst, /<b>Kies leerlingen<\/b>/);
  });

  test("isolation: a pupil of another school cannot be picked", async () => {
    const eigen = await w.sessieOf(beheerder);
    const vreemd = await w.accountOf("b1", "999002");
    const answer = await w.post("/leerid-beheer/selectie", eigen, {
      vraag: "",
      leerling: vreemd,
      actie: "exporteren",
    });
    assert.equal(answer.status, 422);
    const [row] = await w.sql<{ n: number }[]>`
      select count(*) as n from leerlingbeheer.selectie where account_uuid = ${vreemd}`;
    assert.equal(row?.n, 0);
  });

  test("exports open in a spreadsheet without formulas, hold no ids, and are looks (D11)", async () => {
    await w.deliver(
      leerlingRegel("f1", {}, { naam: '=HYPERLINK("x")', voornaam: "-Jan; Piet" }),
      inschrijvingRegel("f1", {}, { administratieve_groep: "+1" }),
    );
    const eigen = await w.sessieOf(beheerder);
    const leerling = await w.accountOf("f1");
    const answer = await w.post("/leerid-beheer/selectie", eigen, { leerling, actie: "exporteren" });
    assert.match(answer.headers.get("content-type") ?? "", /^text\/csv/);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    assert.equal(
      new TextDecoder().decode(bytes),
      `naam;voornaam;gebruikersnaam;niveau;leerjaar;groep;status\r\n"'=HYPERLINK(""x"")";"'-Jan; Piet";janpiet.hyperlinkx;lager;3;'+1;nieuw\r\n`,
    );
    const [regel] = await listRegelsOf(w.ctx, [leerling], 5);
    assert.deepEqual(
      [regel?.soort, regel?.ontvanger, regel?.aanleiding],
      ["inzage", "vo-beheerder", "lijst-meegenomen"],
    );
  });
});

describe("handing out from the list", () => {
  test("R55: the new accounts of a group are printed with one click", async () => {
    const answer = await w.post("/leerid-beheer/afdrukken", cookie, {
      nieuw: "1",
      niveau: "lager",
      leerjaar: "5",
      groep: "5B",
    });
    assert.equal(answer.status, 303);
    const [batch] = await w.sql<{ aantal: number; soort: string }[]>`
      select aantal, soort from uitreiking.batch where batch = ${answer.headers.get("location")?.slice(-36) ?? ""}`;
    assert.deepEqual(batch, { aantal: 60, soort: "strookjes" });
  });

  test("D11: the print of a selection is a look at each pupil in it", async () => {
    const eigen = await w.sessieOf(beheerder);
    const leerling = await w.accountOf("p1");
    const keuze = await w.post("/leerid-beheer/selectie", eigen, { leerling, actie: "afdrukken" });
    const { tekst } = await textOf(keuze.headers.get("location") ?? "", eigen);
    assert.match(tekst, /Voor\s+1 leerling:\s+5A \(1\)/);
    const gemaakt = await w.post("/leerid-beheer/afdrukken", eigen, { selectie: "1", soort: "brieven" });
    const adres = gemaakt.headers.get("location") ?? "";
    await processBatch(w.ctx, adres.slice(-36), async () => {});
    assert.equal((await w.get(`${adres}/pdf`, eigen)).status, 200);
    const [regel] = await listRegelsOf(w.ctx, [leerling], 5, ["inzage"]);
    assert.equal(regel?.aanleiding, "account-afgedrukt");
    const { tekst: list } = await textOf("/leerid-beheer?status=nooit-aangemeld&groep=5A", eigen);
    assert.match(list, /Nooit aangemeld<\/span>/, "handed out, not new any more");
  });

  test("nobody picked: said so, nothing made", async () => {
    const eigen = await w.sessieOf(beheerder);
    assert.equal((await textOf("/leerid-beheer/selectie?actie=badge", eigen)).status, 422);
    assert.equal((await w.post("/leerid-beheer/afdrukken", eigen, { selectie: "1" })).status, 422);
  });
});

describe("the page of a pupil", () => {
  test("D11: opening it is a look: one record in the same commit, shown on the page; a list is none (ADR 0014)", async () => {
    const leerling = await w.accountOf("a1");
    await textOf("/leerid-beheer?zoek=peeters");
    assert.deepEqual(await listRegelsOf(w.ctx, [leerling], 5), []);
    const { status, tekst } = await textOf(`/leerid-beheer/leerlingen/${leerling}`);
    assert.equal(status, 200);
    assert.match(tekst, /Noor Peeters/);
    assert.match(tekst, /nog niet bekend/, "R37");
    assert.equal((await listRegelsOf(w.ctx, [leerling], 5)).length, 1);
    assert.match(
      (await textOf(`/leerid-beheer/leerlingen/${leerling}`)).tekst,
      /Jij\s+bekeek deze bladzijde/,
    );
  });

  test("D11: who looked has a name for the school, which the log itself does not hold", async () => {
    const leerling = await w.accountOf("p3");
    const ina = { voId: "vo-ina", rollen: ["LeerIDBeheerder:999001"] };
    await rememberMedewerker(w.ctx, { ...ina, naam: "Maes", voornaam: "Ina", orgcodes: [] });
    await textOf(`/leerid-beheer/leerlingen/${leerling}`, await w.sessieOf(ina));
    assert.match(
      (await textOf(`/leerid-beheer/leerlingen/${leerling}`)).tekst,
      /Ina Maes\s+bekeek deze bladzijde/,
    );
    assert.equal((await listRegelsOf(w.ctx, [leerling], 5)).at(-1)?.ontvanger, "vo-ina");
  });

  test("isolation: a foreign pupil, nobody and no id at all are the same 404, without a record", async () => {
    const vreemd = await w.accountOf("b1", "999002");
    for (const id of [vreemd, "00000000-0000-4000-8000-000000000000", "x"]) {
      const { status, tekst } = await textOf(`/leerid-beheer/leerlingen/${id}`);
      assert.equal(status, 404);
      assert.doesNotMatch(tekst, /Vreemdeling|Łucja/);
    }
    assert.deepEqual(await listRegelsOf(w.ctx, [vreemd], 5), []);
  });

  test("D11: when the record cannot be written, the page fails and shows nothing", async () => {
    const leerling = await w.accountOf("a2");
    const eigenaar = openDatabase({ url: w.url, max: 1, role: "eigenaar" });
    try {
      await eigenaar.unsafe("revoke insert on privacylog.regel from leerid_school");
      const { status, tekst } = await textOf(`/leerid-beheer/leerlingen/${leerling}`);
      assert.equal(status, 500);
      assert.doesNotMatch(tekst, /De Smet|Amir/);
      assert.deepEqual(await listRegelsOf(w.ctx, [leerling], 5), []);
    } finally {
      await eigenaar.unsafe("grant insert on privacylog.regel to leerid_school");
      await eigenaar.end();
    }
  });

  test("D11, isolation: behind the wall a school adds looks at its own pupils only, and reads only those", async () => {
    const eigen = await w.accountOf("a1");
    const vreemd = await w.accountOf("b1", "999002");
    const look = (school: string, account: string) =>
      w.inSchool(
        school,
        (ctx) => ctx.sql`
          insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, aanleiding)
          values (${new Date(w.clock.now())}, 'inzage', ${account}, '{}', 'vo-x', 'leerling-bekeken')`,
      );
    await look("999001", eigen);
    await assert.rejects(look("999001", vreemd), { code: "42501" });
    assert.ok((await w.inSchool("999001", (ctx) => listRegelsOf(ctx, [eigen], 50))).length > 0);
    assert.deepEqual(await w.inSchool("999002", (ctx) => listRegelsOf(ctx, [eigen], 50)), []);
  });

  test(
    "D3: who is still to come is enrolled from a day on, not since it",
    { skip: onOtherDay() },
    async () => {
      await w.deliver(leerlingRegel("straks"), inschrijvingRegel("straks", {}, { van: "2027-01-04" }));
      const { tekst } = await textOf(`/leerid-beheer/leerlingen/${await w.accountOf("straks")}`);
      assert.match(tekst, /vanaf 4 januari 2027/);
      assert.doesNotMatch(tekst, /sinds 4 januari 2027/);
    },
  );

  test("R4, D3: who left is shown read-only for a year, then no more", { skip: onOtherDay() }, async () => {
    await w.deliver(
      leerlingRegel("weg", {}, { naam: "Verhuisd" }),
      inschrijvingRegel("weg", {}, { van: "2025-09-01", tot: "2025-11-24" }),
    );
    const adres = `/leerid-beheer/leerlingen/${await w.accountOf("weg")}`;
    const { tekst } = await textOf(adres);
    assert.match(tekst, /Uitgeschreven/);
    assert.doesNotMatch(tekst, /action="\/leerid-beheer\/afdrukken"/);
    w.clock.set("2026-11-25T08:30:00Z");
    try {
      assert.equal((await textOf(adres, await w.sessieOf(beheerder))).status, 404);
    } finally {
      w.clock.set("2026-11-24T08:30:00Z");
    }
  });
});
