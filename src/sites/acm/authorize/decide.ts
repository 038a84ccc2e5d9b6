import { decide, explanationOf, refuse, subjectOf } from "#modules/verstrekking";
import { errors } from "oidc-provider";
import { pageAnswer, withCookies, type Answer } from "../answer.ts";
import { noToegang } from "../pages/index.ts";
import { subForMedewerker } from "../who.ts";
import type { Authorization } from "./authorization.ts";
import { answerUrl } from "./give-code.ts";
import { formUrl, openForm } from "./vraag.ts";

/** D5 for a pupil, D8 for an adult: who is he for this application, and may he open it? Nothing is asked while nobody is known. */
export function decideAccess(a: Authorization): void {
  const wie = a.login?.wie ?? a.nu?.wie;
  if (!wie) return;
  if (wie.medewerker) {
    a.sub = subForMedewerker(a.acm, a.client, wie.medewerker);
    return;
  }
  a.feiten = a.login?.feiten ?? a.feiten ?? null;
  a.besluit = decide(a.feiten, a.client.clientId, { scopes: new Set(a.vraag.scope.split(" ")) });
  a.sub = a.besluit.toegang ? subjectOf(a.acm.ctx.keys, a.besluit) : undefined;
}

/** D5 said no: what, why, who can help and a number; back to the application, on to the launch page, or somebody else. */
export async function refuseAccess(a: Authorization): Promise<Answer | undefined> {
  const { acm, client, vraag, besluit, feiten } = a;
  if (a.sub !== undefined) return undefined;
  if (vraag.stil || !besluit || besluit.toegang || !feiten) throw new errors.AccessDenied();
  const { account_uuid: accountUuid, voornaam } = feiten.account;
  acm.refused.pupils.add({ reason: besluit.reden });
  const referentie = await refuse(acm.ctx, { accountUuid, clientId: client.clientId, reden: besluit.reden });
  const { form, cookie } = openForm(acm, client, { ...vraag, gesteld: acm.ctx.clock.now() });
  const page = noToegang({
    ...(client.slug !== undefined && { toepassing: client.toepassing }),
    voornaam,
    ...explanationOf(besluit),
    referentie,
    tijdstip: acm.ctx.clock.now(),
    loketUrl: acm.loketUrl,
    voet: acm.voet,
    // The answer that the protocol has for a refusal (RFC 6749 4.1.2.1, RFC 9207), behind a link: the pupil reads first.
    terugUrl: answerUrl(acm, vraag, { error: "access_denied" }),
    andereAction: formUrl(form, "wissel"),
    adres: formUrl(form),
  });
  // Somebody else may come so late that he begins at the start address.
  return withCookies(pageAnswer(403, page, { formAction: client.formAction }), [cookie]);
}
