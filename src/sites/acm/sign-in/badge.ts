import { authenticateBadge } from "#modules/aanmelding";
import { readBadge } from "#modules/sleutels";
import { pageAnswer, withHeaders, type Answer } from "../answer.ts";
import { formUrl, type Form } from "../authorize/vraag.ts";
import { readForm as readFields } from "../body.ts";
import { acrBadge, type Acm } from "../contract.ts";
import { badge, choosePlaatje } from "../pages/index.ts";
import type { BadgeError, BadgeInput } from "../pages/index.ts";
import { originOf, type Visit } from "../visit.ts";
import { finish } from "./finish.ts";
import { tooLarge } from "./form.ts";

/**
 * `/v1/aanmelden/:uid/badge` (D7): first the badge, then one of nine pictures. The second page comes for every code that could be
 * one: which of them exist is only found out together with a picture, and at the speed of the growing wait.
 */
export async function answerBadge(acm: Acm, visit: Visit, form: Form): Promise<Answer> {
  const { formAction, clientId } = form.client;
  const fields = await readFields(visit.req);
  if (!fields) return tooLarge(acm);
  const code = (fields.get("badge") ?? "").slice(0, 100);
  const plaatje = fields.get("plaatje");
  if (code.trim() === "") return badgePage(acm, form, "leeg");
  if (!readBadge(code)) return badgePage(acm, form, "onbekend");
  const askPicture = (status: number, fout?: BadgeError) =>
    pageAnswer(status, choosePlaatje({ ...sameOn(acm, form), badge: code, ...(fout && { fout }) }), {
      formAction,
    });
  if (plaatje === null) return askPicture(200);

  const outcome = await authenticateBadge(acm.ctx, acm.poort, {
    badge: code,
    plaatje,
    clientId,
    ...originOf(acm, visit),
  });
  switch (outcome.soort) {
    case "wachten":
      return withHeaders(askPicture(429, outcome), { "retry-after": String(outcome.seconden) });
    case "te-oud":
      return badgePage(acm, form, "te-oud");
    case "onjuist":
      return askPicture(422, outcome);
    case "gelukt":
      return finish(acm, visit, form, {
        accountUuid: outcome.accountUuid,
        feiten: outcome.feiten,
        toestel: outcome.toestel,
        acr: acrBadge,
      });
  }
}

/** The first page of the two. */
export const badgePage = (acm: Acm, form: Form, fout?: BadgeInput["fout"]): Answer =>
  pageAnswer(fout ? 422 : 200, badge({ ...sameOn(acm, form), ...(fout && { fout }) }), {
    formAction: form.client.formAction,
  });

const sameOn = (acm: Acm, form: Form) => ({
  toepassing: form.client.toepassing,
  actie: formUrl(form, "badge"),
  terug: formUrl(form),
  voet: acm.voet,
});
