import { errors } from "oidc-provider";
import type { Checking } from "./checking.ts";

/** Printable ASCII without quotes and backslashes, one space between (RFC 6749 3.3). */
const form = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** `openid`, and nothing that the client is not registered for, before anybody signs in (D4). */
export function checkScope(c: Checking): void {
  const { scope } = c.params;
  if (scope !== undefined && !form.test(scope))
    throw new errors.InvalidScope("scope contains invalid characters", scope);
  const asked = new Set(scope?.split(" "));
  for (const one of asked) {
    if (!c.client.scopes.has(one)) throw new errors.InvalidScope("requested scope is not allowed", one);
  }
  if (!asked.has("openid")) throw new errors.InvalidScope("openid scope must be requested", "openid");
  c.vraag = { ...c.vraag, scope: [...asked].join(" ") };
}
