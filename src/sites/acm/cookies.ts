import type { Acm } from "./contract.ts";

/** A cookie of this request, as the provider's own library reads it: the first one counts. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const value = header === undefined ? undefined : new RegExp(`(?:^|;) *${name}=([^;]*)`).exec(header)?.[1];
  return value?.startsWith('"') ? value.slice(1, -1) : value;
}

/** A value for `set-cookie`: only for this server, no scripts, no other sites. `null` takes it away; `maxAge` in milliseconds. */
export function setCookie(
  { secure }: Pick<Acm, "secure">,
  name: string,
  value: string | null,
  path: string,
  maxAge?: number,
): string {
  const expires =
    value === null ? new Date(0) : maxAge === undefined ? undefined : new Date(Date.now() + maxAge);
  return (
    `${name}=${value ?? ""}; path=${path}${expires ? `; expires=${expires.toUTCString()}` : ""}` +
    `; samesite=lax${secure ? "; secure" : ""}; httponly`
  );
}
