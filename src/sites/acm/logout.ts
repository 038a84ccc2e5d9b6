import type { KoaContextWithOIDC } from "oidc-provider";
import { formTargets, trusted } from "#platform/html";
import type { Acm } from "./contract.ts";
import { sidOf } from "./decision.ts";
import { sendPage } from "./answer.ts";
import { signedOutPage, askSignOut } from "./pages/index.ts";
import { workOf, type Sessie } from "./unit-of-work.ts";

/**
 * Sign-out asked by an application (RP-Initiated Logout 1.0). On shared computers every extra question leaves sessions
 * open: with a valid hint for this very session it is done at once; else the pupil is asked.
 */
export async function logoutSource(acm: Acm, ctx: KoaContextWithOIDC, form: string): Promise<void> {
  const { client, session } = ctx.oidc;
  const { sessie } = workOf(ctx);
  const hint = ctx.oidc.entities.IdTokenHint?.payload;
  if (client && session && sessie && hint && isOf(hint, sessie, client.clientId)) {
    const target = afterLogout(acm, session.state);
    await session.destroy();
    forgetSession(acm, ctx);
    ctx.status = 303;
    ctx.redirect(target);
    return;
  }
  const toepassing = acm.clients().get(client?.clientId ?? "")?.toepassing;
  sendPage(
    ctx,
    200,
    askSignOut({
      formulier: { gemaakt: trusted(form), id: "op.logoutForm" },
      voet: acm.voet,
      ...(toepassing && { toepassing: toepassing.naam }),
    }),
    { formAction: formTargets(postLogoutUris(client)) },
  );
}

export function postLogoutSuccessSource(acm: Acm, ctx: KoaContextWithOIDC): void {
  sendPage(ctx, 200, signedOutPage({ loketUrl: acm.loketUrl, voet: acm.voet }));
}

/** Nobody is signed in: nothing to ask or to end; straight on to where the application wanted to go. */
export function skipWhenSignedOut(acm: Acm, ctx: KoaContextWithOIDC): void {
  const { session } = ctx.oidc;
  if (ctx.oidc.route !== "end_session" || ctx.status !== 200 || session?.accountId !== undefined) return;
  const target = afterLogout(acm, session?.state);
  forgetSession(acm, ctx);
  ctx.body = null;
  ctx.remove("content-type");
  ctx.status = 303;
  ctx.redirect(target);
}

function afterLogout(acm: Acm, state: Record<string, unknown> | undefined): string {
  const uri = state?.["postLogoutRedirectUri"]; // checked against the registration by the provider
  if (typeof uri !== "string") return `${acm.issuer}/v1/logout/success`;
  const target = new URL(uri);
  if (typeof state?.["state"] === "string") target.searchParams.set("state", state["state"]);
  return target.href;
}

const postLogoutUris = (client: { postLogoutRedirectUris?: unknown } | undefined): string[] =>
  Array.isArray(client?.postLogoutRedirectUris)
    ? client.postLogoutRedirectUris.filter((uri): uri is string => typeof uri === "string")
    : [];

function isOf(hint: Record<string, unknown>, sessie: Sessie, clientId: string): boolean {
  if (typeof hint["sid"] === "string") return hint["sid"] === sidOf(sessie.uid, clientId);
  return hint["sub"] === sessie.clients[clientId];
}

/** Takes the session cookie away. */
export function forgetSession(acm: Acm, ctx: Pick<KoaContextWithOIDC, "cookies">): void {
  ctx.cookies.set(acm.cookies.sessie, null, {
    httpOnly: true,
    sameSite: "lax",
    secure: acm.secure,
    overwrite: true,
  });
}
