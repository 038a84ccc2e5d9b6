import { randomBytes } from "node:crypto";
import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import { isUnavailable } from "#platform/database";
import { newReferentie } from "#platform/ids";
import { describeError, isHangUp } from "#platform/log";
import { pageAnswer, send, type Answer } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { faultPage, signInExpiredPage } from "./pages/index.ts";

type Text = { readonly titel: string; readonly waarom: string; readonly wie: string };

const maker = "Vertel het aan je leerkracht. Wie de toepassing maakt, kan dit oplossen.";
const texts: Record<string, Text> = {
  invalid_client: {
    titel: "We kennen deze toepassing niet",
    waarom:
      "Een toepassing vroeg om je aan te melden, maar ze is niet bekend bij LeerID. Jij hebt niets fout gedaan.",
    wie: maker,
  },
  invalid_redirect_uri: {
    titel: "We kennen dit adres niet",
    waarom:
      "De toepassing wil je naar een adres sturen dat niet is aangemeld bij LeerID. Daarom gaan we niet verder. Jij hebt niets fout gedaan.",
    wie: maker,
  },
  niet_gevonden: {
    titel: "Deze pagina bestaat niet",
    waarom: "Het adres klopt niet, of de pagina is er niet meer.",
    wie: "Ga naar je toepassingen en begin daar opnieuw.",
  },
  server_error: {
    titel: "Er ging iets mis bij ons",
    waarom: "LeerID kon je vraag nu niet afwerken. Jij hebt niets fout gedaan.",
    wie: "Probeer het over een paar minuten opnieuw. Lukt het dan nog niet? Geef het nummer hieronder aan je leerkracht.",
  },
};
const other: Text = {
  titel: "Deze vraag klopt niet",
  waarom: "De toepassing vroeg iets wat LeerID niet kan doen. Jij hebt niets fout gedaan.",
  wie: maker,
};

/** What may not go back to the application, or is no part of the protocol. Without details of ours. */
export const errorPage = (
  acm: Acm,
  ctx: KoaContextWithOIDC,
  status: number,
  error: string,
  detail?: string,
): void => send(ctx, errorAnswer(acm, status, error, detail));

const errorAnswer = (acm: Acm, status: number, error: string, detail?: string): Answer =>
  pageAnswer(
    status,
    faultPage({
      ...(texts[error] ?? other),
      status,
      referentie: newReferentie(randomBytes),
      tijdstip: acm.ctx.clock.now(),
      technisch: detail === undefined ? error : `${error}: ${detail}`,
      loketUrl: acm.loketUrl,
      voet: acm.voet,
    }),
  );

export function renderError(acm: Acm, ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void {
  if (error.name === "SessionNotFound") {
    return send(ctx, pageAnswer(400, signInExpiredPage({ loketUrl: acm.loketUrl, voet: acm.voet })));
  }
  errorPage(acm, ctx, ctx.status >= 400 ? ctx.status : 400, out.error, out.error_description);
}

/** Endpoints that machines call answer in JSON, also when it is our own fault. */
const forMachines = /^\/(v1\/(token|keys|userinfo|introspect|revoke)|\.well-known)/;

/** Our own fault: nothing of the request was kept; nothing of the cause leaves. Logged once, by whoever calls this. */
export function ownFault(acm: Acm, ctx: KoaContextWithOIDC, error: unknown): void {
  ctx.remove("set-cookie");
  send(ctx, faultAnswer(acm, ctx.path, error));
}

/** The answer to a request for this path (without `/op`) that we could not handle; logs the cause. */
export function faultAnswer(acm: Acm, path: string, error: unknown): Answer {
  if (isHangUp(error)) return { status: 400, headers: {}, body: "" };
  acm.ctx.log.error(describeError(error), "acm could not answer");
  const straks = isUnavailable(error); // the database is away: later is better (RFC 9110 15.6.4)
  const status = straks ? 503 : 500;
  const answer = forMachines.test(path)
    ? {
        status,
        headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
        body: JSON.stringify({
          error: straks ? "temporarily_unavailable" : "server_error",
          error_description: straks
            ? "we cannot answer now, nothing was kept: try again later"
            : "something went wrong on our side, nothing was kept",
        }),
      }
    : errorAnswer(acm, status, "server_error");
  return { ...answer, headers: { ...answer.headers, ...(straks && { "retry-after": "5" }) } };
}
