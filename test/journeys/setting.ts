import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Case } from "#demo/contract";
import { beginStand } from "#demo/discimus/actions";
import type { DemoJson } from "#demo/demo-json";
import { startDemo, type RunningDemo } from "#demo/main";
import { formatKlas } from "#demo/relying-party/rules";
import { pakketLeerlingen } from "#demo/schoolpakket/classes";
import { registraties, schooljaarOf } from "#demo/world";
import { datumOn, type Clock } from "#platform/clock";
import { readConfig } from "#platform/config";
import { openDatabase } from "#platform/database";
import { axe, launchBrowser, newPage, type Browser, type Page, type PageOptions } from "#testing/browser";

/** The whole demo with a browser: started once, all journeys go through it. */
export type Setting = {
  readonly demo: DemoJson;
  readonly folder: string;
  leerling(geval: Case): DemoJson["leerlingen"][number];
  page(options?: PageOptions): Promise<Page>;
  /** A page of a member of staff who has just signed in at the Schoolloket, with ACM and the key of adults. */
  staff(login: string, options?: PageOptions): Promise<Page>;
  /** The clock of the servers, which runs with the machine's and can be put ahead of it (ms), and back. Browsers keep their own. */
  readonly clock: { ahead: number };
  /** The demo's database, to look what stands there. */
  readonly database: string;
  /** No accessibility findings on the page that is shown. A page with the same title, width and theme is looked at once. */
  look(page: Page): Promise<void>;
  /** Stops the demo and starts it again on the same data folder and database. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** Starts the demo as `npm run demo` does, on ports of its own and a fresh database of the test cluster. */
export async function openSetting(): Promise<Setting> {
  const server = process.env["LEERID_TEST_DATABASE_URL"];
  if (!server) throw new Error("LEERID_TEST_DATABASE_URL is not set: run the tests with npm test");
  const name = `demo_${randomBytes(6).toString("hex")}`;
  const onServer = async (statement: string) => {
    const admin = openDatabase({ url: server, max: 1, role: "eigenaar" });
    await admin.unsafe(statement);
    await admin.end();
  };
  await onServer(`create database ${name} encoding 'UTF8' template template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const folder = await mkdtemp(join(tmpdir(), "leerid-demo-"));
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const moving: Clock = { now, vandaag: () => datumOn(now()) };
  const start = async (base?: number): Promise<[RunningDemo, number]> => {
    for (let poging = 0; ; poging++) {
      const poort = base ?? 20_000 + randomInt(120) * 100;
      const config = readConfig({
        LEERID_DATABASE_URL: url.href,
        LEERID_DATAMAP: folder,
        LEERID_PORT_BASE: String(poort),
        LEERID_LOG: "silent",
      });
      try {
        return [await startDemo(config, { clock: moving }), poort];
      } catch (error) {
        if (poging === 5 || !(error instanceof Error && error.message.includes("al in gebruik"))) throw error;
      }
    }
  };
  let [running, port] = await start();
  const browser: Browser = await launchBrowser();
  const seen = new Set<string>();
  return {
    get demo() {
      return running.demo;
    },
    folder,
    clock,
    leerling(geval) {
      return running.demo.leerlingen.find((one) => one.geval === geval) ?? assert.fail(`no ${geval}`);
    },
    page: (options) => newPage(browser, options),
    database: url.href,
    async staff(login, options) {
      const { schoolloket } = running.demo.sites;
      const page = await newPage(browser, options);
      await page.goto(`${schoolloket}/`);
      const naam =
        running.demo.personas.find((one) => one.login === login)?.naam ?? assert.fail(`no ${login}`);
      await page.getByRole("button", { name: naam }).click();
      await page.waitForURL(`${schoolloket}/**`);
      return page;
    },
    async look(page) {
      const dark = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");
      const kind = [new URL(page.url()).origin, await page.title(), page.viewportSize()?.width, dark].join(
        " ",
      );
      if (seen.has(kind)) return;
      seen.add(kind);
      assert.deepEqual(await axe(page), [], page.url());
    },
    async restart() {
      await running.stop();
      [running, port] = await start(port);
    },
    async close() {
      await browser.close();
      await running.stop();
      await rm(folder, { recursive: true, force: true });
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

type Sleutel = { readonly gebruikersnaam: string; readonly wachtwoord: string };

/** On the sign-in form of ACM: types name and password and goes on. */
export async function fillSignIn(page: Page, wie: Sleutel): Promise<void> {
  await page.getByLabel("Gebruikersnaam").fill(wie.gebruikersnaam);
  await page.getByLabel("Wachtwoord", { exact: true }).fill(wie.wachtwoord);
  await page.getByRole("button", { name: "Aanmelden" }).click();
}

/** From the start page of an application through ACM. Where one ends up is for the caller to see. */
export async function signIn(page: Page, site: string, wie: Sleutel): Promise<void> {
  await page.goto(`${site}/`);
  await page.getByRole("link", { name: "Aanmelden met LeerID" }).click();
  await fillSignIn(page, wie);
}

/** The claims that an application shows, by name; an array as its parts. */
export async function shownClaims(page: Page): Promise<Record<string, string | string[]>> {
  const rows = await page.locator("tr[data-claim]").all();
  const found: Record<string, string | string[]> = {};
  for (const row of rows) {
    const name = (await row.getAttribute("data-claim")) ?? "";
    const parts = await row.locator("td li").allInnerTexts();
    const text = (await row.locator("td").innerText()).trim();
    found[name] = parts.length > 0 ? parts : text === "geen" ? [] : text;
  }
  return found;
}

/** What Bingel gets of a pupil by its agreement (R83, article 3). */
export function bingelClaims(leerling: DemoJson["leerlingen"][number], rest: Record<string, unknown> = {}) {
  return {
    given_name: leerling.voornaam,
    family_name: leerling.naam,
    preferred_username: leerling.gebruikersnaam,
    account_uuid: leerling.account_uuid,
    ...(leerling.leer_id_uuid === null ? {} : { leer_id_uuid: leerling.leer_id_uuid }),
    historiek_account_uuid: [],
    instellingsnummer: [leerling.instellingsnummer],
    ...klasOf(leerling.geval),
    ...rest,
  };
}

/** First year of the school year that the demo is in; stamnummers begin with it or the one before. */
export const schooljaarOfNow = (): number => schooljaarOf(datumOn(Date.now()));

/** The claim `klasinformatie` as Bingel shows it, of the named pupils of De Regenboog, which shares its classes. */
function klasOf(geval: string): { klasinformatie?: string[] } {
  const schooljaar = schooljaarOfNow();
  const registratie = [...registraties({ schooljaar })].find((one) => one.geval === geval);
  if (registratie?.instellingsnummer !== "999001") return {};
  const { leerlingen } = beginStand(schooljaar, [registratie], 0);
  const [first] = pakketLeerlingen(Object.values(leerlingen), "999001", {}, `${schooljaar}-11-24`);
  return first === undefined ? {} : { klasinformatie: [formatKlas(first)] };
}
