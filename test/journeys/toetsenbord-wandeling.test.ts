import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { importeerProtocol } from "#modules/protocollen";
import { maakBeheerder, vraagToegang } from "#modules/rechten";
import { importeerToepassing, kies, maakZichtbaar } from "#modules/toepassingen";
import { verwerkBatch } from "#modules/uitreiking";
import { routes } from "#sites/schoolloket";
import { withoutBrowser, type Page } from "#testing/browser";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { openExaminer, type Examiner } from "#testing/examine";
import { eerdereLevering, metAkkoord, metPakket } from "#testing/klasinformatie";
import { tabTo, walk } from "#testing/keyboard";
import { lever, naamVan } from "#testing/levering";
import { directeur, eigenAdres, schoolwereld, type Schoolwereld, type Staf } from "#testing/schoolloket";
import { toepassingTekst } from "#testing/toepassing";

const skip = withoutBrowser();
let w: Schoolwereld;
let x: Examiner;

/** Two schools, so that every page has the menu to switch. */
const beheerder: Staf = {
  voId: "vo-beheerder",
  rollen: ["LeerIDBeheerder:999001", "LeerIDBeheerder:999002"],
  instellingsnummer: "999001",
};

/** Of a school that shares no class information yet. */
const anderDirecteur: Staf = { voId: "vo-2" };

/** A state of a page that is walked through. */
type Stop = {
  /** With what comes after the path of the route: a query. */
  readonly query?: string;
  /** What stands in the place of the parameter of the path. */
  readonly id?: string;
  readonly wie?: Staf;
  /** From there to the page that is meant, by keyboard too. */
  readonly verder?: (page: Page) => Promise<void>;
};

/** Routes that answer with no page, and with what instead. */
const geenPagina: Readonly<Record<string, string>> = {
  "/": "elsewhere",
  "/leerid-beheer/afdrukken/:batch/pdf": "application/pdf",
};

const ids: Record<string, string> = {};
const druk = async (page: Page, naam: string | RegExp) => {
  await tabTo(page, naam);
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
};

const openDialoog = (naam: string) => async (page: Page) => {
  await tabTo(page, naam);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
};

/** Routes with a parameter, and those with more states than the one behind the bare address. */
const stops: Readonly<Record<string, () => readonly Stop[]>> = {
  "/leerid-beheer": () => [{}, { query: "?bladzijde=2" }, { query: "?zoek=xyz" }],
  "/leerid-beheer/selectie": () => [{ query: "?actie=afdrukken" }],
  "/leerid-beheer/leerlingen/:account": () => [
    { id: ids["a1"] ?? "" },
    { id: ids["k1"] ?? "" },
    {
      id: ids["a1"] ?? "",
      async verder(page) {
        await druk(page, "Laat zelf een wachtwoord kiezen");
        await page.getByRole("heading", { name: "Nieuw wachtwoord voor" }).waitFor();
      },
    },
  ],
  "/leerid-beheer/afdrukken/:batch": () => [
    { id: ids["voorbij"] ?? "" },
    { id: ids["klaar"] ?? "" },
    { id: ids["bezig"] ?? "" },
  ],
  "/applicatiebeheer/matrix": () => [
    {},
    {
      async verder(page) {
        await tabTo(page, /^Bingel voor 4e leerjaar/);
        await page.keyboard.press("Space");
        await druk(page, "Bekijk de wijzigingen");
        await page.getByRole("button", { name: "Bewaar de wijzigingen" }).waitFor();
      },
    },
  ],
  "/applicatiebeheer/:toepassing": () => [
    { id: "letterlab" },
    { id: "bingel", query: "?doel=leerjaar%3Alager%3A4&van=2027-01-04&tot=&bekijk=nieuw" },
    { id: "bingel", query: "?zoek=noor" },
    { id: "bingel", query: `?wijzig=${ids["regel"]}` },
  ],
  "/applicatiebeheer/:toepassing/uit": () => [{ id: "bingel" }],
  "/waarom": () => [{}, { query: "?zoek=noor" }, { query: `?leerling=${ids["a2"]}&toepassing=bingel` }],
  "/schoolinstellingen": () => [
    { wie: directeur },
    { wie: beheerder },
    { wie: directeur, verder: openDialoog("Stop het delen van klasinformatie met LeerID") },
    { wie: anderDirecteur, verder: openDialoog("Deel klasinformatie met LeerID") },
  ],
  "/schoolinstellingen/delen": () => [{ wie: anderDirecteur }],
  "/schoolinstellingen/protocol/:akkoord": () => [{ id: ids["akkoord"] ?? "" }],
  "/schoolinstellingen/leveringen/:levering": () => [
    { id: ids["levering"] ?? "" },
    { id: ids["aangehouden"] ?? "" },
  ],
  "/schoolinstellingen/leveringen/:levering/verschil": () => [{ id: ids["aangehouden"] ?? "" }],
  "/schoolinstellingen/beheerders/:beheerder": () => [{ id: ids["beheerder"] ?? "", wie: directeur }],
  "/geen-recht": () => [{ wie: { voId: "vo-5", orgcodes: ["999001", "999002"] } }],
};

