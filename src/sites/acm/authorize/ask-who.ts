import { errors } from "oidc-provider";
import { redirect, type Answer } from "../answer.ts";
import { secondsNow } from "../contract.ts";
import { askKey } from "../sign-in/ask-key.ts";
import { askPassword } from "../sign-in/form.ts";
import type { Authorization } from "./authorization.ts";
import { isStale } from "./vraag.ts";

/** Nobody is signed in, or not in the way that is asked: the form, or the key of adults; with `prompt=none` an error. */
export function askWho(a: Authorization): Answer | undefined | Promise<Answer> {
  // The button Back, after the application took its answer.
  if (a.nu && a.beantwoord === true) return redirect(a.client.startUrl);
  const missing = whyAsk(a);
  if (missing === undefined) return undefined;
  if (a.vraag.stil) throw new errors.LoginRequired(missing);
  // A form of long ago is begun anew by the application, which has forgotten what it asked.
  if (a.form && isStale(a.acm, a.vraag)) return redirect(a.client.startUrl);
  return a.client.doelgroep === "medewerkers" ? askKey(a) : askPassword(a);
}

function whyAsk({ acm, vraag, nu, sub, besluit }: Authorization): string | undefined {
  if (!nu) return "End-User authentication is required";
  if (vraag.opnieuw) return "End-User authentication is requested";
  if (vraag.maxAge !== undefined && secondsNow(acm) - nu.bewijs.authTime > vraag.maxAge)
    return "End-User authentication could not be obtained";
  const known = sub ?? (besluit?.toegang === false ? undefined : "");
  if (vraag.hintSub !== undefined && known !== vraag.hintSub)
    return "the session is not of the subject in id_token_hint";
  return undefined;
}
