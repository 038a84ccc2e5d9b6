import type { IncomingMessage, ServerResponse } from "node:http";
import { respond } from "./answer.ts";
import type { Straight } from "./straight.ts";

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * What comes from the network, made plain before anything reads it. The issuer is fixed: the provider builds addresses from
 * the Host header, so that header says what we say, whatever the outside sent.
 */
export function acmHandler(
  issuer: string,
  { straight, provider, rest }: { straight: Straight; provider: () => Handler; rest: Handler },
): Handler {
  const { host, protocol } = new URL(issuer);
  return (req, res) => {
    const url = req.url ?? "/";
    // A body that was given up half-way would block the next request on the same connection.
    res.once("finish", () => {
      if (!req.readableEnded) req.resume();
    });
    // Absolute-form and other oddities (RFC 9112 3.2.2) would bring their own host along.
    if (!url.startsWith("/") || url.startsWith("//") || url.length > 12_000) {
      res.writeHead(url.length > 12_000 ? 414 : 400, { "content-type": "text/plain; charset=utf-8" });
      res.end("Dit adres kan LeerID niet lezen.");
      return undefined;
    }
    if (url !== "/op" && !url.startsWith("/op/") && !url.startsWith("/op?")) return rest(req, res);
    const answer = straight(req);
    if (!answer) return toProvider(req, res, url);
    return answer.then((known) => (known ? respond(res, known) : toProvider(req, res, url)));
  };

  function toProvider(req: IncomingMessage, res: ServerResponse, url: string): unknown {
    for (const name of Object.keys(req.headers)) {
      if (name.startsWith("x-forwarded-") || name === "forwarded") delete req.headers[name];
    }
    req.headers.host = host;
    req.headers["x-forwarded-proto"] = protocol.slice(0, -1);
    (req as { originalUrl?: string }).originalUrl = url;
    req.url = url.slice(3).startsWith("/") ? url.slice(3) : `/${url.slice(3)}`;
    return provider()(req, res);
  }
}
