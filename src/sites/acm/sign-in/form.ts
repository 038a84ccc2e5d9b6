import { pageAnswer, withCookies, type Answer } from "../answer.ts";
import type { Authorization } from "../authorize/authorization.ts";
import { formUrl, openForm, type Form } from "../authorize/vraag.ts";
import type { Acm } from "../contract.ts";
import { signInExpiredPage, signInPage } from "../pages/index.ts";
import type { SignInError } from "../pages/index.ts";
import type { WebClient } from "../web-client.ts";

/** The form, at the authorization endpoint itself: no redirect between the application and the pupil. */
export function askPassword(a: Authorization): Answer {
  const { acm, client, vraag } = a;
  // Where the form is asked for again, it is the same one.
  if (a.askAgain) return a.askAgain();
  if (a.form) return formPage(acm, a.form, 200, { gebruikersnaam: vraag.loginHint ?? "" });
  const { form, cookie } = openForm(acm, client, vraag);
  const page =
    vraag.loginHint === undefined
      ? plainForm(acm, form)
      : formPage(acm, form, 200, { gebruikersnaam: vraag.loginHint });
  return withCookies(page, [cookie]);
}

export const tooLarge = (acm: Acm): Answer =>
  pageAnswer(413, signInExpiredPage({ loketUrl: acm.loketUrl, voet: acm.voet }));

type Filled = { readonly gebruikersnaam?: string; readonly fout?: SignInError };

/** The form that asks name and password. */
export function formPage(acm: Acm, form: Form, status: number, { gebruikersnaam, fout }: Filled): Answer {
  const { client } = form;
  const page = signInPage({
    toepassing: client.toepassing,
    actie: formUrl(form),
    badgeUrl: formUrl(form, "badge"),
    voet: acm.voet,
    ...(gebruikersnaam !== undefined && { gebruikersnaam: gebruikersnaam.slice(0, 200) }),
    ...(fout && { fout }),
  });
  return pageAnswer(status, page, { formAction: client.formAction });
}

type Cut = { readonly answer: Answer; readonly parts: readonly (string | { readonly page?: string })[] };
const cuts = new WeakMap<WebClient, Cut>();

/** The empty form: the same for all of an application, but for its address. */
function plainForm(acm: Acm, form: Form): Answer {
  const { answer, parts } = cuts.get(form.client) ?? cut(acm, form.client);
  const body = parts.map((part) => (typeof part === "string" ? part : formUrl(form, part.page))).join("");
  return { ...answer, body };
}

function cut(acm: Acm, client: WebClient): Cut {
  const sample: Form = { uid: "UID", sealed: "VERZEGELD", client, vraag: sampleVraag };
  const answer = formPage(acm, sample, 200, { gebruikersnaam: "" });
  const [own, badge] = [formUrl(sample), formUrl(sample, "badge")];
  const parts = answer.body
    .split(badge)
    .flatMap((piece, nr) => [
      ...(nr > 0 ? [{ page: "badge" }] : []),
      ...piece.split(own).flatMap((text, at) => (at > 0 ? [{}, text] : [text])),
    ]);
  const made = { answer, parts };
  cuts.set(client, made);
  return made;
}

const sampleVraag = { clientId: "", redirectUri: "", scope: "", responseMode: "query", gesteld: 0 } as const;
