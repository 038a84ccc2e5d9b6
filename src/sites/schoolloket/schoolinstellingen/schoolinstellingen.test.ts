import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { makeBeheerder, rememberMedewerker } from "#modules/rechten";
import { opdrachtRegel, schoolRegel } from "#testing/discimus";
import { beheerder, directeur, schoolwereld, type SchoolWorld, type Staff } from "#testing/schoolloket";

let w: SchoolWorld;
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

const kim: Staff = { voId: "vo-kim", orgcodes: ["999001"] };
const read = async (path: string, cookie: string) => {
  const answer = await w.get(path, cookie);
  return { status: answer.status, naar: answer.headers.get("location"), tekst: await answer.text() };
};
const send = async (path: string, cookie: string, velden: Record<string, string> = {}) => {
  const answer = await w.post(path, cookie, velden);
  return { status: answer.status, naar: answer.headers.get("location") };
};
const flat = (text: string): string =>
  text
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(" ,", ",");

/** The id of the request that waits in 999001. */
async function vraagOf(voId = "vo-kim"): Promise<string> {
  const [row] = await w.sql<
    { vraag: string }[]
  >`select vraag from rechten.toegangsvraag where vo_id = ${voId} and besluit is null`;
  return row?.vraag ?? "";
}
async function beheerderOf(voId: string, school = "999001"): Promise<string> {
  const wie = { voId, naam: "Baert", voornaam: "Wim" };
  await makeBeheerder(w.ctx, { instellingsnummer: school, wie, door: "vo-1" });
  const [row] = await w.sql<
    { beheerder: string }[]
  >`select beheerder from rechten.beheerder where vo_id = ${voId} and beeindigd_op is null`;
  return row?.beheerder ?? "";
}

