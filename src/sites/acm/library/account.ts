import type { Account, KoaContextWithOIDC } from "oidc-provider";
import { decide } from "#modules/verstrekking";
import type { Acm } from "../contract.ts";
import { claimsOf } from "#modules/medewerkers";
import { workOf } from "./unit-of-work.ts";

/** The library asks for the account behind a token, at userinfo: D5 decides again, and what leaves is logged. */
export async function findAccount(
  { ctx: app }: Acm,
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<Account | undefined> {
  const werk = workOf(ctx);
  const { machtiging } = werk;
  if (!machtiging) return undefined;
  const { accountUuid, medewerker, clientId } = machtiging;
  const asked = ctx.oidc.params?.["scope"];
  const scopes = new Set((typeof asked === "string" ? asked : machtiging.scope).split(" "));
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
