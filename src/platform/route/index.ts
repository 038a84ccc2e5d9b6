import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import { algemeen, Problem } from "#platform/problem";
import { fieldReader, formOf, jsonOf, type Fields, type Read } from "./read.ts";

export { openApi, type Endpoint } from "./open-api.ts";
export { accountUuid, cut, fieldReader, oneOf, text, uuid, type Fields, type Read } from "./read.ts";

type None = Record<never, never>;
type Output = z.ZodType | undefined;
type Given<O extends Output> = O extends z.ZodType ? z.input<O> : Response;

/** What a route reads, as its declaration says. */
export type Input<P extends Fields, Q extends Fields, F extends Fields, J> = {
  readonly http: HonoContext;
  readonly params: Read<P>;
  readonly query: Read<Q>;
  readonly form: Read<F>;
  readonly json: J extends z.ZodType ? z.output<J> : undefined;
};

/**
 * One address of a site, declared once: where it is, who may, what it reads and what it gives. Routing, access, validation and the
 * documentation follow from it. `Calls` says, for each rule of access of the site, what a handler then knows.
 */
export type Route<
  Calls,
  A extends keyof Calls = keyof Calls,
  P extends Fields = Fields,
  Q extends Fields = Fields,
  F extends Fields = Fields,
  J extends z.ZodType | undefined = z.ZodType | undefined,
  O extends Output = Output,
> = {
  readonly method: "get" | "post" | "put";
  /** As Hono writes it: `/schoolpakket/v1/instellingen/:instellingsnummer/leerlingen`. */
  readonly path: `/${string}`;
  /** Not optional: a route without a rule does not compile. */
  readonly access: A;
  /** What one gets, in Dutch, for the documentation. */
  readonly summary: string;
  /** One schema for each `:name` of the path. What does not fit is an address that does not exist: 404. */
  readonly params?: P;
  /** Of a page, names that are not here are ignored: others add to our addresses what they like. With an `output` they are refused. */
  readonly query?: Q;
  /** Fields of a form; a name that is not here is refused. A POST that declares no input takes an empty form. */
  readonly form?: F;
  /** JSON of at most 64 kB. */
  readonly json?: J;
  /** Media type of a body that the handler reads itself. */
  readonly stream?: string;
  /**
   * Of JSON: what is given goes through it, so that a field that is not declared cannot leak. Without one the handler answers itself:
   * a page, the way to one, or a file.
   */
  readonly output?: O;
  handle(call: Calls[A] & Input<P, Q, F, J>): Promise<Given<O>> | Given<O>;
};

/** Any route of a site, for its table. */
export type AnyRoute<Calls> = Omit<Route<Calls>, "handle"> & { handle(call: never): unknown };

/** How a site declares its routes; only there to infer types. `More` is what its documentation asks besides. */
export const routesOf =
  <Calls, More = unknown>() =>
  <
    A extends keyof Calls,
    O extends Output = undefined,
    P extends Fields = None,
    Q extends Fields = None,
    F extends Fields = None,
    J extends z.ZodType | undefined = undefined,
  >(
    declared: Route<Calls, A, P, Q, F, J, O> & More,
  ): AnyRoute<Calls> & More =>
    declared as unknown as AnyRoute<Calls> & More;

/** What differs between sites: who asks and may he, and how a refusal looks. */
export type Site<Calls> = {
  /** The largest form in bytes. */
  readonly largest: number;
  /** Before anything of the request is read: what a handler with this access knows, or the answer to who may not. */
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
