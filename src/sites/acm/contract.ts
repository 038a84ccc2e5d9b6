import type { Context } from "#platform/context";
import type { FooterLink } from "#platform/html";
import type { Gate } from "#modules/aanmelding";
import type { KeyRing } from "#modules/tokens";
import type { ClientRecord } from "#modules/toepassingen";
import type { RefusalTallies } from "./figures.ts";
import type { Sleutel } from "./medewerker-sleutel.ts";

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
  interactie: 600,
  /** Since the last time that an application was opened. The cookie itself ends with the browser. */
  sessie: 8 * 3600,
  /** A session is not written again for less than this. */
  sessieDrempel: 1800,
} as const;

export type Cookies = {
  readonly sessie: string;
  readonly aanmelding: string;
  readonly open: string;
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

export function cookieNames(secure: boolean): Cookies {
  // Prefixes make the browser refuse a cookie that a neighbouring site or a plain connection tries to set.
  return secure
    ? {
        sessie: "__Host-leerid",
        aanmelding: "__Secure-leerid-aanmelding",
        open: "__Secure-leerid-open",
        afgemeld: "__Secure-leerid-afgemeld",
      }
    : {
        sessie: "leerid",
        aanmelding: "leerid-aanmelding",
        open: "leerid-open",
        afgemeld: "leerid-afgemeld",
      };
}
