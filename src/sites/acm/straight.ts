import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { faultAnswer } from "./errors.ts";
import { straightAuthorize, straightSignIn } from "./straight-authorize.ts";
import { straightClients } from "./straight-request.ts";
import { straightToken } from "./straight-token.ts";

/**
 * The straight path: the three requests of a sign-in, answered without the provider when they are of the plain, successful
 * kind (ADR 0013). Undefined, at once or later, leaves the request untouched to the provider, which stays the one place for
 * everything unusual, every refusal and every error of protocol.
 */
export type Straight = (req: IncomingMessage) => Promise<Answer | undefined> | undefined;

const signInPath = /^\/op\/v1\/aanmelden\/([\w-]{21,64})$/;

export function makeStraight(acm: Acm): Straight {
  const clientOf = straightClients(acm);
  const step = (req: IncomingMessage, url: string): Promise<Answer | undefined> | undefined => {
    if (req.method === "GET" && url.startsWith("/op/v1/auth?")) return straightAuthorize(acm, clientOf, req);
    if (req.method !== "POST") return undefined;
    if (url === "/op/v1/token") return straightToken(acm, clientOf, req);
    const uid = signInPath.exec(url)?.[1];
    return uid === undefined ? undefined : straightSignIn(acm, clientOf, req, uid);
  };
  return (req) => {
    const { url = "" } = req;
    return step(req, url)?.catch((error: unknown) => faultAnswer(acm, url.slice(3), error));
  };
}
