import type { Context as HonoContext } from "hono";
import type { Context } from "#platform/context";
import type { Html } from "#platform/html";
import type { Blad } from "#platform/staff-site";
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

export type Pagina = Blad & {
  readonly tab?: Tab;
  /** Closed dialogs of the page, opened by a script; what they do has an address of its own as well. */
  readonly dialoog?: Html | false;
  /** From the tab to here; the page itself is the last one. */
  readonly kruimels?: readonly { readonly tekst: string; readonly url?: string }[];
};

/** What a handler knows: who asks, for which school, with which right of today (D10). */
export type Verzoek = {
  readonly ctx: Context;
  readonly http: HonoContext;
  /** Where pupils sign in: the address that stands on paper. */
  readonly leerlingloket: string;
  readonly ik: Sessie & { readonly rechten: readonly Recht[] };
  /** Value of a `:name` in the path. */
  param(naam: string): string;
  /** The fields of a form that was posted. */
  formulier(): Promise<URLSearchParams>;
  pagina(pagina: Pagina): Response;
  /** 404 in the same words for what does not exist and for what belongs to another school. */
  nietGevonden(): Response;
  naar(pad: string): Response;
};

/** The same for the school that the session stands for. */
export type SchoolVerzoek = Verzoek & {
  readonly recht: Recht;
  readonly school: School;
  /** Runs work behind the second wall: nothing but this school's rows exist there. */
  inSchool<T>(work: (ctx: Context) => Promise<T>): Promise<T>;
};

type Pad = { readonly methode: "GET" | "POST"; readonly pad: `/${string}` };
export type Route =
  | (Pad & { readonly toegang: Exclude<Toegang, "aangemeld">; antwoord(v: SchoolVerzoek): Promise<Response> })
  | (Pad & { readonly toegang: "aangemeld"; antwoord(v: Verzoek): Promise<Response> });
