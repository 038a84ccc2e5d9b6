import type { Niveau } from "#modules/sleutels";
import { termijn, type Batch, type Kandidaat, type Regel, type Soort } from "./contract.ts";

const rang = (jaar: number) => `${jaar}${jaar === 1 || jaar === 8 ? "ste" : "de"}`;

/** The group under which a pupil is handed out as long as he has no class (R55): its administrative group or year. Kept with the batch. */
export function groepVan(wie: {
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly administratieveGroep: string | null;
}): string {
  const jaar =
    wie.leerjaar === 0
      ? { kleuter: "Instapklas", lager: "Lager, zonder leerjaar", secundair: "Secundair, zonder jaar" }[
          wie.niveau
        ]
      : `${rang(wie.leerjaar)} ${{ kleuter: "kleuterklas", lager: "leerjaar", secundair: "jaar" }[wie.niveau]}`;
  const groep = wie.administratieveGroep?.trim();
  if (!groep) return jaar;
  return groep.includes(String(wie.leerjaar)) ? groep : `${jaar}, ${groep}`;
}

/**
 * The class under which a pupil is handed out (R55c): "Klas 3A", or with his subclass "Klas 3A, 3Aa". Asked whenever it is shown and
 * never kept with a batch: when the school stops sharing, no copy is left (R68).
 */
export function klasgroepVan(wie: {
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
export function volgorde(een: Kandidaat, ander: Kandidaat): number {
  return (
    niveaus.indexOf(een.niveau) - niveaus.indexOf(ander.niveau) ||
    een.leerjaar - ander.leerjaar ||
    volgens.compare(een.klas ?? achteraan, ander.klas ?? achteraan) ||
    volgens.compare(een.subklas ?? "", ander.subklas ?? "") ||
    volgens.compare(een.administratieveGroep ?? "", ander.administratieveGroep ?? "") ||
    volgens.compare(een.naam, ander.naam) ||
    volgens.compare(een.voornaam, ander.voornaam)
  );
}

/** Number of a series as it stands on every sheet: A-2611-0417. */
export const reeks = (batch: Pick<Batch, "nr" | "gevraagdOp">): string =>
  `A-${batch.gevraagdOp.toISOString().slice(2, 7).replace("-", "")}-${String(batch.nr).padStart(4, "0")}`;

/** Until when a batch can be printed, epoch milliseconds. */
export const afdrukbaarTot = (batch: Pick<Batch, "gevraagdOp" | "gedownloadOp">): number =>
  Math.min(
    batch.gevraagdOp.getTime() + termijn.naVraag,
    batch.gedownloadOp ? batch.gedownloadOp.getTime() + termijn.naDownload : Infinity,
  );

/** One page of paper. */
export type Blad = {
  readonly soort: "strookjes" | "brief" | "badges" | "overzicht";
  readonly groep: string;
  readonly regels: readonly Regel[];
};

/** How many pupils go on one page. */
export const perBlad = { strookjes: 10, brief: 1, badges: 8, overzicht: 24 } as const;

/** The pages of a print, in order: every group starts on a new one; with badges comes the teacher's page with the pictures. */
export function verdeelOverBladen(soort: Soort, regels: readonly Regel[]): readonly Blad[] {
  const groepen = Map.groupBy(regels, (regel) => regel.groep);
  return [...groepen].flatMap(([groep, leden]) => {
    const wachtwoord = leden.filter(({ geheim }) => geheim && "wachtwoord" in geheim);
    const badge = leden.filter(({ geheim }) => geheim && "code" in geheim);
    return [
      ...bladen(soort === "brieven" ? "brief" : "strookjes", groep, wachtwoord),
      ...bladen("badges", groep, badge),
      ...bladen("overzicht", groep, badge),
    ];
  });
}

function bladen(soort: Blad["soort"], groep: string, leden: readonly Regel[]): Blad[] {
  const aantal = perBlad[soort];
  return Array.from({ length: Math.ceil(leden.length / aantal) }, (_, nr) => ({
    soort,
    groep,
    regels: leden.slice(nr * aantal, (nr + 1) * aantal),
  }));
}
