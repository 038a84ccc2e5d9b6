import { hash } from "#platform/crypto";
import { sessionIdOf } from "../visit.ts";
import { findSessie } from "../store.ts";
import { countsFor, wieOf } from "../who.ts";
import type { Authorization } from "./authorization.ts";

/** Who is signed in in this browser, with the facts of the decision: one round trip. */
export function findSession(a: Authorization): void | Promise<void> {
  const id = sessionIdOf(a.visit, a.acm.cookies.sessie);
  return id === undefined ? undefined : readSession(a, id);
}

async function readSession(a: Authorization, id: string): Promise<void> {
  const found = await findSessie(a.acm.ctx, hash(id), {
    clientId: a.client.clientId,
    codeId: a.form?.uid,
  });
  // An account that was merged into another one, or is gone, has no session any more: sign in again.
  if (!found || (found.sessie.accountUuid !== null && found.feiten?.account.vervangen !== false)) return;
  a.sessie = found.sessie;
  a.beantwoord = found.ingewisseld;
  if (a.login) return;
  // Signed in with another key is not signed in here; that session stays, for the applications of its own kind.
  if (!countsFor(a.acm, found.sessie, a.client)) return;
  const { uid, acr, amr, authTime } = found.sessie;
  a.nu = { uid, wie: wieOf(found.sessie), bewijs: { acr, amr, authTime } };
  a.feiten = found.feiten;
}
