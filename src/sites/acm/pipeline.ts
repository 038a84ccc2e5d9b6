import type { KoaContextWithOIDC } from "oidc-provider";
import { readForm } from "./body.ts";
import type { Acm } from "./contract.ts";
import { errorPage, ownFault } from "./errors.ts";
import { dressFormPost } from "./form-post.ts";
import { skipWhenSignedOut } from "./logout.ts";
import { askKey, servesAdults, takeAnswerHome } from "./medewerker-sign-in.ts";
import { rememberSignOut } from "./medewerker-sign-out.ts";
import { terugPad } from "./medewerker-sleutel.ts";
import { showRefusal } from "./refusal.ts";
import { resumeCookie } from "./go-on.ts";
import { answerForm, showForm } from "./sign-in.ts";
import { saveWork } from "./store.ts";
import { beginWork, workOf } from "./unit-of-work.ts";

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => Promise<void>;

/** The steps around the provider, outermost first. */
export function pipeline(acm: Acm): Step[] {
  return [
    (ctx, next) => commitBeforeAnswer(acm, ctx, next),
    (ctx, next) => answerMissing(acm, ctx, next),
    (ctx, next) => dress(acm, ctx, next),
    (ctx, next) => postAsGet(acm, ctx, next),
    (ctx, next) => readClient(acm, ctx, next),
  ];
}

/** Begins the unit of work and commits it before anything leaves; what cannot be committed is a 500 and no code. */
async function commitBeforeAnswer(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  next: () => Promise<unknown>,
): Promise<void> {
  const werk = beginWork();
  ctx.state["werk"] = werk;
  try {
    await next();
    // The provider would tell the application; whose fault it is and what to do concerns the pupil.
    if (ctx.state["fault"] !== undefined) return ownFault(acm, ctx, ctx.state["fault"]);
    if (werk.sessieVernietigd && !werk.sessieWordt && werk.sessie) werk.beeindigd.push(werk.sessie);
    if (!(await saveWork(acm.ctx, werk))) {
      ctx.status = 401;
      ctx.body = { error: "invalid_client", error_description: "client authentication failed" };
    }
  } catch (error) {
    ownFault(acm, ctx, error);
  }
}

const methods: Record<string, readonly string[]> = {
  "/v1/auth": ["GET", "HEAD", "POST"],
  "/v1/token": ["POST", "OPTIONS"],
  "/v1/keys": ["GET", "HEAD", "OPTIONS"],
  "/v1/userinfo": ["GET", "HEAD", "POST", "OPTIONS"],
  "/v1/introspect": ["POST", "OPTIONS"],
  "/v1/revoke": ["POST", "OPTIONS"],
  [terugPad]: ["GET"],
  "/v1/logout": ["GET", "HEAD", "POST"],
  "/v1/logout/confirm": ["POST"],
  "/v1/logout/success": ["GET", "HEAD"],
  "/.well-known/openid-configuration": ["GET", "HEAD", "OPTIONS"],
};

/** Unknown addresses and methods. The provider's own way back to a stopped request is not for the outside. */
async function answerMissing(acm: Acm, ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  const allowed = methods[ctx.path];
  if (allowed && !allowed.includes(ctx.method)) {
    ctx.set("allow", allowed.join(", "));
    return errorPage(acm, ctx, 405, "method_not_allowed");
  }
  if (/^\/v1\/auth\/./i.test(ctx.path)) return errorPage(acm, ctx, 404, "niet_gevonden");
  await next();
  if (ctx.status === 404 && !ctx.body) errorPage(acm, ctx, 404, "niet_gevonden");
}

/** Turns what the provider answered into what leaves: our pages instead of redirects to pages. */
async function dress(acm: Acm, ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  const answer = /^\/v1\/aanmelden\//.test(ctx.path);
  if (ctx.path === terugPad) return takeAnswerHome(acm, ctx);
  await (answer ? answerForm(acm, ctx, next) : next());
  dropCookies(ctx, ["leerid-interactie", resumeCookie]);
  ctx.set("x-content-type-options", "nosniff");
  ctx.set("referrer-policy", ctx.response.get("referrer-policy") || "no-referrer");

  const werk = workOf(ctx);
  const route = "oidc" in ctx ? ctx.oidc.route : undefined;
  if (route === "authorization" || route === "resume") {
    const prompt = ctx.status === 303 ? werk.interactieNieuw?.payload.prompt?.name : undefined;
    if (prompt === "login" && servesAdults(acm, ctx)) await askKey(acm, ctx);
    else if (prompt === "login") showForm(acm, ctx);
    else if (prompt === "toegang") await showRefusal(acm, ctx);
    else dressFormPost(ctx);
  } else if (route === "end_session") {
    skipWhenSignedOut(acm, ctx);
  } else if (route === "discovery" && ctx.body && typeof ctx.body === "object") {
    Object.assign(ctx.body, { response_modes_supported: ["query", "form_post"] });
  }
  rememberSignOut(acm, ctx);
  // Who did not sign in gets no session cookie: there is no session behind it.
  if (werk.sessieWordt && !werk.sessieWordt.payload.accountId) dropCookies(ctx, [acm.cookies.sessie]);
}

/** Takes cookies that were going to be set out of the answer; those that clear stay. */
function dropCookies(ctx: KoaContextWithOIDC, names: readonly string[]): void {
  const cookies = [ctx.response.headers["set-cookie"] ?? []].flat();
  const kept = cookies.filter(
    (cookie) =>
      cookie.includes("expires=Thu, 01 Jan 1970") ||
      !names.some((name) => cookie.startsWith(`${name}=`) || cookie.startsWith(`${name}.sig=`)),
  );
  if (kept.length > 0) ctx.set("set-cookie", kept);
  else ctx.remove("set-cookie");
}

/**
 * Authorization and sign-out may come as a POST (OpenID Connect Core 3.1.2.1, RP-Initiated Logout 2). From another site it
 * comes without our session cookie (SameSite=Lax), so it is asked again as a GET, which brings it.
 */
async function postAsGet(acm: Acm, ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  if (ctx.method !== "POST" || (ctx.path !== "/v1/auth" && ctx.path !== "/v1/logout"))
    return void (await next());
  const form = await readForm(ctx.req);
  const query = form?.toString() ?? "";
  if (!form || query.length > 8192)
    return errorPage(acm, ctx, 413, "invalid_request", "the request is too large");
  ctx.status = 303;
  ctx.set("cache-control", "no-store");
  ctx.redirect(`${acm.issuer}${ctx.path}?${query}`);
}

/** Whose facts come along when the session is read, and that people get pages. */
async function readClient(acm: Acm, ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  const { client_id: clientId } = ctx.query;
  // Only a client we know: whatever else stands there has no facts, and no business in the database.
  if (ctx.path === "/v1/auth" && typeof clientId === "string" && acm.clients().has(clientId)) {
    workOf(ctx).clientId = clientId;
  }
  if (ctx.path.startsWith("/v1/logout")) ctx.req.headers.accept = "text/html";
  await next();
}
