import { errors } from "oidc-provider";
import type { Checking } from "./checking.ts";

/**
 * May somebody be asked, and must he be? `consent` asks nothing: the agreement and the school gave it. `select_account` is a sign-in: who
 * sits here is only known by a key.
 */
export function checkPrompt(c: Checking): void {
  const { prompt } = c.params;
  if (prompt === undefined) return;
  const asked = new Set(prompt.split(" "));
  for (const one of asked) {
    if (!["none", "login", "consent", "select_account"].includes(one))
      throw new errors.InvalidRequest("unsupported prompt value requested");
  }
  if (asked.has("none") && asked.size > 1)
    throw new errors.InvalidRequest("prompt none must only be used alone");
  if (asked.has("none")) c.vraag = { ...c.vraag, stil: true };
  if (asked.has("login") || asked.has("select_account")) c.vraag = { ...c.vraag, opnieuw: true };
}

/** How long ago he may have proved who he is; 0 is "now". */
export function checkMaxAge(c: Checking): void {
  const text = c.params["max_age"] ?? c.client.metadata.default_max_age;
  if (text === undefined) return;
  const maxAge = Number(text);
  if (!Number.isSafeInteger(maxAge) || maxAge < 0)
    throw new errors.InvalidRequest("invalid max_age parameter value");
  c.vraag = { ...c.vraag, ...(maxAge === 0 ? { opnieuw: true } : { maxAge }) };
}
