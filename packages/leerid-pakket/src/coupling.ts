import { limitsOf } from "./dates.ts";
import type { WrongRow, Regel } from "./mapping.ts";

/** A pupil as the identifier API tells of him. */
export type Nummers = {
  readonly stamnummer: string;
  /** Null while the pupil is not identified. */
  readonly leer_id_uuid: string | null;
  readonly account_uuid: string;
};

/** A row of the drop file, with the line of the export that it came from. */
export type DropRow = {
  readonly rij: number;
  readonly stamnummer: string;
  readonly leer_id_uuid: string;
  readonly account_uuid: string;
  readonly klas: string;
  readonly subklas: string;
  readonly van: string;
  readonly tot: string;
};

export type Coupling = {
  readonly rijen: readonly DropRow[];
  readonly nietGekoppeld: readonly WrongRow[];
  /** Rows whose period does not touch the school year. */
  readonly andereJaren: number;
  /** Rows that say the same as another one. */
  readonly dubbel: number;
  /** Pupils whom LeerID has in the school and the export does not. */
  readonly zonderKlas: readonly string[];
};

/** Couples rows to pupils by (instellingsnummer, stamnummer); the numbers are those of one school. */
export function couple(regels: readonly Regel[], nummers: readonly Nummers[], schooljaar: string): Coupling {
  const bekend = new Map(nummers.map((one) => [one.stamnummer, one]));
  const { van: begin, tot: einde } = limitsOf(schooljaar);
  const rows = new Map<string, DropRow>();
  const nietGekoppeld: WrongRow[] = [];
  const metRij = new Set<string>();
  let andereJaren = 0;
  let dubbel = 0;
  for (const { rij, stamnummer, klas, subklas, ...periode } of regels) {
    if ((periode.van ?? begin) > einde || (periode.tot ?? einde) < begin) {
      andereJaren += 1;
      continue;
    }
    const leerling = bekend.get(stamnummer);
    if (leerling === undefined) {
      nietGekoppeld.push({
        rij,
        stamnummer,
        melding:
          "LeerID kent in deze school geen ingeschreven leerling met dit stamnummer. Kijk na of de inschrijving naar Discimus verstuurd is.",
      });
      continue;
    }
    metRij.add(stamnummer);
    // Periods that go over an edge of the school year are cut there: a file tells of one school year.
    const van = periode.van === null || periode.van <= begin ? "" : periode.van;
    const tot = periode.tot === null || periode.tot >= einde ? "" : periode.tot;
    const nieuw: DropRow = {
      rij,
      stamnummer,
      leer_id_uuid: leerling.leer_id_uuid ?? "",
      account_uuid: leerling.account_uuid,
      klas,
      subklas: subklas ?? "",
      van,
      tot,
    };
    const sleutel = JSON.stringify([leerling.account_uuid, klas, subklas, van, tot]);
    if (rows.has(sleutel)) dubbel += 1;
    else rows.set(sleutel, nieuw);
  }
  return {
    // In a fixed order, so that the same classes give the same file.
    rijen: [...rows.values()].toSorted(
      (one, two) =>
        compare(one.klas, two.klas) ||
        compare(one.subklas, two.subklas) ||
        compare(one.account_uuid, two.account_uuid) ||
        compare(one.van, two.van),
    ),
    nietGekoppeld,
    andereJaren,
    dubbel,
    zonderKlas: nummers.map((one) => one.stamnummer).filter((stamnummer) => !metRij.has(stamnummer)),
  };
}

const compare = (one: string, two: string): number => (one < two ? -1 : one > two ? 1 : 0);
