import { hash } from "#platform/crypto";
import { redirect, withCookies, type Answer } from "../answer.ts";
import { formUrl, type Form } from "../authorize/vraag.ts";
import type { Acm } from "../contract.ts";
import { sessionCookie } from "../cookies.ts";
import { endSessie, findSessieOnly } from "../store.ts";
import { sessionIdOf, type Visit } from "../visit.ts";

/** "Ik ben … niet": the session of the other pupil ends, and the same request begins again. */
export async function switchPupil(acm: Acm, visit: Visit, form: Form): Promise<Answer> {
  const id = sessionIdOf(visit, acm.cookies.sessie);
  const found = id === undefined ? undefined : await findSessieOnly(acm.ctx, hash(id));
  if (found) await endSessie(acm.ctx, found.uid);
  return withCookies(redirect(formUrl(form)), [sessionCookie(acm, null)]);
}
