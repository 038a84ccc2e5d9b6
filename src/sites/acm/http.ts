import type { IncomingMessage, ServerResponse } from "node:http";
import { json, respond, type Answer } from "./answer.ts";
import { authorize } from "./authorize/index.ts";
import { isForm, readBody, withBody } from "./body.ts";
import type { Acm } from "./contract.ts";
import { faultAnswer, missing } from "./errors.ts";
import type { Library } from "./library/index.ts";
import { takeAnswerHome } from "./sign-in/adult.ts";
import { answerForm } from "./sign-in/index.ts";
import { confirmSignOut, signedOut, signOut } from "./sign-out/index.ts";
import { terugPad } from "#modules/medewerkers";
import { isCodeGrant, redeemCode } from "./token/index.ts";
import { visitOf, type Visit } from "./visit.ts";

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;
type Endpoint = {
  readonly methods: readonly string[];
  /** Of people: a HEAD asks for nothing, and nothing happens. Undefined: the library answers. */
  readonly people?: (acm: Acm, visit: Visit) => Answer | Promise<Answer>;
};

/** All addresses behind `/op`. */
const endpoints: Readonly<Record<string, Endpoint>> = {
  "/v1/auth": { methods: ["GET", "HEAD", "POST"], people: authorize },
  [terugPad]: { methods: ["GET", "HEAD"], people: takeAnswerHome },
  "/v1/logout": { methods: ["GET", "HEAD", "POST"], people: signOut },
  "/v1/logout/confirm": { methods: ["POST"], people: confirmSignOut },
  "/v1/logout/success": { methods: ["GET", "HEAD"], people: signedOut },
  "/v1/token": { methods: ["POST", "OPTIONS"] },
  "/v1/keys": { methods: ["GET", "HEAD", "OPTIONS"] },
  // No HEAD: an answer, also without its body, is a release that is logged.
  "/v1/userinfo": { methods: ["GET", "POST", "OPTIONS"] },
  "/v1/introspect": { methods: ["POST", "OPTIONS"] },
  "/v1/revoke": { methods: ["POST", "OPTIONS"] },
  "/.well-known/openid-configuration": { methods: ["GET", "HEAD", "OPTIONS"] },
  "/.well-known/oauth-authorization-server": { methods: ["GET", "HEAD", "OPTIONS"] },
};
const form: Endpoint = { methods: ["GET", "HEAD", "POST"], people: answerForm };
const formPath = /^\/v1\/aanmelden\/./;

/** Where RFC 8414 3 looks for what OpenID Connect Discovery has behind the issuer. */
const elsewhere = new Map(
  ["/.well-known/oauth-authorization-server/op", "/.well-known/openid-configuration/op"].map((path) => [
    path,
    "/op/.well-known/openid-configuration",
  ]),
);

/** Characters of an address: a request of an application, sealed in the address of its form. */
const longest = 14_000;

/** What comes from the network, made plain before anything reads it, and who answers it. */
export function acmHandler(acm: Acm, { library, rest }: { library: Library; rest: Handler }): Handler {
  return (req, res) => {
    // A body that was given up half-way would block the next request on the same connection.
    res.once("finish", () => {
      if (!req.readableEnded) req.resume();
    });
    const url = plainUrl(req.url ?? "/");
    if (url === undefined) return respond(res, unreadable(400));
    if (url.length > longest) return respond(res, unreadable(414));
    req.url = url;
    if (!/^\/op(?:[/?]|$)/.test(url)) return rest(req, res);
    const visit = visitOf(req, url);
    const endpoint = formPath.test(visit.path) ? form : endpoints[visit.path];
    const path = visit.path;
    if (!endpoint) return respond(res, missing(acm, visit));
    if (!endpoint.methods.includes(visit.method)) return respond(res, missing(acm, visit, endpoint.methods));
    if (visit.method === "OPTIONS")
      return respond(res, { status: 204, headers: { allow: endpoint.methods.join(", ") }, body: "" });
    if (path === "/v1/token") return answerWith(res, visit, token(req, res));
    if (!endpoint.people) return library(req, res);
    if (visit.method === "HEAD") return respond(res, nothing, true);
    return answerWith(res, visit, async () => endpoint.people?.(acm, visit));
  };

  async function answerWith(
    res: ServerResponse,
    visit: Visit,
    work: () => Promise<Answer | undefined>,
  ): Promise<void> {
    const answer = await work().catch((error: unknown) => faultAnswer(acm, visit.path, error));
    if (answer) respond(res, answer);
  }

  /** Codes are ours to redeem; every other grant is the library's. */
  function token(req: IncomingMessage, res: ServerResponse) {
    return async (): Promise<Answer | undefined> => {
      if (!isForm(req)) return void library(req, res);
      const body = await readBody(req);
      if (!body) return json(413, { error: "invalid_request", error_description: "the body is too large" });
      const text = body.toString("utf8");
      if (isCodeGrant(text)) return redeemCode(acm, req.headers, text);
      return void library(withBody(req, body), res);
    };
  }
}

/** The path and what follows it; of an absolute address too (RFC 9112 3.2.2), whose host is no matter: the issuer is fixed. */
function plainUrl(url: string): string | undefined {
  const path = /^https?:\/\/[^/?#]*(\/.*)?$/i.exec(url);
  const plain = path ? (path[1] ?? "/") : url;
  if (!plain.startsWith("/") || plain.startsWith("//")) return undefined;
  return elsewhere.get(plain) ?? plain;
}

const unreadable = (status: number): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "Dit adres kan LeerID niet lezen.",
});

/** To a HEAD of what people do: the address exists, and that is all. */
const nothing: Answer = {
  status: 200,
  headers: { "cache-control": "no-store", "content-type": "text/html; charset=utf-8" },
  body: "",
};
