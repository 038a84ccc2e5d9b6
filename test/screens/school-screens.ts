import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { loadRoutes } from "#sites/schoolloket";
import type { Page } from "#testing/browser";
import type { Examiner } from "#testing/examine";
import { tabTo } from "#testing/keyboard";
import { directeur, type SchoolWorld, type Staff } from "#testing/schoolloket";
import {
  beheerder,
  beheerderNaStop,
  directeurZonderAkkoord,
  directeurZonderPakket,
  type Ids,
} from "./school-world.ts";

const routes = await loadRoutes();

/** What the tests of the Schoolloket look at, once it is there. */
export type SchoolSetting = { readonly w: SchoolWorld; readonly ids: Ids; readonly x: Examiner };

/** A state of a page. */
type Stop = {
  /** With what comes after the path of the route: a query. */
  readonly query?: string;
  /** What stands in the place of the parameter of the path. */
  readonly id?: string;
  /** A beheerder, or a director where only he may come, unless told. */
  readonly wie?: Staff;
  /** From there to the state that is meant, by keyboard. */
  readonly proceed?: (page: Page) => Promise<void>;
};

/** Routes that answer with no page, and with what instead. */
const geenPagina: Readonly<Record<string, string>> = {
  "/": "elsewhere",
  "/leerid-beheer/afdrukken/:batch/pdf": "application/pdf",
};

const print = async (page: Page, naam: string | RegExp) => {
  await tabTo(page, naam);
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
};
const openDialog = (naam: string) => async (page: Page) => {
  await tabTo(page, naam);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
};

/** Routes with a parameter, and those with more states than the one behind the bare address. */
const stops: Readonly<Record<string, (ids: Ids) => readonly Stop[]>> = {
  "/leerid-beheer": () => [
    {},
    { query: "?bladzijde=2" },
    { query: "?zoek=xyz" },
    { query: "?zoek=zoe&leerjaar=1&sorteer=status" },
    { query: "?klas=3A&sorteer=klas" },
  ],
  "/leerid-beheer/selectie": () => [{ query: "?actie=afdrukken" }],
  "/leerid-beheer/leerlingen/:account": (ids) => [
    { id: ids.a1 },
    { id: ids.k1 },
    { id: ids.p5 },
    {
      id: ids.a1,
      async proceed(page) {
        await print(page, "Laat zelf een wachtwoord kiezen");
        await page.getByRole("heading", { name: "Nieuw wachtwoord voor" }).waitFor();
      },
    },
  ],
  "/leerid-beheer/afdrukken/:batch": (ids) => [{ id: ids.voorbij }, { id: ids.klaar }, { id: ids.bezig }],
  "/applicatiebeheer/matrix": () => [
    {},
    { wie: beheerderNaStop },
    {
      async proceed(page) {
        await tabTo(page, "Bingel voor klas 4A");
        await page.keyboard.press("Space");
        await print(page, "Bekijk de wijzigingen");
        await page.getByRole("button", { name: "Bewaar de wijzigingen" }).waitFor();
      },
    },
  ],
  "/applicatiebeheer/:toepassing": (ids) => [
    { id: "letterlab" },
    { id: "bingel", query: "?doel=leerjaar%3Alager%3A4&van=2027-01-04&tot=&bekijk=nieuw" },
    { id: "bingel", query: "?bekijk=nieuw&doel=klassen:lager:3" },
    { id: "bingel", query: "?zoek=noor" },
    { id: "bingel", query: `?wijzig=${ids.regel}` },
    { id: "bingel", wie: beheerderNaStop },
  ],
  "/applicatiebeheer/:toepassing/uit": () => [{ id: "bingel" }],
  "/waarom": (ids) => [
    {},
    { query: "?zoek=noor" },
    { query: `?leerling=${ids.a2}&toepassing=bingel` },
    { query: `?leerling=${ids.p5}&toepassing=bingel` },
    { query: `?leerling=${ids.s1}&toepassing=bingel`, wie: beheerderNaStop },
  ],
  "/schoolinstellingen": () => [
    { wie: directeur },
    { wie: directeur, query: "?klaar=jezelf" },
    { wie: beheerder },
    { wie: directeur, proceed: openDialog("Stop het delen van klasinformatie met LeerID") },
    { wie: directeurZonderAkkoord },
    { wie: { ...beheerder, instellingsnummer: "999002" } },
    { wie: directeurZonderAkkoord, proceed: openDialog("Deel klasinformatie met LeerID") },
    { wie: directeurZonderPakket },
  ],
  "/schoolinstellingen/delen": () => [{ wie: directeurZonderAkkoord }],
  "/schoolinstellingen/protocol/:akkoord": (ids) => [{ id: ids.akkoord }],
  "/schoolinstellingen/leveringen/:levering": (ids) => [{ id: ids.deels }, { id: ids.aangehouden }],
  "/schoolinstellingen/leveringen/:levering/verschil": (ids) => [{ id: ids.aangehouden }],
  "/schoolinstellingen/beheerders/:beheerder": (ids) => [{ id: ids.beheerder, wie: directeur }],
  "/geen-recht": () => [{ wie: { voId: "vo-5", orgcodes: ["999001", "999002"] } }, { wie: { voId: "vo-6" } }],
};

