import type { Context } from "#platform/context";
import type { FooterLink } from "#platform/html";
import type { AccountUuid } from "#platform/ids";
import type { Gate } from "#modules/aanmelding";
import type { KeyRing } from "#modules/tokens";
import type { ClientRecord } from "#modules/toepassingen";
import type { RefusalTallies } from "./figures.ts";
import type { Medewerker } from "#modules/medewerkers";
import type { Sleutel } from "#modules/medewerkers";

/** How a pupil signed in, as told to applications. */
export const acr = "urn:leerid:acr:wachtwoord";
export const amr = ["pwd"];
/** The same for a badge with a picture (D7). */
export const acrBadge = "urn:leerid:acr:badge";

/** A PKCE verifier or S256 challenge (RFC 7636 4.1, 4.2). */
export const pkceForm = /^[\w.~-]{43,128}$/;

/** Lifetimes in seconds (D4). */
export const duur = {
  code: 30,
  accessToken: 3600,
  idToken: 3600,
  /** How long the answer to an authorization request goes back to it; later the pupil begins at the start address. */
  vraag: 600,
  /** How long a browser remembers that a sign-in form is its own: a school day. */
  formulier: 12 * 3600,
  /** Since the last time that an application was opened. The cookie itself ends with the browser. */
  sessie: 8 * 3600,
  /** A session is not prolonged for less than this. */
  sessieDrempel: 1800,
} as const;

/** Who signed in: a pupil, or an adult with another key (D8). Exactly one of both. */
export type Wie =
  | { readonly accountUuid: AccountUuid; readonly medewerker: null }
  | { readonly accountUuid: null; readonly medewerker: Medewerker };

/** How and when he did. `authTime` in seconds since 1970. */
export type Bewijs = {
  readonly acr: string;
  readonly amr?: readonly string[] | undefined;
  readonly authTime: number;
};

/** A sign-in session as stored. */
export type Sessie = Wie &
  Bewijs & {
    readonly uid: string;
    /** client_id → sub, of the applications that were opened. */
    readonly clients: Readonly<Record<string, string>>;
    readonly verlooptOp: Date;
  };

export type Cookies = {
  /** The session. */
  readonly sessie: string;
  /** Makes a sign-in form this browser's own; one per form, at the address of that form. */
  readonly formulier: string;
  /** An initial password was right: an own one may be chosen; at the address of that form. */
  readonly eersteKeer: string;
  /** An adult is on his way to his key; at the address of the question. */
  readonly heenweg: string;
  /** By which pupils this browser was used (D24); it names nobody. */
  readonly toestel: string;
  /** An adult signed out here: the next one proves anew who he is. */
  readonly afgemeld: string;
};

/** What every step of this site needs; made once in `createAcm`. */
export type Acm = {
  readonly ctx: Context;
  /** `https://…/op`, whatever the Host header says. */
  readonly issuer: string;
  /** Audience of machine tokens. */
  readonly apiUrl: string;
  readonly loketUrl: string;
  /** The three questions below every page, answered at the leerlingloket. */
  readonly voet: readonly FooterLink[];
  readonly secure: boolean;
  /** How many proxies of ours stand before this site (D24). */
  readonly proxies: number;
  /** May what applications register lead inside; never in production. */
  readonly allowPrivateNetwork: boolean;
  readonly cookies: Cookies;
  readonly bos: KeyRing;
  readonly poort: Gate;
  readonly refused: RefusalTallies;
  /** The key of adults; undefined where none is set up. */
  readonly sleutel: Sleutel | undefined;
  /** Registered clients now. */
  clients(): ReadonlyMap<string, ClientRecord>;
};

/** Seconds since 1970 by our clock. */
export const secondsNow = ({ ctx }: Acm): number => Math.floor(ctx.clock.now() / 1000);