const paginas = routes.filter(({ method, path }) => method === "get" && !(path in geenPagina));

async function maakWereld(): Promise<void> {
  await w.lever(
    leerlingRegel("k1", {}, { voornaam: "Lou", naam: "Klein" }),
    inschrijvingRegel("k1", {}, { niveau: "kleuter", leerjaar: 3, administratieve_groep: "K3" }),
    ...Array.from({ length: 52 }, (_, i) => [
      leerlingRegel(`p${i}`, { id: `lp${i}` }, { naam: `Peeters-${i}`, voornaam: "Zoë" }),
      inschrijvingRegel(`p${i}`, { id: `ip${i}` }, { leerjaar: 5, administratieve_groep: "5A" }),
    ]).flat(),
  );
  for (const soort of ["toepassing", "protocol"] as const) {
    const bestand = (await readFile(`demo/bestanden/${soort}-bingel.json`, "utf8"))
      .replaceAll("{{url}}", "http://localhost:9")
      .replaceAll("{{geheim}}", "x".repeat(40));
    await (soort === "toepassing" ? importeerToepassing : importeerProtocol)(w.ctx, bestand);
  }
  await importeerToepassing(w.ctx, toepassingTekst("letterlab", { naam: "Letterlab" }));
  const bingel = { instellingsnummer: "999001", toepassing: "bingel" };
  await kies(w.ctx, { ...bingel, van: "2026-09-01" as never });
  await maakZichtbaar(w.ctx, { ...bingel, soort: "leerjaar", niveau: "lager", leerjaar: 3 });
  const voor = { ...bingel, soort: "leerling" as const, uitgesloten: true };
  await maakZichtbaar(w.ctx, { ...voor, accountUuid: (await w.accountVan("a2")) as AccountUuid });
  const [regel] = await w.sql<{ id: string }[]>`
    select regel_id as id from toepassingen.zichtbaarheid where soort = 'leerjaar'`;
  ids["regel"] = regel?.id ?? "";
  for (const nummer of ["a1", "a2", "k1"]) ids[nummer] = await w.accountVan(nummer);

  const wie = (voId: string, voornaam: string, naam: string) => ({ voId, voornaam, naam });
  await maakBeheerder(w.ctx, {
    instellingsnummer: "999001",
    wie: wie("vo-3", "Karim", "El Amrani"),
    door: "vo-1",
  });
  await vraagToegang(w.ctx, { ...wie("vo-5", "Sofie", "Wouters"), orgcodes: ["999001"] }, "999001");
  const [beheer] = await w.sql<{ beheerder: string }[]>`select beheerder from rechten.beheerder limit 1`;
  ids["beheerder"] = beheer?.beheerder ?? "";

  await metPakket(w);
  await w.sql`
    insert into schoolsoftware.gebruik (instellingsnummer, van, pakket, gewijzigd_op) values ('999002', '2024-09-01', 'wisa', now())`;
  await metAkkoord(w);
  const [akkoord] = await w.sql<{ akkoord: string }[]>`select akkoord from akkoorden.akkoord`;
  ids["akkoord"] = akkoord?.akkoord ?? "";
  const melding = { regel: 7, veld: null, code: "onbekend", melding: "Deze leerling kennen we niet." };
  ids["levering"] = await eerdereLevering(w, "2026-11-23T23:05:00Z", "deels", {
    ontvangen: 9,
    aanvaard: 8,
    quarantaine: [melding],
  });
  // Nobody in the list: held until somebody decides.
  await lever(
    w.ctx,
    naamVan("999001", "2026-11-24T00:05:00Z"),
    "leer_id_uuid;account_uuid;klas;subklas;van;tot\n",
  );
  const [vast] = await w.sql<
    { levering: string }[]
  >`select levering from leveringen.levering where status = 'aangehouden'`;
  ids["aangehouden"] = vast?.levering ?? "";

  const maak = async () => {
    const cookie = await w.sessieVan(beheerder);
    const velden = new URLSearchParams([["soort", "strookjes"]]);
    for (const nummer of ["a1", "a2"]) velden.append("account", ids[nummer] ?? "");
    const { headers } = await w.post("/leerid-beheer/afdrukken", cookie, velden);
    return (headers.get("location") ?? "").slice(-36);
  };
  ids["voorbij"] = await maak();
  w.clock.advance(25 * 3_600_000);
  ids["klaar"] = await maak();
  await verwerkBatch(w.ctx, ids["klaar"], async () => {});
  ids["bezig"] = await maak();
}

