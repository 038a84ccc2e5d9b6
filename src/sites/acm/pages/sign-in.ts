import { document, formatWait, html, icon, webUrl } from "#platform/html";
import type { FooterLink, Html } from "#platform/html";
import { asking, doorLink, errorNotice, field, postForm } from "./parts.ts";
import type { Toepassing } from "./parts.ts";

/** Why the form is shown again. `onjuist` is the same for a name that exists and one that does not (D7). */
export type SignInError =
  | { readonly soort: "onjuist" }
  | { readonly soort: "wachten"; readonly seconden: number }
  | { readonly soort: "leeg"; readonly velden: readonly ("gebruikersnaam" | "wachtwoord")[] }
  /** The initial password was replaced. */
  | { readonly soort: "verlopen" }
  /** The own password came long after the initial one. */
  | { readonly soort: "te-laat" };

export type SignInInput = {
  readonly toepassing: Toepassing;
  /** Where the form is posted, and asked for; fields `gebruikersnaam` and `wachtwoord`. */
  readonly actie: string;
  /** What was typed before; kept after an error. A password is never kept. */
  readonly gebruikersnaam?: string;
  readonly fout?: SignInError;
  /** Sign-in with a badge; without it the other way is not shown. */
  readonly badgeUrl?: string;
  readonly voet?: readonly FooterLink[];
};

type Problems = {
  readonly notice: Html;
  readonly gebruikersnaam?: string;
  readonly wachtwoord?: string;
};

/** Sign-in with username and password, for the application that asked (R26). */
export function signInPage(input: SignInInput): string {
  const problems = input.fout && problemsOf(input.fout);
  // The first thing to type: the name, or the password when the name is kept.
  const nameFirst = (input.gebruikersnaam ?? "") === "" || input.fout?.soort === "verlopen";
  return document({
    site: "leerling",
    title: `Aanmelden bij ${input.toepassing.naam}`,
    error: problems !== undefined,
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`${asking(input.toepassing, "Je meldt je aan voor")} ${problems?.notice}
        ${postForm(
          input.actie,
          html`${field({
              name: "gebruikersnaam",
              label: "Gebruikersnaam",
              hint: "Staat op je strookje, bijvoorbeeld noor.vermeulen",
              autocomplete: "username",
              value: input.gebruikersnaam,
              problem: problems?.gebruikersnaam,
              autofocus: nameFirst,
            })}
            ${field({
              name: "wachtwoord",
              label: "Wachtwoord",
              type: "password",
              autocomplete: "current-password",
              problem: problems?.wachtwoord,
              autofocus: !nameFirst,
            })} <button class="button block">Aanmelden</button>`,
        )}
        ${
          input.badgeUrl !== undefined &&
          html`<a class="other-way" href="${webUrl(input.badgeUrl)}"
            >${icon("qr-code")}<span>Ik heb een badge<small>Aanmelden met je kaartje</small></span
            >${icon("chevron-right")}</a
          >`
        }
        <p class="help">
          ${icon("life-buoy")}<span>Wachtwoord vergeten? Vraag het aan je leerkracht.</span>
        </p>`,
      input.actie,
    ),
  });
}

function problemsOf(fout: SignInError): Problems {
  switch (fout.soort) {
    case "onjuist":
      return {
        notice: errorNotice(
          "Dat klopt nog niet",
          "Je gebruikersnaam of je wachtwoord is niet juist. Kijk op je strookje en probeer opnieuw.",
        ),
        gebruikersnaam: "Is je naam juist getypt?",
        wachtwoord: "Typ je wachtwoord opnieuw",
      };
    case "wachten":
      return { notice: waiting(fout.seconden) };
    case "leeg":
      return {
        notice: errorNotice("Er ontbreekt nog iets", "Vul je gebruikersnaam en je wachtwoord allebei in."),
        ...(fout.velden.includes("gebruikersnaam") && { gebruikersnaam: "Vul je gebruikersnaam in" }),
        ...(fout.velden.includes("wachtwoord") && { wachtwoord: "Vul je wachtwoord in" }),
      };
    case "te-laat":
      return {
        notice: errorNotice(
          "Dat duurde te lang",
          "Je nieuwe wachtwoord is niet bewaard. Meld je nog eens aan met het wachtwoord op je strookje.",
        ),
      };
    case "verlopen":
      return {
        notice: errorNotice(
          "Je wachtwoord is al veranderd",
          "Koos je net zelf een wachtwoord? Meld je dan daarmee aan. Anders gaf je school je intussen een ander: vraag het aan je leerkracht.",
        ),
      };
  }
}

/** The growing delay of D7: no lock, no blame, and how long. Counts down with script. */
function waiting(seconds: number): Html {
  return html`<div class="notice attention">
    ${icon("hourglass")}
    <div>
      <div class="stack-s" role="alert">
        <h2>Wacht even</h2>
        <p>Met deze naam is een paar keer een ander wachtwoord getypt. Misschien deed iemand anders dat.</p>
      </div>
      <p data-countdown="${Math.max(1, Math.ceil(seconds))}">
        Probeer opnieuw over <b class="nowrap">${formatWait(seconds)}</b>.
      </p>
      <p role="status" data-countdown-done hidden>Je kan nu opnieuw proberen.</p>
      <p>
        Kan je niet wachten? Neem een toestel waarop je je al aanmeldde, of vraag je leerkracht om een code.
      </p>
    </div>
  </div>`;
}
