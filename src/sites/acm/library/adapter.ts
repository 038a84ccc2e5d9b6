import { Provider, type Adapter, type AdapterPayload } from "oidc-provider";
import { hash } from "#platform/crypto";
import { keepsNothing } from "#modules/clients";
import { decide, subjectOf } from "#modules/verstrekking";
import { expiryForProvider, nowInSeconds } from "../machine-clock.ts";
import type { Acm } from "../contract.ts";
import { findMachtiging } from "../store.ts";
import { findWebClient } from "../web-client.ts";
import { sidOf, subForMedewerker } from "../who.ts";
import { currentWork } from "./unit-of-work.ts";

/**
 * The library's storage, for what it answers: access tokens, and client assertions that count once. It reads at once and only notes what
 * is to be written (unit-of-work.ts). What is not defined here is never kept: clients are static, machine tokens carry themselves.
 */
export function makeAdapter(acm: Acm): (name: string) => Adapter {
  const kinds: Record<string, Partial<Adapter>> = {
    AccessToken: accessToken(acm),
    Grant: { find: async (id) => grantOf(id) },
    ReplayDetection: assertie(acm),
  };
  return (name) => ({ ...keepsNothing, ...kinds[name] });
}

function accessToken(acm: Acm): Partial<Adapter> {
  const { ctx } = acm;
  return {
    async find(id) {
      const werk = currentWork();
      const machtiging = await findMachtiging(ctx, hash(id));
      if (!machtiging || machtiging.ingetrokken || !machtiging.sessieLeeft) return undefined;
      if (machtiging.tokenVerlooptOp.getTime() <= ctx.clock.now()) return undefined;
      const { clientId, sessieUid, scope } = machtiging;
      werk.machtiging = machtiging;
      if (machtiging.medewerker) {
        werk.sub = subForMedewerker(acm, findWebClient(acm, clientId), machtiging.medewerker);
      } else {
        werk.besluit = decide(machtiging.feiten, clientId, { scopes: new Set(scope.split(" ")) });
        werk.sub = werk.besluit.toegang ? subjectOf(ctx.keys, werk.besluit) : undefined;
      }
      // Decided again at every use (D5). A token that may not be used now can still be revoked.
      if (werk.sub === undefined && Provider.ctx?.oidc.route !== "revocation") return undefined;
      return {
        kind: "AccessToken",
        jti: id,
        gty: "authorization_code",
        clientId,
        accountId: werk.sub,
        grantId: grantId(sessieUid, clientId),
        sessionUid: sessieUid,
        scope,
        sid: sidOf(sessieUid, clientId),
        iat: nowInSeconds(),
        exp: expiryForProvider(machtiging.tokenVerlooptOp, ctx.clock.now()),
      };
    },
    async destroy(id) {
      currentWork().tokenIngetrokken = hash(id);
    },
  };
}

/** The agreement decides, not the pupil one by one (R24): a grant is a way of saying "this session, this client". */
const grantId = (sessieUid: string, clientId: string): string => `${sessieUid}.${clientId}`;

function grantOf(id: string): AdapterPayload | undefined {
  const { machtiging, sub } = currentWork();
  if (!machtiging || id !== grantId(machtiging.sessieUid, machtiging.clientId)) return undefined;
  return {
    kind: "Grant",
    jti: id,
    clientId: machtiging.clientId,
    accountId: sub,
    openid: { scope: machtiging.scope },
  } as AdapterPayload;
}

/** Client assertions count once (RFC 7523 3): the unique index decides, in the commit that the answer waits for. */
function assertie({ ctx }: Acm): Partial<Adapter> {
  return {
    async upsert(id, _payload, expiresIn = 0) {
      currentWork().assertie = {
        idHash: hash(id),
        verlooptOp: new Date(ctx.clock.now() + Math.min(expiresIn, 86_400) * 1000),
      };
    },
  };
}
