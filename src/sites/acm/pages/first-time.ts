import { document, html, icon } from "#platform/html";
import type { FooterLink } from "#platform/html";
import { asking, doorLink, errorNotice, field, postForm } from "./parts.ts";
import type { Toepassing } from "./parts.ts";

/** Why the chosen password is not good yet. */
export type FirstTimeError = {
  readonly soort: "te-kort" | "te-lang" | "te-gewoon" | "bevat-naam" | "ongelijk" | "leeg";
};

export type FirstTimeInput = {
  readonly toepassing: Toepassing;
  /** Where the form is posted, and asked for; fields `nieuw_wachtwoord` and `nieuw_wachtwoord_herhaald`. */
  readonly actie: string;
  readonly voornaam: string;
  /** For the password manager, and so that the strength in words sees when a name is in it. */
  readonly gebruikersnaam: string;
  /** Fewest characters. */
  readonly minimum: number;
  readonly fout?: FirstTimeError;
  readonly voet?: readonly FooterLink[];
};

/** First sign-in (D7): the pupil chooses an own password. */
export function firstTimePage(input: FirstTimeInput): string {
  const fout = input.fout && textOf(input.fout.soort, input.minimum);
  return document({
    site: "leerling",
    title: "Kies je eigen wachtwoord",
    error: fout !== undefined,
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`${asking(input.toepassing, `Dag ${input.voornaam}, je meldt je aan voor`)}
        ${fout && errorNotice(fout.title, fout.text)}
        <div class="stack">
          <h2>Kies je eigen wachtwoord</h2>
          <p>Het wachtwoord op je strookje was er om te starten. Nu kies je er zelf een.</p>
          <ul class="bullets" id="regels">
            <li>
              ${icon("check")}<span>Minstens <b>${input.minimum} tekens</b></span>
            </li>
            <li>
              ${icon("check")}<span
                >Drie woorden die niets met elkaar te maken hebben, zijn sterk en makkelijk te onthouden</span
              >
            </li>
            <li>${icon("check")}<span>Niet je naam of je gebruikersnaam</span></li>
          </ul>
        </div>
        ${postForm(
          input.actie,
          html`<input type="text" autocomplete="username" value="${input.gebruikersnaam}" readonly hidden />
            ${field({
              name: "nieuw_wachtwoord",
              label: "Nieuw wachtwoord",
              type: "password",
              autocomplete: "new-password",
              problem: fout?.first,
              describedBy: "regels",
              autofocus: fout !== undefined,
            })}
            <p
              class="small"
              aria-live="polite"
              data-strength="nieuw_wachtwoord"
              data-minimum="${input.minimum}"
              data-names="${input.voornaam.toLowerCase()} ${input.gebruikersnaam.toLowerCase()}"
            >
              <span data-level="zwak" hidden
                ><span class="pill attention">${icon("triangle-alert")}zwak</span> Maak het langer of kies
                andere woorden.</span
              >
              <span data-level="goed" hidden
                ><span class="pill ok">${icon("check")}goed</span> Met nog een woord erbij is het sterk.</span
              >
              <span data-level="sterk" hidden
                ><span class="pill ok">${icon("shield-check")}sterk</span> Goed gekozen.</span
              >
            </p>
            ${field({
              name: "nieuw_wachtwoord_herhaald",
              label: "Nog eens hetzelfde wachtwoord",
              type: "password",
              autocomplete: "new-password",
              problem: fout?.second,
            })}
            <button class="button block">Bewaar en ga verder</button>`,
        )}
        <p class="help">
          ${icon("life-buoy")}<span
            >Zeg je wachtwoord tegen niemand, ook niet tegen een vriend. Vergeten? Je leerkracht helpt
            je.</span
          >
        </p>`,
      input.actie,
    ),
  });
}

function textOf(soort: FirstTimeError["soort"], minimum: number) {
  switch (soort) {
    case "te-kort":
      return {
        title: "Dit wachtwoord is te kort",
        text: `Neem minstens ${minimum} tekens. Zet er bijvoorbeeld nog een woord bij.`,
        first: "Kies een langer wachtwoord",
        second: undefined,
      };
    case "te-lang":
      return {
        title: "Dit wachtwoord is te lang",
        text: "Zo veel tekens heb je niet nodig. Laat een stuk weg.",
        first: "Kies een korter wachtwoord",
        second: undefined,
      };
    case "te-gewoon":
      return {
        title: "Dit wachtwoord kennen veel mensen",
        text: "Iemand anders kan het raden. Kies woorden die niemand van jou verwacht.",
        first: "Kies een ander wachtwoord",
        second: undefined,
      };
    case "bevat-naam":
      return {
        title: "Je naam zit in dit wachtwoord",
        text: "Wie jou kent, kan het raden. Kies woorden zonder je naam of je gebruikersnaam.",
        first: "Kies een wachtwoord zonder je naam",
        second: undefined,
      };
    case "ongelijk":
      return {
        title: "De twee wachtwoorden zijn niet gelijk",
        text: 'Typ twee keer hetzelfde wachtwoord. Met "Toon" zie je wat je typt.',
        first: "Typ je nieuwe wachtwoord opnieuw",
        second: "Typ hier hetzelfde",
      };
    case "leeg":
      return {
        title: "Er ontbreekt nog iets",
        text: "Typ je nieuwe wachtwoord in de twee vakken.",
        first: "Typ je nieuwe wachtwoord",
        second: "Typ het hier nog eens",
      };
  }
}