describe("Schoolinstellingen", () => {
  test("R46 R59 R61: databeheerders with until when and by which kind of assignment", async () => {
    await w.deliver(
      opdrachtRegel(
        "vast",
        {},
        { persoon: { vo_id: "vo-8", naam: "Van Damme", voornaam: "Els" }, vastbenoemd: true },
      ),
    );
    await w.load();
    await w.deliver(
      opdrachtRegel(
        "nieuw",
        {},
        { persoon: { vo_id: "vo-9", naam: "Nys", voornaam: "Eef" }, tot: "2027-06-30" },
      ),
    );
    const { status, tekst } = await read("/schoolinstellingen", await w.sessieOf(directeur));
    assert.equal(status, 200);
    assert.match(tekst, /aria-current="page"[^>]*>\s*Schoolinstellingen/);
    assert.match(flat(tekst), /Els Van Damme directeur, vastbenoemd, tot en met 31 augustus 2031/);
    assert.match(
      flat(tekst),
      /Eef Nys directeur, tijdelijk, vanaf 30 november 2026 tot en met 30 juni 2027 Nog niet/,
    );
    assert.match(flat(tekst), /An Claes Jij directeur/);
  });

  test("R53: a beheerder reads everything, sees why he changes nothing, and cannot", async () => {
    const id = await beheerderOf("vo-7");
    await w.sql`insert into rechten.toegangsvraag (vraag, instellingsnummer, vo_id, naam, voornaam, gevraagd_op)
      values (${randomUUID()}, '999001', 'vo-kim', 'Janssens', 'Kim', now())`;
    const cookie = await w.sessieOf(beheerder);
    const { tekst } = await read("/schoolinstellingen", cookie);
    const main = tekst.slice(tekst.indexOf("<main"));
    assert.doesNotMatch(main, /<form|href="\/schoolinstellingen\//);
    const dicht = main.match(/<button[^>]*>/g) ?? [];
    assert.equal(dicht.length, 3);
    for (const button of dicht)
      assert.match(button, /type="button"[^>]*aria-disabled="true"[^>]*aria-describedby="[^"]*waarom-niet/);
    assert.match(flat(main), /Alleen een databeheerder van de school \(een directeur\)/);
    assert.match(main, /class="why"/);
    for (const path of [
      "/schoolinstellingen/beheerders",
      `/schoolinstellingen/beheerders/${id}`,
      `/schoolinstellingen/vragen/${await vraagOf()}`,
    ])
      assert.equal((await send(path, cookie, { besluit: "toegekend" })).status, 403, path);
    assert.match((await read("/schoolinstellingen", cookie)).tekst, /Wim Baert/);
  });

  test("R4: who works in the school asks, the director grants, and the tab of the asker opens", async () => {
    const cookie = await w.sessieOf(kim);
    assert.equal((await read("/", cookie)).naar, "/geen-recht");
    const uitleg = await read("/geen-recht", cookie);
    assert.match(flat(uitleg.tekst), /De Regenboog 999001 je hebt hier nog geen toegang Vraag toegang/);
    assert.equal((await send("/toegang", cookie, { instellingsnummer: "999002" })).status, 404);
    assert.equal((await send("/toegang", cookie, { instellingsnummer: "999001" })).naar, "/geen-recht");
    assert.match(
      flat((await read("/geen-recht", cookie)).tekst),
      /je vroeg toegang vandaag; de directeur besliste nog niet/,
    );
    assert.equal((await read("/schoolinstellingen", cookie)).naar, "/geen-recht");

    const chef = await w.sessieOf(directeur);
    assert.match(flat((await read("/schoolinstellingen", chef)).tekst), /Kim Janssens gevraagd vandaag/);
    const vraag = await vraagOf();
    const ja = await send(`/schoolinstellingen/vragen/${vraag}`, chef, { besluit: "toegekend" });
    assert.equal(ja.naar, "/schoolinstellingen?klaar=benoemd");
    assert.match(flat((await read(ja.naar, chef)).tekst), /Deze persoon is nu LeerID-beheerder/);
    assert.equal((await read("/", cookie)).naar, "/leerid-beheer");
    assert.equal(
      (await send(`/schoolinstellingen/vragen/${vraag}`, chef, { besluit: "geweigerd" })).naar,
      "/schoolinstellingen?klaar=al-beslist",
    );
    assert.equal((await read("/", cookie)).naar, "/leerid-beheer");
  });

  test("a request that was refused is told, and may be made again", async () => {
    const cookie = await w.sessieOf(kim);
    await send("/toegang", cookie, { instellingsnummer: "999001" });
    const chef = await w.sessieOf(directeur);
    await send(`/schoolinstellingen/vragen/${await vraagOf()}`, chef, { besluit: "geweigerd" });
    assert.match(flat((await read("/geen-recht", cookie)).tekst), /de directeur weigerde Vraag toegang/);
  });

  test("R5 R63: a director is no beheerder, makes himself one, and removes himself again", async () => {
    const chef = await w.sessieOf(directeur);
    assert.equal((await read("/", chef)).naar, "/schoolinstellingen");
    assert.equal(
      (await send("/schoolinstellingen/beheerders", chef)).naar,
      "/schoolinstellingen?klaar=jezelf",
    );
    assert.equal((await read("/", chef)).naar, "/leerid-beheer");
    const text = (await read("/schoolinstellingen", chef)).tekst;
    assert.doesNotMatch(text, /Maak mezelf/);
    const path = /href="(\/schoolinstellingen\/beheerders\/[^"]+)"/.exec(text)?.[1] ?? "";
    assert.match((await read(path, chef)).tekst, /Jezelf\s+verwijderen/);
    assert.equal((await send(path, chef)).naar, "/schoolinstellingen?klaar=verwijderd");
    assert.equal((await read("/", chef)).naar, "/schoolinstellingen");
  });

  test("D8: who has the role is shown with where it comes from, and cannot be removed here", async () => {
    const rol = { voId: "vo-rol", naam: "Aerts", voornaam: "Ina", orgcodes: [] };
    await rememberMedewerker(w.ctx, { ...rol, rollen: ["LeerIDBeheerder:999001"] });
    const text = (await read("/schoolinstellingen", await w.sessieOf(directeur))).tekst;
    assert.match(flat(text), /Ina Aerts door een rol, laatst aangemeld op 24 november 2026/);
    assert.doesNotMatch(text, /href="\/schoolinstellingen\/beheerders\//);
    assert.match(flat(text), /gebruikersbeheer van de Vlaamse overheid/);
  });

  test("ids of another school, of nobody, or no ids at all: not there, nothing happens", async () => {
    const chef = await w.sessieOf(directeur);
    const vreemd = await beheerderOf("vo-vreemd", "999002");
    for (const id of [vreemd, randomUUID(), "x", "null"]) {
      assert.equal((await read(`/schoolinstellingen/beheerders/${id}`, chef)).status, 404, id);
      assert.equal((await send(`/schoolinstellingen/beheerders/${id}`, chef)).status, 404, id);
      assert.equal(
        (await send(`/schoolinstellingen/vragen/${id}`, chef, { besluit: "toegekend" })).status,
        404,
        id,
      );
    }
    const [row] = await w.sql`select beeindigd_op from rechten.beheerder where beheerder = ${vreemd}`;
    assert.equal(row?.["beeindigd_op"], null);
    assert.equal(
      (await send(`/schoolinstellingen/vragen/${randomUUID()}`, chef, { besluit: "x" })).status,
      400,
    );
  });
});

