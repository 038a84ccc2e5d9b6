import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Config } from "#platform/config";
import { terugPad } from "#modules/medewerkers";
import { Refused } from "./contract.ts";

type Provider = NonNullable<Config["medewerkers"]>;

export type Finding = {
  /** false: a fault; undefined: the provider does not say, and only the first adult will know. */
  readonly holds: boolean | undefined;
  /** What is in order, in Dutch. */
  readonly what: string;
  readonly fault: string;
  /** A sentence: who can mend the fault, and where. */
  readonly mends: string;
};

const theirs = "De beheerder van de provider kan dit oplossen.";
const ours = (...names: readonly string[]) =>
  `Pas ${names.map((name) => `LEERID_MEDEWERKERS_${name}`).join(" of ")} aan, of vraag het de beheerder van de provider.`;

const list = z.array(z.string()).optional();
/** What is read of a provider's description (OpenID Connect Discovery 1.0, 3; RFC 8414). */
const description = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  response_types_supported: list,
  scopes_supported: list,
  claims_supported: list,
  acr_values_supported: list,
  code_challenge_methods_supported: list,
  prompt_values_supported: list,
  token_endpoint_auth_methods_supported: list,
});
type Description = z.infer<typeof description>;

/** What ACM asks (src/sites/acm, D8), and what it reads of an adult. */
const returnPath = `/op${terugPad}`;
const scopes = ["openid", "profile", "vo"];
const claims = ["vo_id", "vo_doelgroepcode", "vo_orgcode", "leerid_rol_3d", "family_name", "given_name"];

/**
 * Asks the provider of adults for all that a sign-in of an adult will need of it. Nobody signs in.
 * @param of.acm address of ACM to the outside
 * @throws Refused when it cannot be reached, or what answers there is no OpenID provider
 */
export async function examineProvider(
  provider: Provider,
  of: { readonly acm: string; readonly production: boolean },
): Promise<readonly Finding[]> {
  const found = await describe(provider.issuer);
  return [
    ...readDescription(found, provider, of.production),
    await examineKeys(found),
    await examineQuestion(found, provider, `${of.acm}${returnPath}`),
    await examineSecret(found, provider, `${of.acm}${returnPath}`),
  ];
}

async function describe(issuer: string): Promise<Description> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await ask(address);
  if (answer.status !== 200) throw new Refused(`✖ ${address} antwoordt ${answer.status}. ${ours("ISSUER")}`);
  const read = description.safeParse(await answer.json().catch(() => undefined));
  if (read.success) return read.data;
  const wrong = read.error.issues.map(({ path }) => path.join(".")).filter((field) => field !== "");
  throw new Refused(
    `✖ ${address} beschrijft geen OpenID-provider${wrong.length > 0 ? ` (${wrong.join(", ")})` : ""}. ${ours("ISSUER")}`,
  );
}

/** undefined when there is no list. */
const holdsAll = (given: readonly string[] | undefined, wanted: readonly string[]): boolean | undefined =>
  given && wanted.every((one) => given.includes(one));

const lacking = (given: readonly string[] | undefined, wanted: readonly string[]): string =>
  wanted.filter((one) => given?.includes(one) === false).join(", ");

function readDescription(found: Description, { issuer, acr }: Provider, production: boolean): Finding[] {
  const addresses = [
    found.authorization_endpoint,
    found.token_endpoint,
    found.jwks_uri,
    ...(found.userinfo_endpoint === undefined ? [] : [found.userinfo_endpoint]),
  ];
  const plain = addresses.filter((one) => !one.startsWith("https://"));
  const acrs = found.acr_values_supported;
  return [
    {
      holds: URL.canParse(found.issuer) && new URL(issuer).href === new URL(found.issuer).href,
      what: `issuer ${issuer}`,
      fault: `de provider noemt zich ${found.issuer}`,
      mends: "Neem die naam als LEERID_MEDEWERKERS_ISSUER.",
    },
    ...(production
      ? [
          {
            holds: plain.length === 0,
            what: "adressen met https",
            fault: `adressen zonder https: ${plain.join(", ")}`,
            mends: theirs,
          },
        ]
      : []),
    {
      holds: holdsAll(found.response_types_supported, ["code"]),
      what: "code flow",
      fault: "geen code flow (response_types_supported)",
      mends: theirs,
    },
    {
      holds: holdsAll(found.code_challenge_methods_supported, ["S256"]),
      what: "PKCE met S256",
      fault: "geen PKCE met S256 (code_challenge_methods_supported)",
      mends: theirs,
    },
    {
      // Without this list only client_secret_basic counts (OpenID Connect Discovery 1.0, 3).
      holds: holdsAll(found.token_endpoint_auth_methods_supported ?? ["client_secret_basic"], [
        "client_secret_basic",
      ]),
      what: "client_secret_basic",
      fault: "geen client_secret_basic (token_endpoint_auth_methods_supported)",
      mends: theirs,
    },
    {
      holds: holdsAll(found.scopes_supported, scopes),
      what: `scopes ${scopes.join(", ")}`,
      fault: `scopes ontbreken: ${lacking(found.scopes_supported, scopes)}`,
      mends: theirs,
    },
    {
      holds: holdsAll(found.claims_supported, claims),
      what: `claims ${claims.join(", ")}`,
      fault: `claims ontbreken: ${lacking(found.claims_supported, claims)}`,
      mends: theirs,
    },
    {
      holds: acrs && acr.some((one) => acrs.includes(one)),
      what: `acr ${acr.join(", ")}`,
      fault: `geen van ${acr.join(", ")} bij acr: de provider kent ${acrs?.join(", ") ?? ""}`,
      mends: ours("ACR"),
    },
    {
      // After a sign-out at LeerID it is asked again who it is (OpenID Connect Core 3.1.2.1).
      holds: holdsAll(found.prompt_values_supported, ["login"]),
      what: "prompt=login",
      fault: "geen prompt=login (prompt_values_supported)",
      mends: theirs,
    },
  ];
}

