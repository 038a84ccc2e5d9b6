import { parse, CsvError } from "csv-parse/sync";
import { z } from "zod";
import { datumlezer, isDateFormat } from "./dates.ts";
import { PakketError } from "./problem.ts";

/** A column: by its name in the header row, or by its place (1 is the first). */
const kolom = z.union([z.string().min(1), z.int().min(1).max(500)]);
type Column = z.output<typeof kolom>;

/** One value out of one or more columns, with a text between them: leerjaar 3 and letter A make 3A. */
const samengesteld = z.strictObject({
  kolommen: z.array(kolom).min(1).max(5),
  tussen: z.string().max(5).default(""),
});

/** How the export of a package looks. Declared, so that a package needs no code here. */
export const mappingSchema = z
  .strictObject({
    pakket: z.string().min(1).max(60),
    codering: z.enum(["utf-8", "windows-1252", "iso-8859-15", "utf-16le"]),
    scheiding: z.enum([";", ",", "\t", "|"]),
    aanhaling: z.enum(['"', "'", "geen"]).default('"'),
    /** Lines before the header row or the first pupil. */
    sla_over: z.int().min(0).max(100).default(0),
    /** Is there a row with the names of the columns? Without, columns are said by their place. */
    kop: z.boolean().default(true),
    datum: z
      .string()
      .refine(isDateFormat, "schrijf de vorm met jjjj, mm en dd, zoals dd/mm/jjjj")
      .default("dd/mm/jjjj"),
    stamnummer: kolom,
    instellingsnummer: kolom.optional(),
    van: kolom.optional(),
    tot: kolom.optional(),
    klas: samengesteld,
    subklas: samengesteld.optional(),
    /** The class holds the subclass too: split at the first of these texts, `1A/LAT`. */
    splits: z.string().min(1).max(5).optional(),
    /** Rows that count; all others are skipped. */
    filter: z
      .array(
        z.strictObject({
          kolom,
          is: z.array(z.string()).min(1).optional(),
          is_niet: z.array(z.string()).min(1).optional(),
        }),
      )
      .default([]),
  })
  .refine((one) => one.splits === undefined || one.subklas === undefined, {
    error: "gebruik splits of subklas, niet allebei",
    path: ["splits"],
  })
  .refine((one) => one.kop || columnsOf(one).every((naam) => typeof naam === "number"), {
    error: "zonder kop noem je kolommen met hun plaats (1, 2, 3…)",
    path: ["kop"],
  });
export type Mapping = z.output<typeof mappingSchema>;

/** A pupil in a class, as the export has it. */
export type Regel = {
  /** Line of the export. */
  readonly rij: number;
  readonly stamnummer: string;
  readonly klas: string;
  readonly subklas: string | null;
  /** `YYYY-MM-DD`; null when the export does not say. */
  readonly van: string | null;
  readonly tot: string | null;
};
/** A row that cannot be used, with the reason. */
export type WrongRow = { readonly rij: number; readonly stamnummer: string | null; readonly melding: string };
export type ReadResult = {
  readonly regels: readonly Regel[];
  readonly fouten: readonly WrongRow[];
  /** Rows that the filter leaves out, or of another school. */
  readonly overgeslagen: number;
};

function columnsOf(one: {
  readonly stamnummer: Column;
  readonly instellingsnummer?: Column | undefined;
  readonly van?: Column | undefined;
  readonly tot?: Column | undefined;
  readonly klas: { readonly kolommen: readonly Column[] };
  readonly subklas?: { readonly kolommen: readonly Column[] } | undefined;
  readonly filter: readonly { readonly kolom: Column }[];
}): readonly Column[] {
  const los = [one.stamnummer, one.instellingsnummer, one.van, one.tot].flatMap((naam) => naam ?? []);
  return [
    ...los,
    ...one.klas.kolommen,
    ...(one.subklas?.kolommen ?? []),
    ...one.filter.map((part) => part.kolom),
  ];
}

/** Bytes to text. What does not fit the declared encoding is refused: a wrong guess would send spoiled class names. */
export function readText(bytes: Uint8Array, codering: Mapping["codering"]): string {
  const begin = Buffer.from(bytes.subarray(0, 3)).toString("hex");
  const merk = begin.startsWith("fffe") ? "utf-16le" : begin === "efbbbf" ? "utf-8" : undefined;
  const zegt = `De mapping zegt ${codering}. Pas de codering van de mapping of van de export aan.`;
  if (merk !== undefined && merk !== codering) throw new PakketError(`De export is ${merk}. ${zegt}`);
  if (codering !== "utf-8" && codering !== "utf-16le" && isUtf8WithAccenten(bytes))
    throw new PakketError(`De export lijkt utf-8. ${zegt}`);
  try {
    return new TextDecoder(codering, { fatal: true }).decode(bytes);
  } catch {
    throw new PakketError(
      `De export is niet te lezen als ${codering}. Pas de codering van de mapping of van de export aan.`,
    );
  }
}

/** Text of one byte a character that by chance is valid UTF-8 beyond ASCII does not occur in names. */
function isUtf8WithAccenten(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte < 0x80)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const langsteKlas = 50;
const tidy = (text: string): string => text.normalize("NFC").replaceAll(/\s+/gu, " ").trim();

/**
 * Reads an export by its mapping.
 * @throws PakketError when the file as a whole is not what the mapping says; nothing of it may be used then
 */
