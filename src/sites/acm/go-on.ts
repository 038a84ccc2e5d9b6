import type { KoaContextWithOIDC } from "oidc-provider";
import type { Acm } from "./contract.ts";
import { payloadForHervatten, forgetInteractie, type Interactie, type Login } from "./interaction.ts";
import { workOf } from "./unit-of-work.ts";

type Next = () => Promise<unknown>;

/** The provider's own resume step, in this same request. `werk.aanmelding` says who it is. */
export async function goOn(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  interactie: Interactie,
  login: Login,
  next: Next,
): Promise<void> {
  const werk = workOf(ctx);
  werk.interactie = { uid: interactie.uid, payload: payloadForHervatten(interactie, login) };
  forgetInteractie(acm, ctx, interactie.uid);
  ctx.req.headers.cookie = `${resumeCookie}=${interactie.uid}; ${ctx.req.headers.cookie ?? ""}`;
  ctx.method = "GET";
  ctx.url = `/v1/auth/${interactie.uid}`;
  (ctx.req as { originalUrl?: string }).originalUrl = `/op${ctx.url}`;
  await next();
}

/** Name of the provider's cookie between form and resume; it never reaches a browser. */
export const resumeCookie = "leerid-hervat";
