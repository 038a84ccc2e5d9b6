import { createHash } from "node:crypto";
import type { AccountUuid } from "#platform/ids";
import { hash } from "#platform/crypto";
import type { Logregel } from "#modules/privacylog";
import type { Attribuut } from "#modules/verstrekking";
import type { Acm, Bewijs } from "../contract.ts";

/** What an authorization code says, to nobody but us. */
export type Code = {
  /** Of the codes with this id one can be redeemed. */
  readonly id: string;
  readonly sessieUid: string;
  readonly redirectUri: string;
  /** Undefined for a client that is free of PKCE. */
  readonly codeChallenge: string | undefined;
  readonly nonce: string | undefined;
  readonly scope: string;
  readonly bewijs: Bewijs;
  /** The pupil typed his password for this application, or was signed in already (R32). */
  readonly aanleiding: Extract<Logregel["aanleiding"], "aanmelding" | "volgende-toepassing">;
  /** Epoch milliseconds. */
  readonly tot: number;
  readonly sub: string;
  /** What was decided on which facts; an adult has none. */
  readonly leerling: Decided | undefined | null | false;
};

export type Decided = {
  readonly accountUuid: AccountUuid;
  readonly attributen: readonly Attribuut[];
  readonly protocol: string | null;
  readonly digest: Buffer;
};

/** As it is sealed: short names, for a code stands in an address. Of the address only what is needed to compare it. */
type Sealed = {
  readonly i: string;
  readonly s: string;
  readonly r: string;
  readonly c?: string;
  readonly n?: string;
  readonly o: string;
  readonly t: number;
  readonly e: number;
  readonly a: string;
  readonly m?: readonly string[];
  readonly w: 0 | 1;
  readonly u: string;
  readonly l?: readonly [account: string, attributen: string, protocol: string | null, digest: string];
};

const place = (clientId: string): string => `code\0${clientId}`;

/** A code for this client alone. */
export function sealCode(acm: Acm, clientId: string, code: Code): string {
  const { leerling, bewijs } = code;
  const content: Sealed = {
    i: code.id,
    s: code.sessieUid,
    r: shortHash(code.redirectUri),
    ...(code.codeChallenge !== undefined && { c: code.codeChallenge }),
    ...(code.nonce !== undefined && { n: code.nonce }),
    o: code.scope,
    t: bewijs.authTime,
    e: code.tot,
    a: bewijs.acr,
    ...(bewijs.amr && { m: bewijs.amr }),
    w: code.aanleiding === "aanmelding" ? 1 : 0,
    u: code.sub,
    ...(leerling && {
      l: [
        leerling.accountUuid,
        leerling.attributen.join(),
        leerling.protocol,
        leerling.digest.toString("base64url"),
      ],
    }),
  };
  return acm.bos.zegel.seal(JSON.stringify(content), place(clientId));
}

/** What was sealed for this client; `redirectUri` is the one that the client says it asked with. Undefined: not a code, or not for it. */
export function openCode(
  acm: Acm,
  clientId: string,
  sealed: string,
  redirectUri: string,
): Code | undefined | "redirect_uri" {
  const text = acm.bos.zegel.unseal(sealed, place(clientId));
  if (text === undefined) return undefined;
  const { i, s, r, c, n, o, t, e, a, m, w, u, l } = JSON.parse(text) as Sealed;
  if (r !== shortHash(redirectUri)) return "redirect_uri";
  return {
    id: i,
    sessieUid: s,
    redirectUri,
    codeChallenge: c,
    nonce: n,
    scope: o,
    bewijs: { acr: a, amr: m, authTime: t },
    aanleiding: w === 1 ? "aanmelding" : "volgende-toepassing",
    tot: e,
    sub: u,
    leerling: l && {
      accountUuid: l[0] as AccountUuid,
      attributen: l[1] === "" ? [] : (l[1].split(",") as Attribuut[]),
      protocol: l[2],
      digest: Buffer.from(l[3], "base64url"),
    },
  };
}

const shortHash = (text: string): string =>
  createHash("sha256").update(text).digest("base64url").slice(0, 22);

/** How a code is known once it was redeemed. */
export const codeHashOf = (id: string): Buffer => hash(`code\0${id}`);
