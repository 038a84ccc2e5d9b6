import type { ServerResponse } from "node:http";
import type { MiddlewareHandler } from "hono";

export type SecurityOptions = {
  /**
   * Where forms on the page may go. Chromium and WebKit hold every redirect after the form to it as well, so a form
   * that ends in a redirect to an application (sign-in, log-out) needs that application's origin, or 'anywhere'.
   * - `'self'` (the default): only this site.
   * - a list: this site and these sources; make it with `formTargets`.
   * - `'anywhere'`: the directive is left out. Right for the sign-in page when an application sends people on to yet
   *   another origin after its own redirect URI, as brokers do: nobody can list those.
   */
  readonly formAction?: "self" | "anywhere" | readonly string[];
};

/**
 * Security headers for a page, as a plain record of lower-case names (for Hono, Koa or node:http alike).
 *
 * Referrer-Policy is `same-origin`: with `no-referrer` browsers send `Origin: null` with our own forms, and the
 * check on that header (CSRF) could not tell our form from a stranger's.
 */
export function pageHeaders(options: SecurityOptions = {}): Record<string, string> {
  const formAction = options.formAction ?? "self";
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(formAction === "anywhere"
      ? []
      : [`form-action ${["'self'", ...(formAction === "self" ? [] : formAction)].join(" ")}`]),
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy":
      "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    // Shared computers: a page with somebody's name may not come back with the back button after log-out.
    "cache-control": "no-store",
  };
}

/**
 * Hono middleware that puts `pageHeaders` on every answer, without replacing what the route itself set. On a Node server they go
 * on its own answer beforehand: what the route sets is written over them, and no Headers object is made, which cost as much as
 * reading the request.
 */
export function securityHeaders(options: SecurityOptions = {}): MiddlewareHandler {
  const headers = Object.entries(pageHeaders(options));
  return async (c, next) => {
    const { outgoing } = (c.env ?? {}) as { readonly outgoing?: ServerResponse };
    if (outgoing) {
      for (const [name, value] of headers) outgoing.setHeader(name, value);
      return next();
    }
    await next();
    for (const [name, value] of headers) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
}

/**
 * Sources for `form-action` from the redirect URIs of an application: origins for http(s), the scheme for the own
 * scheme of an app on a device. An address that cannot be read is left out.
 */
export function formTargets(redirectUris: readonly string[]): readonly string[] {
  const sources = redirectUris.flatMap((uri) => {
    if (!URL.canParse(uri)) return [];
    const { origin, protocol } = new URL(uri);
    return /^[a-z][a-z0-9+.-]*:$/.test(protocol) ? [origin === "null" ? protocol : origin] : [];
  });
  return [...new Set(sources)];
}
