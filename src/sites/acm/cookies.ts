import { toestelMaxAge } from "#modules/aanmelding";
import type { Acm, Cookies } from "./contract.ts";

/** Prefixes make the browser refuse a cookie that a neighbouring site or a plain connection tries to set. */
export const cookieNames = (secure: boolean): Cookies => {
  const name = (own: string) => `${secure ? "__Secure-" : ""}leerid-${own}`;
  return {
    sessie: secure ? "__Host-leerid" : "leerid",
    formulier: name("aanmelding"),
    eersteKeer: name("eerste-keer"),
    heenweg: name("heenweg"),
    toestel: name("toestel"),
    afgemeld: name("afgemeld"),
  };
};

/** A cookie of this request; of two with one name the first one counts. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const value = header === undefined ? undefined : new RegExp(`(?:^|;) *${name}=([^;]*)`).exec(header)?.[1];
  return value?.startsWith('"') ? value.slice(1, -1) : value;
}

/** A value for `set-cookie`: only for this server, no scripts, no other sites. `null` takes it away; `maxAge` in seconds. */
export function setCookie(
  { secure }: Pick<Acm, "secure">,
  name: string,
  value: string | null,
  path: string,
  maxAge?: number,
): string {
  const expires =
    value === null ? new Date(0) : maxAge === undefined ? undefined : new Date(Date.now() + maxAge * 1000);
  return (
    `${name}=${value ?? ""}; path=${path}${expires ? `; expires=${expires.toUTCString()}` : ""}` +
    `; samesite=lax${secure ? "; secure" : ""}; httponly`
  );
}

/** The cookie by which this browser is known as one of a pupil; none when it is already. */
export const toestelCookies = (acm: Acm, toestel: string | undefined): string[] =>
  toestel === undefined
    ? []
    : [setCookie(acm, acm.cookies.toestel, toestel, "/op/v1/aanmelden", toestelMaxAge)];

/** The cookie of a session; `null` takes it away. It ends with the browser. */
export const sessionCookie = (acm: Acm, id: string | null): string =>
  setCookie(acm, acm.cookies.sessie, id, "/");
