import type { Acm } from "../contract.ts";
import { cookieOf, setCookie } from "../cookies.ts";
import type { Visit } from "../visit.ts";

/** As long as the school day of whoever comes next at a shared computer, seconds. */
const kept = 12 * 3600;

/**
 * Signing out of LeerID leaves the adult signed in at his own key, where LeerID has no say: the next one to press "Aanmelden"
 * would come in under his name. So this browser remembers that somebody signed out, and then the key is told to ask again.
 */
export const rememberSignOut = (acm: Acm): string =>
  setCookie(acm, acm.cookies.afgemeld, "1", "/op/v1", kept);

export const signedOutHere = (acm: Acm, { cookies }: Visit): boolean =>
  cookieOf(cookies, acm.cookies.afgemeld) !== undefined;

/** Somebody proved anew who he is. */
export const forgetSignOut = (acm: Acm, visit: Visit): string[] =>
  signedOutHere(acm, visit) ? [setCookie(acm, acm.cookies.afgemeld, null, "/op/v1")] : [];
