import { z } from "zod";
import { accountUuid, cut, fieldReader, oneOf, type Read } from "#platform/route";
import {
  sorteringen,
  statussen,
  type Filter,
  type Groep,
  type Klaskeuze,
  type SortOrder,
  type Status,
} from "#modules/leerlingbeheer";

/** What the address of the list asks: the address is the state of the page. */
export type ListQuery = {
  readonly filter: Filter;
  readonly sorteer: SortOrder;
  readonly bladzijde: number;
};

export const statusnamen: Readonly<Record<Status, string>> = {
  nieuw: "Nieuw",
  aangepast: "Aangepast",
  "niet-uitgereikt": "Nog niet uitgereikt",
  "nooit-aangemeld": "Nooit aangemeld",
  "zonder-insz": "Zonder INSZ",
  uitgeschreven: "Uitgeschreven",
};
export const niveaunamen: Readonly<Record<Groep["niveau"], string>> = {
  kleuter: "Kleuter",
  lager: "Lager",
  secundair: "Secundair",
};
/** In an address: pupils without a group, or without a class. */
const geen = "*geen*";
const bladzijde = z
  .string()
  .regex(/^[1-9]\d{0,3}$/)
  .transform(Number);

/** What an address of the list may ask; what does not exist is left out, as if it was not asked. */
export const vraagvelden = {
  zoek: cut(100),
  niveau: oneOf(["kleuter", "lager", "secundair"]),
  leerjaar: z.string().regex(/^\d$/).transform(Number).optional().catch(undefined),
  groep: cut(100).transform((naam) => (naam === geen ? null : naam || undefined)),
  klas: cut(1000).transform((value) => readKlas(value)),
  status: oneOf(statussen),
  sorteer: z.enum(sorteringen).catch("naam"),
  bladzijde: bladzijde.catch(1),
};

/** For whom a form of ours asks a print: the selection, the new accounts of a class or group, or the pupils that it names. */
export const gevraagd = {
  selectie: z.literal("1").optional(),
  nieuw: z.literal("1").optional(),
  niveau: vraagvelden.niveau,
  leerjaar: vraagvelden.leerjaar,
  groep: vraagvelden.groep,
  klas: vraagvelden.klas,
  account: z.array(accountUuid).default([]),
};

/** What the buttons below the list do with the selection; with the last three one is asked what to print first. */
export const afdrukActies = ["afdrukken", "wachtwoord", "badge"] as const;
const leesAdres = fieldReader(vraagvelden, { strict: false });

/** The form around the list: what is ticked, what was, what the list showed, and what the button says. */
export const keuzevelden = {
  leerling: z.array(accountUuid).default([]),
  was: z
    .string()
    .default("")
    .transform((list) => list.split(",").filter(Boolean))
    .pipe(z.array(accountUuid)),
  vraag: z
    .string()
    .max(5000)
    .default("")
    .transform((adres) => readVraag(leesAdres(adres, "vraag"))),
  actie: z.enum(["bewaar", "kies-alles", "wis", "exporteren", ...afdrukActies]).optional(),
  naar: bladzijde.optional(),
  sorteer: z.enum(sorteringen).optional(),
};

export function readVraag(velden: Read<typeof vraagvelden>): ListQuery {
  const { zoek, niveau, leerjaar, groep, klas, status, sorteer, bladzijde } = velden;
  return {
    filter: {
      ...(zoek && { zoek }),
      ...(niveau && { niveau }),
      ...(leerjaar !== undefined && { leerjaar }),
      ...(groep !== undefined && { groep }),
      ...(klas !== undefined && { klas }),
      ...(status && { status }),
    },
    sorteer,
    bladzijde,
  };
}

/** The same as fields of a form. */
export function fieldsOf({ filter, sorteer, bladzijde }: ListQuery): Record<string, string> {
  return {
    ...(filter.zoek && { zoek: filter.zoek }),
    ...(filter.niveau && { niveau: filter.niveau }),
    ...(filter.leerjaar !== undefined && { leerjaar: String(filter.leerjaar) }),
    ...(filter.groep !== undefined && { groep: filter.groep ?? geen }),
    ...(filter.klas !== undefined && { klas: klaswaarde(filter.klas) }),
    ...(filter.status && { status: filter.status }),
    ...(sorteer !== "naam" && { sorteer }),
    ...(bladzijde > 1 && { bladzijde: String(bladzijde) }),
  };
}

/** The address of the list with this question; a change of filter or order begins at the first page. */
export function addressOf(vraag: ListQuery): string {
  const query = new URLSearchParams(fieldsOf(vraag)).toString();
  return query === "" ? "/leerid-beheer" : `/leerid-beheer?${query}`;
}

/** The value of a group in the filter. */
export const groepwaarde = (groep: string | null): string => groep ?? geen;
export const groepnaam = (groep: string | null): string => groep ?? "zonder groep";

/** A class or subclass in a form and an address: `3A`, or `3A/3Aa`. A name holds whatever the school likes, so it is escaped. */
export const klaswaarde = (keuze: Klaskeuze | null): string =>
  keuze === null
    ? geen
    : [keuze.klas, ...(keuze.subklas === undefined ? [] : [keuze.subklas])].map(encodeURIComponent).join("/");

/** The same, read; undefined for what is none. */
export function readKlas(text: string): Klaskeuze | null | undefined {
  if (text === geen) return null;
  const [klas = "", subklas, ...rest] = text.split("/").map(decrypt);
  if (klas === "" || klas.length > 50 || rest.length > 0) return undefined;
  if (subklas === undefined) return { klas };
  return subklas === "" || subklas.length > 50 ? undefined : { klas, subklas };
}

function decrypt(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** In words: `3A`, or `3A, 3Aa`. */
export const klasnaam = (keuze: Klaskeuze | null): string =>
  keuze === null
    ? "zonder klas"
    : keuze.subklas === undefined
      ? keuze.klas
      : `${keuze.klas}, ${keuze.subklas}`;
