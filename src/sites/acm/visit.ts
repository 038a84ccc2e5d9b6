import type { IncomingMessage } from "node:http";
import { clientAddress } from "#platform/address";
import { postedFrom } from "#platform/html";
import type { Acm } from "./contract.ts";
import { cookieOf } from "./cookies.ts";

/** A request of a browser. */
export type Visit = {
  readonly req: IncomingMessage;
  readonly method: string;
  /** Behind `/op`, without the question mark. */
  readonly path: string;
  /** Behind the question mark. */
  readonly query: string;
  /** The header with its cookies. */
  readonly cookies: string | undefined;
};

/** Where `url` begins with `/op`. */
export function visitOf(req: IncomingMessage, url: string): Visit {
  const [path = "", query = ""] = splitOnce(url.slice(3), "?");
  return { req, method: req.method ?? "GET", path, query, cookies: req.headers.cookie };
}

function splitOnce(text: string, at: string): [string, string] {
  const place = text.indexOf(at);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}

/** The id of its session, of the form that ids have. */
export function sessionIdOf(visit: Visit, name: string): string | undefined {
  const id = cookieOf(visit.cookies, name);
  return id !== undefined && /^[\w-]{43}$/.test(id) ? id : undefined;
}

/** A sibling site may plant a cookie, but its form says where it comes from. */
export const isStrange = ({ req: { headers } }: Visit, issuer: string): boolean =>
  postedFrom((name) => headers[name]?.toString(), issuer) === "elsewhere";

/** Where an attempt comes from (D7, D24): its address, and what this browser brings to be known by. */
export const originOf = ({ proxies, cookies: names }: Acm, { req, cookies }: Visit) => ({
  bron: clientAddress(req, proxies),
  toestel: cookieOf(cookies, names.toestel),
});