/** A key to check signatures with, that is not the secret of the client: ACM checks the one of the ID token too. */
async function examineKeys({ jwks_uri: address }: Description): Promise<Finding> {
  const keys = z.object({ keys: z.array(z.object({ kty: z.string(), use: z.string().optional() })) });
  const answer = await ask(address);
  const read = keys.safeParse(await answer.json().catch(() => undefined));
  const usable = read.success
    ? read.data.keys.filter(({ kty, use }) => kty !== "oct" && (use ?? "sig") === "sig")
    : [];
  return {
    holds: usable.length > 0,
    what: "sleutels voor de handtekening",
    fault: `geen publieke sleutel voor een handtekening op ${address} (${answer.status})`,
    mends: theirs,
  };
}

async function examineQuestion(
  found: Description,
  { clientId, acr }: Provider,
  redirectUri: string,
): Promise<Finding> {
  const question = new URL(found.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: scopes.join(" "),
    state: "toets",
    nonce: "toets",
    acr_values: acr.join(" "),
    code_challenge: createHash("sha256").update(randomBytes(32)).digest("base64url"),
    code_challenge_method: "S256",
  }))
    question.searchParams.set(name, value);
  const { status, headers } = await ask(question.href);
  const error = /[?&]error=(\w+)/.exec(headers.get("location") ?? "")?.[1];
  return {
    holds: status < 400 && error === undefined,
    what: `client ${clientId} met terugkeeradres ${redirectUri}`,
    fault: `de provider weigert de vraag van client ${clientId} met terugkeeradres ${redirectUri} (${error ?? status})`,
    mends: ours("CLIENT_ID"),
  };
}

/** With a code that cannot be: who is known hears that the code is wrong, who is not hears that he is (RFC 6749, 5.2). */
async function examineSecret(
  found: Description,
  { clientId, clientSecret }: Provider,
  redirectUri: string,
): Promise<Finding> {
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(":");
  const answer = await ask(found.token_endpoint, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: "toets",
      redirect_uri: redirectUri,
      code_verifier: randomBytes(32).toString("base64url"),
    }),
  });
  const read = z.object({ error: z.string() }).safeParse(await answer.json().catch(() => undefined));
  const error = read.data?.error;
  return {
    holds: error === "invalid_grant",
    what: "het geheim van de client",
    fault: `het geheim klopt niet, of client_secret_basic mag niet (${[answer.status, error].filter(Boolean).join(" ")})`,
    mends: ours("CLIENT_SECRET"),
  };
}

async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(address, { ...init, redirect: "manual", signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new Refused(
      `✖ ${new URL(address).origin} is niet bereikbaar (${codeOf(error)}). ${whoOpens(codeOf(error))}`,
    );
  }
}

/** `ECONNREFUSED`, `SELF_SIGNED_CERT_IN_CHAIN`, `TimeoutError`. */
function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? cause.code : (name ?? "onbekend");
}

function whoOpens(code: string): string {
  if (/^E(?:NOTFOUND|AI_)/.test(code))
    return "Deze machine kent de naam niet: wie de namen beheert (DNS), of LEERID_MEDEWERKERS_ISSUER.";
  if (/CERT|TLS|SSL|SIGNATURE/.test(code))
    return "Het certificaat wordt niet vertrouwd: is het van een eigen CA, zet die dan bij de certificaten van deze machine (update-ca-certificates).";
  return "Wie de firewall beheert, of de beheerder van de provider, kan dit oplossen.";
}
