import { createHmac, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { woorden } from "./names.ts";

/** What the demo remembers of itself between two starts. */
export type DemoState = {
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
  readonly stand: () => DemoState;
  save(anders: Partial<DemoState>): Promise<void>;
  /** Path of a file in the folder. */
  pathParam(naam: string): string;
  /** Writes a file that only its owner may read, whole or not at all. */
  write(naam: string, text: string): Promise<void>;
  forget(...namen: readonly string[]): Promise<void>;
};

/** Opens the folder of the demo's own data, made when absent. */
export async function openDataFolder(folder: string, schooljaar: number): Promise<DataFolder> {
  await mkdir(folder, { recursive: true });
  const path = (naam: string) => join(folder, naam);
  const leeg: DemoState = {
    zaad: randomBytes(32).toString("base64url"),
    schooljaar,
    gewoon: null,
    leerlingen: 0,
    zichtbaar: false,
    gedeeld: false,
    geleverd: false,
    wachtwoorden: {},
  };
  const text = await readFile(path("demo-stand.json"), "utf8").catch(() => undefined);
  let stand: DemoState = text === undefined ? leeg : { ...leeg, ...(JSON.parse(text) as Partial<DemoState>) };
  let row: Promise<unknown> = Promise.resolve();
  const write = async (naam: string, inhoud: string) => {
    await writeFile(`${path(naam)}.nieuw`, inhoud, { mode: 0o600 });
    await rename(`${path(naam)}.nieuw`, path(naam));
  };
  const save = (anders: Partial<DemoState>): Promise<void> => {
    stand = { ...stand, ...anders };
    const dit = row.then(() => write("demo-stand.json", JSON.stringify(stand, null, 2)));
    row = dit.catch(() => {});
    return dit;
  };
  await save({});
  return {
    stand: () => stand,
    save,
    pathParam: path,
    write,
    async forget(...namen) {
      for (const naam of namen) await rm(path(naam), { force: true });
    },
  };
}

/** A secret of the demo, always the same in the same data folder. */
export const secretOf = (stand: DemoState, waarvoor: string): string =>
  createHmac("sha256", stand.zaad).update(waarvoor).digest("base64url");

/** A password that follows from the data folder: three words and two digits. For invented pupils only. */
export function demoWachtwoord(stand: DemoState, sleutel: string): string {
  const bytes = createHmac("sha256", stand.zaad).update(`wachtwoord ${sleutel}`).digest();
  const word = (index: number) => woorden[bytes.readUInt16BE(index) % woorden.length] ?? "appel";
  return `${word(0)}-${word(2)}-${word(4)}-${10 + (bytes.readUInt16BE(6) % 90)}`;
}
