import { errors } from "oidc-provider";
import { readIdTokenHint } from "../id-token-hint.ts";
import type { Checking } from "./checking.ts";

/** Whom the application means: an ID token that this client had of us. */
export function checkHint(c: Checking): void | Promise<void> {
  const { id_token_hint: hint } = c.params;
  return hint === undefined ? undefined : readSubject(c, hint);
}

async function readSubject(c: Checking, hint: string): Promise<void> {
  const payload = await readIdTokenHint(c.acm, hint);
  if (typeof payload?.sub !== "string" || payload.aud !== c.client.clientId)
    throw new errors.InvalidRequest("could not validate id_token_hint");
  c.vraag = { ...c.vraag, hintSub: payload.sub };
}
