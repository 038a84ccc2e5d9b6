import { z } from "zod";

/** Scopes of pupils' sign-in (D4). */
export const leerlingScopes = ["openid", "profile", "leerid", "klasinformatie"] as const;

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

const webClient = z.strictObject({
  client_id: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  naam: z.string().min(1).max(100),
  omgeving: z.string().min(1).max(40).default("productie"),
  soort: z.literal("web"),
  client_secret: z.string().min(32).max(200).optional(),
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }).optional(),
  redirect_uris: z.array(adres).min(1),
  post_logout_redirect_uris: z.array(adres).default([]),
  backchannel_logout_uri: adres.optional(),
  scope: z
    .string()
    .default("openid profile leerid")
    .refine(
      (value) =>
        value.split(" ").includes("openid") &&
        value.split(" ").every((scope) => (leerlingScopes as readonly string[]).includes(scope)),
      "openid en verder alleen profile, leerid of klasinformatie",
    ),
  token_endpoint_auth_method: z
    .enum(["client_secret_basic", "client_secret_post", "private_key_jwt"])
    .default("client_secret_basic"),
  id_token_signed_response_alg: z.enum(["RS256", "ES256"]).default("RS256"),
});

const machineClient = z.strictObject({
  client_id: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  naam: z.string().min(1).max(100),
  omgeving: z.string().min(1).max(40).default("productie"),
  soort: z.literal("machine"),
  client_secret: z.string().min(32).max(200).optional(),
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }).optional(),
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
  .refine(
    (value) =>
      value.token_endpoint_auth_method === "private_key_jwt"
        ? value.jwks !== undefined
        : value.client_secret !== undefined,
    "client_secret of jwks ontbreekt voor de gekozen token_endpoint_auth_method",
  );
export type ClientInvoer = z.output<typeof client>;

/** The file of `leerid import toepassing`. */
export const toepassingBestand = z.strictObject({
  toepassing: slug,
  naam: z.string().min(1).max(60),
  omschrijving: z.string().min(1).max(200),
  aanbieder: z.string().min(1).max(100),
  soort: z.enum(["doeltoepassing", "loket"]).default("doeltoepassing"),
  start_url: adres,
  tint: z.number().int().min(1).max(8),
  initialen: z.string().min(1).max(2),
  integreert_klasinformatie: z.boolean().default(false),
  instructies: z.string().max(5000).default(""),
  clients: z.array(client).default([]),
});
export type ToepassingBestand = z.output<typeof toepassingBestand>;

/** A client as the OpenID provider needs it. */
export type ClientRecord = {
  readonly clientId: string;
  readonly soort: "web" | "machine";
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
  /** Registered OpenID client metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
};
