import { document, html, icon, webUrl } from "#platform/html";
import type { FooterLink, Html, PostTarget } from "#platform/html";
import { doorLink, postForm } from "./parts.ts";

export type AskSignOutInput = {
  /**
   * The form to post: an address with its hidden fields, or the form the OpenID library made (`trusted(form)`, with id
   * `op.logoutForm`), to which the buttons then belong. `logout=yes` is sent with "Ja, meld me af".
   */
  readonly formulier: PostTarget | { readonly gemaakt: Html; readonly id: string };
  /** The application that asks to sign out. */
  readonly toepassing?: string;
  readonly voet?: readonly FooterLink[];
};

/** Asks before signing out everywhere (RP-initiated logout). */
export function askSignOut(input: AskSignOutInput): string {
  const { formulier } = input;
  const made = typeof formulier === "object" && "gemaakt" in formulier;
  const form = made && html` form="${formulier.id}"`;
  const buttons = html`<button class="button block" name="logout" value="yes" ${form}>
      ${icon("log-out")}Ja, meld me af
    </button>
    <button class="button secondary block" ${form}>Nee, ik blijf aangemeld</button>`;
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
        ${
          made
            ? html`${formulier.gemaakt}
                <div class="stack">${buttons}</div>`
            : postForm(formulier, buttons)
        }`,
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
