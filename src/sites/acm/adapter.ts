import type { Adapter, AdapterPayload } from "oidc-provider";
import { Provider } from "oidc-provider";
import { hash } from "#platform/crypto";
import { decide, subjectOf, type Feiten } from "#modules/verstrekking";
import { nowInSeconds, expiryForProvider } from "./clients.ts";
import type { Acm } from "./contract.ts";
import { accountIdOf, subForMedewerker, countsFor } from "./medewerker-toegang.ts";
import { findMachtiging, findSessie } from "./store.ts";
import { currentWork, type Sessie } from "./unit-of-work.ts";

/**
 * The provider's storage. It reads at once and only notes what is to be written (unit-of-work.ts). One kind of record has
 * one way; what a kind does not define here is never kept: clients are static, grants follow from the decision, codes
 * are redeemed by our own handler, machine tokens carry themselves.
 */
export function makeAdapter(acm: Acm): (name: string) => Adapter {
  const kinds: Record<string, Partial<Adapter>> = {
    Session: sessie(acm),
    Interaction: interactie,
    AuthorizationCode: {
      upsert: async (id, payload) => {
        currentWork().code = { id, payload };
      },
    },
    AccessToken: accessToken(acm),
    Grant: { find: async (id) => grantOf(id) },
    ReplayDetection: assertie(acm),
  };
  return (name) => ({ ...nothing, ...kinds[name] });
}

export const nothing: Adapter = {
  upsert: async () => {},
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => {},
  destroy: async () => {},
  revokeByGrantId: async () => {},
};

/** The session behind a cookie, with the facts of D5 for one client. */
export async function findLiveSessie(
  acm: Acm,
  id: string,
  clientId: string,
): Promise<{ readonly sessie: Sessie; readonly feiten: Feiten | null } | undefined> {
  const found = await findSessie(acm.ctx, hash(id), clientId);
  // An account that was merged into another one, or is gone, has no session any more: sign in again.
  if (!found || (found.sessie.accountUuid !== null && found.feiten?.account.vervangen !== false))
    return undefined;
  return found;
}

function sessie(acm: Acm): Partial<Adapter> {
  return {
    async find(id) {
      const werk = currentWork();
      const found = await findLiveSessie(acm, id, werk.clientId ?? "");
      if (!found) return undefined;
      const { sessie, feiten } = found;
      if (werk.aanmelding && accountIdOf(werk.aanmelding) !== accountIdOf(sessie)) {
        werk.beeindigd.push(sessie); // somebody else signed in at this computer
        return undefined;
      }
      // Signed in with another key is not signed in here; that session stays, for the applications of its own kind.
      if (werk.clientId !== undefined && !countsFor(acm, sessie, werk.clientId)) return undefined;
      werk.sessie = sessie;
      if (!werk.aanmelding && werk.clientId !== undefined) werk.feiten = feiten;
      const { uid, inhoud, verlooptOp } = sessie;
      return {
        ...inhoud,
        kind: "Session",
        jti: id,
        uid,
        accountId: accountIdOf(sessie),
        exp: expiryForProvider(verlooptOp, acm.ctx.clock.now()),
      };
    },
    async upsert(id, payload) {
      currentWork().sessieWordt = { id, payload };
    },
    async destroy() {
      const werk = currentWork();
      werk.sessieVernietigd = true; // with an upsert after it: the id is renewed
      werk.sessieWordt = undefined;
    },
  };
}

const interactie: Partial<Adapter> = {
  async find(uid) {
    const { interactie } = currentWork();
    return interactie?.uid === uid ? interactie.payload : undefined;
  },
  async upsert(uid, payload) {
    currentWork().interactieNieuw = { uid, payload };
  },
};

function accessToken(acm: Acm): Partial<Adapter> {
  const { ctx } = acm;
  return {
    async find(id) {
      const werk = currentWork();
      const machtiging = await findMachtiging(ctx, { tokenHash: hash(id) });
      if (!machtiging?.tokenVerlooptOp || machtiging.ingetrokken || !machtiging.sessieLeeft) return undefined;
      if (machtiging.tokenVerlooptOp.getTime() <= ctx.clock.now()) return undefined;
      const { scope, sid } = machtiging.inhoud;
      werk.machtiging = machtiging;
      if (machtiging.medewerker) {
        werk.sub = subForMedewerker(acm, machtiging.clientId, machtiging.medewerker);
      } else {
        werk.besluit = decide(machtiging.feiten, machtiging.clientId, {
          scopes: new Set(scope.split(" ")),
        });
        werk.sub = werk.besluit.toegang ? subjectOf(ctx.keys, werk.besluit) : undefined;
      }
      // Decided again at every use (D5). A token that may not be used now can still be revoked.
      if (werk.sub === undefined && Provider.ctx?.oidc.route !== "revocation") return undefined;
      return {
        kind: "AccessToken",
        jti: id,
        gty: "authorization_code",
        clientId: machtiging.clientId,
        accountId: werk.sub,
        grantId: grantId(machtiging.sessieUid, machtiging.clientId),
        sessionUid: machtiging.sessieUid,
        scope,
        sid,
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
export const grantId = (sessieUid: string, clientId: string): string => `${sessieUid}.${clientId}`;

function grantOf(id: string): AdapterPayload | undefined {
  const { machtiging, sub } = currentWork();
  if (!machtiging || id !== grantId(machtiging.sessieUid, machtiging.clientId)) return undefined;
  return {
    kind: "Grant",
    jti: id,
    clientId: machtiging.clientId,
    accountId: sub,
    openid: { scope: machtiging.inhoud.scope },
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
