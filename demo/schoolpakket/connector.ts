import { spawn } from "node:child_process";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { layouts, type PakketLeerling, type Pakketnaam } from "./layouts.ts";
import type { Report, Verzending } from "./state.ts";

/** How a package reaches LeerID: what its vendor was given. */
export type Connection = {
  readonly api: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly sftp: {
    readonly host: string;
    readonly poort: number;
    readonly gebruiker: string;
    readonly private_key_bestand: string;
    readonly hostsleutels: readonly string[];
  };
};

const programma = fileURLToPath(
  new URL("../../packages/leerid-pakket/bin/leerid-pakket.mjs", import.meta.url),
);

/** Whole or not at all: the connector may be reading. */
async function write(path: string, inhoud: string | Buffer): Promise<void> {
  await writeFile(`${path}.nieuw`, inhoud, { mode: 0o600 });
  await rename(`${path}.nieuw`, path);
}

/** Writes the export in the package's own layout and runs the real connector on it, as a program of its own. */
export async function runConnector(
  map: string,
  pakket: Pakketnaam,
  leerlingen: readonly PakketLeerling[],
  connection: Connection,
  vraag: { readonly opdracht: "verstuur" | "controleer"; readonly stop: AbortSignal },
): Promise<Pick<Verzending, "uitgang" | "verslag" | "uitvoer">> {
  const school = layouts[pakket].school;
  const hier = join(map, school);
  const layout = layouts[pakket];
  await mkdir(hier, { recursive: true });
  await write(join(hier, layout.bestand), layout.bytes(layout.textOf(leerlingen, school)));
  const { sftp, ...leerid } = connection;
  const config = {
    instellingsnummer: school,
    mapping: pakket,
    export: [layout.bestand],
    leerid,
    sftp,
    ontvangst: { wacht_seconden: 120 },
    pogingen: 4,
  };
  await write(join(hier, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  const verslagPad = join(hier, "staat", "verslag.json");
  await rm(verslagPad, { force: true });
  const { uitgang, uitvoer } = await run([programma, vraag.opdracht, join(hier, "config.json")], vraag.stop);
  const text = await readFile(verslagPad, "utf8").catch(() => undefined);
  return { uitgang, uitvoer, verslag: text === undefined ? null : (JSON.parse(text) as Report) };
}

function run(
  args: readonly string[],
  stop: AbortSignal,
): Promise<{ uitgang: number | null; uitvoer: string }> {
  return new Promise((klaar) => {
    const kind = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], signal: stop });
    let uitvoer = "";
    for (const stroom of [kind.stdout, kind.stderr])
      stroom.setEncoding("utf8").on("data", (part: string) => (uitvoer = (uitvoer + part).slice(-20_000)));
    kind.once("error", () => {}); // a stop of the demo; its end is told by close
    kind.once("close", (uitgang) => klaar({ uitgang, uitvoer }));
  });
}
