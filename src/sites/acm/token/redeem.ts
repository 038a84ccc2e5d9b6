import { errors } from "oidc-provider";
import { hash, randomToken } from "#platform/crypto";
import { decide, digestOf, refuse, subjectOf, type Feiten } from "#modules/verstrekking";
import { claimsOf } from "#modules/medewerkers";
import { redeemCodeSql, revoke } from "../store.ts";
import { codeHashOf, type Code, type Decided } from "./code.ts";
import type { Redemption, Vrijgave } from "./redemption.ts";

export const usedTwice = "client assertion tokens must only be used once";

/** Facts may change between two readings; more often than this in one redemption something else is wrong. */
const rounds = 5;

/**
 * Uses the code up: one statement, one commit, in which the facts are read again. When they are the same ones on the same day, what was
 * decided on them still holds, and the code is used, the token exists and the release is logged; else it is decided again and tried again.
 * @returns the access token, and what leaves with it
 * @throws InvalidGrant, InvalidClientAuth
 */
export async function redeem(
  r: Redemption,
): Promise<{ readonly token: string; readonly vrijgave: Vrijgave }> {
  const { acm, client, code } = r;
  const token = randomToken();
  let { sub, leerling }: Pick<Code, "sub" | "leerling"> = code;
  for (let round = 0; round < rounds; round += 1) {
    const found = await redeemCodeSql(acm.ctx, {
      codeHash: codeHashOf(code.id),
      tokenHash: hash(token),
      clientId: client.clientId,
      code,
      sub,
      leerling: leerling || undefined,
      assertie: r.assertie,
    });
    if (!found.assertieNieuw) throw new errors.InvalidClientAuth(usedTwice);
    r.assertie = undefined; // used, whatever comes of it
    if (found.ingewisseld) {
      const vrijgave = releaseOf(r, found, { sub, leerling });
      if (vrijgave) return { token, vrijgave };
    }
    if (found.ingewisseld || found.gezien) {
      // What it was redeemed for ends (RFC 6749 4.1.2, RFC 9700 2.1.1).
      await revoke(acm.ctx, codeHashOf(code.id));
      throw new errors.InvalidGrant("authorization code already consumed");
    }
    if (code.tot <= acm.ctx.clock.now()) throw new errors.InvalidGrant("authorization code is expired");
    if (!found.sessieLeeft || !leerling) throw new errors.InvalidGrant("the session has ended");
    ({ sub, leerling } = await decideAgain(r, leerling, found.feiten));
  }
  throw new Error("the facts of a redemption keep changing");
}

/** The facts are not those of the authorization. @throws InvalidGrant when the answer is no by now, with a number to look it up by */
async function decideAgain(
  { acm, client, code }: Redemption,
  { accountUuid }: Decided,
  feiten: Feiten | null,
): Promise<{ readonly sub: string; readonly leerling: Decided }> {
  const besluit = decide(feiten, client.clientId, { scopes: new Set(code.scope.split(" ")) });
  if (!besluit.toegang || !feiten) {
    const reden = besluit.toegang ? "account-onbekend" : besluit.reden;
    await refuse(acm.ctx, { accountUuid, clientId: client.clientId, reden });
    throw new errors.InvalidGrant("access denied");
  }
  const { attributen, protocol } = besluit;
  return {
    sub: subjectOf(acm.ctx.keys, besluit),
    leerling: { accountUuid, attributen, protocol, digest: digestOf(feiten) },
  };
}

/**
 * What leaves: what follows from the facts that were there when the code was used up. Undefined when they are gone already: the rules of a
 * school changed while this process, which did not hold them, was reading them. Then nothing leaves, for the log says what they said.
 */
function releaseOf(
  { client, code }: Redemption,
  { feiten, medewerker }: Pick<Found, "feiten" | "medewerker">,
  { sub, leerling }: Pick<Code, "sub" | "leerling">,
): Vrijgave | undefined {
  const scopes = new Set(code.scope.split(" "));
  if (medewerker) return { sub, claims: claimsOf(medewerker, scopes) }; // nothing of a pupil, so no log record (D8)
  if (!leerling || !feiten || !digestOf(feiten).equals(leerling.digest)) return undefined;
  const besluit = decide(feiten, client.clientId, { scopes });
  if (!besluit.toegang) throw new Error("the same facts gave another decision");
  return { sub, claims: besluit.claims };
}

type Found = Awaited<ReturnType<typeof redeemCodeSql>>;
