import type { ServerResponse } from "node:http";
import type { KoaContextWithOIDC } from "oidc-provider";
import { pageHeaders, type SecurityOptions } from "#platform/html";

/** An answer as data: nothing of it leaves before everything is committed. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Values for `set-cookie`. */
  readonly cookies?: readonly string[];
};

/** A page and the headers that belong to it. */
export const pageAnswer = (status: number, page: string, options: SecurityOptions = {}): Answer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8", ...pageHeaders(options) },
  body: page,
});

/** On to another address, by GET. */
export const redirect = (location: string): Answer => ({
  status: 303,
  headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  body: "",
});

/** What a machine gets; never kept on the way (RFC 6749 5.1). */
export const json = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: {
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
    "x-content-type-options": "nosniff",
    ...headers,
  },
  body: JSON.stringify(body),
});

export const withCookies = (answer: Answer, cookies: readonly string[]): Answer =>
  cookies.length === 0 ? answer : { ...answer, cookies: [...(answer.cookies ?? []), ...cookies] };

export const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

/** Sends headers and body in one piece, so that they leave in one write to the socket. */
export function respond(res: ServerResponse, { status, headers, body, cookies }: Answer, head = false): void {
  res.writeHead(status, {
    ...headers,
    ...(cookies && { "set-cookie": [...cookies] }),
    "content-length": Buffer.byteLength(body),
  });
  res.end(head ? undefined : body);
}

/** Answers through the library, which may still add headers. */
export function sendThrough(
  ctx: Pick<KoaContextWithOIDC, "set" | "remove"> & { status: number; body: unknown },
  { status, headers, body }: Answer,
): void {
  ctx.remove("location");
  ctx.remove("set-cookie");
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}
