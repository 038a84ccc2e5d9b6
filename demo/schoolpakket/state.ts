import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Klas } from "./classes.ts";
import { layouts, type Pakketnaam } from "./layouts.ts";
import { nietGezet, type Planning } from "./planning.ts";

/** What a person fills in of a job (R73). */
export type Taakvelden = {
  /** Empty until it is chosen. */
  readonly type: "" | "Leerid synchronisatie";
  readonly omschrijving: string;
  readonly inactief: boolean;
  readonly planning: Planning;
};

/** A row of Beheer scheduling, with where it is in time. Moments are epoch milliseconds. */
export type Taak = Taakvelden & {
  readonly id: number;
  readonly pakket: Pakketnaam;
  /** Turns count from here: when it was saved, and after a turn that turn. */
  readonly sinds: number;
  /** A turn that began and did not end yet. */
  readonly bezig: number | null;
  readonly laatste: number | null;
};

/** One run of the connector. */
export type Verzending = {
  readonly op: number;
  readonly door: "knop" | "planning" | "nakijken" | "start";
  /** Exit code; null when it could not start. */
  readonly uitgang: number | null;
  /** The report of the connector; null when it did not come that far. */
  readonly verslag: Report | null;
  /** What it printed, when there is no report. */
  readonly uitvoer: string;
};

type Row = { readonly rij: number; readonly stamnummer: string | null; readonly melding: string };
/** `verslag.json` of the connector, as a package would show it. */
export type Report = {
  readonly bestand: string | null;
  readonly uitkomst: string;
  readonly melding: string;
  readonly aantallen: {
    readonly rijen: number;
    readonly gekoppeld: number;
    readonly zonder_klas: number;
  } | null;
  readonly niet_bruikbaar: readonly Row[];
  readonly niet_gekoppeld: readonly Row[];
  readonly quarantaine: readonly Row[];
};

export type DemoState = {
  /** Classes that were changed in the package: by school, then by stamnummer. */
  readonly klassen: Readonly<Record<string, Readonly<Record<string, Klas>>>>;
  /** Schools with the tick Synchroniseren met Leerid (R69). */
  readonly synchroniseren: readonly string[];
  readonly taken: readonly Taak[];
  /** Jobs that somebody is filling in and has not saved, by id. */
  readonly concepten: Readonly<Record<string, Taakvelden>>;
  /** By school, the last one first. */
  readonly zendingen: Readonly<Record<string, readonly Verzending[]>>;
};

export const verseTaak: Taakvelden = { type: "", omschrijving: "", inactief: false, planning: nietGezet };

/** The packages as somebody set them up at the beginning of the school year, each in the night (R72). */
export function beginStand(nu: number): DemoState {
  const taak = (id: number, pakket: Pakketnaam, tijd: string): Taak => ({
    id,
    pakket,
    type: "Leerid synchronisatie",
    omschrijving: "Klassen naar LeerID",
    inactief: false,
    planning: { soort: "dagelijks", tijd },
    sinds: nu,
    bezig: null,
    laatste: null,
  });
  return {
    klassen: {},
    synchroniseren: Object.values(layouts).map(({ school }) => school),
    taken: Object.values(layouts).map(({ pakket, nacht }, nr) => taak(nr + 1, pakket, nacht)),
    concepten: {},
    zendingen: {},
  };
}

export type Keeper = {
  readonly stand: () => DemoState;
  /** Changes the state and keeps it, one change after the other. */
  change(step: (stand: DemoState) => DemoState): Promise<void>;
};

/** Opens the state in a file of the data folder. Written beside it and moved in place: a stop halfway leaves the former one. */
export async function openStand(file: string, nu: number): Promise<Keeper> {
  await mkdir(dirname(file), { recursive: true });
  const text = await readFile(file, "utf8").catch(() => undefined);
  let stand: DemoState = text === undefined ? beginStand(nu) : (JSON.parse(text) as DemoState);
  let row: Promise<void> = Promise.resolve();
  return {
    stand: () => stand,
    change(step) {
      stand = step(stand);
      const inhoud = JSON.stringify(stand);
      const dit = row.then(() => write(file, inhoud));
      row = dit.catch(() => {});
      return dit;
    },
  };
}

async function write(file: string, inhoud: string): Promise<void> {
  await writeFile(`${file}.nieuw`, inhoud, { mode: 0o600 });
  await rename(`${file}.nieuw`, file);
}
