import assert from "node:assert/strict";
import type { Case } from "#demo/contract";
import { openDatabase } from "#platform/database";
import type { Locator, Page } from "#testing/browser";
import type { Setting } from "./setting.ts";
import type { Kind, Visitor } from "./visitor.ts";

/** Fills in a page, and gives what is to be clicked on. */
type Fill = (page: Page) => Promise<Locator>;

/** One way to sign in: what one does on each of its pages. */
export type Way = {
  readonly site: "bingel" | "leerlingloket" | "schoolloket";
  /** Its pages in their order, where something may go otherwise. */
  readonly steps: readonly Kind[];
  readonly pages: Readonly<Partial<Record<Kind, Fill>>>;
  /** The same with a wrong key. */
  readonly mistakes?: Readonly<Partial<Record<Kind, Fill>>>;
  /** Pages that come more than once on this way. */
  readonly times?: Readonly<Partial<Record<Kind, number>>>;
  /** Who is signed in at the end, for the application; undefined where it does not show that. */
  readonly accountUuid?: string | undefined;
  /** Lets it begin as it began the first time. */
  readonly prepare?: () => Promise<void>;
};

type Key = { readonly gebruikersnaam: string; readonly wachtwoord: string };

const typed =
  ({ gebruikersnaam, wachtwoord }: Key): Fill =>
  async (page) => {
    await page.getByLabel("Gebruikersnaam").fill(gebruikersnaam);
    await page.getByLabel("Wachtwoord", { exact: true }).fill(wachtwoord);
    return page.getByRole("button", { name: "Aanmelden" });
  };
const mistyped = (key: Key): Fill => typed({ ...key, wachtwoord: "ernaast" });

/** With name and password, at Bingel. */
export function keyOf(setting: Setting, geval: Case): Way {
  const leerling = setting.leerling(geval);
  return {
    site: "bingel",
    steps: ["form"],
    pages: { form: typed(leerling) },
    mistakes: { form: mistyped(leerling) },
    accountUuid: leerling.account_uuid,
  };
}

/** Every way to sign in there is; each time anew. */
export const waysIn: Readonly<Record<string, (setting: Setting) => Way>> = {
  password: (setting) => keyOf(setting, "gewoon"),
  badge(setting) {
    const { badge = "", plaatje = "", account_uuid: accountUuid } = setting.leerling("kleuter-badge");
    return {
      site: "bingel",
      steps: ["badge", "picture"],
      pages: {
        form: async (page) => page.getByRole("link", { name: "Ik heb een badge" }),
        async badge(page) {
          await page.getByLabel("Code van je badge").fill(badge);
          return page.getByRole("button", { name: "Verder" });
        },
        picture: async (page) => page.getByRole("button", { name: plaatje }),
      },
      mistakes: {
        picture: async (page) => page.locator(".picture").filter({ hasNotText: plaatje }).first(),
      },
      accountUuid,
    };
  },
  "first password"(setting) {
    const amira = setting.leerling("eerste-keer");
    const own = "mijn kat slaapt op de piano";
    return {
      site: "bingel",
      steps: ["form", "own"],
      pages: {
        form: typed(amira),
        async own(page) {
          await page.getByLabel("Nieuw wachtwoord").fill(own);
          await page.getByLabel("Nog eens hetzelfde wachtwoord").fill(own);
          return page.getByRole("button", { name: "Bewaar en ga verder" });
        },
      },
      mistakes: { form: mistyped(amira) },
      accountUuid: amira.account_uuid,
      prepare: () => giveInitial(setting, amira.account_uuid),
    };
  },
  "somebody else"(setting) {
    const away = setting.leerling("uitgeschreven");
    const noor = setting.leerling("gewoon");
    let refused = false;
    return {
      site: "bingel",
      steps: ["form", "refused"],
      pages: {
        form: (page) => typed(refused ? noor : away)(page),
        async refused(page) {
          refused = true;
          return page.getByRole("button", { name: `Ik ben ${away.voornaam} niet` });
        },
      },
      mistakes: { form: mistyped(away) },
      times: { form: 2 },
      accountUuid: noor.account_uuid,
    };
  },
  adult({ demo }) {
    const { naam } = demo.personas.find((one) => one.geval === "directeur") ?? assert.fail("no director");
    return {
      site: "schoolloket",
      steps: ["person"],
      times: { "begin-again": 1 }, // the key is elsewhere, and has its own ideas of a second click
      pages: { person: async (page) => page.getByRole("button", { name: naam }) },
    };
  },
};

type WayOut = {
  /** How he came in. */
  readonly in: string;
  /** Opens the page, and gives the button. */
  open(v: Visitor, sites: Setting["demo"]["sites"]): Promise<Locator>;
};

/** Every button with which somebody leaves. */
export const waysOut: Readonly<Record<string, WayOut>> = {
  "the launch page": {
    in: "password",
    async open(v, { leerlingloket }) {
      await v.goto(`${leerlingloket}/`);
      return v.page.getByRole("button", { name: "Afmelden" }).first();
    },
  },
  "an application": {
    in: "password",
    async open(v, { bingel }) {
      await v.goto(`${bingel}/`);
      return v.page.getByRole("button", { name: "Afmelden" });
    },
  },
  "the question of LeerID": {
    in: "badge",
    async open(v, { acm }) {
      await v.goto(`${acm}/v1/logout`);
      return v.page.getByRole("button", { name: "Ja, meld me af" });
    },
  },
  "the Schoolloket": {
    in: "adult",
    async open(v, { schoolloket }) {
      await v.goto(`${schoolloket}/`);
      return v.page.getByRole("button", { name: "Afmelden" });
    },
  },
};

const initial = new Map<string, string>();

/** The initial password of before, as when an own one had never been chosen. */
async function giveInitial({ database }: Setting, accountUuid: string): Promise<void> {
  const sql = openDatabase({ url: database, max: 1, role: "eigenaar" });
  const known = initial.get(database + accountUuid);
  if (known === undefined) {
    const [row] = await sql<{ hash: string }[]>`
      select hash from sleutels.sleutel where account_uuid = ${accountUuid} and soort = 'eerste'`;
    initial.set(database + accountUuid, row?.hash ?? assert.fail("an own one was chosen before"));
  } else
    await sql`update sleutels.sleutel set soort = 'eerste', hash = ${known} where account_uuid = ${accountUuid}`;
  await sql.end();
}