describe("D10: a right that ended while the tab was open", () => {
  test("R60: the page says until when the assignment ran, and shows nothing of the school", async () => {
    await w.deliver(
      opdrachtRegel(
        "kort",
        {},
        { persoon: { vo_id: "vo-kort", naam: "Nys", voornaam: "Eef" }, tot: "2026-11-24" },
      ),
    );
    await w.load();
    w.clock.set("2026-11-24T22:30:00Z");
    const cookie = await w.sessieOf({ voId: "vo-kort", instellingsnummer: "999001" });
    assert.equal((await read("/schoolinstellingen", cookie)).status, 200);
    w.clock.set("2026-11-24T23:00:00Z"); // midnight in Brussels
    for (const path of ["/", "/schoolinstellingen"]) {
      const { status, tekst } = await read(path, cookie);
      assert.equal(status, 403);
      assert.match(
        flat(tekst),
        /directeursopdracht in De Regenboog \(999001\) liep tot en met 24 november 2026 \./,
      );
      assert.match(tekst, /href="\/geen-recht"/);
      assert.doesNotMatch(tekst, /class="wrap tabs"/);
    }
    assert.equal((await send("/schoolinstellingen/beheerders", cookie)).status, 403);
    assert.equal((await read("/geen-recht", cookie)).status, 200);
  });

  test("R4: removed by the director: at once, with the day, and the way to another school", async () => {
    const id = await beheerderOf("vo-wim");
    const cookie = await w.sessieOf({
      voId: "vo-wim",
      rollen: ["LeerIDBeheerder:999002"],
      instellingsnummer: "999001",
    });
    assert.equal((await read("/", cookie)).status, 303);
    await send(`/schoolinstellingen/beheerders/${id}`, await w.sessieOf(directeur));
    const { status, tekst } = await read("/", cookie);
    assert.equal(status, 403);
    assert.match(flat(tekst), /De directeur van De Regenboog \(999001\) beëindigde .* op 24 november 2026/);
    assert.match(tekst, /Verder in Sint-Jozef/);
    assert.equal((await send("/school", cookie, { instellingsnummer: "999002" })).naar, "/");
    assert.equal((await read("/", cookie)).naar, "/leerid-beheer");
  });

  test("D3: a school that got a new number this night stays the chosen one", async () => {
    await w.deliver(
      schoolRegel({ school: "999003" }, { naam: "Oude Naam", tot: "2026-11-24", opvolger: "999002" }),
    );
    w.clock.set("2026-11-24T22:30:00Z");
    const cookie = await w.sessieOf({
      voId: "vo-x",
      rollen: ["LeerIDBeheerder:999003", "LeerIDBeheerder:999001"],
      instellingsnummer: "999003",
    });
    assert.match((await read("/schoolinstellingen", cookie)).tekst, /Oude Naam/);
    w.clock.set("2026-11-24T23:00:00Z");
    const { status, tekst } = await read("/schoolinstellingen", cookie);
    assert.equal(status, 200);
    assert.match(tekst, /<summary>[^]*Sint-Jozef/);
  });
});
