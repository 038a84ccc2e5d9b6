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
  /** Where this page leads on when it is asked for by GET. */
  readonly adres?: string;
  /** Starts over: the application that asked, if known. */
  readonly opnieuwUrl?: string;
  readonly toepassing?: string;
  readonly loketUrl: string;
  readonly voet?: readonly FooterLink[];
};

/** The sign-in began in another browser, or too long ago: start again. Nothing is wrong. */
export function signInExpiredPage(input: SignInExpiredInput): string {
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
          De vorige pagina stond te lang open, of ze hoort bij een ander venster. Jij hebt niets fout gedaan.
        </p>
        ${waysOn(input)}
        <p class="help">${icon("life-buoy")}<span>Lukt het niet? Vraag het aan je leerkracht.</span></p>`,
      input.adres,
    ),
  });
}

/** A right password cannot help here: nobody is remembered from one page to the next. Words for the pupil, and for who can change it. */
export function withoutCookiesPage(input: SignInExpiredInput): string {
  return document({
    site: "leerling",
    title: "Je browser bewaart geen cookies",
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`<h1>Je browser bewaart geen cookies</h1>
        ${whyAndWho(
          "Een cookie is een briefje waarmee je browser onthoudt dat jij het bent. Dit toestel houdt het niet bij, en dan lukt aanmelden niet. Je wachtwoord is niet fout.",
          "Toon dit aan je leerkracht.",
        )}
        <div class="notice">
          ${icon("info")}
          <div>
            <h2>Voor de leerkracht</h2>
            <p>
              Sta cookies toe voor deze website en voor de toepassing. Dat staat in de instellingen van de
              browser, bij privacy. Houdt een filter van de school ze tegen? Dan helpt wie de toestellen
              beheert.
            </p>
          </div>
        </div>
        ${waysOn(input)}`,
      input.adres,
    ),
  });
}

const waysOn = ({ opnieuwUrl, toepassing, loketUrl }: SignInExpiredInput): Html =>
  html`${opnieuwUrl !== undefined && html`<a class="button block" href="${webUrl(opnieuwUrl)}">${toepassing === undefined ? "Opnieuw aanmelden" : `Opnieuw naar ${toepassing}`}</a>`}
    <a class="button ${opnieuwUrl === undefined ? "" : "secondary "}block" href="${webUrl(loketUrl)}"
      >Naar mijn toepassingen</a
    >`;
