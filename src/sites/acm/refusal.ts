import type { KoaContextWithOIDC } from "oidc-provider";
import { uitlegVan, weiger } from "#modules/verstrekking";
import { sendPage } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { bewaarInteractie, interactieVan, telOpenstaande, type Interactie } from "./interaction.ts";
import { geenToegang } from "./pages/index.ts";
import { toepassingVan } from "./sign-in.ts";
import { werkVan } from "./unit-of-work.ts";

/** D5 said no: what, why, who can help and a number; back to the application, on to the launch page, or somebody else. */
export async function showRefusal(acm: Acm, ctx: KoaContextWithOIDC): Promise<void> {
  const werk = werkVan(ctx);
  const accountUuid = werk.feiten?.account.account_uuid;
  if (!werk.interactieNieuw || !werk.besluit || werk.besluit.toegang || !accountUuid) {
    throw new Error("there is no refusal to show");
  }
  const interactie = interactieVan(acm, werk.interactieNieuw);
  const clientId = interactie.params["client_id"] ?? "";
  const referentie = await weiger(acm.ctx, { accountUuid, clientId, reden: werk.besluit.reden });
  bewaarInteractie(acm, ctx, interactie);
  telOpenstaande(acm, ctx, interactie.uid);
  const page = geenToegang({
    ...(acm.clients().get(clientId)?.toepassing && { toepassing: toepassingVan(acm, interactie) }),
    voornaam: werk.feiten?.account.voornaam ?? "",
    ...uitlegVan(werk.besluit),
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