const paginas = routes.filter(({ method, path }) => method === "get" && !(path in geenPagina));

/** Every page of the Schoolloket, in every state, from the table of routes. */
export function schoolScreens(setting: () => SchoolSetting): void {
  test("4-quality: every address in the table of routes is examined or answers with no page", async () => {
    const { w, ids } = setting();
    const paths = routes.filter(({ method }) => method === "get").map(({ path }) => path as string);
    const zonder = paths.filter((path) => path.includes(":") && !(path in stops) && !(path in geenPagina));
    assert.deepEqual(zonder, [], "add how one comes there to `stops`");
    const voorbij = [...Object.keys(stops), ...Object.keys(geenPagina)].filter(
      (path) => !paths.includes(path),
    );
    assert.deepEqual(voorbij, [], "no such address any more");
    const cookie = await w.sessieOf(beheerder);
    for (const [path, soort] of Object.entries(geenPagina)) {
      const answer = await w.get(path.replace(":batch", ids.klaar), cookie);
      const kreeg = answer.status === 303 ? "elsewhere" : answer.headers.get("content-type");
      assert.equal(kreeg, soort, path);
    }
  });

  // R46-R53, R55, D6, D7, R68: the states of `stops`.
  for (const { path, access: toegang } of paginas) {
    test(`4-quality: ${path}`, async () => {
      const { w, ids, x } = setting();
      const findings: string[] = [];
      for (const stop of stops[path]?.(ids) ?? [{}]) {
        const wie = stop.wie ?? (toegang === "databeheerder" ? directeur : beheerder);
        const cookie = await w.sessieOf(wie);
        if (path === "/leerid-beheer/selectie") {
          const velden = new URLSearchParams({ leerling: ids.a1, actie: "bewaar" });
          await w.post("/leerid-beheer/selectie", cookie, velden);
        }
        const adres = `${path.replace(/:\w+/, stop.id ?? "")}${stop.query ?? ""}`;
        const look = async (page: Page) => {
          if (stop.proceed === undefined)
            assert.equal(new URL(page.url()).pathname, adres.split("?")[0], "no redirect to another page");
          assert.match(await page.title(), /Schoolloket/);
          assert.doesNotMatch(await page.title(), /bestaat niet|^Fout/);
        };
        findings.push(...(await x.examine(adres, adres, { cookie, verder: stop.proceed }, look)));
      }
      assert.deepEqual(findings, []);
    });
  }

  test("D3: 4-quality: a right that ended while one works: an explanation in the place of any page", async () => {
    const { w, x } = setting();
    const cookie = await w.sessieOf({ voId: "vo-2", instellingsnummer: "999001" });
    assert.deepEqual(await x.examine("voorbij", "/", { cookie }), []);
  });
}

