/** A pupil as a package has him. Names stand in an export; the connector reads none of them. */
export type PakketLeerling = {
  readonly instellingsnummer: string;
  readonly stamnummer: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly klas: string;
  readonly subklas: string | null;
  /** Enrolment, `YYYY-MM-DD`. */
  readonly van: string;
  readonly tot: string | null;
  readonly ingeschreven: boolean;
};

type Layout<Naam extends string> = {
  readonly pakket: Naam;
  readonly naam: string;
  /** The school of the demo that uses it. */
  readonly school: string;
  /** When it delivers every night, as somebody set it at the beginning of the school year (R72). */
  readonly nacht: string;
  readonly bestand: string;
  /** What a person sees of it: encoding, separator, dates. */
  readonly uitleg: string;
  /** The text of the export, to look at. */
  readonly textOf: (leerlingen: readonly PakketLeerling[], school: string) => string;
  readonly bytes: (text: string) => Buffer;
  /** What the fields of a class may hold here, with a sentence for who types something else. */
  readonly klasvorm: RegExp;
  readonly klasuitleg: string;
};

const compact = (datum: string | null): string => (datum ?? "").replaceAll("-", "");
const slashed = (datum: string | null): string => (datum ?? "").split("-").toReversed().join("/");

/** Text to one byte a character; what the encoding does not have becomes a question mark, as such programs do. */
function singleByte(codering: "windows-1252" | "iso-8859-15"): (text: string) => Buffer {
  const lezer = new TextDecoder(codering);
  const tabel = new Map(
    Array.from({ length: 256 }, (_, byte) => [lezer.decode(Uint8Array.of(byte)), byte] as const),
  );
  return (text) => Buffer.from(Array.from(text.normalize("NFC"), (teken) => tabel.get(teken) ?? 63));
}

const wisa: Layout<"wisa"> = {
  pakket: "wisa",
  naam: "Wisa",
  school: "999001",
  nacht: "00:00",
  bestand: "wisa.csv",
  uitleg:
    "windows-1252, puntkomma, datum als 01/09/2026, kop met namen in hoofdletters; wie vertrok, heeft status U",
  textOf: (leerlingen) => {
    const cell = (text: string) => (/[;"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const rows = leerlingen.map((one) =>
      [
        one.instellingsnummer,
        one.stamnummer,
        one.naam,
        one.voornaam,
        one.klas,
        one.subklas ?? "",
        slashed(one.van),
        slashed(one.tot),
        one.ingeschreven ? "I" : "U",
      ]
        .map(cell)
        .join(";"),
    );
    return `${["INSTELLING;STAMNR;NAAM;VOORNAAM;KLAS;KLASGROEP;VAN;TOT;STATUS", ...rows].join("\r\n")}\r\n`;
  },
  bytes: singleByte("windows-1252"),
  klasvorm: /^[\p{L}\d][\p{L}\d .+-]{0,19}$/u,
  klasuitleg: "Letters en cijfers, zoals 3A.",
};

const informat: Layout<"informat"> = {
  pakket: "informat",
  naam: "Informat",
  school: "999002",
  nacht: "01:20",
  bestand: "informat.txt",
  uitleg: "UTF-16, tabs, een titel boven de kop, datum als 2026-09-01; de klas staat in twee kolommen",
  textOf: (leerlingen, school) => {
    const rows = leerlingen
      .filter((one) => one.ingeschreven)
      .map((one) => {
        const [, jaar = "", letter = ""] = /^(\d)(.*)$/.exec(one.klas) ?? [];
        return [
          one.stamnummer,
          one.naam,
          one.voornaam,
          jaar,
          letter,
          one.subklas ?? "",
          one.van,
          one.tot ?? "",
          "regelmatig",
        ].join("\t");
      });
    const kop = "Stamboeknummer\tNaam\tVoornaam\tLeerjaar\tKlasletter\tRichting\tBegindatum\tEinddatum\tType";
    return `${[`Klaslijst ${school}`, kop, ...rows].join("\r\n")}\r\n`;
  },
  bytes: (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  klasvorm: /^[1-7][A-Z]{1,3}$/,
  klasuitleg: "Het leerjaar en een of meer hoofdletters, zoals 1A.",
};

const broekx: Layout<"broekx"> = {
  pakket: "broekx",
  naam: "Broekx",
  school: "999003",
  nacht: "02:40",
  bestand: "broekx.csv",
  uitleg:
    "ISO 8859-15, komma, alles tussen aanhalingstekens, geen kop, datum als 20260901; klas en subklas in één kolom",
  textOf: (leerlingen) => {
    const rows = leerlingen
      .filter((one) => one.ingeschreven)
      .map((one) =>
        [
          one.stamnummer,
          one.naam,
          one.voornaam,
          one.klas + (one.subklas === null ? "" : `/${one.subklas}`),
          compact(one.van),
          compact(one.tot),
        ]
          .map((text) => `"${text.replaceAll('"', '""')}"`)
          .join(","),
      );
    return `${rows.join("\n")}\n`;
  },
  bytes: singleByte("iso-8859-15"),
  klasvorm: /^[\p{L}\d][\p{L}\d .+-]{0,19}$/u,
  klasuitleg: "Letters en cijfers, zoals 1A; geen schuine streep.",
};

/** The packages of the demo: all that it has for each of them begins here. */
const pakketten = [wisa, informat, broekx];
export type Pakketnaam = (typeof pakketten)[number]["pakket"];
export const layouts = Object.fromEntries(pakketten.map((een) => [een.pakket, een])) as Readonly<
  Record<Pakketnaam, Layout<Pakketnaam>>
>;
