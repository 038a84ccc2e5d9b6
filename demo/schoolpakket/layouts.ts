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

export type Pakketnaam = "wisa" | "informat" | "broekx";
type Layout = {
  readonly pakket: Pakketnaam;
  readonly naam: string;
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

const wisa: Layout = {
  pakket: "wisa",
  naam: "Wisa",
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

const informat: Layout = {
  pakket: "informat",
  naam: "Informat",
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

const broekx: Layout = {
  pakket: "broekx",
  naam: "Broekx",
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

export const layouts: Readonly<Record<Pakketnaam, Layout>> = { wisa, informat, broekx };

/** The schools of the demo that have a package (interface contract: Demo schools). */
export const scholenVan: Readonly<Record<Pakketnaam, string>> = {
  wisa: "999001",
  informat: "999002",
  broekx: "999003",
};
