import { pageAnswer, redirect, type Answer } from "../answer.ts";
import { proceed, steps } from "../authorize/index.ts";
import { formUrl, isStale, readForm, type Form } from "../authorize/vraag.ts";
import { duur, type Acm } from "../contract.ts";
import { missing } from "../errors.ts";
import { signInExpiredPage, withoutCookiesPage } from "../pages/index.ts";
import { isStrange, type Visit } from "../visit.ts";
import { answerOfKey } from "./adult.ts";
import { answerBadge, badgePage } from "./badge.ts";
import { chooseOwn, showOwn } from "./first-time.ts";
import { answerPassword } from "./password.ts";
import { switchPupil } from "./switch.ts";

/** What may stand behind the address of a form, and who answers a POST to it. */
const pages: Readonly<Record<string, (acm: Acm, visit: Visit, form: Form) => Promise<Answer>>> = {
  "": answerPassword,
  badge: answerBadge,
  wachtwoord: chooseOwn,
  wissel: switchPupil,
};

/**
 * `/v1/aanmelden/:uid` and what lies behind it: what somebody answers to a form. A right key always ends in the application, or at its
 * start address; whatever else somebody does (back, a bookmark, another browser) begins anew there.
 */
export async function answerForm(acm: Acm, visit: Visit): Promise<Answer> {
  const [, uid = "", page = ""] = /^\/v1\/aanmelden\/([\w-]{1,64})(?:\/([a-z]+))?$/.exec(visit.path) ?? [];
  if (page === "medewerker") return answerOfKey(acm, visit, uid);
  if (pages[page] === undefined || uid === "") return missing(acm, visit);
  const found = readForm(acm, visit, uid);
  if (!found) return expired(acm);
  const { form, own } = found;
  if (form.client.doelgroep !== "leerlingen" && page !== "wissel") return redirect(form.client.startUrl);
  if (visit.method === "GET") return showAgain(acm, visit, found, page);
  if (isStrange(visit, acm.issuer)) return expired(acm, form);
  if (!own) return expired(acm, form, visit);
  return pages[page](acm, visit, form);
}

/** Back, reload, a bookmark: the form, or on to the application for who is signed in. */
async function showAgain(
  acm: Acm,
  visit: Visit,
  { form, own: mine }: { form: Form; own: boolean },
  page: string,
): Promise<Answer> {
  const { client, vraag } = form;
  if (!mine || isStale(acm, vraag)) return redirect(client.startUrl);
  const own = page === "wachtwoord" ? showOwn(acm, visit, form) : undefined;
  if (own) return own;
  const askAgain = page === "badge" ? () => badgePage(acm, form) : undefined;
  return proceed({ acm, visit, client, vraag, form, cookies: [], ...(askAgain && { askAgain }) }, steps);
}

/**
 * The form is not of this browser, or of nobody. With a browser that keeps no cookies that is always so: then it says so. One that was to
 * forget its cookie by now is not of that kind.
 */
function expired(acm: Acm, form?: Form, visit?: Visit): Answer {
  const young = form && acm.ctx.clock.now() - form.vraag.gesteld < duur.formulier * 1000;
  const page = young && visit && visit.cookies === undefined ? withoutCookiesPage : signInExpiredPage;
  return pageAnswer(
    400,
    page({
      loketUrl: acm.loketUrl,
      voet: acm.voet,
      ...(form && {
        adres: formUrl(form),
        opnieuwUrl: form.client.startUrl,
        toepassing: form.client.toepassing.naam,
      }),
    }),
  );
}
