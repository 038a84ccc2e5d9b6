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
  readonly tekst: (leerlingen: readonly PakketLeerling[], school: string) => string;
  readonly bytes: (tekst: string) => Buffer;
  /** What the fields of a class may hold here, with a sentence for who types something else. */
  readonly klasvorm: RegExp;
  readonly klasuitleg: string;
};

const compact = (datum: string | null): string => (datum ?? "").replaceAll("-", "");
const schuin = (datum: string | null): string => (datum ?? "").split("-").toReversed().join("/");

/** Text to one byte a character; what the encoding does not have becomes a question mark, as such programs do. */
function enkeleByte(codering: "windows-1252" | "iso-8859-15"): (tekst: string) => Buffer {
  const lezer = new TextDecoder(codering);
  const tabel = new Map(
    Array.from({ length: 256 }, (_, byte) => [lezer.decode(Uint8Array.of(byte)), byte] as const),
  );
  return (tekst) => Buffer.from(Array.from(tekst.normalize("NFC"), (teken) => tabel.get(teken) ?? 63));
}

const wisa: Layout = {
  pakket: "wisa",
  naam: "Wisa",
  bestand: "wisa.csv",
  uitleg:
    "windows-1252, puntkomma, datum als 01/09/2026, kop met namen in hoofdletters; wie vertrok, heeft status U",
  tekst: (leerlingen) => {
    const cel = (tekst: string) => (/[;"]/.test(tekst) ? `"${tekst.replaceAll('"', '""')}"` : tekst);
    const rijen = leerlingen.map((een) =>
      [
        een.instellingsnummer,
        een.stamnummer,
        een.naam,
        een.voornaam,
        een.klas,
        een.subklas ?? "",
        schuin(een.van),
        schuin(een.tot),
        een.ingeschreven ? "I" : "U",
      ]
        .map(cel)
        .join(";"),
    );
    return `${["INSTELLING;STAMNR;NAAM;VOORNAAM;KLAS;KLASGROEP;VAN;TOT;STATUS", ...rijen].join("\r\n")}\r\n`;
  },
  bytes: enkeleByte("windows-1252"),
  klasvorm: /^[\p{L}\d][\p{L}\d .+-]{0,19}$/u,
  klasuitleg: "Letters en cijfers, zoals 3A.",
};

const informat: Layout = {
  pakket: "informat",
  naam: "Informat",
  bestand: "informat.txt",
  uitleg: "UTF-16, tabs, een titel boven de kop, datum als 2026-09-01; de klas staat in twee kolommen",
  tekst: (leerlingen, school) => {
    const rijen = leerlingen
      .filter((een) => een.ingeschreven)
      .map((een) => {
        const [, jaar = "", letter = ""] = /^(\d)(.*)$/.exec(een.klas) ?? [];
        return [
          een.stamnummer,
          een.naam,
          een.voornaam,
          jaar,
          letter,
          een.subklas ?? "",
          een.van,
          een.tot ?? "",
          "regelmatig",
        ].join("\t");
      });
    const kop = "Stamboeknummer\tNaam\tVoornaam\tLeerjaar\tKlasletter\tRichting\tBegindatum\tEinddatum\tType";
    return `${[`Klaslijst ${school}`, kop, ...rijen].join("\r\n")}\r\n`;
  },
  bytes: (tekst) => Buffer.from(`\uFEFF${tekst}`, "utf16le"),
  klasvorm: /^[1-7][A-Z]{1,3}$/,
  klasuitleg: "Het leerjaar en een of meer hoofdletters, zoals 1A.",
};

const broekx: Layout = {
  pakket: "broekx",
  naam: "Broekx",
  bestand: "broekx.csv",
  uitleg:
    "ISO 8859-15, komma, alles tussen aanhalingstekens, geen kop, datum als 20260901; klas en subklas in één kolom",
  tekst: (leerlingen) => {
    const rijen = leerlingen
      .filter((een) => een.ingeschreven)
      .map((een) =>
        [
          een.stamnummer,
          een.naam,
          een.voornaam,
          een.klas + (een.subklas === null ? "" : `/${een.subklas}`),
          compact(een.van),
          compact(een.tot),
        ]
          .map((tekst) => `"${tekst.replaceAll('"', '""')}"`)
          .join(","),
      );
    return `${rijen.join("\n")}\n`;
  },
  bytes: enkeleByte("iso-8859-15"),
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
