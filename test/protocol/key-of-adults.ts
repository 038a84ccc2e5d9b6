import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import assert from "node:assert/strict";
import { createUpstream } from "#demo/upstream/index";
import { demoAcr, personas, type Persona } from "#demo/upstream/personas";
import type { SleutelOptions } from "#sites/acm";
import type { Answer, Browser } from "./browser.ts";
import { authUrlOf } from "./flow.ts";
import { browser, world, type World } from "./world.ts";

export const loketScope = { scope: "openid profile vo" };
const people: readonly Persona[] = [
  ...personas,
  {
    geval: "een stap",
    voornaam: "Zwak",
    naam: "Sterk",
    login: "zwak",
    uitleg: "Alleen een wachtwoord.",
    acr: "urn:leerid:demo:acr:wachtwoord",
    claims: { vo_id: "demo-zwak", vo_doelgroepcode: "OV", vo_orgcode: ["999001"] },
  },
  {
    geval: "zonder nummer",
    voornaam: "Nie",
    naam: "Mand",
    login: "zonder-nummer",
    uitleg: "",
    claims: { vo_id: "", vo_doelgroepcode: "OV", vo_orgcode: [] },
  },
];

const clientSecret = "een-geheim-tussen-acm-en-sleutel";
type Listener = (req: IncomingMessage, res: ServerResponse) => void;

/** The demo's key of adults on a free port, in front of an ACM. */
export type Key = {
  readonly w: World;
  /** Its address. */
  readonly url: string;
  readonly server: Server;
  /** What it was asked. */
  readonly seen: string[];
  /** Starts it; before that it answers like a proxy with nothing behind. */
  start(): Promise<void>;
  close(): Promise<void>;
};

export async function worldWithKey({ alsInIdToken = false, started = true } = {}): Promise<Key> {
  let listener: Listener | undefined;
  const seen: string[] = [];
  const server = createServer((req, res) => {
    seen.push(req.url ?? "");
    if (listener) listener(req, res);
    else res.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const w = await world({
    sleutel: async (): Promise<SleutelOptions> => ({
      issuer: url,
      clientId: "acm",
      clientSecret,
      acr: ["urn:sterker", demoAcr],
    }),
  });
  const key: Key = {
    w,
    url,
    server,
    seen,
    async start() {
      listener = await createUpstream({
        issuer: url,
        clientId: "acm",
        clientSecret,
        redirectUri: `${w.origin}/op/v1/medewerker/terug`,
        personas: people,
        now: () => Date.now(),
        alsInIdToken,
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await w.close();
    },
  };
  if (started) await key.start();
  return key;
}

/** Follows redirects until a page, or until the address of an application. */
export async function follow(visitor: Browser, answer: Answer): Promise<Answer> {
  let at = answer;
  for (let hop = 0; hop < 12; hop += 1) {
    if (at.location === undefined || /\.example\//.test(at.location)) return at;
    at = await visitor.get(at.location);
  }
  throw new Error("no end to the redirects");
}

/** The Schoolloket asks who it is. */
export const loketUrl = ({ w }: Key, changes: Record<string, string> = {}): string =>
  authUrlOf(w, "schoolloket", { ...loketScope, ...changes });

/** As far as the form of the key. */
export async function atKey(key: Key, visitor: Browser, url = loketUrl(key)): Promise<Answer> {
  const form = await follow(visitor, await visitor.get(url));
  assert.match(form.text, /Met wie meld je je aan/);
  return form;
}

/** Chooses somebody, as far as the address of ACM that the key sends the browser back to. */
export async function choose(key: Key, visitor: Browser, form: Answer, login: string): Promise<string> {
  let at = await visitor.post(new URL(form.action ?? "", key.url).href, { login });
  for (let hop = 0; hop < 4; hop += 1) {
    const { location } = at;
    assert.ok(location, `no way back: ${at.status} ${at.text.slice(0, 200)}`);
    if (location.startsWith(key.w.origin)) return location;
    at = await visitor.get(location);
  }
  throw new Error("no way back");
}

/** The whole way: application, ACM, key, ACM; ends at the address of the application or on a page of ACM. */
export async function signInAdult(
  key: Key,
  login: string,
  { visitor = browser(), url = loketUrl(key) } = {},
): Promise<{ readonly visitor: Browser; readonly answer: Answer }> {
  const back = await choose(key, visitor, await atKey(key, visitor, url), login);
  return { visitor, answer: await follow(visitor, await visitor.get(back)) };
}
