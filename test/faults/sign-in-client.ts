import { createHash, randomBytes } from "node:crypto";
import { password, secret, type Application, type Pupil } from "./school.ts";

/** What an application received. */
export type Tokens = {
  readonly accessToken: string;
  readonly idToken: string;
  readonly application: Application;
  readonly pupil: Pupil;
};

/** A browser with its cookies, as far as a sign-in needs one. */
export type Visitor = Map<string, string>;

/** No answer, or one that says that it cannot be done now: allowed while something is dead, and nothing was received. */
export class NotNow extends Error {}

async function ask(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError")
      throw new Error("no answer within a minute: the server hangs", { cause: error });
    throw new NotNow("no answer", { cause: error });
  }
  if (response.status >= 500)
    throw new NotNow(`${response.status}: ${await response.text().catch(() => "")}`);
  return response;
}

/** Reads a body that may be cut off. */
const read = (response: Response): Promise<string> =>
  response.text().catch((error: unknown) => {
    throw new NotNow("half an answer", { cause: error });
  });

async function visit(visitor: Visitor, url: string, init: RequestInit = {}): Promise<Response> {
  const cookie = [...visitor].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await ask(url, { ...init, headers: cookie === "" ? {} : { cookie } });
  for (const line of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/expires=Thu, 01 Jan 1970/i.test(line)) visitor.delete(name);
    else visitor.set(name, value);
  }
  return response;
}

/** An authorization request of an application at a node: straight to a code with a session, else through the form. */
export async function authorize(
  origin: string,
  application: Application,
  pupil: Pupil,
  visitor: Visitor,
): Promise<{ readonly code: string; readonly verifier: string; readonly form: boolean }> {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL(`${origin}/op/v1/auth`);
  url.search = new URLSearchParams({
    client_id: application.id,
    redirect_uri: application.redirectUri,
    response_type: "code",
    scope: "openid profile leerid",
    state: "toestand",
    nonce: "eenmalig",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();
  let answer = await visit(visitor, url.href);
  const text = await read(answer);
  const action = /<form[^>]*action="([^"]*)"/.exec(text)?.[1];
  const form = answer.status === 200 && action !== undefined;
  if (form) {
    answer = await visit(visitor, new URL(action, origin).href, {
      method: "POST",
      body: new URLSearchParams({ gebruikersnaam: pupil.gebruikersnaam, wachtwoord: password }),
    });
    await read(answer);
  }
  const code = new URL(answer.headers.get("location") ?? "http://nergens").searchParams.get("code");
  if (answer.status !== 303 || code === null)
    throw new Error(`no code: ${answer.status} ${answer.headers.get("location")} ${text.slice(0, 3000)}`);
  return { code, verifier, form };
}

/** Redeems a code at a node, as the application does. */
export async function redeem(
  origin: string,
  application: Application,
  pupil: Pupil,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<Tokens> {
  const response = await ask(`${origin}/op/v1/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${application.id}:${secret}`).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: application.redirectUri,
      code_verifier: verifier,
    }),
  });
  const text = await read(response);
  if (response.status !== 200) throw new Error(`no token: ${response.status} ${text}`);
  const body = JSON.parse(text) as { access_token: string; id_token: string };
  return { accessToken: body.access_token, idToken: body.id_token, application, pupil };
}

/** The whole way, from form to tokens. */
export async function signIn(
  origin: string,
  application: Application,
  pupil: Pupil,
  visitor: Visitor = new Map(),
): Promise<Tokens> {
  return redeem(origin, application, pupil, await authorize(origin, application, pupil, visitor));
}

export const userinfo = (origin: string, { accessToken }: Tokens): Promise<Response> =>
  ask(`${origin}/op/v1/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
