import type { Coupling } from "./coupling.ts";
import type { Ontvangst } from "./dropserver.ts";
import type { WrongRow, ReadResult } from "./mapping.ts";

/** What became of a run, for people and, as `verslag.json`, for the package. */
export type Report = {
  /** ISO 8601, UTC. */
  readonly tijdstip: string;
  readonly opdracht: "controleer" | "verstuur";
  readonly instellingsnummer: string;
  readonly schooljaar: string;
  readonly bestand: string | null;
  /** `mislukt`: nothing was sent; `onbekend`: sent, but there is no receipt yet. */
  readonly uitkomst: "nagekeken" | "mislukt" | "onbekend" | Ontvangst["status"];
  readonly melding: string;
  readonly aantallen: {
    readonly rijen: number;
    readonly overgeslagen: number;
    readonly gekoppeld: number;
    readonly dubbel: number;
    readonly zonder_klas: number;
  } | null;
  /** Pupils whose class did not reach LeerID, or whom the export does not hold. */
  readonly niet_bruikbaar: readonly WrongRow[];
  readonly niet_gekoppeld: readonly WrongRow[];
  readonly quarantaine: readonly WrongRow[];
};

export type Done = Pick<Report, "opdracht" | "instellingsnummer" | "schooljaar"> & {
  readonly moment: number;
  readonly gelezen?: ReadResult | undefined;
  readonly koppeling?: Coupling | undefined;
  readonly bestand?: string | undefined;
};

const woorden: Readonly<Record<Ontvangst["status"], string>> = {
  verwerkt: "LeerID heeft alle klassen verwerkt.",
  deels: "LeerID heeft de klassen verwerkt, behalve die van de leerlingen hieronder.",
  aangehouden:
    "LeerID houdt het bestand vast tot een beheerder van de school het bevestigt in het Schoolloket.",
  geweigerd: "LeerID heeft het bestand geweigerd. De klassen die er stonden, blijven staan.",
};

/** A run in one record. `uitkomst` is the receipt, or why there is none. */
export function makeReport(
  gedaan: Done,
  outcome: Ontvangst | { readonly uitkomst: "nagekeken" | "mislukt" | "onbekend"; readonly melding: string },
): Report {
  const { gelezen, koppeling, moment, bestand, ...vast } = gedaan;
  const ontvangst = "status" in outcome ? outcome : undefined;
  const reden = ontvangst?.reden;
  const opRegel = new Map((koppeling?.rijen ?? []).map((row, index) => [index + 2, row]));
  return {
    tijdstip: new Date(moment).toISOString(),
    ...vast,
    bestand: bestand ?? null,
    uitkomst: "status" in outcome ? outcome.status : outcome.uitkomst,
    melding:
      "status" in outcome
        ? [woorden[outcome.status], reden?.melding, reden?.herstel]
            .filter((part) => part !== undefined)
            .join(" ")
        : outcome.melding,
    aantallen:
      gelezen === undefined
        ? null
        : {
            rijen: gelezen.regels.length + gelezen.fouten.length + gelezen.overgeslagen,
            overgeslagen: gelezen.overgeslagen + (koppeling?.andereJaren ?? 0),
            gekoppeld: koppeling?.rijen.length ?? 0,
            dubbel: koppeling?.dubbel ?? 0,
            zonder_klas: koppeling?.zonderKlas.length ?? 0,
          },
    niet_bruikbaar: gelezen?.fouten ?? [],
    niet_gekoppeld: koppeling?.nietGekoppeld ?? [],
    quarantaine: (ontvangst?.quarantaine ?? []).map(({ regel, melding }) => ({
      rij: opRegel.get(regel)?.rij ?? 0,
      stamnummer: opRegel.get(regel)?.stamnummer ?? null,
      melding,
    })),
  };
}

/** 0: the classes are in LeerID, or a check found nothing in the way; 1: somebody has to look. */
export const exitCodeOf = ({ uitkomst }: Report): 0 | 1 =>
  uitkomst === "verwerkt" || uitkomst === "deels" || uitkomst === "nagekeken" ? 0 : 1;

/** The report as it is printed. */
export function textOf(verslag: Report): string {
  const { aantallen } = verslag;
  const list = (kop: string, rows: readonly WrongRow[]): readonly string[] =>
    rows.length === 0
      ? []
      : [
          "",
          `${kop} (${rows.length}):`,
          ...rows.map(
            ({ rij, stamnummer, melding }) =>
              `  rij ${rij}${stamnummer === null ? "" : `, stamnummer ${stamnummer}`}: ${melding}`,
          ),
        ];
  return [
    `School ${verslag.instellingsnummer}, schooljaar ${verslag.schooljaar}`,
    ...(aantallen === null
      ? []
      : [
          `  in de export          ${aantallen.rijen} rijen, ${aantallen.overgeslagen} tellen niet mee`,
          `  gekoppeld             ${aantallen.gekoppeld}${aantallen.dubbel > 0 ? ` (en ${aantallen.dubbel} dubbel)` : ""}`,
          `  in LeerID, zonder klas ${aantallen.zonder_klas}`,
        ]),
    ...(verslag.bestand === null ? [] : [`  bestand               ${verslag.bestand}`]),
    ...list("Niet bruikbaar in de export", verslag.niet_bruikbaar),
    ...list("Niet gekoppeld", verslag.niet_gekoppeld),
    ...list("In quarantaine bij LeerID", verslag.quarantaine),
    "",
    verslag.melding,
  ].join("\n");
}
