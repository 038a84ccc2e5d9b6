import type { KoaContextWithOIDC } from "oidc-provider";
import { clientAddress } from "#platform/address";
import { authenticateBadge } from "#modules/aanmelding";
import { readBadge } from "#modules/sleutels";
import { sendPage } from "./answer.ts";
import { readForm } from "./body.ts";
import { acrBadge, type Acm } from "./contract.ts";
import { goOn } from "./go-on.ts";
import type { Interactie } from "./interaction.ts";
import { badge, signInExpiredPage, choosePlaatje } from "./pages/index.ts";
import type { BadgeError, BadgeInput, Toepassing } from "./pages/index.ts";
import { workOf } from "./unit-of-work.ts";

type Vraag = {
  readonly interactie: Interactie;
  readonly toepassing: Toepassing;
  readonly formAction: readonly string[];
};

/**
 * `/v1/aanmelden/:uid/badge` (D7): first the badge, then one of nine pictures. The second page comes for every code that could be
 * one: which of them exist is only found out together with a picture, and at the speed of the growing wait.
 */
export async function answerBadge(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  vraag: Vraag,
  next: () => Promise<unknown>,
): Promise<void> {
  const { interactie, toepassing, formAction } = vraag;
  const terug = `/op/v1/aanmelden/${interactie.uid}`;
  const same = { toepassing, actie: `${terug}/badge`, terug, voet: acm.voet };
  const askBadge = (status: number, fout?: BadgeInput["fout"]) =>
    sendPage(ctx, status, badge({ ...same, ...(fout && { fout }) }), { formAction });
  if (ctx.method !== "POST") return askBadge(200);
  const form = await readForm(ctx.req);
  if (!form) return sendPage(ctx, 413, signInExpiredPage({ loketUrl: acm.loketUrl, voet: acm.voet }));
  const code = (form.get("badge") ?? "").slice(0, 100);
  const plaatje = form.get("plaatje");
  if (code.trim() === "") return askBadge(422, "leeg");
  if (!readBadge(code)) return askBadge(422, "onbekend");
  const askPicture = (status: number, fout?: BadgeError) =>
    sendPage(ctx, status, choosePlaatje({ ...same, badge: code, ...(fout && { fout }) }), { formAction });
  if (plaatje === null) return askPicture(200);

  const clientId = interactie.params["client_id"] ?? "";
  const outcome = await authenticateBadge(acm.ctx, acm.poort, {
    badge: code,
    plaatje,
    clientId,
    bron: clientAddress(ctx.req, acm.proxies),
  });
  if (outcome.soort === "wachten") {
    ctx.set("retry-after", String(outcome.seconden));
    return askPicture(429, outcome);
  }
  if (outcome.soort === "te-oud") return askBadge(422, "te-oud");
  if (outcome.soort === "onjuist") return askPicture(422, outcome);
  const { accountUuid, feiten } = outcome;
  const werk = workOf(ctx);
  werk.feiten = feiten;
  werk.aanmelding = { accountUuid, medewerker: null };
  return goOn(acm, ctx, interactie, { accountId: accountUuid, acr: acrBadge }, next);
}
