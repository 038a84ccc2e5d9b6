import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";
import { attributen, type Niveau, type ProtocolFeit } from "#modules/verstrekking";
import { z } from "zod";
import { hasSigningKey, wrongKey } from "./rules-clients.ts";

/** Scopes of pupils' sign-in (D4): those of the attributes. */
const attribuutScopes = [...new Set(Object.values(attributen).map(({ scope }) => scope))];
export const leerlingScopes: readonly string[] = ["openid", ...attribuutScopes];

/** Scopes of adults' sign-in (D8). No client has a scope of both kinds. */
export const medewerkerScopes = ["openid", "profile", "vo"] as const;

/** Whom a client serves: with the other key nobody is signed in there. */
export const doelgroepen = ["leerlingen", "medewerkers"] as const;
export type Doelgroep = (typeof doelgroepen)[number];

/** Scopes for machines (interface "Machine access"), with what each opens. */
export const machineScopes = {
  "discimus:schrijven": "Berichten van Discimus leveren.",
  "schoolpakket:identificatie": "Identificatoren van leerlingen ophalen voor een schoolpakket.",
  "dropserver:schrijven": "Klaslijsten leveren.",
  "acm:datastore": "Een externe ACM laat leerlingen aanmelden met LeerID.",
  "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly": "OneRoster lezen voor een toepassing.",
  "gebeurtenissen:lezen": "Gebeurtenissen van accounts lezen.",
  "terugmelding:schrijven": "Terugmelden wat met een account gebeurde.",
} as const;

const adres = z.url({ protocol: /^https?$/ }).refine((value) => !value.includes("#"), "een adres zonder #");
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "kleine letters, cijfers en koppeltekens");

const geheim = z
  .string()
  .min(32)
  .max(200)
  .regex(/^[\x20-\x7e]*$/, "alleen gewone tekens: letters zonder accent, cijfers, leestekens (RFC 6749 A.2)");
const sleutel = z.looseObject({ kty: z.string() }).superRefine((key, ctx) => {
  const message = wrongKey(key);
  if (message !== undefined) ctx.addIssue({ code: "custom", message });
});

/** What clients of both kinds have. */
const shared = {
  client_id: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  naam: z.string().min(1).max(100),
  omgeving: z.string().min(1).max(40).default("productie"),
  client_secret: geheim.optional(),
  jwks: z
    .looseObject({ keys: z.array(sleutel).min(1).max(50) })
    .optional()
    .meta({ description: "Publieke sleutels voor private_key_jwt" }),
  jwks_uri: z
    .url({ protocol: /^https$/ })
    .optional()
    .meta({ description: "In plaats van jwks: waar de publieke sleutels altijd staan, met https" }),
};

const webClient = z.strictObject({
  ...shared,
  soort: z.literal("web"),
  redirect_uris: z.array(adres).min(1),
  post_logout_redirect_uris: z.array(adres).default([]),
  backchannel_logout_uri: adres.optional(),
  doelgroep: z.enum(doelgroepen).default("leerlingen"),
  scope: z.string().default("openid profile leerid"),
  token_endpoint_auth_method: z
    .enum(["client_secret_basic", "client_secret_post", "private_key_jwt"])
    .default("client_secret_basic"),
  id_token_signed_response_alg: z.enum(["RS256", "ES256"]).default("RS256"),
  pkce: z.enum(["verplicht", "vrij"]).default("verplicht").meta({
    description: "Alleen vrij voor een toepassing die PKCE niet kan; wie LeerID uitbaat, beslist dat",
  }),
});

const machineClient = z.strictObject({
  ...shared,
  soort: z.literal("machine"),
  scope: z
    .string()
    .refine(
      (value) => value.split(" ").every((scope) => Object.hasOwn(machineScopes, scope)),
      "alleen scopes voor machines",
    ),
  token_endpoint_auth_method: z
    .enum(["client_secret_basic", "private_key_jwt"])
    .default("client_secret_basic"),
});

