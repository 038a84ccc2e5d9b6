import { errors } from "oidc-provider";
import { hash, randomToken } from "#platform/crypto";
import { redirect, type Answer } from "../answer.ts";
import { sessionCookie } from "../cookies.ts";
import { rememberSignOut } from "../sign-out/adult.ts";
import { saveSessie } from "../store.ts";
import { isSame } from "../who.ts";
import type { Authorization } from "./authorization.ts";
import { isStale } from "./vraag.ts";

/**
 * Who proved who he is has a session from now on, under a new id; whoever else was signed in in this browser has none any more, and his
 * applications are told. In one commit, which also tells whether this very request was answered before.
 */
export async function keepSession(a: Authorization): Promise<void> {
  const { acm, login, sessie, form } = a;
  if (!login) throw new Error("nobody signed in");
  const own = sessie && isSame(sessie, login.wie) ? sessie : undefined;
  const id = randomToken();
  const { uid, ingewisseld } = await saveSessie(acm.ctx, {
    idHash: hash(id),
    uid: own?.uid,
    wie: login.wie,
    bewijs: login.bewijs,
    ended: sessie && !own ? sessie.uid : undefined,
    codeId: form?.uid,
  });
  a.nu = { uid, wie: login.wie, bewijs: login.bewijs };
  a.beantwoord = ingewisseld;
  a.cookies.push(sessionCookie(acm, id));
  if (sessie?.medewerker && !own && !login.wie.medewerker) a.cookies.push(rememberSignOut(acm));
}

/** The application has forgotten this request, or had its answer: a second click, the button Back. It begins anew, and finds him signed in. */
export function startAgain({ acm, client, vraag, beantwoord }: Authorization): Answer | undefined {
  return beantwoord === true || isStale(acm, vraag) ? redirect(client.startUrl) : undefined;
}

/** Whom the application means, and nobody else (OpenID Connect Core 3.1.2.1, id_token_hint). */
export function checkSubject({ vraag, sub }: Authorization): void {
  if (vraag.hintSub !== undefined && sub !== undefined && sub !== vraag.hintSub)
    throw new errors.LoginRequired("whoever signed in is not the subject in id_token_hint");
}
