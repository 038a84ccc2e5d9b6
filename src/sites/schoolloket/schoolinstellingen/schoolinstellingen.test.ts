import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { maakBeheerder, onthoudMedewerker } from "#modules/rechten";
import { opdrachtRegel, schoolRegel } from "#testing/discimus";
import { beheerder, directeur, schoolwereld, type Schoolwereld, type Staf } from "#testing/schoolloket";

let w: Schoolwereld;
before(async () => {
  w = await schoolwereld();
});
after(() => w.close());
beforeEach(async () => {
  w.clock.set("2026-11-24T08:30:00Z");
  await w.sql.begin(async (tx) => {
    await tx`set local role none`;
    await tx`delete from rechten.beheerder`;
    await tx`delete from rechten.toegangsvraag`;
    await tx`delete from rechten.medewerker`;
  });
});

const kim: Staf = { voId: "vo-kim", orgcodes: ["999001"] };
const lees = async (pad: string, cookie: string) => {
  const antwoord = await w.get(pad, cookie);
  return { status: antwoord.status, naar: antwoord.headers.get("location"), tekst: await antwoord.text() };
};
const stuur = async (pad: string, cookie: string, velden: Record<string, string> = {}) => {
  const antwoord = await w.post(pad, cookie, velden);
  return { status: antwoord.status, naar: antwoord.headers.get("location") };
};
const plat = (tekst: string): string =>
  tekst
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(" ,", ",");

/** The id of the request that waits in 999001. */
async function vraagVan(voId = "vo-kim"): Promise<string> {
  const [row] = await w.sql<
    { vraag: string }[]
  >`select vraag from rechten.toegangsvraag where vo_id = ${voId} and besluit is null`;
  return row?.vraag ?? "";
}
async function beheerderVan(voId: string, school = "999001"): Promise<string> {
  const wie = { voId, naam: "Baert", voornaam: "Wim" };
  await maakBeheerder(w.ctx, { instellingsnummer: school, wie, door: "vo-1" });
  const [row] = await w.sql<
    { beheerder: string }[]
  >`select beheerder from rechten.beheerder where vo_id = ${voId} and beeindigd_op is null`;
  return row?.beheerder ?? "";
}

