import { createHash } from "node:crypto";
import { formTargets, trusted } from "#platform/html";
import { pageAnswer, withHeaders, type Answer } from "../answer.ts";
import type { Acm } from "../contract.ts";
import { cookieOf } from "../cookies.ts";
import { goOnPage } from "../pages/index.ts";
import type { Visit } from "../visit.ts";

const script = "document.forms[0].submit()";
const scriptHash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;

/**
 * From another site a form comes without our session cookie (SameSite=Lax); from a page of ours it brings it. Where it must not be asked
 * again by an address, because an ID token would stand in it, this page posts it once more.
 */
export function postFromHere(
  acm: Acm,
  { cookies, path }: Visit,
  fields: URLSearchParams,
  page: { readonly title: string; readonly formAction: readonly string[] },
): Answer | undefined {
  if (fields.has("hier") || cookieOf(cookies, acm.cookies.sessie) !== undefined) return undefined;
  return formPostPage(`/op${path}`, { ...Object.fromEntries(fields), hier: "1" }, page);
}

/**
 * A page that posts these fields, at once with script, else with its button: `response_mode=form_post` (OAuth 2.0 Form Post Response
 * Mode), and requests that must come from a page of ours.
 */
export function formPostPage(
  target: string,
  fields: Readonly<Record<string, string>>,
  { title = "Je gaat verder naar de toepassing", formAction = formTargets([target]) } = {},
): Answer {
  const page = goOnPage({ title, target, fields, script: trusted(`<script>${script}</script>`) });
  const answer = pageAnswer("error" in fields ? 400 : 200, page, {
    formAction,
  });
  const policy = (answer.headers["content-security-policy"] ?? "").replace(
    "script-src 'self'",
    `script-src 'self' ${scriptHash}`,
  );
  return withHeaders(answer, { "content-security-policy": policy });
}
