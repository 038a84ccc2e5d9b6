import type { KoaContextWithOIDC } from "oidc-provider";
import { pageHeaders, type SecurityOptions } from "#platform/html";

/** Answers with a page and the headers that belong to it. */
export function sendPage(
  ctx: Pick<KoaContextWithOIDC, "set" | "remove"> & { status: number; type: string; body: unknown },
  status: number,
  page: string,
  options: SecurityOptions = {},
): void {
  ctx.remove("location");
  ctx.status = status;
  ctx.type = "html";
  ctx.set(pageHeaders(options));
  ctx.body = page;
}
