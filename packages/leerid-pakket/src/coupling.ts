import { grenzenVan } from "./dates.ts";
import type { FouteRij, Regel } from "./mapping.ts";

/** A pupil as the identifier API tells of him. */
export type Nummers = {
  readonly stamnummer: string;
  /** Null while the pupil is not identified. */
  readonly leer_id_uuid: string | null;
  readonly account_uuid: string;
};

/** A row of the drop file, with the line of the export that it came from. */
export type DropRij = {
  readonly rij: number;
  readonly stamnummer: string;
  readonly leer_id_uuid: string;
  readonly account_uuid: string;
  readonly klas: string;
  readonly subklas: string;
  readonly van: string;
  readonly tot: string;
};

export type Koppeling = {
  readonly rijen: readonly DropRij[];
  readonly nietGekoppeld: readonly FouteRij[];
  /** Rows whose period does not touch the school year. */
  readonly andereJaren: number;
  /** Rows that say the same as another one. */
  readonly dubbel: number;
  /** Pupils whom LeerID has in the school and the export does not. */
  readonly zonderKlas: readonly string[];
};

/** Couples rows to pupils by (instellingsnummer, stamnummer); the numbers are those of one school. */
export function koppel(regels: readonly Regel[], nummers: readonly Nummers[], schooljaar: string): Koppeling {
  const bekend = new Map(nummers.map((een) => [een.stamnummer, een]));
  const { van: begin, tot: einde } = grenzenVan(schooljaar);
  const rijen = new Map<string, DropRij>();
  const nietGekoppeld: FouteRij[] = [];
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
    const nieuw: DropRij = {
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
    if (rijen.has(sleutel)) dubbel += 1;
    else rijen.set(sleutel, nieuw);
  }
  return {
    // In a fixed order, so that the same classes give the same file.
    rijen: [...rijen.values()].toSorted(
      (een, twee) =>
        vergelijk(een.klas, twee.klas) ||
        vergelijk(een.subklas, twee.subklas) ||
        vergelijk(een.account_uuid, twee.account_uuid) ||
        vergelijk(een.van, twee.van),
    ),
    nietGekoppeld,
    andereJaren,
    dubbel,
    zonderKlas: nummers.map((een) => een.stamnummer).filter((stamnummer) => !metRij.has(stamnummer)),
  };
}

const vergelijk = (een: string, twee: string): number => (een < twee ? -1 : een > twee ? 1 : 0);
