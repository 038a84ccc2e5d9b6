import type { Context } from "#platform/context";
import { routesOf, type Endpoint } from "#platform/route";

/** Who may: the scope that a machine token needs, or everyone. */
export type Access =
  | "open"
  | "discimus:schrijven"
  | "acm:datastore"
  | "dropserver:schrijven"
  | "schoolpakket:identificatie";

/** What a handler knows: the machine that asks, as its token says; empty when access is open. */
export type Calls = Readonly<Record<Access, { readonly ctx: Context; readonly clientId: string }>>;

/** Declares an endpoint of the API. */
export const endpoint = routesOf<Calls, Endpoint>();