describe("Schoolinstellingen", () => {
  test("R46 R59 R61: databeheerders with until when and by which kind of assignment", async () => {
    await w.lever(
      opdrachtRegel(
        "vast",
        {},
        { persoon: { vo_id: "vo-8", naam: "Van Damme", voornaam: "Els" }, vastbenoemd: true },
      ),
    );
    await w.laad();
    await w.lever(
      opdrachtRegel(
        "nieuw",
        {},
        { persoon: { vo_id: "vo-9", naam: "Nys", voornaam: "Eef" }, tot: "2027-06-30" },
      ),
    );
    const { status, tekst } = await lees("/schoolinstellingen", await w.sessieVan(directeur));
    assert.equal(status, 200);
    assert.match(tekst, /aria-current="page"[^>]*>\s*Schoolinstellingen/);
    assert.match(plat(tekst), /Els Van Damme directeur, vastbenoemd, tot en met 31 augustus 2031/);
    assert.match(
      plat(tekst),
      /Eef Nys directeur, tijdelijk, vanaf 30 november 2026 tot en met 30 juni 2027 Nog niet/,
    );
    assert.match(plat(tekst), /An Claes Jij directeur/);
  });

  test("R53: a beheerder reads everything, sees why he changes nothing, and cannot", async () => {
    const id = await beheerderVan("vo-7");
    await w.sql`insert into rechten.toegangsvraag (vraag, instellingsnummer, vo_id, naam, voornaam, gevraagd_op)
      values (${randomUUID()}, '999001', 'vo-kim', 'Janssens', 'Kim', now())`;
    const cookie = await w.sessieVan(beheerder);
    const { tekst } = await lees("/schoolinstellingen", cookie);
    const main = tekst.slice(tekst.indexOf("<main"));
    assert.doesNotMatch(main, /<form|href="\/schoolinstellingen\//);
    const dicht = main.match(/<button[^>]*>/g) ?? [];
    assert.equal(dicht.length, 3);
    for (const knop of dicht)
      assert.match(knop, /type="button"[^>]*aria-disabled="true"[^>]*aria-describedby="[^"]*waarom-niet/);
    assert.match(plat(main), /Alleen een databeheerder van de school \(een directeur\)/);
    assert.match(main, /class="why"/);
    for (const pad of [
      "/schoolinstellingen/beheerders",
      `/schoolinstellingen/beheerders/${id}`,
      `/schoolinstellingen/vragen/${await vraagVan()}`,
    ])
      assert.equal((await stuur(pad, cookie, { besluit: "toegekend" })).status, 403, pad);
    assert.match((await lees("/schoolinstellingen", cookie)).tekst, /Wim Baert/);
  });

  test("R4: who works in the school asks, the director grants, and the tab of the asker opens", async () => {
    const cookie = await w.sessieVan(kim);
    assert.equal((await lees("/", cookie)).naar, "/geen-recht");
    const uitleg = await lees("/geen-recht", cookie);
    assert.match(plat(uitleg.tekst), /De Regenboog 999001 je hebt hier nog geen toegang Vraag toegang/);
    assert.equal((await stuur("/toegang", cookie, { instellingsnummer: "999002" })).status, 404);
    assert.equal((await stuur("/toegang", cookie, { instellingsnummer: "999001" })).naar, "/geen-recht");
    assert.match(
      plat((await lees("/geen-recht", cookie)).tekst),
      /je vroeg toegang vandaag; de directeur besliste nog niet/,
    );
    assert.equal((await lees("/schoolinstellingen", cookie)).naar, "/geen-recht");

    const chef = await w.sessieVan(directeur);
    assert.match(plat((await lees("/schoolinstellingen", chef)).tekst), /Kim Janssens gevraagd vandaag/);
    const vraag = await vraagVan();
    const ja = await stuur(`/schoolinstellingen/vragen/${vraag}`, chef, { besluit: "toegekend" });
    assert.equal(ja.naar, "/schoolinstellingen?klaar=benoemd");
    assert.match(plat((await lees(ja.naar, chef)).tekst), /Deze persoon is nu LeerID-beheerder/);
    assert.equal((await lees("/", cookie)).naar, "/leerid-beheer");
    assert.equal(
      (await stuur(`/schoolinstellingen/vragen/${vraag}`, chef, { besluit: "geweigerd" })).naar,
      "/schoolinstellingen?klaar=al-beslist",
    );
    assert.equal((await lees("/", cookie)).naar, "/leerid-beheer");
  });

  test("a request that was refused is told, and may be made again", async () => {
    const cookie = await w.sessieVan(kim);
    await stuur("/toegang", cookie, { instellingsnummer: "999001" });
    const chef = await w.sessieVan(directeur);
    await stuur(`/schoolinstellingen/vragen/${await vraagVan()}`, chef, { besluit: "geweigerd" });
    assert.match(plat((await lees("/geen-recht", cookie)).tekst), /de directeur weigerde Vraag toegang/);
  });

  test("R5 R63: a director is no beheerder, makes himself one, and removes himself again", async () => {
    const chef = await w.sessieVan(directeur);
    assert.equal((await lees("/", chef)).naar, "/schoolinstellingen");
    assert.equal(
      (await stuur("/schoolinstellingen/beheerders", chef)).naar,
      "/schoolinstellingen?klaar=jezelf",
    );
    assert.equal((await lees("/", chef)).naar, "/leerid-beheer");
    const tekst = (await lees("/schoolinstellingen", chef)).tekst;
    assert.doesNotMatch(tekst, /Maak mezelf/);
    const pad = /href="(\/schoolinstellingen\/beheerders\/[^"]+)"/.exec(tekst)?.[1] ?? "";
    assert.match((await lees(pad, chef)).tekst, /Jezelf\s+verwijderen/);
    assert.equal((await stuur(pad, chef)).naar, "/schoolinstellingen?klaar=verwijderd");
    assert.equal((await lees("/", chef)).naar, "/schoolinstellingen");
  });

  test("D8: who has the role is shown with where it comes from, and cannot be removed here", async () => {
    const rol = { voId: "vo-rol", naam: "Aerts", voornaam: "Ina", orgcodes: [] };
    await onthoudMedewerker(w.ctx, { ...rol, rollen: ["LeerIDBeheerder:999001"] });
    const tekst = (await lees("/schoolinstellingen", await w.sessieVan(directeur))).tekst;
    assert.match(plat(tekst), /Ina Aerts door een rol, laatst aangemeld op 24 november 2026/);
    assert.doesNotMatch(tekst, /href="\/schoolinstellingen\/beheerders\//);
    assert.match(plat(tekst), /gebruikersbeheer van de Vlaamse overheid/);
  });

  test("ids of another school, of nobody, or no ids at all: not there, nothing happens", async () => {
    const chef = await w.sessieVan(directeur);
    const vreemd = await beheerderVan("vo-vreemd", "999002");
    for (const id of [vreemd, randomUUID(), "x", "null"]) {
      assert.equal((await lees(`/schoolinstellingen/beheerders/${id}`, chef)).status, 404, id);
      assert.equal((await stuur(`/schoolinstellingen/beheerders/${id}`, chef)).status, 404, id);
      assert.equal(
        (await stuur(`/schoolinstellingen/vragen/${id}`, chef, { besluit: "toegekend" })).status,
        404,
        id,
      );
    }
    const [row] = await w.sql`select beeindigd_op from rechten.beheerder where beheerder = ${vreemd}`;
    assert.equal(row?.["beeindigd_op"], null);
    assert.equal(
      (await stuur(`/schoolinstellingen/vragen/${randomUUID()}`, chef, { besluit: "x" })).status,
      400,
    );
  });
});

