import { z } from "zod";
import { findKeyFault } from "#platform/crypto";
import { readSecret } from "./secret.ts";

/** Thrown when the environment is not usable; the message lists every problem. */
export class ConfigError extends Error {}

/** The highest port is this plus 99. */
const port = z.coerce.number().int().min(0).max(65_436);
const site = z.enum(["acm", "leerlingloket", "schoolloket", "beheer", "api", "dropserver"]);

/** Where a site of ours is to be found: nothing behind the name (and port), since paths are the site's own. */
const siteAddress = z.url({ protocol: /^https?$/ }).pipe(
  z
    .string()
    .refine((value) => {
      const { pathname, search, hash, username, password } = new URL(value);
      return pathname === "/" && `${search}${hash}${username}${password}` === "" && !/[?#]$/.test(value);
    }, "alleen het adres zelf, zonder pad, vraagteken of gebruiker, zoals https://naam.leerid.example")
    .transform((value) => new URL(value).origin),
);

/** Every setting: one declaration, from which the documentation is generated. */
export const settings = {
  LEERID_DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    geheim: true,
    uitleg: "Adres van een PostgreSQL ≥ 15. Zonder: een ingebedde PostgreSQL in de datamap.",
  },
  LEERID_DATABASE_EIGENAAR_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    geheim: true,
    uitleg:
      "Adres met een gebruiker die mag migreren (`leerid_eigenaar`). In productie verplicht voor `leerid migrate`, en geweigerd bij elke andere opdracht; elders standaard LEERID_DATABASE_URL.",
  },
  LEERID_DATABASE_RECHTSTREEKS_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    geheim: true,
    uitleg:
      "Adres van PostgreSQL zelf, als LEERID_DATABASE_URL een pooler per transactie is (PgBouncer): om te luisteren, voor de taken en om te migreren.",
  },
  LEERID_DATABASE_VERBINDINGEN: {
    schema: z.coerce.number().int().min(2).max(200).default(10),
    uitleg: "Hoogste aantal verbindingen van dit proces, die van ACM niet meegerekend.",
  },
  LEERID_ACM_VERBINDINGEN: {
    schema: z.coerce.number().int().min(2).max(200).optional(),
    uitleg:
      "Hoogste aantal verbindingen van ACM, die niemand anders gebruikt: zo staat geen trage bladzijde voor een aanmelding. Standaard vijf per kern, hoogstens 20.",
  },
  LEERID_DATAMAP: {
    schema: z.string().min(1).default(".leerid"),
    uitleg: "Map voor de ingebedde databank en demo.json.",
  },
  LEERID_HOOFDSLEUTEL: {
    schema: z
      .string()
      .superRefine((value, ctx) => {
        const fault = findKeyFault(value);
        if (fault !== undefined) ctx.addIssue({ code: "custom", message: fault });
      })
      .optional(),
    geheim: true,
    uitleg:
      "Hoofdsleutel (base64, ≥ 32 bytes, met het lot getrokken: `openssl rand -base64 32`) waaruit alle sleutels worden afgeleid. Verplicht in productie; nooit in de databank.",
  },
  LEERID_PORT_BASE: { schema: port.default(4400), uitleg: "Eerste poort; verschuift alle poorten samen." },
  LEERID_HOST: { schema: z.string().default("127.0.0.1"), uitleg: "Adres waarop de sites luisteren." },
  LEERID_METINGEN_HOST: {
    schema: z.string().default("127.0.0.1"),
    uitleg:
      "Adres waarop gezondheid en metingen luisteren: `serve` op poort + 99, `dropserver` op + 98, `worker` op + 97. Nooit een adres naar buiten.",
  },
  LEERID_SITES: {
    schema: z
      .string()
      .transform((value) => value.split(","))
      .pipe(z.array(site))
      .optional(),
    uitleg: "Welke sites `serve` start; standaard alle.",
  },
  LEERID_ACM_URL: {
    schema: siteAddress.optional(),
    uitleg: "Adres van ACM naar buiten; de issuer is dit adres met /op erachter.",
  },
  LEERID_LEERLINGLOKET_URL: {
    schema: siteAddress.optional(),
    uitleg: "Adres van het leerlingloket naar buiten.",
  },
  LEERID_SCHOOLLOKET_URL: {
    schema: siteAddress.optional(),
    uitleg: "Adres van het Schoolloket naar buiten.",
  },
  LEERID_BEHEER_URL: { schema: siteAddress.optional(), uitleg: "Adres van beheer (DOV) naar buiten." },
  LEERID_API_URL: { schema: siteAddress.optional(), uitleg: "Adres van de API naar buiten." },
  LEERID_ACM_BINNEN_URL: {
    schema: siteAddress.optional(),
    uitleg:
      "Adres van ACM binnen het netwerk, waarlangs het leerlingloket, het Schoolloket en beheer ACM bevragen; standaard LEERID_ACM_URL. Een browser ziet het nooit.",
  },
  LEERID_MEDEWERKERS_ISSUER: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    uitleg:
      "Issuer van de OpenID-provider waarmee medewerkers zich aanmelden (ACM/IDM). Ontbreekt hij, dan kan geen medewerker binnen.",
  },
  LEERID_MEDEWERKERS_CLIENT_ID: {
    schema: z.string().min(1).optional(),
    uitleg:
      "Naam van LeerID bij die provider. Terugkeeradres: het adres van ACM met /op/v1/medewerker/terug.",
  },
  LEERID_MEDEWERKERS_CLIENT_SECRET: {
    schema: z.string().min(16, "minstens 16 tekens").optional(),
    geheim: true,
    uitleg: "Geheim van LeerID bij die provider.",
  },
  LEERID_MEDEWERKERS_ACR: {
    schema: z
      .string()
      .transform((value) => value.split(",").map((one) => one.trim()))
      .pipe(
        z.array(z.string().regex(/^[\x21-\x7e]+$/, "een lijst met komma's, zonder spaties in een waarde")),
      )
      .optional(),
    uitleg:
      "Waarden van `acr` die tellen, met komma's ertussen: de provider zorgt voor de tweede stap, en minder wordt geweigerd.",
  },
  LEERID_DOV_ORGANISATIE: {
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{1,100}$/, "een code zonder spaties")
      .optional(),
    uitleg:
      "Organisatiecode (`vo_orgcode`) van het Departement Onderwijs en Vorming. Ontbreekt ze, dan kan niemand in beheer.",
  },
  LEERID_DROPSERVER_VERBINDINGEN: {
    schema: z.coerce.number().int().min(1).max(10_000).default(200),
    uitleg: "Hoogste aantal verbindingen met de dropserver tegelijk; wie daarna komt, wacht op zijn beurt.",
  },
  LEERID_DROPSERVER_GEHEUGEN: {
    schema: z.coerce.number().int().min(4).max(4000).default(64),
    uitleg:
      "Megabytes voor bestanden die de dropserver nu ontvangt (2 MB per bestand); een pakket neemt er hoogstens de helft van in, een volgend bestand wacht.",
  },
  LEERID_DROPSERVER_QUOTUM: {
    schema: z.coerce.number().int().min(2).max(100_000).default(1000),
    uitleg: "Megabytes aan bestanden van één pakket die op verwerking of bevestiging mogen wachten.",
  },
  LEERID_DROPSERVER_RUST: {
    schema: z.coerce.number().int().min(10).max(86_400).default(300),
    uitleg: "Seconden zonder vraag waarna de dropserver een verbinding sluit.",
  },
  LEERID_VERTROUWDE_PROXYS: {
    schema: z.coerce.number().int().min(0).max(10).default(0),
    uitleg:
      "Hoeveel proxy's van jezelf voor ACM staan, na elkaar. Zoveel plaatsen van rechts staat in X-Forwarded-For (of Forwarded) wie er vraagt; de buitenste proxy wist wat een browser zelf meestuurt. 0: geen header wordt geloofd.",
  },
  LEERID_AFBOUWTIJD: {
    schema: z.coerce.number().int().min(0).max(300).default(5),
    uitleg:
      "Seconden na SIGTERM dat `/readyz` al 503 zegt terwijl alles nog beantwoord wordt: zo lang heeft de verdeler om dat te zien.",
  },
  LEERID_PRODUCTIE: {
    schema: z
      .enum(["0", "1"])
      .default("0")
      .transform((value) => value === "1"),
    uitleg: "1: geen standaardwaarden voor geheimen, alleen https-adressen naar buiten.",
  },
  LEERID_LOG: {
    schema: z.enum(["info", "warn", "silent"]).default("info"),
    uitleg: "Hoeveel het logboek schrijft.",
  },
  LEERID_LOG_ANKER: {
    schema: z.string().optional(),
    uitleg: "Bestand waaraan elk zegel van de privacylog wordt toegevoegd; bewaar het buiten de databank.",
  },
} as const;

