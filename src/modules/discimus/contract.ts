import { hash as digest } from "node:crypto";
import { datumOn } from "#platform/clock";
import type { InschrijvingBericht } from "#modules/inschrijvingen";
import { readInsz, type Insz, type LeerlingBericht } from "#modules/leerlingen";
import type { OpdrachtBericht } from "#modules/rechten";
import type { Niveau, SchoolBericht } from "#modules/scholen";
import {
  integer,
  isObject,
  boolean,
  keuze,
  report,
  number,
  object,
  period,
  textOf,
  momentOf,
  required,
  requiredDatum,
  optional,
  type Reading,
} from "./fields.ts";
import { quarantaineredenen, type Quarantainereden } from "./problems.ts";

/** A message of the feed that was read and found good. */
export type Bericht =
  | { readonly soort: "school"; readonly id: string; readonly bericht: SchoolBericht }
  | { readonly soort: "leerling"; readonly id: string; readonly bericht: LeerlingBericht }
  | { readonly soort: "inschrijving"; readonly id: string; readonly bericht: InschrijvingBericht }
  | { readonly soort: "directeursopdracht"; readonly id: string; readonly bericht: OpdrachtBericht };

/** Why a message was set apart, in the shape of the answer. */
export type Rejection = {
  readonly id: string | null;
  readonly code: Quarantainereden;
  /** Path of the field, such as `gegevens.insz`; null = the whole line. */
  readonly veld: string | null;
  readonly melding: string;
};

/** Longest line, in characters: a school with hundreds of sites takes some 40,000. */
export const langsteRegel = 100_000;

