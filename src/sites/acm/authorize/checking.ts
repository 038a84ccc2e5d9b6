import type { ParsedUrlQuery } from "node:querystring";
import type { Acm } from "../contract.ts";
import type { WebClient } from "../web-client.ts";
import type { Params } from "./authorization.ts";
import type { Vraag } from "./vraag.ts";

/** A request of which the client and its address are right; the checks fill in the rest, or throw an error of the protocol. */
export type Checking = {
  readonly acm: Acm;
  readonly client: WebClient;
  readonly raw: ParsedUrlQuery;
  readonly params: Params;
  vraag: Vraag;
};