type Settings = typeof settings;
export type Config = { readonly [K in keyof Settings]: z.output<Settings[K]["schema"]> } & {
  readonly urls: {
    readonly acm: string;
    readonly leerlingloket: string;
    readonly schoolloket: string;
    readonly beheer: string;
    readonly api: string;
  };
  /** The key of adults (D8), when it is set up. */
  readonly medewerkers: Medewerkers | undefined;
};

export type Medewerkers = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly acr: readonly string[];
};

/** Not settings of the product: used by tests, the demo and the launcher. Production has none of them. */
const foreign = /^LEERID_(TEST_|CHROMIUM$|BENCH_)/;

/** What is the matter with a setting; never its value, which may be a secret. */
function whatIsWrong(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return "geef een geheel getal";
    case "too_small":
      return `minstens ${String(issue.minimum)}`;
    case "too_big":
      return `hoogstens ${String(issue.maximum)}`;
    case "invalid_format":
      return "dit is geen geldig adres";
    case "invalid_value":
      return `kies uit ${issue.values.map(String).join(", ")}`;
    default:
      return issue.message;
  }
}

/** Settings that may also be the name of a file: `LEERID_…_FILE`. */
const secrets: ReadonlySet<string> = new Set(
  Object.entries(settings).flatMap(([name, setting]) => ("geheim" in setting ? [`${name}_FILE`] : [])),
);

