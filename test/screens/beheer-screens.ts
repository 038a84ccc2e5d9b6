import assert from "node:assert/strict";
import { test } from "node:test";
import { receive } from "#modules/discimus";
import { loadRoutes } from "#sites/beheer";
import {
  beheerwereld,
  dpo,
  levering,
  medewerker,
  withScholen,
  type BeheerWorld,
  type Wie,
} from "#testing/beheer";
import type { Page } from "#testing/browser";
import { schoolRegel } from "#testing/discimus";
import type { Examiner } from "#testing/examine";
import { shareKlassen } from "#testing/klasinformatie";

const routes = await loadRoutes();

export type BeheerSetting = { readonly w: BeheerWorld; readonly x: Examiner };

/** Beheer with a night of deliveries behind it and many schools to search. */
export async function beheerWorld(): Promise<BeheerWorld> {
  const w = await beheerwereld();
  await withScholen(w);
  for (const school of ["999001", "999002", "999003"]) await shareKlassen(w, school);
  await w.sql`update akkoorden.akkoord set gegeven_op = '2026-10-01T08:00:00Z'`;
  // A night as it goes: nearly all at midnight, the rest over the day.
  const nacht = [2, 31, 12, 6, 3, 1, 4, 9, 5];
  for (const [uur, aantal] of nacht.entries())
    for (let nr = 0; nr < aantal; nr += 1)
      await levering(w, {
        pakket: ["wisa", "informat", "wisa"][nr % 3] ?? "wisa",
        school: nr % 2 === 0 ? "999001" : "999002",
        status: nr % 13 === 5 ? "geweigerd" : nr % 7 === 3 ? "deels" : nr === 30 ? "aangehouden" : "verwerkt",
        op: new Date(Date.parse("2026-11-23T22:00:00Z") + uur * 3_600_000 + nr * 60_000).toISOString(),
      });
  await receive(w.ctx, ["kwaad"], { bron: "http" });
  await receive(
    w.ctx,
    Array.from({ length: 60 }, (_, nr) =>
      schoolRegel(
        { school: String(100_000 + nr), id: `s${nr}` },
        { naam: `Vrije basisschool Onze-Lieve-Vrouw-ten-Hemelopneming ${nr}`, gemeente: "Heist-op-den-Berg" },
      ),
    ),
    { bron: "http" },
  );
  return w;
}

const paginas: Readonly<
  Record<string, readonly [Wie | undefined, string, ((page: Page) => Promise<unknown>)?]>
> = {
  toestand: [medewerker, "/toestand"],
  "toestand-tabel": [medewerker, "/toestand", (page) => page.getByText("Toon de cijfers als tabel").click()],
  zoeken: [medewerker, "/schoolsoftware"],
  gevonden: [medewerker, "/schoolsoftware?zoek=vrije"],
  "niet-gevonden": [medewerker, "/schoolsoftware?zoek=zzz"],
  school: [
    medewerker,
    "/schoolsoftware/999001",
    async (page) => {
      if ((await page.getByText("Broekx vanaf").count()) > 0) return;
      await page.getByLabel("Pakket", { exact: true }).selectOption("broekx");
      await page.getByLabel("Eerste dag").fill("2027-01-01");
      await page.getByRole("button", { name: "Bewaar het pakket" }).click();
      await page.getByRole("status").waitFor();
    },
  ],
  "school-fout": [
    medewerker,
    "/schoolsoftware/999003",
    async (page) => {
      await page.getByLabel("Eerste dag").fill("");
      await page.getByRole("button", { name: "Bewaar het pakket" }).click();
      await page.getByText("Vul de eerste dag in").waitFor();
    },
  ],
  "school-dpo": [dpo, "/schoolsoftware/999002"],
  "geen-functie": [{ doelgroepcode: "OV", orgcodes: ["999001"] }, "/"],
  hulp: [medewerker, "/hulp"],
  toegankelijkheid: [medewerker, "/toegankelijkheid"],
  afgemeld: [undefined, "/afgemeld"],
};

/** Every page of beheer, in every state. */
export function beheerScreens(setting: () => BeheerSetting): void {
  test("4-quality: every address in the table of routes is examined", () => {
    const examined = Object.values(paginas).map(([, path]) =>
      path.split("?")[0]?.replace(/\d{6}/, ":nummer"),
    );
    const paths = routes.filter(({ method }) => method === "get").map(({ path }) => path as string);
    assert.deepEqual(
      paths.filter((path) => !examined.includes(path)),
      [],
    );
  });

  for (const [naam, [wie, path, verder]] of Object.entries(paginas)) {
    test(`4-quality: ${naam}`, async () => {
      const { w, x } = setting();
      const cookie = wie && (await w.sessieOf(wie));
      assert.deepEqual(await x.examine(`beheer-${naam}`, path, { cookie, verder }), []);
    });
  }
}

export function beheerTasks(setting: () => BeheerSetting): void {
  test("R21: without script the package of a school is changed too", async () => {
    const { w, x } = setting();
    const page = await x.open("/schoolsoftware/999002", {
      cookie: await w.sessieOf(medewerker),
      javaScript: false,
    });
    await page.getByLabel("Pakket", { exact: true }).selectOption("wisa");
    await page.getByRole("button", { name: "Bewaar het pakket" }).click();
    await page.getByText("Vanaf de eerste dag mag alleen dit pakket").waitFor();
    await page.context().close();
  });
}
