import { createHash } from "node:crypto";
import type { Answer, Connection } from "./http.ts";

/** A server as a browser and a relying party see it. */
export type Target = {
  readonly port: number;
  readonly authPath: string;
  readonly tokenPath: string;
  readonly scope: string;
  readonly fields: { readonly name: string; readonly password: string };
  readonly clients: readonly { readonly id: string; readonly secret: string; readonly redirectUri: string }[];
};

/** The cookies of one browser. */
export type Jar = Map<string, { readonly value: string; readonly path: string }>;

// The same verifier every time: making one is the client's cost, not the server's.
const verifier = "a".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

/**
 * Opens application number `client` in the browser of `jar`, signing in when a form is shown, and redeems the code.
 * @throws when anything else than an ID token comes out
 */
export async function open(
  connection: Connection,
  target: Target,
  jar: Jar,
  client: number,
  who: { readonly name: string; readonly password: string } | undefined,
): Promise<void> {
  const app = target.clients[client];
  if (!app) throw new Error("no such client");
  const origin = `http://localhost:${target.port}`;
  let answer = await get(
    connection,
    target,
    jar,
    `${target.authPath}?client_id=${app.id}&response_type=code&scope=${encodeURIComponent(target.scope)}` +
      `&redirect_uri=${encodeURIComponent(app.redirectUri)}&state=s${client}&nonce=n${client}` +
      `&code_challenge=${challenge}&code_challenge_method=S256`,
  );
  for (let step = 0; ; step++) {
    if (step > 6) throw new Error("too many steps");
    const { location } = answer;
    if (location?.startsWith(app.redirectUri)) break;
    if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
      answer = await get(
        connection,
        target,
        jar,
        location.startsWith(origin) ? location.slice(origin.length) : location,
      );
    } else if (answer.status === 200 && who) {
      answer = await submit(connection, target, jar, answer.body, who);
    } else throw unexpected(answer);
  }
  const code = /[?&]code=([^&#]+)/.exec(answer.location ?? "")?.[1];
  if (!code) throw unexpected(answer);
  const body = `grant_type=authorization_code&code=${code}&redirect_uri=${encodeURIComponent(app.redirectUri)}&code_verifier=${verifier}`;
  const basic = Buffer.from(`${app.id}:${app.secret}`).toString("base64");
  const token = await connection.request(
    `POST ${target.tokenPath} HTTP/1.1\r\nHost: localhost:${target.port}\r\nAuthorization: Basic ${basic}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n`,
    body,
  );
  if (token.status !== 200 || !token.body.includes('"id_token":"')) throw unexpected(token);
}

const browser =
  "Accept: text/html\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";

async function get(connection: Connection, target: Target, jar: Jar, path: string): Promise<Answer> {
  const answer = await connection.request(
    `GET ${path} HTTP/1.1\r\nHost: localhost:${target.port}\r\n${browser}${cookiesFor(jar, path)}`,
  );
  keep(jar, answer);
  return answer;
}

async function submit(
  connection: Connection,
  target: Target,
  jar: Jar,
  page: string,
  who: { readonly name: string; readonly password: string },
): Promise<Answer> {
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
  if (action === undefined || !page.includes(`name="${target.fields.name}"`))
    throw new Error(`no form: ${page.slice(0, 300)}`);
  const path = action.replace(/^https?:\/\/[^/]+/, "");
  let body = `${target.fields.name}=${encodeURIComponent(who.name)}&${target.fields.password}=${encodeURIComponent(who.password)}`;
  for (const [input] of page.matchAll(/<input[^>]* type="hidden"[^>]*>/g)) {
    body += `&${/ name="([^"]+)"/.exec(input)?.[1] ?? ""}=${encodeURIComponent(/ value="([^"]*)"/.exec(input)?.[1] ?? "")}`;
  }
  const answer = await connection.request(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${target.port}\r\nOrigin: http://localhost:${target.port}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\n${browser}${cookiesFor(jar, path)}`,
    body,
  );
  keep(jar, answer);
  return answer;
}

function cookiesFor(jar: Jar, path: string): string {
  let header = "";
  for (const [key, cookie] of jar) {
    if (path.startsWith(cookie.path))
      header += `${header === "" ? "" : "; "}${key.slice(0, key.indexOf(" "))}=${cookie.value}`;
  }
  return header === "" ? "" : `Cookie: ${header}\r\n`;
}

function keep(jar: Jar, { cookies }: Answer): void {
  for (const cookie of cookies) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    const path = /; *path=([^;]+)/i.exec(cookie)?.[1] ?? "/";
    const key = `${name} ${path}`;
    if (value === "" || /; *max-age=0|; *expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(key);
    else jar.set(key, { value, path });
  }
}

const unexpected = ({ status, location, body }: Answer) =>
  new Error(`unexpected answer ${status} ${location ?? ""} ${body.slice(0, 500)}`);
