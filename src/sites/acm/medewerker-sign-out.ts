import type { KoaContextWithOIDC } from "oidc-provider";
import type { Acm } from "./contract.ts";
import { doelgroepOf } from "./medewerker-toegang.ts";
import { workOf } from "./unit-of-work.ts";

/** As long as the school day of whoever comes next at a shared computer. */
const kept = 12 * 3_600_000;

const options = (acm: Acm) =>
  ({ httpOnly: true, sameSite: "lax", signed: false, secure: acm.secure, path: "/op/v1" }) as const;

/**
 * Signing out of LeerID leaves the adult signed in at his own key, where LeerID has no say: the next one to press "Aanmelden"
 * would come in under his name. So this browser remembers that somebody signed out, and then the key is told to ask again.
 */
export function rememberSignOut(acm: Acm, ctx: KoaContextWithOIDC): void {
  const { sessie, sessieVernietigd, sessieWordt, beeindigd, aanmelding } = workOf(ctx);
  const ended = sessieVernietigd && !sessieWordt && sessie?.medewerker;
  const replaced = !aanmelding?.medewerker && beeindigd.some(({ medewerker }) => medewerker); // by a pupil
  // His session with us may have ended before he pressed "Afmelden".
  const asked =
    "oidc" in ctx &&
    ctx.oidc.route === "end_session" &&
    ctx.status === 303 &&
    doelgroepOf(acm, ctx.oidc.client?.clientId ?? "") === "medewerkers";
  if (ended || replaced || asked)
    ctx.cookies.set(acm.cookies.afgemeld, "1", { ...options(acm), maxAge: kept });
}

export const signedOutHere = (acm: Acm, ctx: KoaContextWithOIDC): boolean =>
  ctx.cookies.get(acm.cookies.afgemeld, { signed: false }) !== undefined;

/** Somebody proved anew who he is. */
export function forgetSignOut(acm: Acm, ctx: KoaContextWithOIDC): void {
  if (signedOutHere(acm, ctx)) ctx.cookies.set(acm.cookies.afgemeld, null, options(acm));
}