export function readExport(bytes: Uint8Array, mapping: Mapping, instellingsnummer: string): ReadResult {
  const rows = readRows(readText(bytes, mapping.codering), mapping);
  const first = rows[0];
  if (first === undefined) throw new PakketError("De export is leeg.");
  const breedte = first.cellen.length;
  const plaats = places(mapping, first.cellen);
  const datum = datumlezer(mapping.datum);
  const regels: Regel[] = [];
  const fouten: WrongRow[] = [];
  let overgeslagen = 0;
  for (const { rij, cellen } of mapping.kop ? rows.slice(1) : rows) {
    const cell = (naam: Column): string => tidy(cellen[plaats(naam)] ?? "");
    const addError = (melding: string, stamnummer: string | null = null) =>
      fouten.push({ rij, stamnummer, melding });
    if (cellen.length !== breedte) {
      addError(`De rij heeft ${cellen.length} kolommen in plaats van ${breedte}.`);
      continue;
    }
    const telt = mapping.filter.every(({ kolom, is, is_niet: niet }) => {
      const value = cell(kolom);
      return (is?.includes(value) ?? true) && !(niet?.includes(value) ?? false);
    });
    if (
      !telt ||
      (mapping.instellingsnummer !== undefined && cell(mapping.instellingsnummer) !== instellingsnummer)
    ) {
      overgeslagen += 1;
      continue;
    }
    const stamnummer = cell(mapping.stamnummer);
    if (stamnummer === "") {
      addError("Er staat geen stamnummer.");
      continue;
    }
    const { klas, subklas } = klasOf(mapping, cell);
    const van = mapping.van === undefined ? null : datum(cell(mapping.van));
    const tot = mapping.tot === undefined ? null : datum(cell(mapping.tot));
    if (klas === "") addError("Er staat geen klas.", stamnummer);
    else if (van === undefined || tot === undefined)
      addError(
        `De datum in kolom "${van === undefined ? mapping.van : mapping.tot}" heeft niet de vorm ${mapping.datum}.`,
        stamnummer,
      );
    else if (van !== null && tot !== null && van > tot)
      addError("Het einde ligt voor het begin.", stamnummer);
    else if ([klas, subklas ?? ""].some((naam) => naam.length > langsteKlas))
      addError(`De naam van de klas of subklas is langer dan ${langsteKlas} tekens.`, stamnummer);
    else if ([klas, subklas ?? ""].some((naam) => /\p{Cc}|\p{Cf}|\uFFFD/u.test(naam)))
      addError("In de naam van de klas of subklas staat een onzichtbaar of beschadigd teken.", stamnummer);
    else regels.push({ rij, stamnummer, klas, subklas, van, tot });
  }
  return { regels, fouten, overgeslagen };
}

function readRows(
  text: string,
  mapping: Mapping,
): readonly { readonly rij: number; readonly cellen: readonly string[] }[] {
  try {
    const gelezen: unknown = parse(text, {
      bom: true,
      delimiter: mapping.scheiding,
      quote: mapping.aanhaling === "geen" ? false : mapping.aanhaling,
      from_line: mapping.sla_over + 1,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    });
    return (
      gelezen as { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
    ).map(({ record, info }) => ({ rij: info.lines, cellen: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const regel = (error as { lines?: unknown }).lines;
    throw new PakketError(
      `De aanhalingstekens in de export kloppen niet${typeof regel === "number" ? `, rond regel ${regel}` : ""}. Er is niets gebruikt.`,
    );
  }
}

/** Where each column of the mapping stands; every one that is not there is named at once. */
function places(mapping: Mapping, kop: readonly string[]): (naam: Column) => number {
  const namen = kop.map(tidy);
  const index = (naam: Column): number => (typeof naam === "number" ? naam - 1 : namen.indexOf(naam));
  const weg = [...new Set(columnsOf(mapping))].filter((naam) => index(naam) < 0 || index(naam) >= kop.length);
  if (weg.length > 0)
    throw new PakketError(
      `In de export ${weg.length === 1 ? "ontbreekt de kolom" : "ontbreken de kolommen"} ${weg.map((naam) => `"${naam}"`).join(", ")}. ` +
        `Klopt de mapping van ${mapping.pakket}, en de scheiding "${mapping.scheiding === "\t" ? "tab" : mapping.scheiding}"?`,
    );
  const dubbel = columnsOf(mapping).find(
    (naam) => typeof naam === "string" && namen.filter((one) => one === naam).length > 1,
  );
  if (dubbel !== undefined) throw new PakketError(`De kolom "${dubbel}" staat tweemaal in de export.`);
  return index;
}

function klasOf(
  mapping: Mapping,
  cell: (naam: Column) => string,
): { readonly klas: string; readonly subklas: string | null } {
  const join = ({ kolommen, tussen }: z.output<typeof samengesteld>) => {
    const delen = kolommen.map(cell);
    // Half of a composed name is no name: a letter without its year would be a class of its own.
    return delen.includes("") ? "" : tidy(delen.join(tussen));
  };
  const geheel = join(mapping.klas);
  if (mapping.splits === undefined)
    return { klas: geheel, subklas: (mapping.subklas && join(mapping.subklas)) || null };
  const [klas = "", ...rest] = geheel.split(mapping.splits);
  return { klas: tidy(klas), subklas: tidy(rest.join(mapping.splits)) || null };
}
