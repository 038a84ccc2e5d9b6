import { document, html, icon, webUrl } from "#platform/html";
import type { FooterLink, PostTarget } from "#platform/html";
import { doorLink, postForm } from "./parts.ts";

export type AskSignOutInput = {
  /** The form to post. `logout=yes` is sent with "Ja, meld me af". */
  readonly formulier: PostTarget;
  /** The application that asks to sign out. */
  readonly toepassing?: string;
  readonly voet?: readonly FooterLink[];
};

/** Asks before signing out everywhere (RP-initiated logout). */
export function askSignOut(input: AskSignOutInput): string {
  const { formulier } = input;
  const buttons = html`<button class="button block" name="logout" value="yes">
      ${icon("log-out")}Ja, meld me af
    </button>
    <button class="button secondary block">Nee, ik blijf aangemeld</button>`;
  return document({
    site: "leerling",
    title: "Wil je je afmelden?",
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`<h1>Wil je je afmelden?</h1>
        <p>
          ${input.toepassing !== undefined && html`Je komt van <b>${input.toepassing}</b>.`} Gebruikt straks
          iemand anders dit toestel? Kies dan altijd ja. Anders kan die verder met jouw naam.
        </p>
        ${postForm(formulier, buttons)}`,
    ),
  });
}

export type SignedOutInput = { readonly loketUrl: string; readonly voet?: readonly FooterLink[] };

/** After signing out. */
export function signedOutPage(input: SignedOutInput): string {
  return document({
    site: "leerling",
    title: "Je bent afgemeld",
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`<div class="state on">
          <span class="mark">${icon("check")}</span>
          <h1>Je bent afgemeld</h1>
        </div>
        <p>
          Op dit toestel kan nu niemand met jouw naam een toepassing openen. Staat er nog een toepassing open?
          Sluit die dan.
        </p>
        <a class="button block" href="${webUrl(input.loketUrl)}">Opnieuw aanmelden</a>`,
    ),
  });
}
