import { createHmac, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { woorden } from "./names.ts";

/** What the demo remembers of itself between two starts. */
export type Stand = {
  /** Made once: from it follow the secrets of the clients and the pupils' passwords. */
  readonly zaad: string;
  /** The school year that the world was made for. It stays when the world gets older. */
  readonly schooljaar: number;
  /** account_uuid of the case `gewoon`: tells whether the database still holds the same world. */
  readonly gewoon: string | null;
  /** How many registrations were loaded. */
  readonly leerlingen: number;
  /** Applications were chosen and made visible. */
  readonly zichtbaar: boolean;
  /** Schools agreed to share their classes, and their packages delivered them once. */
  readonly gedeeld: boolean;
  readonly geleverd: boolean;
  /** Passwords that stand in the database, by `instellingsnummer/stamnummer`. */
  readonly wachtwoorden: Readonly<Record<string, string>>;
};

export type DataFolder = {
  readonly stand: () => Stand;
  bewaar(anders: Partial<Stand>): Promise<void>;
  /** Path of a file in the folder. */
  pad(naam: string): string;
  /** Writes a file that only its owner may read, whole or not at all. */
  schrijf(naam: string, tekst: string): Promise<void>;
  vergeet(...namen: readonly string[]): Promise<void>;
};

/** Opens the folder of the demo's own data, made when absent. */
export async function openDataFolder(folder: string, schooljaar: number): Promise<DataFolder> {
  await mkdir(folder, { recursive: true });
  const pad = (naam: string) => join(folder, naam);
  const leeg: Stand = {
    zaad: randomBytes(32).toString("base64url"),
    schooljaar,
    gewoon: null,
    leerlingen: 0,
    zichtbaar: false,
    gedeeld: false,
    geleverd: false,
    wachtwoorden: {},
  };
  const tekst = await readFile(pad("demo-stand.json"), "utf8").catch(() => undefined);
  let stand: Stand = tekst === undefined ? leeg : { ...leeg, ...(JSON.parse(tekst) as Partial<Stand>) };
  let rij: Promise<unknown> = Promise.resolve();
  const schrijf = async (naam: string, inhoud: string) => {
    await writeFile(`${pad(naam)}.nieuw`, inhoud, { mode: 0o600 });
    await rename(`${pad(naam)}.nieuw`, pad(naam));
  };
  const bewaar = (anders: Partial<Stand>): Promise<void> => {
    stand = { ...stand, ...anders };
    const dit = rij.then(() => schrijf("demo-stand.json", JSON.stringify(stand, null, 2)));
    rij = dit.catch(() => {});
    return dit;
  };
  await bewaar({});
  return {
    stand: () => stand,
    bewaar,
    pad,
    schrijf,
    async vergeet(...namen) {
      for (const naam of namen) await rm(pad(naam), { force: true });
    },
  };
}

/** A secret of the demo, always the same in the same data folder. */
export const geheim = (stand: Stand, waarvoor: string): string =>
  createHmac("sha256", stand.zaad).update(waarvoor).digest("base64url");

/** A password that follows from the data folder: three words and two digits. For invented pupils only. */
export function demoWachtwoord(stand: Stand, sleutel: string): string {
  const bytes = createHmac("sha256", stand.zaad).update(`wachtwoord ${sleutel}`).digest();
  const woord = (index: number) => woorden[bytes.readUInt16BE(index) % woorden.length] ?? "appel";
  return `${woord(0)}-${woord(2)}-${woord(4)}-${10 + (bytes.readUInt16BE(6) % 90)}`;
}