before(async () => {
  if (skip !== false) return;
  w = await schoolwereld();
  await maakWereld();
  x = await openExaminer(w.app.fetch, { as: eigenAdres });
});
after(async () => {
  if (skip !== false) return;
  await x.close();
  await w.close();
});

describe("every page of the Schoolloket, with the keyboard alone", { skip, concurrency: 2 }, () => {
  test("4-quality: every address in the table of routes is walked or answers with no page", async () => {
    const paden = routes.filter(({ method }) => method === "get").map(({ path }) => path as string);
    const zonder = paden.filter((pad) => pad.includes(":") && !(pad in stops) && !(pad in geenPagina));
    assert.deepEqual(zonder, [], "add how one comes there to `stops`");
    const voorbij = [...Object.keys(stops), ...Object.keys(geenPagina)].filter((pad) => !paden.includes(pad));
    assert.deepEqual(voorbij, [], "no such address any more");
    const cookie = await w.sessieVan(beheerder);
    for (const [pad, soort] of Object.entries(geenPagina)) {
      const antwoord = await w.get(pad.replace(":batch", ids["klaar"] ?? ""), cookie);
      const kreeg = antwoord.status === 303 ? "elsewhere" : antwoord.headers.get("content-type");
      assert.equal(kreeg, soort, pad);
    }
  });

  for (const { path: pad, access: toegang } of paginas) {
    test(`4-quality: ${pad}`, async () => {
      const findings: string[] = [];
      for (const stop of stops[pad]?.() ?? [{}]) {
        const wie = stop.wie ?? (toegang === "databeheerder" ? directeur : beheerder);
        const cookie = await w.sessieVan(wie);
        if (pad === "/leerid-beheer/selectie") {
          const velden = new URLSearchParams({ leerling: ids["a1"] ?? "", actie: "bewaar" });
          await w.post("/leerid-beheer/selectie", cookie, velden);
        }
        const adres = `${pad.replace(/:\w+/, stop.id ?? "")}${stop.query ?? ""}`;
        for (const [width, height] of [
          [1024, 768],
          [360, 640],
        ] as const) {
          const page = await x.open(adres, { cookie, width, height });
          assert.equal(new URL(page.url()).pathname, adres.split("?")[0], "no redirect to another page");
          assert.match(await page.title(), /Schoolloket/);
          assert.doesNotMatch(await page.title(), /bestaat niet|^Fout/);
          await stop.verder?.(page);
          findings.push(...(await walk(page)).map((finding) => `${adres} at ${width}: ${finding}`));
          await page.context().close();
        }
      }
      assert.deepEqual(findings, []);
    });
  }

  test("D8: who works for two schools switches, and the menu closes with Escape or by going on", async () => {
    const page = await x.open("/schoolinstellingen", { cookie: await w.sessieVan(beheerder) });
    const open = () => page.locator("details.switcher[open]").count();
    await druk(page, /De Regenboog 999001$/);
    assert.equal(await open(), 1);
    await tabTo(page, "De Regenboog, 999001");
    await page.keyboard.press("Escape");
    assert.equal(await open(), 0);
    await page.keyboard.press("Enter"); // the focus is on the menu again
    assert.equal(await open(), 1);
    await tabTo(page, "Afmelden");
    assert.equal(await open(), 0);
    await druk(page, /De Regenboog 999001$/);
    await druk(page, "Sint-Jozef, 999002");
    await page.locator(".switcher summary", { hasText: "Sint-Jozef" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/leerid-beheer");
    await page.context().close();
  });
});
