import type { Context as HonoContext } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";
import { randomToken, seal, unseal, type Keys } from "#platform/crypto";

/** A sign-in that this browser began. */
export type Begun = {
  /** The page that was asked for: path and query. */
  readonly naar: string;
  /** It came back before: what came with it is used up. */
  readonly spent: boolean;
};

/** So many sign-ins may be under way in one browser, each in a tab of its own; the oldest gives way. */
const most = 8;
/** Seconds: a form that stands open the whole day still knows where it leads. */
const lifetime = 43_200;

/** First or second try, when it began (milliseconds, base 36), and what nobody can guess. */
const stateForm = /^[12][0-9a-z]{8}[\w-]{22}$/;

/** A new `state`. It says whether this is the second try: a browser that keeps no cookies must not go round for ever. */
export const newState = (now: number, second: boolean): string =>
  `${second ? "2" : "1"}${now.toString(36).padStart(8, "0")}${randomToken(16)}`;

export const isSecondTry = (state: string): boolean => state.startsWith("2");

/**
 * The sign-ins of a browser, each in a cookie of its own, named after its `state`: tabs that begin at once do not overwrite each other
 * and may end in any order. What has ended stays as long as the others let it, so that Back still leads to the page asked for.
 */
export function begunSignIns(keys: Keys, name: string, cookie: CookieOptions) {
  const prefix = `${name}-begin-`;
  const keep = (http: HonoContext, state: string, { naar, spent }: Begun) => {
    const value = seal(keys.cookies, `${spent ? "-" : "+"}${naar}`, `${prefix}${state}`);
    setCookie(http, `${prefix}${state}`, value.toString("base64url"), { ...cookie, maxAge: lifetime });
  };
  return {
    /** Keeps it in the browser. */
    remember(http: HonoContext, state: string, naar: string): void {
      const age = (held: string) => held.slice(prefix.length + 1);
      const held = Object.keys(getCookie(http))
        .filter((one) => one.startsWith(prefix))
        .toSorted((one, other) => (age(one) < age(other) ? -1 : 1));
      for (const old of held.slice(0, Math.max(0, held.length - most + 1))) deleteCookie(http, old, cookie);
      keep(http, state, { naar, spent: false });
    },
    spend: (http: HonoContext, state: string, naar: string): void => keep(http, state, { naar, spent: true }),
    /** Undefined when this browser began no such sign-in, or no longer knows it. */
    find(http: HonoContext, state: string): Begun | undefined {
      const value = stateForm.test(state) ? getCookie(http, `${prefix}${state}`) : undefined;
      const opened = value && unseal(keys.cookies, Buffer.from(value, "base64url"), `${prefix}${state}`);
      if (!opened) return undefined;
      const text = opened.toString("utf8");
      return { naar: text.slice(1), spent: text.startsWith("-") };
    },
  };
}

/** Longest address that is kept for after the sign-in: eight of them fit into the headers of a request. */
const longest = 600;

/**
 * The page that somebody asked for, as a path with its query on this site; the start page for anything else.
 * @param site address of the site
 * @param own paths of the way in and out: nobody asks for those
 */
export function localPath(asked: string | undefined, site: string, own: readonly string[]): string {
  if (asked === undefined || !isPath(asked) || !URL.canParse(asked, site)) return "/";
  const { pathname, search } = new URL(asked, site);
  // Looked at again: `/x/..//elsewhere` has become `//elsewhere`.
  if (!isPath(pathname) || own.includes(pathname)) return "/";
  return [`${pathname}${search}`, pathname].find(({ length }) => length <= longest) ?? "/";
}

/** A path on this site, and not the address of another one (`//elsewhere`). */
const isPath = (text: string): boolean => /^\/(?![/\\])/.test(text);
