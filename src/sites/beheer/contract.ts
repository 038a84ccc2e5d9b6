import type { Clock } from "#platform/clock";
import type { Context } from "#platform/context";
import { routesOf } from "#platform/route";
import type { Answers, Sheet } from "#platform/staff-site";
import type { Functie, Taak } from "./functies.ts";
import type { Sessie } from "./store.ts";

/**
 * Who may use a route (R7): who has this task, who has any function at the department (`functie`), or who is signed in
 * (`aangemeld`). Every route says one: the table of routes is what the test of access is made from.
 */
export type Toegang = Taak | "functie" | "aangemeld";

/** The parts of beheer, each for whoever may see it. */
export const tabs = {
  toestand: { tekst: "Toestand", url: "/toestand", taak: "toestand" },
  schoolsoftware: { tekst: "Mijn Schoolsoftware", url: "/schoolsoftware", taak: "schoolsoftware-bekijken" },
} as const satisfies Record<string, { tekst: string; url: string; taak: Taak }>;
export type Tab = keyof typeof tabs;

export type PageContent = Sheet & {
  readonly tab?: Tab;
  /** From the tab to here; the page itself is the last one. */
  readonly kruimels?: readonly { readonly tekst: string; readonly url?: string }[];
};

/** What a handler knows: who asks, with which functions of this moment. */
export type PageRequest = Answers<PageContent> & {
  readonly clock: Clock;
  readonly ik: Sessie & { readonly functies: readonly Functie[] };
  may(taak: Taak): boolean;
  /** Runs work as a role for which pupils do not exist (migration 0021): the only way to the database. */
  inBeheer<T>(work: (ctx: Context) => Promise<T>): Promise<T>;
};

export type Calls = Readonly<Record<Toegang, PageRequest>>;

/** Declares a route of beheer. */
export const route = routesOf<Calls>();
