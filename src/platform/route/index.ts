import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import { algemeen, Problem } from "#platform/problem";
import type { AnyRoute } from "./declaration.ts";
import { fieldReader, formOf, jsonOf } from "./read.ts";

export { routesOf, type AnyRoute, type Input, type Route } from "./declaration.ts";
export { openApi, type Endpoint } from "./open-api.ts";
export { accountUuid, cut, fieldReader, formOf, oneOf, text, uuid, type Fields, type Read } from "./read.ts";

/** What differs between sites: who asks and may he, and how a refusal looks. */
export type Site<Calls> = {
  /** The largest form in bytes. */
  readonly largest: number;
  /** Before anything of the request is read: what a handler with this access knows, or the answer to whoever may not. */
  enter(http: HonoContext, access: keyof Calls): Promise<Calls[keyof Calls] | Response>;
  /** A refusal: of the input, or thrown by the handler. */
  refuse(http: HonoContext, problem: Problem, call: Calls[keyof Calls]): Response | Promise<Response>;
};

const largestJson = 65_536;

/**
 * Puts routes on an app. Each request: enter (who is it, may he), read (what is not understood is refused), handle, and refusals
 * to answers of the site. What else is thrown goes on to `onError` of the app.
 */
export function mount<Calls>(app: Hono, routes: readonly AnyRoute<Calls>[], site: Site<Calls>): void {
  for (const route of routes) {
    const read = reader(route, site.largest);
    const run = route.handle as (call: object) => unknown;
    app.on(route.method.toUpperCase(), route.path, async (http) => {
      const call = await site.enter(http, route.access);
      if (call instanceof Response) return call;
      try {
        const result = await run({ ...call, http, ...(await read(http)) });
        return route.output ? http.json(route.output.parse(result) as never) : (result as Response);
      } catch (error) {
        if (error instanceof Problem) return site.refuse(http, error, call);
        throw error;
      }
    });
  }
}

/** How the input of a route is read. @throws Error at the start of a site, when a declaration contradicts itself */
function reader(
  { method, path, params = {}, query, form, json, stream, output }: AnyRoute<never>,
  largest: number,
) {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
  if (names.toSorted().join() !== Object.keys(params).toSorted().join())
    throw new Error(`${path}: a schema for each name in the path, and for nothing else`);
  const inPath = z.strictObject(params);
  const inQuery = fieldReader(query ?? {}, { strict: query !== undefined && output !== undefined });
  const takesForm = method === "post" && json === undefined && stream === undefined;
  if (form && !takesForm) throw new Error(`${path}: a form is posted, and is all that a request reads`);
  const inForm = takesForm ? fieldReader(form ?? {}, { strict: true }) : undefined;
  return async (http: HonoContext) => {
    const sent = http.req.param();
    const found = inPath.safeParse(sent);
    if (!found.success || Object.values(sent).some((value) => value.includes("\0")))
      throw new Problem(algemeen["niet-gevonden"]);
    const { search } = new URL(http.req.url);
    return {
      params: found.data,
      query: inQuery(search.slice(1), "vraag"),
      form: inForm && inForm(await formOf(http, largest), "formulier"),
      json: json && (await jsonOf(http, json, largestJson)),
    };
  };
}
