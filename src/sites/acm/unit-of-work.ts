import { Provider } from "oidc-provider";
import type { AdapterPayload } from "oidc-provider";
import type { AccountUuid } from "#platform/ids";
import type { Logregel } from "#modules/privacylog";
import type { Besluit, Feiten } from "#modules/verstrekking";
import type { Medewerker } from "./medewerker.ts";

/** Who signed in: a pupil, or an adult with another key (D8). Exactly one of both. */
export type Wie =
  | { readonly accountUuid: AccountUuid; readonly medewerker: null }
  | { readonly accountUuid: null; readonly medewerker: Medewerker };

/** A sign-in session as stored. */
export type Sessie = Wie & {
  readonly uid: string;
  readonly inhoud: SessieContent;
  /** client_id → sub, of the applications that were opened. */
  readonly clients: Readonly<Record<string, string>>;
  readonly verlooptOp: Date;
};

export type SessieContent = Pick<AdapterPayload, "acr" | "amr" | "loginTs" | "transient" | "state">;

/** An authorization as stored: a code, and the access token it was redeemed for. */
export type Machtiging = {
  readonly codeHash: Buffer;
  readonly clientId: string;
  /** Null for an adult, and for nobody: the session of an adult that has ended leaves no trace of him. */
  readonly accountUuid: AccountUuid | null;
  readonly medewerker: Medewerker | null;
  readonly sessieUid: string;
  readonly inhoud: MachtigingContent;
  readonly verlooptOp: Date;
  readonly tokenVerlooptOp: Date | null;
  readonly ingewisseld: boolean;
  readonly ingetrokken: boolean;
  readonly sessieLeeft: boolean;
  readonly feiten: Feiten | null;
};

export type MachtigingContent = {
  readonly scope: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  /** Only of a client that wants to hear of a sign-out. */
  readonly sid?: string;
  readonly authTime?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly nonce?: string;
  /** The pupil typed his password for this application, or was signed in already (R32). */
  readonly aanleiding: "aanmelding" | "volgende-toepassing";
};

/**
 * Everything one request reads and wants written. The provider's adapter only reads and notes; `saveWork` commits all of
 * it in one statement before the answer leaves, so that a code, its session and a log record exist together or not at all.
 */
export type UnitOfWork = {
  /** Whose facts are read together with the session. */
  clientId: string | undefined;
  /** The pupil, or the adult, proved who he is, in this request. */
  aanmelding: Wie | undefined;
  feiten: Feiten | null | undefined;
  besluit: Besluit | undefined;
  /** Who the pupil is for this client, once the decision is a yes. */
  sub: string | undefined;

  sessie: Sessie | undefined;
  sessieWordt: { readonly id: string; readonly payload: AdapterPayload } | undefined;
  sessieVernietigd: boolean;
  /** Sessions that end with this request: deleted, and their applications told. */
  readonly beeindigd: Sessie[];

  /** The request in flight that is being resumed. */
  interactie: { readonly uid: string; readonly payload: AdapterPayload } | undefined;
  /** A request that waits for the pupil from now on. */
  interactieNieuw: { readonly uid: string; readonly payload: AdapterPayload } | undefined;
  /** The same, where it is too large for a cookie. */
  interactieRij: { readonly idHash: Buffer; readonly inhoud: string; readonly verlooptOp: Date } | undefined;

  code: { readonly id: string; readonly payload: AdapterPayload } | undefined;
  machtiging: Machtiging | undefined;
  tokenIngetrokken: Buffer | undefined;
  assertie: { readonly idHash: Buffer; readonly verlooptOp: Date } | undefined;
  regel: Logregel | undefined;
};

export const beginWork = (): UnitOfWork => ({
  clientId: undefined,
  aanmelding: undefined,
  feiten: undefined,
  besluit: undefined,
  sub: undefined,
  sessie: undefined,
  sessieWordt: undefined,
  sessieVernietigd: false,
  beeindigd: [],
  interactie: undefined,
  interactieNieuw: undefined,
  interactieRij: undefined,
  code: undefined,
  machtiging: undefined,
  tokenIngetrokken: undefined,
  assertie: undefined,
  regel: undefined,
});

/** The work of a request. */
export function workOf(ctx: { readonly state: { werk?: UnitOfWork } }): UnitOfWork {
  if (!ctx.state.werk) throw new Error("this request has no unit of work");
  return ctx.state.werk;
}

/** The work of the request that is being handled now: the provider keeps its context in an AsyncLocalStorage. */
export function currentWork(): UnitOfWork {
  const ctx = Provider.ctx;
  if (!ctx) throw new Error("the adapter was used outside a request");
  return workOf(ctx);
}