const client = z
  .discriminatedUnion("soort", [webClient, machineClient])
  .superRefine((value, ctx) => {
    for (const [field, message] of wrongProof(value))
      ctx.addIssue({ code: "custom", path: [field], message });
  })
  .refine(
    (value) => value.soort !== "web" || value.doelgroep !== "leerlingen" || only(value.scope, leerlingScopes),
    {
      path: ["scope"],
      error: `openid en verder alleen ${new Intl.ListFormat("nl", { type: "disjunction" }).format(attribuutScopes)}`,
    },
  )
  .refine(
    (value) =>
      value.soort !== "web" || value.doelgroep !== "medewerkers" || only(value.scope, medewerkerScopes),
    { path: ["scope"], error: "voor medewerkers: openid en verder alleen profile of vo" },
  );

/** One proof for a client: a secret that both know, or keys of which only it has the secret half. Per field what is wrong. */
function wrongProof({
  token_endpoint_auth_method: method,
  client_secret: secret,
  jwks,
  jwks_uri: uri,
}: z.output<typeof webClient> | z.output<typeof machineClient>): (readonly [
  field: string,
  message: string,
])[] {
  if (method !== "private_key_jwt")
    return [
      ...(secret === undefined ? [["client_secret", `ontbreekt voor ${method}`] as const] : []),
      ...(uri === undefined ? [] : [["jwks_uri", `hoort niet bij ${method}`] as const]),
    ];
  return [
    ...(secret === undefined ? [] : [["client_secret", "hoort niet bij private_key_jwt"] as const]),
    ...((jwks === undefined) === (uri === undefined)
      ? [["jwks", "private_key_jwt vraagt jwks of jwks_uri, een van beide"] as const]
      : []),
    ...(jwks && !hasSigningKey(jwks.keys)
      ? [["jwks", "er staat geen sleutel in voor RS256 of ES256"] as const]
      : []),
  ];
}

function only(scope: string, allowed: readonly string[]): boolean {
  const asked = scope.split(" ");
  return asked.includes("openid") && asked.every((one) => allowed.includes(one));
}

/** Says of the second of two clients with the same client_id that it stands there twice. */
function once(clients: readonly { readonly client_id: string }[], ctx: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { client_id: id }] of clients.entries()) {
    if (seen.has(id))
      ctx.addIssue({ code: "custom", path: [index, "client_id"], message: "staat er twee keer" });
    seen.add(id);
  }
}
export type ClientInput = z.output<typeof client>;

/** The file of `leerid import toepassing`. */
export const toepassingBestand = z.strictObject({
  toepassing: slug.refine((value) => value !== "matrix", "matrix is een adres van het Schoolloket"),
  naam: z.string().min(1).max(60),
  omschrijving: z.string().min(1).max(200),
  aanbieder: z.string().min(1).max(100),
  soort: z.enum(["doeltoepassing", "loket"]).default("doeltoepassing"),
  start_url: adres,
  tint: z.number().int().min(1).max(8),
  initialen: z.string().min(1).max(2),
  integreert_klasinformatie: z.boolean().default(false),
  instructies: z.string().max(5000).default(""),
  clients: z.array(client).superRefine(once).default([]),
});
export type ToepassingFile = z.output<typeof toepassingBestand>;

