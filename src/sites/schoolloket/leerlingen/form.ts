import {
  sorteringen,
  statussen,
  type Filter,
  type Groep,
  type Klaskeuze,
  type Sortering,
  type Status,
} from "#modules/leerlingbeheer";

/** What the address of the list asks: the address is the state of the page. */
export type Lijstvraag = {
  readonly filter: Filter;
  readonly sorteer: Sortering;
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

/** Reads the fields of the filter; what does not exist is left out, as if it was not asked. */
export function leesVraag(velden: URLSearchParams): Lijstvraag {
  const tekst = (naam: string) => velden.get(naam)?.trim() ?? "";
  const een = <T extends string>(naam: string, keuzes: readonly T[]) =>
    keuzes.find((keuze) => keuze === tekst(naam));
  const zoek = tekst("zoek").slice(0, 100);
  const niveau = een("niveau", ["kleuter", "lager", "secundair"] as const);
  const groep = tekst("groep").slice(0, 100);
  const klas = leesKlas(tekst("klas"));
  const status = een("status", statussen);
  const bladzijde = /^[1-9]\d{0,3}$/.test(tekst("bladzijde")) ? Number(tekst("bladzijde")) : 1;
  return {
    filter: {
      ...(zoek && { zoek }),
      ...(niveau && { niveau }),
      ...(/^\d$/.test(tekst("leerjaar")) && { leerjaar: Number(tekst("leerjaar")) }),
      ...(groep && { groep: groep === geen ? null : groep }),
      ...(klas !== undefined && { klas }),
      ...(status && { status }),
    },
    sorteer: een("sorteer", sorteringen) ?? "naam",
    bladzijde,
  };
}

/** The same as fields of a form. */
export function veldenVan({ filter, sorteer, bladzijde }: Lijstvraag): Record<string, string> {
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
export function adresVan(vraag: Lijstvraag): string {
  const query = new URLSearchParams(veldenVan(vraag)).toString();
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
export function leesKlas(tekst: string): Klaskeuze | null | undefined {
  if (tekst === geen) return null;
  const [klas = "", subklas, ...rest] = tekst.split("/").map(ontcijfer);
  if (klas === "" || klas.length > 50 || rest.length > 0) return undefined;
  if (subklas === undefined) return { klas };
  return subklas === "" || subklas.length > 50 ? undefined : { klas, subklas };
}

function ontcijfer(deel: string): string {
  try {
    return decodeURIComponent(deel);
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