/** What one does on those pages. They change the world, and put it back. */
export function schoolTasks(setting: () => SchoolSetting): void {
  test("D8: who works for two schools switches, and the menu closes with Escape or by going on", async () => {
    const { w, x } = setting();
    const page = await x.open("/schoolinstellingen", { cookie: await w.sessieOf(beheerder) });
    const open = () => page.locator("details.switcher[open]").count();
    await print(page, /De Regenboog 999001$/);
    assert.equal(await open(), 1);
    await tabTo(page, "De Regenboog, 999001");
    await page.keyboard.press("Escape");
    assert.equal(await open(), 0);
    await page.keyboard.press("Enter"); // the focus is on the menu again
    assert.equal(await open(), 1);
    await tabTo(page, "Afmelden");
    assert.equal(await open(), 0);
    await print(page, /De Regenboog 999001$/);
    await print(page, "Sint-Jozef, 999002");
    await page.locator(".switcher summary", { hasText: "Sint-Jozef" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/leerid-beheer");
    await page.context().close();
  });

  test("R49 R51: a dialog holds the focus, scrolls by keyboard, and gives the focus back; nothing is sent by closing", async () => {
    const { w, x } = setting();
    const cookie = await w.sessieOf(directeurZonderAkkoord);
    const page = await x.open("/schoolinstellingen", { cookie });
    const button = page.getByRole("link", { name: "Deel klasinformatie met LeerID" });
    await button.press("Enter");
    const text = page.getByRole("region", { name: "Tekst van het protocol" });
    assert.equal(
      await text.evaluate("document.activeElement.getAttribute('aria-label')"),
      "Tekst van het protocol",
    );
    await page.keyboard.press("End");
    assert.ok(await scrolled(page), "the text moved under the keys");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Deel klasinformatie met LeerID");
    await button.click();
    await page.getByRole("link", { name: "Annuleer" }).click();
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.match(page.url(), /\/schoolinstellingen$/);
    await page.context().close();
  });

  test("R49: at 400 % of a small screen the whole agreement and its button are reached", async () => {
    const { w, x } = setting();
    const cookie = await w.sessieOf(directeurZonderAkkoord);
    const page = await x.open("/schoolinstellingen", { cookie, width: 320, height: 256 });
    await page.getByRole("link", { name: "Deel klasinformatie met LeerID" }).click();
    const last = page.getByRole("heading", { name: "Artikel 12: Wanneer begint en eindigt het?" });
    const button = page.getByRole("button", { name: "Deel klasinformatie", exact: true });
    for (const part of [last, button]) {
      await part.scrollIntoViewIfNeeded();
      const vak = await part.boundingBox();
      assert.ok(vak && vak.y >= 0 && vak.y + vak.height <= 256, JSON.stringify(vak));
    }
    const text = await page.getByRole("region", { name: "Tekst van het protocol" }).boundingBox();
    assert.ok(text && text.height > 1000, "not a slit between head and foot");
    await page.context().close();
  });

  test("R49-R52: sharing and stopping, with and without script, end in the same screens", async () => {
    const { w, x } = setting();
    for (const javaScript of [true, false]) {
      const cookie = await w.sessieOf(directeurZonderAkkoord);
      const page = await x.open("/schoolinstellingen", { cookie, javaScript });
      await page.getByRole("link", { name: "Deel klasinformatie met LeerID" }).click();
      assert.equal(await page.getByRole("dialog").count(), javaScript ? 1 : 0);
      await page.getByRole("button", { name: "Deel klasinformatie", exact: true }).click();
      await page.getByRole("heading", { name: "Klasinformatie wordt gedeeld met LeerID" }).waitFor();
      await page.getByRole("link", { name: "Stop het delen van klasinformatie met LeerID" }).click();
      assert.equal(await page.getByRole("dialog").count(), javaScript ? 1 : 0);
      await page.getByRole("button", { name: "Stop het delen van klasinformatie", exact: true }).click();
      await page
        .getByRole("heading", { name: "Momenteel deelt je school geen klasinformatie met LeerID" })
        .waitFor();
      await page.context().close();
    }
  });

  test("R46: 4-quality: a page of fifty pupils is at most 60 kB on the wire", async () => {
    const { w } = setting();
    const one: Staff = { voId: "vo-een", rollen: ["LeerIDBeheerder:999002"] };
    const text = await (await w.get("/leerid-beheer?bladzijde=1", await w.sessieOf(one))).text();
    assert.ok(text.length < 60_000, `${text.length} characters`);
  });
}

/** Within a second; a page of ours refuses the polling that a browser driver would do in it. */
async function scrolled(page: Page): Promise<boolean> {
  for (let n = 0; n < 40; n += 1) {
    if (Number(await page.evaluate("document.querySelector('dialog[open] .body').scrollTop")) > 0)
      return true;
    await wait(25);
  }
  return false;
}