/** A client as the OpenID provider needs it. */
export type ClientRecord = {
  readonly clientId: string;
  readonly soort: "web" | "machine";
  /** Whom a web client serves; null for a machine. */
  readonly doelgroep: Doelgroep | null;
  readonly naam: string;
  readonly toepassing?: {
    readonly toepassing: string;
    readonly naam: string;
    readonly tint: number;
    readonly initialen: string;
    readonly soort: "doeltoepassing" | "loket";
    readonly startUrl: string;
  };
  /** In clear text, for the comparison that the protocol asks. */
  readonly geheim?: string;
  /** May it leave PKCE out (RFC 9700 2.1.1)? */
  readonly pkceVrij: boolean;
  /** Registered OpenID client metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** The school that decides: the current number, and with it every number it had (D3). */
export type School = { readonly instellingsnummer: string; readonly lijn: readonly string[] };

/** Both ends included; an open end (null) has no limit. */
export type Period = { readonly van: Datum | null; readonly tot: Datum | null };

/** Pupils that are told apart by Discimus: a year of a level. */
export type Groep = { readonly niveau: Niveau; readonly leerjaar: number };
export type GroepTally = Groep & { readonly aantal: number };

/** A class of the school (R55), or with `subklas` a subclass of it. */
export type Klas = { readonly klas: string; readonly subklas: string | null };
/** Its pupils of today, and the years in which they are, the one with most of them first. */
export type KlasTally = Klas & {
  readonly aantal: number;
  readonly groepen: readonly [Groep, ...Groep[]];
};

/**
 * Whom a rule speaks about (D6). Rules on a (sub)klas are only made, and only count, while the school shares class information; they
 * sleep when it stops. On one pupil a rule can also exclude.
 */
export type Doel =
  | { readonly soort: "school" }
  | { readonly soort: "niveau"; readonly niveau: Niveau }
  | ({ readonly soort: "leerjaar" } & Groep)
  | { readonly soort: "klas"; readonly klas: string }
  | { readonly soort: "subklas"; readonly klas: string; readonly subklas: string }
  | { readonly soort: "leerling"; readonly accountUuid: AccountUuid; readonly uitgesloten: boolean };

export type Regel = Period & { readonly doel: Doel };

/** A rule in force. `leerling` = the name today of the pupil it is about, only for rules on one pupil. */
export type SchoolRegel = Regel & { readonly regelId: string; readonly leerling: string | null };

/** One change of the rules of one application. */
export type RegelWijziging =
  | { readonly soort: "nieuw"; readonly regel: Regel }
  | ({ readonly soort: "periode"; readonly regelId: string } & Period)
  | { readonly soort: "weg"; readonly regelId: string };

/** When the school has it: from a day, maybe until a last day. */
export type Keuze = { readonly van: Datum; readonly tot: Datum | null };

/** An application as one school has set it. */
export type SchoolToepassing = {
  readonly toepassing: string;
  readonly naam: string;
  readonly omschrijving: string;
  readonly aanbieder: string;
  readonly tint: number;
  readonly initialen: string;
  readonly integreertKlasinformatie: boolean;
  readonly instructies: string;
  /** Periods, oldest first. */
  readonly keuzes: readonly Keuze[];
  readonly regels: readonly SchoolRegel[];
  /** Versions of its agreement, newest first. */
  readonly protocollen: readonly ProtocolFeit[];
};

/** Is it on for the school? `tot` = its last day, `van` = its first day later on. */
export type KeuzeState =
  | { readonly stand: "aan"; readonly van: Datum; readonly tot: Datum | null }
  | { readonly stand: "straks"; readonly van: Datum }
  | { readonly stand: "uit" };

/** May a school switch it on? Only with an agreement in force (D5). */
export type Availability =
  | { readonly kan: true; readonly protocol: ProtocolFeit }
  | { readonly kan: false; readonly reden: "geen-overeenkomst" }
  | {
      readonly kan: false;
      readonly reden: "overeenkomst-begint" | "overeenkomst-voorbij";
      readonly datum: Datum;
    };

/** What a change does to the pupils who are enrolled today. Counts are of pupils who see it through this school. */
export type Preview = {
  /** The day on which `zonder` and `straks` were counted: today, or the first day of the change. */
  readonly op: Datum;
  readonly ingeschreven: number;
  /** Who sees it today. */
  readonly nu: number;
  /** Who would see it on `op` without the change, and with it. */
  readonly zonder: number;
  readonly straks: number;
  /** Who comes and who goes by the change, per year. */
  readonly erbij: readonly GroepTally[];
  readonly eraf: readonly GroepTally[];
};

/** One line of what a school changed. `wat` is the choice or the rule as it became. */
export type Wijziging = {
  readonly wijzigingId: number;
  readonly bundel: string;
  readonly toepassing: string;
  readonly tijdstip: Date;
  /** vo_id */
  readonly door: string;
  readonly leerling: string | null;
} & (
  | { readonly soort: "aan" | "uit"; readonly wat: Keuze | { readonly tot: Datum } }
  | { readonly soort: "nieuw" | "periode" | "weg"; readonly wat: Regel }
);
