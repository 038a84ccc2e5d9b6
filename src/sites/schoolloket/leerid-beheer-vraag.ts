import {
  sorteringen,
  statussen,
  type Filter,
  type Groep,
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
/** In an address: pupils without a group. */
const geenGroep = "*geen*";

/** Reads the fields of the filter; what does not exist is left out, as if it was not asked. */
export function leesVraag(velden: URLSearchParams): Lijstvraag {
  const tekst = (naam: string) => velden.get(naam)?.trim() ?? "";
  const een = <T extends string>(naam: string, keuzes: readonly T[]) =>
    keuzes.find((keuze) => keuze === tekst(naam));
  const zoek = tekst("zoek").slice(0, 100);
  const niveau = een("niveau", ["kleuter", "lager", "secundair"] as const);
  const groep = tekst("groep").slice(0, 100);
  const status = een("status", statussen);
  const bladzijde = /^[1-9]\d{0,3}$/.test(tekst("bladzijde")) ? Number(tekst("bladzijde")) : 1;
  return {
    filter: {
      ...(zoek && { zoek }),
      ...(niveau && { niveau }),
      ...(/^\d$/.test(tekst("leerjaar")) && { leerjaar: Number(tekst("leerjaar")) }),
      ...(groep && { groep: groep === geenGroep ? null : groep }),
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
    ...(filter.groep !== undefined && { groep: filter.groep ?? geenGroep }),
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
export const groepwaarde = (groep: string | null): string => groep ?? geenGroep;
export const groepnaam = (groep: string | null): string => groep ?? "zonder groep";
