import type { Context as HonoContext } from "hono";
import type { z } from "zod";
import type { Fields, Read } from "./read.ts";

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
