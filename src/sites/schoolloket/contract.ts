import type { Context } from "#platform/context";
import type { Html } from "#platform/html";
import { routesOf } from "#platform/route";
import type { Answers, Sheet } from "#platform/staff-site";
import type { Recht, School } from "#modules/rechten";
import type { Sessie } from "./store.ts";

/**
 * Who may use a route (R4, R5, R53). `school`: any right in the school; `aangemeld`: signed in, without a school.
 * Every route says one: the table of routes is what the isolation tests are made from.
 */
export type Toegang = "beheerder" | "databeheerder" | "school" | "aangemeld";

export const tabs = {
  "leerid-beheer": "LeerID-beheer",
  applicatiebeheer: "Applicatiebeheer",
  schoolinstellingen: "Schoolinstellingen",
} as const; // R46, to the letter
export type Tab = keyof typeof tabs;

export type PageContent = Sheet & {
  readonly tab?: Tab;
  /** Closed dialogs of the page, opened by a script; what they do has an address of its own as well. */
  readonly dialoog?: Html | false;
  /** From the tab to here; the page itself is the last one. */
  readonly kruimels?: readonly { readonly tekst: string; readonly url?: string }[];
};

/** What a handler knows: who asks. */
export type PageRequest = Answers<PageContent> & {
  readonly ctx: Context;
  /** Where pupils sign in: the address that stands on paper. */
  readonly leerlingloket: string;
  readonly ik: Sessie & { readonly rechten: readonly Recht[] };
};

/** The same for the school that the session stands for, with the right of today (D10). */
export type SchoolRequest = PageRequest & {
  readonly recht: Recht;
  readonly school: School;
  /** Runs work behind the second wall: nothing but this school's rows exist there. */
  inSchool<T>(work: (ctx: Context) => Promise<T>): Promise<T>;
};

export type Calls = Readonly<Record<Exclude<Toegang, "aangemeld">, SchoolRequest>> & {
  readonly aangemeld: PageRequest;
};

/** Declares a route of the Schoolloket. */
export const route = routesOf<Calls>();