/**
 * Reads `LEERID_*` from an environment, and a secret also from the file that `LEERID_…_FILE` names (systemd credentials, mounted secrets).
 * Unknown or invalid names stop the start with one line per problem.
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith("LEERID_") || name in settings || secrets.has(name)) continue;
    if (!foreign.test(name))
      problems.push(
        `${name}: deze instelling bestaat niet. Kijk de naam na in docs/generated/instellingen.md.`,
      );
    else if (env["LEERID_PRODUCTIE"] === "1")
      problems.push(`${name}: is er voor tests en metingen, niet voor productie. Haal ze weg.`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(settings)) {
    const given = secrets.has(`${name}_FILE`) ? readSecret(env, name, problems) : env[name];
    const parsed = schema.safeParse(given === "" ? undefined : given);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map(whatIsWrong).join("; ")}.`);
  }
  const read = values as unknown as Omit<Config, "urls" | "medewerkers">;
  const medewerkers = problems.length === 0 ? readMedewerkers(read, problems) : undefined;
  if (problems.length === 0 && read.LEERID_PRODUCTIE) {
    if (!read.LEERID_HOOFDSLEUTEL) problems.push("LEERID_HOOFDSLEUTEL: verplicht in productie.");
    if (!read.LEERID_DATABASE_URL) problems.push("LEERID_DATABASE_URL: verplicht in productie.");
    for (const name of [
      "LEERID_ACM_URL",
      "LEERID_LEERLINGLOKET_URL",
      "LEERID_SCHOOLLOKET_URL",
      "LEERID_BEHEER_URL",
      "LEERID_API_URL",
    ] as const) {
      if (!read[name]?.startsWith("https://")) problems.push(`${name}: verplicht in productie, met https.`);
    }
  }
  const local = (offset: number) => `http://localhost:${read.LEERID_PORT_BASE + offset}`;
  const urls = {
    acm: read.LEERID_ACM_URL ?? local(0),
    leerlingloket: read.LEERID_LEERLINGLOKET_URL ?? local(1),
    schoolloket: read.LEERID_SCHOOLLOKET_URL ?? local(2),
    beheer: read.LEERID_BEHEER_URL ?? local(3),
    api: read.LEERID_API_URL ?? local(4),
  };
  if (problems.length === 0) problems.push(...sharedAddresses(urls));
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return { ...read, urls, medewerkers };
}

/** Two sites at one address: a browser, and the proxy, cannot tell them apart. */
function sharedAddresses(urls: Config["urls"]): string[] {
  const first = new Map<string, string>();
  return Object.entries(urls).flatMap(([site, url]) => {
    const name = `LEERID_${site.toUpperCase()}_URL`;
    const other = first.get(url);
    if (other !== undefined)
      return [`${name}: hetzelfde adres als ${other}. Geef elke site een eigen adres.`];
    first.set(url, name);
    return [];
  });
}

/** All four, or none: half a key lets nobody in, or everybody. */
function readMedewerkers(
  read: Omit<Config, "urls" | "medewerkers">,
  problems: string[],
): Medewerkers | undefined {
  const {
    LEERID_MEDEWERKERS_ISSUER: issuer,
    LEERID_MEDEWERKERS_CLIENT_ID: clientId,
    LEERID_MEDEWERKERS_CLIENT_SECRET: clientSecret,
    LEERID_MEDEWERKERS_ACR: acr,
  } = read;
  const four = { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, ACR: acr };
  const absent = Object.entries(four).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (absent.length === 4) return undefined;
  for (const name of absent)
    problems.push(
      `LEERID_MEDEWERKERS_${name}: ontbreekt; geef de vier instellingen LEERID_MEDEWERKERS_ samen.`,
    );
  if (read.LEERID_PRODUCTIE && issuer?.startsWith("https://") === false)
    problems.push("LEERID_MEDEWERKERS_ISSUER: in productie met https.");
  if (!issuer || !clientId || !clientSecret || !acr) return undefined;
  return { issuer, clientId, clientSecret, acr };
}
