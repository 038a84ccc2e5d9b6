import { createHash, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { SignJWT } from "jose";
import { browser, redirectUri, secret, typePassword, type Pupil, type World } from "./world.ts";
import type { Answer, Browser } from "./browser.ts";

export const verifier = "v".repeat(43);
export const challenge = createHash("sha256").update(verifier).digest("base64url");

export type Params = Record<string, string | undefined>;

/** An authorization request that is right, but for what a test changes. */
export function authUrl(w: World, changes: Params = {}): string {
  const url = new URL(`${w.issuer}/v1/auth`);
  const params: Params = {
    client_id: "bingel",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid profile leerid",
    state: "toestand",
    nonce: "eenmalig",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** The same for another application of the world. */
export const authUrlOf = (w: World, name: string, changes: Params = {}): string =>
  authUrl(w, { client_id: name, redirect_uri: `https://${name}.example/terug`, ...changes });

/** The parameters that went back to the application. */
export function backOf(answer: Answer): URLSearchParams {
  if (answer.status !== 303 || answer.location === undefined) {
    throw new Error(`no answer to the application: ${answer.status} ${answer.text.slice(0, 300)}`);
  }
  return new URL(answer.location).searchParams;
}

export function codeOf(answer: Answer): string {
  const code = backOf(answer).get("code");
  if (code === null) throw new Error(`no code: ${answer.location}`);
  return code;
}

/** Signs in by the form. */
export async function signIn(
  w: World,
  {
    visitor = browser(),
    url = authUrl(w),
    pupil = w.pupil,
  }: { visitor?: Browser; url?: string; pupil?: Pupil } = {},
): Promise<{ readonly visitor: Browser; readonly answer: Answer }> {
  const page = await visitor.get(url);
  return { visitor, answer: await typePassword(visitor, page, pupil) };
}

export type TokenAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
};

export const basic = (clientId: string, own = secret): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${own}`).toString("base64")}`,
});

/** POST to an endpoint for machines. */
export async function call(
  w: World,
  path: string,
  form: Params,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(`${w.issuer}${path}`, {
    method: "POST",
    body: new URLSearchParams(given),
    headers,
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** Redeems a code as the application would. */
export const redeem = (
  w: World,
  code: string,
  changes: Params = {},
  headers: Record<string, string> = basic("bingel"),
): Promise<TokenAnswer> =>
  call(
    w,
    "/v1/token",
    {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...changes,
    },
    headers,
  );

export const redeemOf = (w: World, name: string, code: string): Promise<TokenAnswer> =>
  redeem(w, code, { redirect_uri: `https://${name}.example/terug` }, basic(name));

/** Opens another application for who is signed in, as its relying party does: only then it is one of the session. */
export async function openApplication(
  w: World,
  visitor: Browser,
  name: string,
  changes: Params = {},
): Promise<TokenAnswer> {
  const answer = await redeemOf(w, name, codeOf(await visitor.get(authUrlOf(w, name, changes))));
  if (answer.status !== 200) throw new Error(`${name} did not open: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** Waits until nobody has to be told of a sign-out any more, but who never answers well, and forgets what was told. */
export async function hushLogouts(w: World): Promise<void> {
  const waiting = () => w.db.sql`select 1 from acm.afmelding where client_id not in ('kapot', 'traag')`;
  for (let turn = 0; turn < 500 && (await waiting()).length > 0; turn += 1) await wait(20);
  w.logoutTokens.length = 0;
}

export async function userinfo(w: World, token: unknown): Promise<TokenAnswer> {
  const response = await fetch(`${w.issuer}/v1/userinfo`, {
    headers: { authorization: `Bearer ${String(token)}` },
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

/** A signed assertion of a client (private_key_jwt). */
export async function assertion(
  w: World,
  clientId: string,
  { audience = w.issuer, jti = randomBytes(12).toString("hex"), key = w.clientKey, until = "1m" } = {},
): Promise<Params> {
  const jwt = await new SignJWT({})
    .setProtectedHeader({ alg: "ES256", kid: "rp-1" })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(jti)
    .setIssuedAt()
    .setExpirationTime(until)
    .sign(key);
  return {
    client_assertion: jwt,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  };
}

/** Payload of a JWT, unverified. */
export const payloadOf = (jwt: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString("utf8")) as Record<
    string,
    unknown
  >;

/** How many records the privacy log has about a pupil. */
export async function countLog(w: World, pupil: Pupil, soort = "verstrekking"): Promise<number> {
  const [row] = await w.db.sql<{ aantal: number }[]>`
    select count(*) as aantal from privacylog.regel where account_uuid = ${pupil.accountUuid} and soort = ${soort}`;
  return row?.aantal ?? 0;
}

export const endEnrolment = (w: World, pupil: Pupil): Promise<unknown> => w.db.sql`
  update inschrijvingen.inschrijving i set tot = van from leerlingen.registratie r
   where r.account_uuid = ${pupil.accountUuid} and i.stamnummer = r.stamnummer`;
