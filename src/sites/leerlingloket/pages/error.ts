import {
  document,
  formatDateTime,
  html,
  icon,
  logo,
  postButton,
  pupilBar,
  reference,
  webUrl,
  whyAndWho,
} from "#platform/html";
import type { FooterLink, Html, Moment, PostTarget } from "#platform/html";

export type ErrorInput = {
  readonly titel: string;
  readonly waarom: Html | string;
  readonly wie: Html | string;
  readonly referentie: string;
  readonly tijdstip?: Moment;
  readonly startUrl?: string;
  /** Only when somebody is signed in. */
  readonly afmeldenActie?: PostTarget;
  readonly voet?: readonly FooterLink[];
};

/** Something is not there or does not work: what, why, who can help and a number. */
export function errorPage(input: ErrorInput): string {
  const startUrl = input.startUrl ?? "/";
  return document({
    site: "leerling",
    title: input.titel,
    ...(input.voet && { footer: input.voet }),
    body: html`${pupilBar(startUrl, input.afmeldenActie)}
      <main class="door" id="inhoud">
        <span></span>
        <div class="door-card wide">
          <h1>${input.titel}</h1>
          ${whyAndWho(input.waarom, input.wie)}
          ${reference(input.referentie, input.tijdstip === undefined ? undefined : formatDateTime(input.tijdstip))}
          <div class="row">
            <a class="button" href="${webUrl(startUrl)}">${icon("arrow-left")}Naar mijn toepassingen</a>
          </div>
        </div>
      </main>`,
  });
}

export type NotSignedInInput = {
  /** Starts the sign-in. */
  readonly aanmeldUrl: string;
  /** Straight after signing out. */
  readonly afgemeld?: boolean;
  readonly voet?: readonly FooterLink[];
};

/** The front door of the loket for somebody who is not signed in (any more). */
export function notSignedInPage(input: NotSignedInInput): string {
  return document({
    site: "leerling",
    title: input.afgemeld === true ? "Je bent afgemeld" : "Meld je aan",
    ...(input.voet && { footer: input.voet }),
    body: html`<main class="door" id="inhoud">
      ${logo()}
      <div class="door-card">
        ${
          input.afgemeld === true
            ? html`<div class="state on">
                  <span class="mark">${icon("check")}</span>
                  <h1>Je bent afgemeld</h1>
                </div>
                <p>
                  Op dit toestel kan nu niemand met jouw naam een toepassing openen. Staat er nog een
                  toepassing open? Sluit die dan.
                </p>`
            : html`<h1>Meld je aan</h1>
                <p>
                  Met één gebruikersnaam en één wachtwoord open je alle toepassingen die je school voor jou
                  koos.
                </p>`
        }
        <a class="button block" href="${webUrl(input.aanmeldUrl)}"
          >${input.afgemeld === true ? "Opnieuw aanmelden" : "Aanmelden"}</a
        >
        <p class="help">
          ${icon("life-buoy")}<span>Heb je geen gebruikersnaam? Vraag het aan je leerkracht.</span>
        </p>
      </div>
    </main>`,
  });
}

/** Somebody comes to sign out without our own form: a bookmark, or another website. */
export function askSignOutPage(input: {
  readonly actie: PostTarget;
  readonly voet?: readonly FooterLink[];
}): string {
  return document({
    site: "leerling",
    title: "Wil je je afmelden?",
    ...(input.voet && { footer: input.voet }),
    body: html`<main class="door" id="inhoud">
      ${logo()}
      <div class="door-card">
        <h1>Wil je je afmelden?</h1>
        <p>Daarna kan niemand op dit toestel nog verder met jouw naam.</p>
        ${postButton(input.actie, html`<button class="button block">Ja, meld me af</button>`)}
        <a class="button secondary block" href="/">Nee, ik blijf aangemeld</a>
      </div>
    </main>`,
  });
}

/** The browser came back twice without what it was given to keep. */
export function withoutCookiesPage(input: NotSignedInInput): string {
  return document({
    site: "leerling",
    title: "Je browser bewaart geen cookies",
    ...(input.voet && { footer: input.voet }),
    body: html`<main class="door" id="inhoud">
      ${logo()}
      <div class="door-card wide">
        <h1>Je browser bewaart geen cookies</h1>
        ${whyAndWho(
          "Een cookie is een briefje waarmee je browser onthoudt dat jij het bent. Dit toestel houdt het niet bij. Daarom lukt aanmelden niet.",
          "Vraag aan je leerkracht om cookies toe te staan voor deze website. Dat staat in de instellingen van de browser, bij privacy.",
        )}
        <div class="row">
          <a class="button" href="${webUrl(input.aanmeldUrl)}">Opnieuw proberen</a>
        </div>
      </div>
    </main>`,
  });
}