describe("D10: a right that ended while the tab was open", () => {
  test("R60: the page says until when the assignment ran, and shows nothing of the school", async () => {
    await w.lever(
      opdrachtRegel(
        "kort",
        {},
        { persoon: { vo_id: "vo-kort", naam: "Nys", voornaam: "Eef" }, tot: "2026-11-24" },
      ),
    );
    await w.laad();
    w.clock.set("2026-11-24T22:30:00Z");
    const cookie = await w.sessieVan({ voId: "vo-kort", instellingsnummer: "999001" });
    assert.equal((await lees("/schoolinstellingen", cookie)).status, 200);
    w.clock.set("2026-11-24T23:00:00Z"); // midnight in Brussels
    for (const pad of ["/", "/schoolinstellingen"]) {
      const { status, tekst } = await lees(pad, cookie);
      assert.equal(status, 403);
      assert.match(
        plat(tekst),
        /directeursopdracht in De Regenboog \(999001\) liep tot en met 24 november 2026 \./,
      );
      assert.match(tekst, /href="\/geen-recht"/);
      assert.doesNotMatch(tekst, /class="wrap tabs"/);
    }
    assert.equal((await stuur("/schoolinstellingen/beheerders", cookie)).status, 403);
    assert.equal((await lees("/geen-recht", cookie)).status, 200);
  });

  test("R4: removed by the director: at once, with the day, and the way to another school", async () => {
    const id = await beheerderVan("vo-wim");
    const cookie = await w.sessieVan({
      voId: "vo-wim",
      rollen: ["LeerIDBeheerder:999002"],
      instellingsnummer: "999001",
    });
    assert.equal((await lees("/", cookie)).status, 303);
    await stuur(`/schoolinstellingen/beheerders/${id}`, await w.sessieVan(directeur));
    const { status, tekst } = await lees("/", cookie);
    assert.equal(status, 403);
    assert.match(plat(tekst), /De directeur van De Regenboog \(999001\) beëindigde .* op 24 november 2026/);
    assert.match(tekst, /Verder in Sint-Jozef/);
    assert.equal((await stuur("/school", cookie, { instellingsnummer: "999002" })).naar, "/");
    assert.equal((await lees("/", cookie)).naar, "/leerid-beheer");
  });

  test("D3: a school that got a new number this night stays the chosen one", async () => {
    await w.lever(
      schoolRegel({ school: "999003" }, { naam: "Oude Naam", tot: "2026-11-24", opvolger: "999002" }),
    );
    w.clock.set("2026-11-24T22:30:00Z");
    const cookie = await w.sessieVan({
      voId: "vo-x",
      rollen: ["LeerIDBeheerder:999003", "LeerIDBeheerder:999001"],
      instellingsnummer: "999003",
    });
    assert.match((await lees("/schoolinstellingen", cookie)).tekst, /Oude Naam/);
    w.clock.set("2026-11-24T23:00:00Z");
    const { status, tekst } = await lees("/schoolinstellingen", cookie);
    assert.equal(status, 200);
    assert.match(tekst, /<summary>[^]*Sint-Jozef/);
  });
});
