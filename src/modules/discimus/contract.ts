import { hash as digest } from "node:crypto";
import { datumOp } from "#platform/clock";
import type { InschrijvingBericht } from "#modules/inschrijvingen";
import { leesInsz, type Insz, type LeerlingBericht } from "#modules/leerlingen";
import type { OpdrachtBericht } from "#modules/rechten";
import type { Niveau, SchoolBericht } from "#modules/scholen";
import {
  geheel,
  isObject,
  ja,
  keuze,
  meld,
  nummer,
  object,
  periode,
  tekst,
  tijdstip,
  verplicht,
  verplichteDatum,
  vrij,
  type Lezing,
} from "./fields.ts";
import { quarantaineredenen, type Quarantainereden } from "./problems.ts";

/** A message of the feed that was read and found good. */
export type Bericht =
  | { readonly soort: "school"; readonly id: string; readonly bericht: SchoolBericht }
  | { readonly soort: "leerling"; readonly id: string; readonly bericht: LeerlingBericht }
  | { readonly soort: "inschrijving"; readonly id: string; readonly bericht: InschrijvingBericht }
  | { readonly soort: "directeursopdracht"; readonly id: string; readonly bericht: OpdrachtBericht };

/** Why a message was set apart, in the shape of the answer. */
export type Afkeuring = {
  readonly id: string | null;
  readonly code: Quarantainereden;
  /** Path of the field, such as `gegevens.insz`; null = the whole line. */
  readonly veld: string | null;
  readonly melding: string;
};

/** Longest line, in characters: a school with hundreds of sites takes some 40,000. */
export const langsteRegel = 100_000;

export function afkeuring(code: Quarantainereden, id: string | null, veld: string | null = null): Afkeuring {
  return { id, code, veld, melding: quarantaineredenen[code] };
}

const niveaus = ["kleuter", "lager", "secundair"] as const satisfies readonly Niveau[];
const grootsteVersie = 2_147_483_647;
const scheiding = "\u0001";
const niets = "\u0002"; // neither can stand in a value

/**
 * The content hash of a message: 64 bits of SHA-256 over a secret and the parts, as a signed decimal for a bigint column.
 * Keyed, because with the birth date beside it an INSZ could be guessed from a plain hash. Cutting it to 64 bits also rules out
 * lengthening. Covers soort, sleutel, gegevens and tijdstip in one fixed form; not id and volgnummer, so that a full load of
 * the same data says the same.
 */
export function inhoudVan(geheim: string, delen: string): string {
  return BigInt.asIntN(64, BigInt(`0x${digest("sha256", geheim + delen, "hex").slice(0, 16)}`)).toString();
}

const rij = (...delen: readonly (string | null)[]): string => {
  let uit = "";
  for (const deel of delen) uit += (deel ?? niets) + scheiding;
  return uit;
};

/** What the hash of a pupil's message covers. */
export const leerlingDelen = (
  t: string,
  i: string,
  s: string,
  naam: string,
  voornaam: string,
  insz: string | null,
  geboren: string,
): string => rij("leerling", t, i, s, naam, voornaam, insz, geboren);

/** What the hash of an enrolment's message covers. */
export const inschrijvingDelen = (
  t: string,
  i: string,
  s: string,
  inschrijving: string,
  vestiging: string,
  niveau: string,
  leerjaar: string,
  groep: string | null,
  van: string,
  tot: string | null,
  status: string,
): string => rij("inschrijving", t, i, s, inschrijving, vestiging, niveau, leerjaar, groep, van, tot, status);

/**
 * Reads and checks one line of the feed. Never throws, whatever the line holds. Unknown fields are ignored, absent optional ones
 * are null. `geheim`: see `inhoudVan`.
 */
