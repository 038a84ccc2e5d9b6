import { randomBytes } from "node:crypto";
import { errors } from "oidc-provider";
import { isUnavailable } from "#platform/database";
import { newReferentie } from "#platform/ids";
import { describeError, isHangUp } from "#platform/log";
import { json, pageAnswer, withHeaders, type Answer } from "./answer.ts";
import type { Acm } from "./contract.ts";
import { faultPage } from "./pages/index.ts";
import type { Visit } from "./visit.ts";

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
export const errorPage = (acm: Acm, status: number, error: string, detail?: string): Answer =>
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

/** An error of the protocol that may not go back to the application. @throws what is none */
export function protocolErrorPage(acm: Acm, error: unknown, status?: number): Answer {
  if (!(error instanceof errors.OIDCProviderError)) throw error;
  return errorPage(acm, status ?? error.statusCode, error.error, error.error_description);
}

/** Endpoints that machines call answer in JSON, whatever they say they accept. */
const forMachines = /^\/(v1\/(token|keys|userinfo|introspect|revoke)(\/|$)|\.well-known)/;

const isForMachines = (path: string): boolean => forMachines.test(path);

/** There is nothing at this address, or not by this method (RFC 9110 15.5.5, 15.5.6): a page for people, JSON for all others. */
export function missing(acm: Acm, { path, req }: Visit, allowed?: readonly string[]): Answer {
  const status = allowed ? 405 : 404;
  const error = allowed ? "method_not_allowed" : "niet_gevonden";
  const people = !isForMachines(path) && req.headers.accept?.includes("text/html") === true;
  const answer = people
    ? errorPage(acm, status, error)
    : json(status, { error: allowed ? error : "not_found" });
  return allowed ? withHeaders(answer, { allow: allowed.join(", ") }) : answer;
}

/** The answer to a request for this path (behind `/op`) that we could not handle: nothing of the cause leaves; it is logged. */
export function faultAnswer(acm: Acm, path: string, error: unknown): Answer {
  if (isHangUp(error)) return { status: 400, headers: {}, body: "" };
  acm.ctx.log.error(describeError(error), "acm could not answer");
  const straks = isUnavailable(error); // the database is away: later is better (RFC 9110 15.6.4)
  const status = straks ? 503 : 500;
  const answer = isForMachines(path)
    ? json(status, {
        error: straks ? "temporarily_unavailable" : "server_error",
        error_description: straks
          ? "we cannot answer now, nothing was kept: try again later"
          : "something went wrong on our side, nothing was kept",
      })
    : errorPage(acm, status, "server_error");
  return straks ? withHeaders(answer, { "retry-after": "5" }) : answer;
}
