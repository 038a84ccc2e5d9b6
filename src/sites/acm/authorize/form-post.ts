import { createHash } from "node:crypto";
import { formTargets, trusted } from "#platform/html";
import { pageAnswer, withHeaders, type Answer } from "../answer.ts";
import { goOnPage } from "../pages/index.ts";

const script = "document.forms[0].submit()";
const scriptHash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;

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
