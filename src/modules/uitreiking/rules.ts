import type { Niveau } from "#modules/sleutels";
import { termijn, type Batch, type Kandidaat, type Regel, type Soort } from "./contract.ts";

const ordinal = (jaar: number) => `${jaar}${jaar === 1 || jaar === 8 ? "ste" : "de"}`;

/** The group under which a pupil is handed out as long as he has no class (R55): its administrative group or year. Kept with the batch. */
export function groepOf(wie: {
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly administratieveGroep: string | null;
}): string {
  const jaar =
    wie.leerjaar === 0
      ? { kleuter: "Instapklas", lager: "Lager, zonder leerjaar", secundair: "Secundair, zonder jaar" }[
          wie.niveau
        ]
      : `${ordinal(wie.leerjaar)} ${{ kleuter: "kleuterklas", lager: "leerjaar", secundair: "jaar" }[wie.niveau]}`;
  const groep = wie.administratieveGroep?.trim();
  if (!groep) return jaar;
  return groep.includes(String(wie.leerjaar)) ? groep : `${jaar}, ${groep}`;
}

/**
 * The class under which a pupil is handed out (R55c): "Klas 3A", or with his subclass "Klas 3A, 3Aa". Asked whenever it is shown and
 * never kept with a batch: when the school stops sharing, no copy is left (R68).
 */
export function klasgroepOf(wie: {
  readonly klas: string | null;
  readonly subklas: string | null;
}): string | null {
  if (wie.klas === null) return null;
  return wie.subklas === null || wie.subklas === wie.klas
    ? `Klas ${wie.klas}`
    : `Klas ${wie.klas}, ${wie.subklas}`;
}

const niveaus: readonly Niveau[] = ["kleuter", "lager", "secundair"];
/** Pupils without a class come after those with one. */
const achteraan = "\uFFFF";
const volgens = new Intl.Collator("nl-BE", { numeric: true });

/** The order on paper: level, year, class and subclass, group, name. */
export function inPrintOrder(one: Kandidaat, other: Kandidaat): number {
  return (
    niveaus.indexOf(one.niveau) - niveaus.indexOf(other.niveau) ||
    one.leerjaar - other.leerjaar ||
    volgens.compare(one.klas ?? achteraan, other.klas ?? achteraan) ||
    volgens.compare(one.subklas ?? "", other.subklas ?? "") ||
    volgens.compare(one.administratieveGroep ?? "", other.administratieveGroep ?? "") ||
    volgens.compare(one.naam, other.naam) ||
    volgens.compare(one.voornaam, other.voornaam)
  );
}

/** Number of a series as it stands on every sheet: A-2611-0417. */
export const seriesName = (batch: Pick<Batch, "nr" | "gevraagdOp">): string =>
  `A-${batch.gevraagdOp.toISOString().slice(2, 7).replace("-", "")}-${String(batch.nr).padStart(4, "0")}`;

/** Until when a batch can be printed, epoch milliseconds. */
export const printableUntil = (batch: Pick<Batch, "gevraagdOp" | "gedownloadOp">): number =>
  Math.min(
    batch.gevraagdOp.getTime() + termijn.naVraag,
    batch.gedownloadOp ? batch.gedownloadOp.getTime() + termijn.naDownload : Infinity,
  );

/** One page of paper. */
export type Sheet = {
  readonly soort: "strookjes" | "brief" | "badges" | "overzicht";
  readonly groep: string;
  readonly regels: readonly Regel[];
};

/** How many pupils go on one page. */
export const perBlad = { strookjes: 10, brief: 1, badges: 8, overzicht: 24 } as const;

/** The pages of a print, in order: every group starts on a new one; with badges comes the teacher's page with the pictures. */
export function divideOverSheets(soort: Soort, regels: readonly Regel[]): readonly Sheet[] {
  const groepen = Map.groupBy(regels, (regel) => regel.groep);
  return [...groepen].flatMap(([groep, leden]) => {
    const wachtwoord = leden.filter(({ geheim }) => geheim && "wachtwoord" in geheim);
    const badge = leden.filter(({ geheim }) => geheim && "code" in geheim);
    return [
      ...sheets(soort === "brieven" ? "brief" : "strookjes", groep, wachtwoord),
      ...sheets("badges", groep, badge),
      ...sheets("overzicht", groep, badge),
    ];
  });
}

function sheets(soort: Sheet["soort"], groep: string, leden: readonly Regel[]): Sheet[] {
  const aantal = perBlad[soort];
  return Array.from({ length: Math.ceil(leden.length / aantal) }, (_, nr) => ({
    soort,
    groep,
    regels: leden.slice(nr * aantal, (nr + 1) * aantal),
  }));
}