export function rejection(code: Quarantainereden, id: string | null, veld: string | null = null): Rejection {
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
export function contentOf(geheim: string, delen: string): string {
  return BigInt.asIntN(64, BigInt(`0x${digest("sha256", geheim + delen, "hex").slice(0, 16)}`)).toString();
}

const row = (...delen: readonly (string | null)[]): string => {
  let uit = "";
  for (const part of delen) uit += (part ?? niets) + scheiding;
  return uit;
};

/** What the hash of a pupil's message covers. */
export const leerlingParts = (
  t: string,
  i: string,
  s: string,
  naam: string,
  voornaam: string,
  insz: string | null,
  geboren: string,
): string => row("leerling", t, i, s, naam, voornaam, insz, geboren);

/** What the hash of an enrolment's message covers. */
export const inschrijvingParts = (
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
): string => row("inschrijving", t, i, s, inschrijving, vestiging, niveau, leerjaar, groep, van, tot, status);

/**
 * Reads and checks one line of the feed. Never throws, whatever the line holds. Unknown fields are ignored, absent optional ones
 * are null. `geheim`: see `contentOf`.
 */
export function readBericht(regel: string, geheim: string): Bericht | Rejection {
  if (regel.length > langsteRegel) return rejection("regel-te-lang", null);
  let bron: unknown;
  try {
    bron = JSON.parse(regel.charCodeAt(0) === 0xfeff ? regel.slice(1) : regel);
  } catch {
    return rejection("geen-json", null);
  }
  if (!isObject(bron)) return rejection("geen-json", null);
  const lezing: Reading = { fout: undefined };
  const id = required(lezing, bron, "id", "", 100).trim();
  const bekendId = lezing.fout ? null : id;
  const sleutels = countSleutels(bron, 0);
  if (sleutels < 0) return rejection("geen-json", bekendId);
  if (countColons(regel) !== sleutels) return rejection("dubbel-veld", bekendId);
  const soort = bron["soort"];
  const lezer =
    typeof soort === "string" && Object.hasOwn(lezers, soort) ? lezers[soort as Bericht["soort"]] : undefined;
  if (!lezer) {
    return soort === undefined || soort === null
      ? rejection("veld-ontbreekt", bekendId, "soort")
      : rejection("onbekende-soort", bekendId, "soort");
  }
  const kop: Kop = {
    tijdstip: momentOf(lezing, bron, "tijdstip"),
    versie: integer(lezing, bron, "versie", "", grootsteVersie),
    sleutel: object(lezing, bron, "sleutel"),
    gegevens: object(lezing, bron, "gegevens"),
    geheim,
  };
  const bericht = lezer(lezing, kop);
  if (lezing.fout) return rejection(lezing.fout.code, bekendId, lezing.fout.veld);
  return { soort, id, bericht } as Bericht;
}

export const isRejection = (gelezen: Bericht | Rejection): gelezen is Rejection => "melding" in gelezen;

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
  school(lezing: Reading, { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop): SchoolBericht {
    const instellingsnummer = settingInput(lezing, sleutel);
    const naam = required(lezing, gegevens, "naam", G, 200);
    const gemeente = required(lezing, gegevens, "gemeente", G, 200);
    const soorten = gegevens["niveaus"];
    if (
      !Array.isArray(soorten) ||
      soorten.length === 0 ||
      soorten.length > 10 ||
      !soorten.every((one) => niveaus.includes(one as Niveau))
    ) {
      report(
        lezing,
        soorten === undefined || soorten === null ? "veld-ontbreekt" : "veld-ongeldig",
        `${G}niveaus`,
      );
    }
    const { van, tot } = period(lezing, gegevens, G);
    const opvolger = number(lezing, gegevens, "opvolger", G);
    if (opvolger !== null && opvolger === instellingsnummer) report(lezing, "veld-ongeldig", `${G}opvolger`);
    const vestigingen = readVestigingen(lezing, gegevens);
    const uniek = niveaus.filter((one) => Array.isArray(soorten) && soorten.includes(one));
    const delen = row(
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
      inhoud: lezing.fout ? "0" : contentOf(geheim, delen),
      naam: naam.trim(),
      gemeente: gemeente.trim(),
      niveaus: uniek,
      van,
      tot,
      opvolger,
      vestigingen,
    };
  },

  leerling(lezing: Reading, { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop): LeerlingBericht {
    const instellingsnummer = settingInput(lezing, sleutel);
    const stamnummer = required(lezing, sleutel, "stamnummer", S, 50);
    const naam = required(lezing, gegevens, "naam", G, 200);
    const voornaam = required(lezing, gegevens, "voornaam", G, 200);
    const geboortedatum = requiredDatum(lezing, gegevens, "geboortedatum", G);
    const opgegeven = gegevens["insz"];
    let insz: Insz | null = null;
    if (opgegeven !== undefined && opgegeven !== null) {
      insz = typeof opgegeven === "string" ? (readInsz(opgegeven) ?? null) : null;
      if (insz === null) report(lezing, "insz-ongeldig", `${G}insz`);
    }
    const inhoud = lezing.fout
      ? "0"
      : contentOf(
          geheim,
          leerlingParts(t, instellingsnummer, stamnummer, naam, voornaam, insz, geboortedatum),
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

  inschrijving(
    lezing: Reading,
    { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop,
  ): InschrijvingBericht {
    const instellingsnummer = settingInput(lezing, sleutel);
    const stamnummer = required(lezing, sleutel, "stamnummer", S, 50);
    const inschrijving = required(lezing, gegevens, "inschrijving", G, 100);
    const vestiging = required(lezing, gegevens, "vestiging", G, 100);
    const niveau = keuze(lezing, gegevens, "niveau", G, niveaus) ?? "lager";
    const leerjaar = integer(lezing, gegevens, "leerjaar", G, 9);
    const administratieve_groep = optional(lezing, gegevens, "administratieve_groep", G, 100);
    const { van, tot } = period(lezing, gegevens, G);
    const status = keuze(lezing, gegevens, "status", G, ["gerealiseerd", "geannuleerd"]) ?? "gerealiseerd";
    const delen = inschrijvingParts(
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
      inhoud: lezing.fout ? "0" : contentOf(geheim, delen),
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
    lezing: Reading,
    { tijdstip: t, versie, sleutel, gegevens, geheim }: Kop,
  ): OpdrachtBericht {
    const instellingsnummer = settingInput(lezing, sleutel);
    const opdracht = required(lezing, gegevens, "opdracht", G, 100);
    const persoon = gegevens["persoon"];
    if (!isObject(persoon))
      report(
        lezing,
        persoon === undefined || persoon === null ? "veld-ontbreekt" : "veld-ongeldig",
        `${G}persoon`,
      );
    const wie = isObject(persoon) ? persoon : {};
    const vo_id = required(lezing, wie, "vo_id", `${G}persoon.`, 100);
    const naam = required(lezing, wie, "naam", `${G}persoon.`, 200);
    const voornaam = required(lezing, wie, "voornaam", `${G}persoon.`, 200);
    const verstuurd_op = sentAt(lezing, gegevens);
    const vastbenoemd = boolean(lezing, gegevens, "vastbenoemd", G);
    const { van, tot } = period(lezing, gegevens, G);
    const delen = row(
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
      inhoud: lezing.fout ? "0" : contentOf(geheim, delen),
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

function settingInput(lezing: Reading, sleutel: Kop["sleutel"]) {
  const gelezen = number(lezing, sleutel, "instellingsnummer", S);
  if (gelezen === null) report(lezing, "veld-ontbreekt", `${S}instellingsnummer`);
  return gelezen ?? ("000000" as NonNullable<typeof gelezen>);
}

/** The day an assignment was sent: a date, or an instant, of which the date in Brussels counts. */
function sentAt(lezing: Reading, gegevens: Kop["gegevens"]) {
  const value = gegevens["verstuurd_op"];
  if (typeof value !== "string" || value.length <= 10)
    return requiredDatum(lezing, gegevens, "verstuurd_op", G);
  const moment = momentOf(lezing, gegevens, "verstuurd_op");
  return datumOn(moment === "" ? 0 : Date.parse(moment));
}

/** Sites: numbers, or objects that have `vestiging` or `nummer` and maybe `naam` and `gemeente`. */
function readVestigingen(lezing: Reading, gegevens: Kop["gegevens"]): SchoolBericht["vestigingen"] {
  const list = gegevens["vestigingen"];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list) || list.length > 500) {
    report(lezing, "veld-ongeldig", `${G}vestigingen`);
    return [];
  }
  const found = new Map<string, SchoolBericht["vestigingen"][number]>();
  for (const [index, item] of list.entries()) {
    const path = `${G}vestigingen.${index}.`;
    const los: Kop["gegevens"] = isObject(item) ? item : { vestiging: item };
    const vestiging = (
      textOf(lezing, los, "vestiging", path, 100) ?? required(lezing, los, "nummer", path, 100)
    ).trim();
    if (vestiging === "" || found.has(vestiging)) report(lezing, "veld-ongeldig", `${path}vestiging`);
    found.set(vestiging, {
      vestiging,
      naam: optional(lezing, los, "naam", path, 200)?.trim() ?? null,
      gemeente: optional(lezing, los, "gemeente", path, 200)?.trim() ?? null,
    });
  }
  return [...found.values()];
}

// JSON.parse keeps the last of two equal names without a word. A message that says two things is not ours to choose from
// (RFC 7493 2.3): there are as many colons outside of strings as names in the text.
function countColons(regel: string): number {
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

function countSleutels(value: unknown, diepte: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (diepte > 20) return -1_000_000; // no message of ours nests; and the stack is finite
  let aantal = 0;
  if (Array.isArray(value)) {
    for (const part of value) aantal += countSleutels(part, diepte + 1);
    return aantal;
  }
  for (const naam in value) {
    aantal += 1;
    const part = (value as Record<string, unknown>)[naam];
    if (typeof part === "object") aantal += countSleutels(part, diepte + 1);
  }
  return aantal;
}
