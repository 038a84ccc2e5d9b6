import type { KoaContextWithOIDC } from "oidc-provider";
import { explanationOf, refuse } from "#modules/verstrekking";
import { sendPage } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { saveInteractie, interactieOf, countOpenstaande, type Interactie } from "./interaction.ts";
import { noToegang } from "./pages/index.ts";
import { toepassingOf } from "./sign-in.ts";
import { workOf } from "./unit-of-work.ts";

/** D5 said no: what, why, who can help and a number; back to the application, on to the launch page, or somebody else. */
export async function showRefusal(acm: Acm, ctx: KoaContextWithOIDC): Promise<void> {
  const werk = workOf(ctx);
  const accountUuid = werk.feiten?.account.account_uuid;
  if (!werk.interactieNieuw || !werk.besluit || werk.besluit.toegang || !accountUuid) {
    throw new Error("there is no refusal to show");
  }
  const interactie = interactieOf(acm, werk.interactieNieuw);
  const clientId = interactie.params["client_id"] ?? "";
  acm.refused.pupils.add({ reason: werk.besluit.reden });
  const referentie = await refuse(acm.ctx, { accountUuid, clientId, reden: werk.besluit.reden });
  saveInteractie(acm, ctx, interactie);
  countOpenstaande(acm, ctx, interactie.uid);
  const page = noToegang({
    ...(acm.clients().get(clientId)?.toepassing && { toepassing: toepassingOf(acm, interactie) }),
    voornaam: werk.feiten?.account.voornaam ?? "",
    ...explanationOf(werk.besluit),
    referentie,
    tijdstip: acm.ctx.clock.now(),
    loketUrl: acm.loketUrl,
    voet: acm.voet,
    terugUrl: backUrl(acm, interactie),
    andereAction: `/op/v1/aanmelden/${interactie.uid}/wissel`,
  });
  sendPage(ctx, 403, page);
}

/** The answer that the protocol has for a refusal (RFC 6749 4.1.2.1, RFC 9207), behind a link: the pupil reads first. */
function backUrl(acm: Acm, { params }: Interactie): string {
  const url = new URL(params["redirect_uri"] ?? acm.loketUrl);
  url.searchParams.set("error", "access_denied");
  if (params["state"] !== undefined) url.searchParams.set("state", params["state"]);
  url.searchParams.set("iss", acm.issuer);
  return url.href;
}
