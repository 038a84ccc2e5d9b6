import { readdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { mappingSchema, type Mapping } from "./mapping.ts";
import { PakketError } from "./problem.ts";

const lokaal = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** An address with TLS; without only on the machine itself, for trying out. */
const adres = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => text.startsWith("https:") || lokaal.has(new URL(text).hostname),
    "moet met https:// beginnen",
  )
  .transform((text) => text.replace(/\/+$/, ""));

const configSchema = z.strictObject({
  instellingsnummer: z.string().regex(/^\d{6}$/, "zes cijfers"),
  schooljaar: z
    .string()
    .regex(/^\d{4}-\d{4}$/, "automatisch, of een schooljaar zoals 2026-2027")
    .refine(
      (jaar) => Number(jaar.slice(5)) === Number(jaar.slice(0, 4)) + 1,
      "twee jaren na elkaar, zoals 2026-2027",
    )
    .or(z.literal("automatisch"))
    .default("automatisch"),
  /** The name of a mapping that comes along, the path of one (ends in .json), or the mapping itself. */
  mapping: z.union([z.string().min(1), mappingSchema]),
  export: z.array(z.string().min(1)).min(1).max(20),
  leerid: z.strictObject({
    api: adres,
    issuer: adres,
    client_id: z.string().min(1),
    client_secret: z.string().min(1).optional(),
    client_secret_bestand: z.string().min(1).optional(),
    /** For private_key_jwt: a private key in PEM (PKCS 8), with the name that LeerID knows it by. */
    private_key_bestand: z.string().min(1).optional(),
    private_key_id: z.string().min(1).optional(),
    private_key_alg: z.enum(["ES256", "RS256", "PS256", "EdDSA"]).default("ES256"),
  }),
  sftp: z.strictObject({
    host: z.string().min(1),
    poort: z.int().min(1).max(65_535).default(22),
    gebruiker: z.string().min(1),
    private_key_bestand: z.string().min(1),
    wachtzin: z.string().optional(),
    /** The fingerprints that LeerID published; more than one while it changes its key. */
    hostsleutels: z
      .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "een vingerafdruk SHA256:…"))
      .min(1)
      .max(5),
    /** First under another name, then renamed. LeerID needs it not: a file counts when it is closed. */
    tijdelijke_naam: z.boolean().default(false),
  }),
  staat: z.string().min(1).default("staat"),
  ontvangst: z.strictObject({ wacht_seconden: z.int().min(0).max(3600).default(600) }).prefault({}),
  pogingen: z.int().min(1).max(20).default(6),
});
type ReceivedFile = z.output<typeof configSchema>;

export type Config = Omit<ReceivedFile, "mapping"> & {
  readonly mapping: Mapping;
  /** How the program proves to the API who it is. */
  readonly bewijs:
    | { readonly secret: string }
    | { readonly pem: string; readonly alg: string; readonly kid: string | undefined };
  readonly sshSleutel: string;
};

/** Mappings that come along, a file each. */
const pakketten = new URL("../pakketten/", import.meta.url);

/**
 * Reads a config file and everything that it points at; paths in it are from the place of the file.
 * @throws PakketError with a line per problem, exit code 2
 */
export async function readConfig(path: string): Promise<Config> {
  const file = readJson(await read(path, "het configuratiebestand"), configSchema, path);
  const resolvePath = (naam: string) => (isAbsolute(naam) ? naam : join(dirname(path), naam));
  const {
    client_secret: geheim,
    client_secret_bestand: geheimBestand,
    private_key_bestand: sleutelBestand,
  } = file.leerid;
  const manieren = [geheim, geheimBestand, sleutelBestand].filter((one) => one !== undefined);
  if (manieren.length !== 1)
    throw pakketError(path, [
      "leerid: kies precies één van client_secret, client_secret_bestand en private_key_bestand",
    ]);
  const bewijs =
    sleutelBestand === undefined
      ? {
          secret:
            geheim ?? (await read(resolvePath(geheimBestand ?? ""), "leerid.client_secret_bestand")).trim(),
        }
      : {
          pem: await read(resolvePath(sleutelBestand), "leerid.private_key_bestand"),
          alg: file.leerid.private_key_alg,
          kid: file.leerid.private_key_id,
        };
  return {
    ...file,
    mapping: await readMapping(file.mapping, resolvePath),
    bewijs,
    sshSleutel: await read(resolvePath(file.sftp.private_key_bestand), "sftp.private_key_bestand"),
    export: file.export.map(resolvePath),
    staat: resolvePath(file.staat),
  };
}

