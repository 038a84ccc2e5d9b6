import { createHash } from "node:crypto";
import type { Account, Grant, KoaContextWithOIDC } from "oidc-provider";
import { decide, getFeiten, subjectOf } from "#modules/verstrekking";
import { grantId } from "./adapter.ts";
import type { Acm } from "./contract.ts";
import { accountUuidOf, claimsOf } from "./medewerker.ts";
import { subForMedewerker } from "./medewerker-toegang.ts";
import { workOf } from "./unit-of-work.ts";

/**
 * The provider asks for the account: the moment at which D5 decides for this client. A refusal is no missing account:
 * the authorization goes on to its own answer (policy.ts), a token was refused before it came here (adapter.ts).
 */
export async function findAccount(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<Account | undefined> {
  const { ctx: app } = acm;
  const werk = workOf(ctx);
  const clientId = ctx.oidc.client?.clientId ?? "";

  if (ctx.oidc.route === "userinfo") {
    const { machtiging } = werk;
    if (!machtiging) return undefined;
    const asked = ctx.oidc.params?.["scope"];
    const scopes = new Set((typeof asked === "string" ? asked : machtiging.inhoud.scope).split(" "));
    const { accountUuid, medewerker } = machtiging;
    if (medewerker) return { accountId: id, claims: () => ({ ...claimsOf(medewerker, scopes), sub: id }) };
    if (accountUuid === null) return undefined;
    const besluit = decide(machtiging.feiten, clientId, { scopes });
    if (!besluit.toegang) return undefined;
    return {
      accountId: id,
      claims: () => {
        werk.regel = {
          tijdstip: app.clock.now(),
          soort: "userinfo",
          accountUuid,
          attributen: besluit.attributen,
          ontvanger: clientId,
          protocol: besluit.protocol,
          aanleiding: "userinfo",
        };
        return { ...besluit.claims, sub: id };
      },
    };
  }

  const accountUuid = accountUuidOf(id);
  if (accountUuid === null) return adultAccount(acm, ctx);
  werk.feiten ??= await getFeiten(app, accountUuid, clientId, app.clock.vandaag());
  werk.besluit = decide(werk.feiten, clientId, { scopes: ctx.oidc.requestParamScopes });
  werk.sub = werk.besluit.toegang ? subjectOf(app.keys, werk.besluit) : undefined;
  return { accountId: werk.sub ?? id, claims: () => ({ sub: werk.sub ?? id }) };
}

/** An adult may open what serves adults, and nothing else: no facts of a pupil are read (D8). */
function adultAccount(acm: Acm, ctx: KoaContextWithOIDC): Account {
  const werk = workOf(ctx);
  const medewerker = (werk.aanmelding ?? werk.sessie)?.medewerker;
  const sub = medewerker ? subForMedewerker(acm, ctx.oidc.client?.clientId ?? "", medewerker) : undefined;
  if (sub === undefined) throw new Error("an adult came to an application of pupils");
  werk.sub = sub;
  return { accountId: sub, claims: () => ({ sub }) };
}

/** What the pupil grants: the scopes asked, all of which the client is registered for. Made anew at every visit. */
export async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, account, session, provider } = ctx.oidc;
  if (!client || !account || !session) return undefined;
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.jti = grantId(session.uid, client.clientId);
  grant.addOIDCScope(ctx.oidc.requestParamOIDCScopes);
  session.sidFor(client.clientId, sidOf(session.uid, client.clientId));
  return grant;
}

/** The `sid` of a session as one client knows it: the same every time, and telling nothing to another client. */
export const sidOf = (sessieUid: string, clientId: string): string =>
  createHash("sha256").update(`sid\0${sessieUid}\0${clientId}`).digest("base64url").slice(0, 22);
