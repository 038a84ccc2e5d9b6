import { document, html, icon, type Html } from "#platform/html";
import type { Persona } from "./personas.ts";

function sheet(titel: string, inhoud: Html, fout = false): string {
  return document({
    site: "beheer",
    title: `${titel} · Demosleutel`,
    error: fout,
    body: html`<main class="door" id="inhoud">
      <span></span>
      <div class="door-card wide">
        ${inhoud}
        <p class="notice">
          ${icon("info")}<span
            >Dit is een demonstratie, geen deel van LeerID. In het echt staat hier de aanmelding van je school
            of organisatie, met een tweede stap. Alle personen zijn verzonnen.</span
          >
        </p>
      </div>
    </main>`,
  });
}

/** Who do you want to be? A typed login, or a button per persona; both without script. */
export function personenSheet(met: {
  readonly actie: string;
  readonly personas: readonly Persona[];
  /** What was typed, and is nobody's login. */
  readonly onbekend?: string;
}): string {
  const fout = met.onbekend !== undefined;
  return sheet(
    "Kies een persoon",
    html`<h1>Met wie meld je je aan?</h1>
      <form class="stack" action="${met.actie}" method="post">
        <div class="field" ${fout && html`data-invalid`}>
          <label for="login">Login van een persoon</label>
          <span class="hint" id="hint-login"
            >Bijvoorbeeld ${met.personas[0]?.login}. Een wachtwoord is er niet.</span
          >
          ${fout && html`<span class="problem" id="fout-login">${icon("circle-alert")}Niemand hier heeft deze login. Kies iemand uit de lijst.</span>`}
          <input
            class="input key"
            id="login"
            name="login"
            type="text"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            required
            value="${met.onbekend ?? ""}"
            aria-describedby="hint-login${fout && " fout-login"}"
            ${fout && html`aria-invalid="true"`}
          />
        </div>
        <button class="button block">Aanmelden</button>
      </form>
      <h2>Of kies uit de lijst</h2>
      <form class="stack" action="${met.actie}" method="post">
        ${met.personas.map(
          ({ login, voornaam, naam, uitleg }) =>
            html`<button class="other-way" name="login" value="${login}">
              ${icon("key-round")}<span>${voornaam} ${naam}<small>${uitleg}</small></span
              >${icon("chevron-right")}
            </button>`,
        )}
      </form>`,
    fout,
  );
}

/** The question of this browser is gone, or was never one. */
export const errorSheet = (): string =>
  sheet(
    "Begin opnieuw",
    html`<h1>Begin opnieuw met aanmelden</h1>
      <p>
        Deze vraag is te oud, of ze klopt niet. Ga terug naar de toepassing en meld je daar opnieuw aan.
      </p>`,
  );
