import { document, formatDateTime, html, icon, reference, webUrl, whyAndWho } from "#platform/html";
import type { FooterLink, Html, Moment } from "#platform/html";
import { doorLink } from "./parts.ts";

export type ErrorInput = {
  /** What happened, for a pupil: "We kennen deze toepassing niet". */
  readonly titel: string;
  readonly waarom: Html | string;
  readonly wie: Html | string;
  readonly referentie: string;
  /** HTTP status, for the developer. */
  readonly status: number;
  readonly tijdstip?: Moment;
  /** The line of the protocol, for the developer of the application: "invalid_redirect_uri: …". Folded away. */
  readonly technisch?: string;
  readonly loketUrl?: string;
  readonly voet?: readonly FooterLink[];
};

/** An error that may not go back to the application (unknown client, wrong redirect URI: RFC 6749 4.1.2.1), or a bug. */
export function faultPage(input: ErrorInput): string {
  return document({
    site: "leerling",
    title: input.titel,
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`<h1>${input.titel}</h1>
        ${whyAndWho(input.waarom, input.wie)}
        ${reference(input.referentie, input.tijdstip === undefined ? undefined : formatDateTime(input.tijdstip))}
        ${input.loketUrl !== undefined && html`<a class="button block" href="${webUrl(input.loketUrl)}">${icon("arrow-left")}Naar mijn toepassingen</a>`}
        <details class="figures">
          <summary>Voor wie de toepassing maakt</summary>
          <p class="small">
            <code>${input.status}${input.technisch !== undefined && ` ${input.technisch}`}</code>
          </p>
        </details>`,
    ),
  });
}

export type SignInExpiredInput = {
  /** Starts over: the application that asked, if known. */
  readonly opnieuwUrl?: string;
  readonly toepassing?: string;
  /** The browser brought none at all: it keeps none, or somebody took them away. */
  readonly zonderCookies?: boolean;
  readonly loketUrl: string;
  readonly voet?: readonly FooterLink[];
};

/** The sign-in began in another browser, or in one without cookies: start again. Nothing is wrong. */
export function signInExpiredPage(input: SignInExpiredInput): string {
  const { opnieuwUrl, toepassing } = input;
  return document({
    site: "leerling",
    title: "Begin opnieuw met aanmelden",
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`<div class="state">
          <span class="mark">${icon("hourglass")}</span>
          <h1>Begin opnieuw met aanmelden</h1>
        </div>
        <p>
          ${
            input.zonderCookies === true
              ? "Je browser bewaart geen cookies. Zonder cookies weet LeerID niet dat jij het bent. Vraag je leerkracht om cookies toe te laten voor deze website, en begin dan opnieuw."
              : "De vorige pagina stond te lang open, of je ging terug in je browser. Jij hebt niets fout gedaan."
          }
        </p>
        ${opnieuwUrl !== undefined && html`<a class="button block" href="${webUrl(opnieuwUrl)}">${toepassing === undefined ? "Opnieuw aanmelden" : `Opnieuw naar ${toepassing}`}</a>`}
        <a
          class="button ${opnieuwUrl === undefined ? "" : "secondary "}block"
          href="${webUrl(input.loketUrl)}"
          >Naar mijn toepassingen</a
        >
        <p class="help">${icon("life-buoy")}<span>Lukt het niet? Vraag het aan je leerkracht.</span></p>`,
    ),
  });
}