async function readMapping(
  mapping: string | Mapping,
  resolvePath: (naam: string) => string,
): Promise<Mapping> {
  if (typeof mapping !== "string") return mapping;
  if (mapping.endsWith(".json"))
    return readJson(await read(resolvePath(mapping), "mapping"), mappingSchema, mapping);
  const naam = mapping.toLowerCase();
  const files = (await readdir(pakketten)).toSorted();
  if (!files.includes(`${naam}.json`))
    throw new PakketError(
      `mapping: "${mapping}" komt niet mee. Kies uit ${files.map((one) => one.replace(/\.json$/, "")).join(", ")}, of geef een bestand dat op .json eindigt.`,
      2,
    );
  const path = fileURLToPath(new URL(`${naam}.json`, pakketten));
  return readJson(await read(path, "mapping"), mappingSchema, path);
}

async function read(path: string, wat: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const waarom =
      { ENOENT: "dat bestand bestaat niet", EACCES: "dat bestand mag niet gelezen worden" }[code] ?? code;
    throw new PakketError(`${wat}: ${path}: ${waarom}.`, 2);
  }
}

const pakketError = (path: string, regels: readonly string[]): PakketError =>
  new PakketError([`${path} is niet in orde:`, ...regels.map((regel) => `  ${regel}`)].join("\n"), 2);

/** Text to data by a schema; all problems at once, each with its field and never with its value. */
export function readJson<S extends z.ZodType>(text: string, schema: S, path: string): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const regel = /line (\d+)/.exec(String(error))?.[1];
    throw pakketError(path, [
      `dit is geen JSON${regel === undefined ? "" : `, kijk na rond regel ${regel}`}`,
    ]);
  }
  const gelezen = schema.safeParse(json);
  if (gelezen.success) return gelezen.data;
  throw pakketError(
    path,
    gelezen.error.issues.flatMap((issue) => regelsOf(issue)),
  );
}

function regelsOf(issue: z.core.$ZodIssue, boven: readonly PropertyKey[] = []): readonly string[] {
  const path = [...boven, ...issue.path];
  const veld = path.length === 0 ? "het bestand" : path.map(String).join(".");
  switch (issue.code) {
    case "invalid_type":
      return [
        `${veld}: ontbreekt of is geen ${{ string: "tekst", number: "getal", int: "geheel getal", boolean: "true of false", array: "lijst", object: "groep tussen { }" }[issue.expected as string] ?? issue.expected}`,
      ];
    case "unrecognized_keys":
      return issue.keys.map((naam) => `${veld}: "${naam.slice(0, 40)}" is geen bekend veld`);
    case "invalid_value":
      return [
        `${veld}: kies uit ${issue.values.map((one) => (one === "\t" ? '"\\t"' : `"${String(one)}"`)).join(", ")}`,
      ];
    case "invalid_union": {
      // The alternative that got furthest: its problems lie deepest.
      const beste = issue.errors.toSorted((one, two) => depth(two) - depth(one))[0] ?? [];
      return beste.flatMap((one) => regelsOf(one, path));
    }
    case "too_small":
      return [`${veld}: is te kort of te klein (minstens ${String(issue.minimum)})`];
    case "too_big":
      return [`${veld}: is te lang of te groot (hoogstens ${String(issue.maximum)})`];
    case "invalid_format":
      return [
        `${veld}: ${/^(Invalid|Ongeldig)/.test(issue.message) ? `heeft niet de juiste vorm (${issue.format})` : issue.message}`,
      ];
    default:
      return [`${veld}: ${/^Invalid/.test(issue.message) ? "is niet geldig" : issue.message}`];
  }
}

const depth = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(0, ...issues.map((one) => one.path.length));
