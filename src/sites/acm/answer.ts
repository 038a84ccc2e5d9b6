import type { ServerResponse } from "node:http";
import type { KoaContextWithOIDC } from "oidc-provider";
import { pageHeaders, type SecurityOptions } from "#platform/html";

/** An answer as data: the provider's pipeline and the straight path send the same ones. */
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

/** Answers through the provider's pipeline, which may still add headers. */
export function send(
  ctx: Pick<KoaContextWithOIDC, "set" | "remove"> & { status: number; body: unknown },
  { status, headers, body }: Answer,
): void {
  ctx.remove("location");
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}

/** Answers past the provider: headers and body in one piece, so that they leave in one write to the socket. */
export function respond(res: ServerResponse, { status, headers, body, cookies }: Answer): void {
  res.writeHead(status, {
    ...headers,
    ...(cookies && { "set-cookie": [...cookies] }),
    "content-length": Buffer.byteLength(body),
  });
  res.end(body);
}

/** Answers with a page through the provider's pipeline. */
export const sendPage = (
  ctx: Parameters<typeof send>[0],
  status: number,
  page: string,
  options: SecurityOptions = {},
): void => send(ctx, pageAnswer(status, page, options));
