import { Hono, type Context as HonoContext } from "hono";
import type { Context } from "#platform/context";
import { isUnavailable } from "#platform/database";
import { describeError, isHangUp } from "#platform/log";
import { mount, openApi } from "#platform/route";
import { algemeen, Problem, problemBody } from "#platform/problem";
import { makeGate, type Gate } from "#modules/aanmelding";
import { makeTokenWatch } from "#modules/tokens";
import { machineScopes } from "#modules/toepassingen";
import type { Access } from "./access.ts";
import { endpoints } from "./contract.ts";
import { docsPage } from "./docs-page.ts";
import type { Machines } from "./machines.ts";

export { endpoints } from "./contract.ts";
export { followMachines } from "./machines.ts";

/** The OpenAPI description of the API. */
export function apiDescription(urls: {
  readonly api: string;
  readonly acm: string;
}): Record<string, unknown> {
  return openApi(endpoints(makeGate(), urls.api), {
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
  /**
   * Bytes of files of one package that may wait, without it there is no bound; what all sign-ins pass through; which machines are
   * registered, without it every token that ACM signed counts.
   */
  options: {
    readonly quotum?: number;
    readonly gate?: Gate;
    readonly machines?: Pick<Machines, "may">;
  } = {},
): Hono {
  const app = new Hono();
  const wieIs = makeTokenWatch(ctx);
  app.use(async (http, next) => {
    await next();
    http.header("cache-control", "no-store");
    http.header("x-content-type-options", "nosniff");
  });
  const beschrijving = apiDescription(urls);
  app.get("/openapi.json", (http) => http.json(beschrijving));
  app.get("/docs", (http) => docsPage(http, beschrijving));
  mount(app, endpoints(options.gate ?? makeGate(), urls.api, options.quotum), {
    largest: 0, // no endpoint takes a form
    enter: async (http, access) => {
      const clientId = await clientOf(http, access);
      return clientId instanceof Problem ? answerOf(http, clientId) : { ctx, clientId };
    },
    refuse: answerOf,
  });
  app.notFound((http) => answerOf(http, new Problem(algemeen["niet-gevonden"])));
  app.onError((error, http) => {
    if (isHangUp(error)) return http.body(null, 400);
    if (isUnavailable(error)) {
      ctx.log.warn({ ...describeError(error), pad: http.req.routePath }, "de databank kon nu niet");
      return answerOf(http, new Problem(algemeen["te-druk"], undefined, { "retry-after": "5" }));
    }
    ctx.log.error({ ...describeError(error), pad: http.req.routePath }, "onverwachte fout in de API");
    return http.json(fault, 500, { "content-type": "application/problem+json" });
  });
  return app;

  /** The client_id of whoever asks, empty when the endpoint is open; or why the caller may not. */
  async function clientOf(http: HonoContext, access: Access): Promise<string | Problem> {
    if (access === "open") return "";
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(http.req.header("authorization") ?? "")?.[1];
    const machine = token === undefined ? undefined : await wieIs(token, urls.api);
    const noToken = new Problem(algemeen["geen-token"], undefined, {
      "www-authenticate": `Bearer realm="LeerID"${token ? ', error="invalid_token"' : ""}`,
    });
    if (!machine) return noToken;
    if (!machine.scopes.includes(access)) {
      return new Problem(algemeen["geen-recht"], `Nodig: ${access}`, {
        "www-authenticate": `Bearer error="insufficient_scope", scope="${access}"`,
      });
    }
    if ((await options.machines?.may(machine.clientId, access)) === false) return noToken;
    return machine.clientId;
  }
}

/** A refusal as an RFC 9457 response. */
const answerOf = (http: HonoContext, { kind, detail, headers }: Problem): Response =>
  http.json(problemBody(kind, detail), kind.status, {
    ...headers,
    "content-type": "application/problem+json",
  });

const fault = {
  type: "about:blank",
  title: "Er ging iets mis bij LeerID.",
  status: 500,
  code: "fout",
  detail: "Er ging iets mis bij LeerID. Probeer het later opnieuw.",
  herstel: "De beheerders van LeerID lossen dit op.",
};