export function leesBericht(regel: string, geheim: string): Bericht | Afkeuring {
  if (regel.length > langsteRegel) return afkeuring("regel-te-lang", null);
  let bron: unknown;
  try {
    bron = JSON.parse(regel.charCodeAt(0) === 0xfeff ? regel.slice(1) : regel);
  } catch {
    return afkeuring("geen-json", null);
  }
  if (!isObject(bron)) return afkeuring("geen-json", null);
  const lezing: Lezing = { fout: undefined };
  const id = verplicht(lezing, bron, "id", "", 100).trim();
  const bekendId = lezing.fout ? null : id;
  const sleutels = telSleutels(bron, 0);
  if (sleutels < 0) return afkeuring("geen-json", bekendId);
  if (telDubbelePunten(regel) !== sleutels) return afkeuring("dubbel-veld", bekendId);
  const soort = bron["soort"];
  const lezer =
    typeof soort === "string" && Object.hasOwn(lezers, soort) ? lezers[soort as Bericht["soort"]] : undefined;
  if (!lezer) {
    return soort === undefined || soort === null
      ? afkeuring("veld-ontbreekt", bekendId, "soort")
      : afkeuring("onbekende-soort", bekendId, "soort");
  }
  const kop: Kop = {
    tijdstip: tijdstip(lezing, bron, "tijdstip"),
    versie: geheel(lezing, bron, "versie", "", grootsteVersie),
    sleutel: object(lezing, bron, "sleutel"),
    gegevens: object(lezing, bron, "gegevens"),
    geheim,
  };
  const bericht = lezer(lezing, kop);
  if (lezing.fout) return afkeuring(lezing.fout.code, bekendId, lezing.fout.veld);
  return { soort, id, bericht } as Bericht;
}

export const isAfkeuring = (gelezen: Bericht | Afkeuring): gelezen is Afkeuring => "melding" in gelezen;

type Kop = {
  readonly tijdstip: string;
  readonly versie: number;
  readonly sleutel: Readonly<Record<string, unknown>>;
  readonly gegevens: Readonly<Record<string, unknown>>;
  readonly geheim: string;
};

const S = "sleutel.";
const G = "gegevens.";

