import { Hono } from "hono";
import type { Context } from "#platform/context";
import { mount, openApi } from "#platform/endpoint";
import { algemeen, Problem } from "#platform/problem";
import { maakPoort } from "#modules/aanmelding";
import { maakTokenwacht } from "#modules/tokens";
import { machineScopes } from "#modules/toepassingen";
import type { Access } from "./access.ts";
import { endpoints } from "./contract.ts";
import { docsPage } from "./docs-page.ts";

export { endpoints } from "./contract.ts";

/** The OpenAPI description of the API. */
export function apiBeschrijving(urls: {
  readonly api: string;
  readonly acm: string;
}): Record<string, unknown> {
  return openApi(endpoints(maakPoort(), urls.api), {
    title: "LeerID API",
    version: "1",
    server: urls.api,
    tokenUrl: `${urls.acm}/op/v1/token`,
    scopes: machineScopes,
  });
}

/** The API site: Discimus feed and datastore, for machines only. */
export function createApi(
  ctx: Context,
  urls: { readonly api: string; readonly acm: string },
  /** Bytes of files of one package that may wait; without it there is no bound. */
  options: { readonly quotum?: number } = {},
): Hono {
  const app = new Hono();
  const wieIs = maakTokenwacht(ctx);
  app.use(async (http, next) => {
    await next();
    http.header("cache-control", "no-store");
    http.header("x-content-type-options", "nosniff");
  });
  const beschrijving = apiBeschrijving(urls);
  app.get("/openapi.json", (http) => http.json(beschrijving));
  app.get("/docs", (http) => docsPage(http, beschrijving));
  mount<Access>(app, ctx, endpoints(maakPoort(), urls.api, options.quotum), async (http, access) => {
    if (access === "open") return "";
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(http.req.header("authorization") ?? "")?.[1];
    const machine = token === undefined ? undefined : await wieIs(token, urls.api);
    if (!machine)
      throw new Problem(algemeen["geen-token"], undefined, {
        "www-authenticate": `Bearer realm="LeerID"${token ? ', error="invalid_token"' : ""}`,
      });
    if (!machine.scopes.includes(access)) {
      throw new Problem(algemeen["geen-recht"], `Nodig: ${access}`, {
        "www-authenticate": `Bearer error="insufficient_scope", scope="${access}"`,
      });
    }
    return machine.clientId;
  });
  return app;
}
