import type { Context as HonoContext } from "hono";
import type { Clock } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Blad } from "#platform/staff-site";
import type { Functie, Taak } from "./functies.ts";
import type { Sessie } from "./store.ts";

/**
 * Who may use a route (R7): who has this task, who has any function at the department (`functie`), or who is signed in
 * (`aangemeld`). Every route says one: the table of routes is what the test of access is made from.
 */
export type Toegang = Taak | "functie" | "aangemeld";

/** The parts of beheer, each for who may see it. */
export const tabs = {
  toestand: { tekst: "Toestand", url: "/toestand", taak: "toestand" },
  schoolsoftware: { tekst: "Mijn Schoolsoftware", url: "/schoolsoftware", taak: "schoolsoftware-bekijken" },
} as const satisfies Record<string, { tekst: string; url: string; taak: Taak }>;
export type Tab = keyof typeof tabs;

export type Pagina = Blad & {
  readonly tab?: Tab;
  /** From the tab to here; the page itself is the last one. */
  readonly kruimels?: readonly { readonly tekst: string; readonly url?: string }[];
};

/** What a handler knows: who asks, with which functions of this moment. */
export type Verzoek = {
  readonly clock: Clock;
  readonly http: HonoContext;
  readonly ik: Sessie & { readonly functies: readonly Functie[] };
  mag(taak: Taak): boolean;
  /** Value of a `:name` in the path. */
  param(naam: string): string;
  /** The fields of a form that was posted. */
  formulier(): Promise<URLSearchParams>;
  pagina(pagina: Pagina): Response;
  nietGevonden(): Response;
  naar(pad: string): Response;
  /** Runs work as a role for which pupils do not exist (migration 0021): the only way to the database. */
  inBeheer<T>(work: (ctx: Context) => Promise<T>): Promise<T>;
};

export type Route = {
  readonly methode: "GET" | "POST";
  readonly pad: `/${string}`;
  readonly toegang: Toegang;
  antwoord(v: Verzoek): Promise<Response>;
};