const lezers = {
  school(lezing: Lezing, { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop): SchoolBericht {
    const instellingsnummer = instelling(lezing, sleutel);
    const naam = verplicht(lezing, gegevens, "naam", G, 200);
    const gemeente = verplicht(lezing, gegevens, "gemeente", G, 200);
    const soorten = gegevens["niveaus"];
    if (
      !Array.isArray(soorten) ||
      soorten.length === 0 ||
      soorten.length > 10 ||
      !soorten.every((een) => niveaus.includes(een as Niveau))
    ) {
      meld(
        lezing,
        soorten === undefined || soorten === null ? "veld-ontbreekt" : "veld-ongeldig",
        `${G}niveaus`,
      );
    }
    const { van, tot } = periode(lezing, gegevens, G);
    const opvolger = nummer(lezing, gegevens, "opvolger", G);
    if (opvolger !== null && opvolger === instellingsnummer) meld(lezing, "veld-ongeldig", `${G}opvolger`);
    const vestigingen = leesVestigingen(lezing, gegevens);
    const uniek = niveaus.filter((een) => Array.isArray(soorten) && soorten.includes(een));
    const delen = rij(
      "school",
      t,
      instellingsnummer,
      naam,
      gemeente,
      uniek.join(),
      van,
      tot,
      opvolger,
      ...vestigingen.flatMap((v) => [v.vestiging, v.naam, v.gemeente]),
    );
    return {
      instellingsnummer,
      versie,
      inhoud: lezing.fout ? "0" : inhoudVan(geheim, delen),
      naam: naam.trim(),
      gemeente: gemeente.trim(),
      niveaus: uniek,
      van,
      tot,
      opvolger,
      vestigingen,
    };
  },

  leerling(lezing: Lezing, { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop): LeerlingBericht {
    const instellingsnummer = instelling(lezing, sleutel);
    const stamnummer = verplicht(lezing, sleutel, "stamnummer", S, 50);
    const naam = verplicht(lezing, gegevens, "naam", G, 200);
    const voornaam = verplicht(lezing, gegevens, "voornaam", G, 200);
    const geboortedatum = verplichteDatum(lezing, gegevens, "geboortedatum", G);
    const opgegeven = gegevens["insz"];
    let insz: Insz | null = null;
    if (opgegeven !== undefined && opgegeven !== null) {
      insz = typeof opgegeven === "string" ? (leesInsz(opgegeven) ?? null) : null;
      if (insz === null) meld(lezing, "insz-ongeldig", `${G}insz`);
    }
    const inhoud = lezing.fout
      ? "0"
      : inhoudVan(
          geheim,
          leerlingDelen(t, instellingsnummer, stamnummer, naam, voornaam, insz, geboortedatum),
        );
    return {
      instellingsnummer,
      stamnummer: stamnummer.trim(),
      versie,
      tijdstip: t,
      inhoud,
      naam: naam.trim(),
      voornaam: voornaam.trim(),
      geboortedatum,
      insz,
    };
  },

  inschrijving(lezing: Lezing, { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop): InschrijvingBericht {
    const instellingsnummer = instelling(lezing, sleutel);
    const stamnummer = verplicht(lezing, sleutel, "stamnummer", S, 50);
    const inschrijving = verplicht(lezing, gegevens, "inschrijving", G, 100);
    const vestiging = verplicht(lezing, gegevens, "vestiging", G, 100);
    const niveau = keuze(lezing, gegevens, "niveau", G, niveaus) ?? "lager";
    const leerjaar = geheel(lezing, gegevens, "leerjaar", G, 9);
    const administratieve_groep = vrij(lezing, gegevens, "administratieve_groep", G, 100);
    const { van, tot } = periode(lezing, gegevens, G);
    const status = keuze(lezing, gegevens, "status", G, ["gerealiseerd", "geannuleerd"]) ?? "gerealiseerd";
    const delen = inschrijvingDelen(
      t,
      instellingsnummer,
      stamnummer,
      inschrijving,
      vestiging,
      niveau,
      String(leerjaar),
      administratieve_groep,
      van,
      tot,
      status,
    );
    return {
      instellingsnummer,
      stamnummer: stamnummer.trim(),
      inschrijving: inschrijving.trim(),
      versie,
      inhoud: lezing.fout ? "0" : inhoudVan(geheim, delen),
      vestiging: vestiging.trim(),
      niveau,
      leerjaar,
      administratieve_groep: administratieve_groep?.trim() ?? null,
      van,
      tot,
      geannuleerd: status === "geannuleerd",
    };
  },

  directeursopdracht(
    lezing: Lezing,
    { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop,
  ): OpdrachtBericht {
    const instellingsnummer = instelling(lezing, sleutel);
    const opdracht = verplicht(lezing, gegevens, "opdracht", G, 100);
    const persoon = gegevens["persoon"];
    if (!isObject(persoon))
      meld(
        lezing,
        persoon === undefined || persoon === null ? "veld-ontbreekt" : "veld-ongeldig",
        `${G}persoon`,
      );
    const wie = isObject(persoon) ? persoon : {};
    const vo_id = verplicht(lezing, wie, "vo_id", `${G}persoon.`, 100);
    const naam = verplicht(lezing, wie, "naam", `${G}persoon.`, 200);
    const voornaam = verplicht(lezing, wie, "voornaam", `${G}persoon.`, 200);
    const verstuurd_op = verstuurd(lezing, gegevens);
    const vastbenoemd = ja(lezing, gegevens, "vastbenoemd", G);
    const { van, tot } = periode(lezing, gegevens, G);
    const delen = rij(
      "directeursopdracht",
      t,
      instellingsnummer,
      opdracht,
      vo_id,
      naam,
      voornaam,
      verstuurd_op,
      String(vastbenoemd),
      van,
      tot,
    );
    return {
      instellingsnummer,
      opdracht: opdracht.trim(),
      versie,
      inhoud: lezing.fout ? "0" : inhoudVan(geheim, delen),
      vo_id: vo_id.trim(),
      naam: naam.trim(),
      voornaam: voornaam.trim(),
      verstuurd_op,
      vastbenoemd,
      van,
      tot,
    };
  },
};

function instelling(lezing: Lezing, sleutel: Kop["sleutel"]) {
  const gelezen = nummer(lezing, sleutel, "instellingsnummer", S);
  if (gelezen === null) meld(lezing, "veld-ontbreekt", `${S}instellingsnummer`);
  return gelezen ?? ("000000" as NonNullable<typeof gelezen>);
}

/** The day an assignment was sent: a date, or an instant, of which the date in Brussels counts. */
function verstuurd(lezing: Lezing, gegevens: Kop["gegevens"]) {
  const waarde = gegevens["verstuurd_op"];
  if (typeof waarde !== "string" || waarde.length <= 10)
    return verplichteDatum(lezing, gegevens, "verstuurd_op", G);
  const moment = tijdstip(lezing, gegevens, "verstuurd_op");
  return datumOp(moment === "" ? 0 : Date.parse(moment));
}

/** Sites: numbers, or objects that have `vestiging` or `nummer` and maybe `naam` and `gemeente`. */
function leesVestigingen(lezing: Lezing, gegevens: Kop["gegevens"]): SchoolBericht["vestigingen"] {
  const lijst = gegevens["vestigingen"];
  if (lijst === undefined || lijst === null) return [];
  if (!Array.isArray(lijst) || lijst.length > 500) {
    meld(lezing, "veld-ongeldig", `${G}vestigingen`);
    return [];
  }
  const gevonden = new Map<string, SchoolBericht["vestigingen"][number]>();
  for (const [index, item] of lijst.entries()) {
    const pad = `${G}vestigingen.${index}.`;
    const los: Kop["gegevens"] = isObject(item) ? item : { vestiging: item };
    const vestiging = (
      tekst(lezing, los, "vestiging", pad, 100) ?? verplicht(lezing, los, "nummer", pad, 100)
    ).trim();
    if (vestiging === "" || gevonden.has(vestiging)) meld(lezing, "veld-ongeldig", `${pad}vestiging`);
    gevonden.set(vestiging, {
      vestiging,
      naam: vrij(lezing, los, "naam", pad, 200)?.trim() ?? null,
      gemeente: vrij(lezing, los, "gemeente", pad, 200)?.trim() ?? null,
    });
  }
  return [...gevonden.values()];
}

// JSON.parse keeps the last of two equal names without a word. A message that says two things is not ours to choose from
// (RFC 7493 2.3): there are as many colons outside of strings as names in the text.
function telDubbelePunten(regel: string): number {
  let aantal = 0;
  let binnen = false;
  for (let index = 0; index < regel.length; index++) {
    const teken = regel.charCodeAt(index);
    if (teken === 0x5c) index++;
    else if (teken === 0x22) binnen = !binnen;
    else if (teken === 0x3a && !binnen) aantal++;
  }
  return aantal;
}

function telSleutels(waarde: unknown, diepte: number): number {
  if (typeof waarde !== "object" || waarde === null) return 0;
  if (diepte > 20) return -1_000_000; // no message of ours nests; and the stack is finite
  let aantal = 0;
  if (Array.isArray(waarde)) {
    for (const deel of waarde) aantal += telSleutels(deel, diepte + 1);
    return aantal;
  }
  for (const naam in waarde) {
    aantal += 1;
    const deel = (waarde as Record<string, unknown>)[naam];
    if (typeof deel === "object") aantal += telSleutels(deel, diepte + 1);
  }
  return aantal;
}
