import {
  appIcon,
  document,
  formatDateTime,
  html,
  icon,
  postButton,
  pupilBar,
  reference,
  webUrl,
  whyAndWho,
} from "#platform/html";
import type { FooterLink, Html, Moment, PostTarget } from "#platform/html";
import { at, type Toepassing } from "./parts.ts";

export type NoToegangInput = {
  readonly toepassing?: Toepassing;
  readonly voornaam?: string;
  /** Why, in one or two sentences. Html when a word has to stand out. */
  readonly waarom: Html | string;
  /** Who can help, in one or two sentences. */
  readonly wie: Html | string;
  readonly referentie: string;
  readonly tijdstip: Moment;
  /** Where this page is asked for by GET. */
  readonly adres?: string;
  /** The launch page of the pupil. */
  readonly loketUrl: string;
  /** Back to the application that asked, with its error. */
  readonly terugUrl?: string;
  /** Signs out, for somebody else at the same computer. */
  readonly andereAction?: PostTarget;
  readonly voet?: readonly FooterLink[];
};

/** A refusal by D5: what, why, who can help and a number. Never a dead end. */
export function noToegang(input: NoToegangInput): string {
  const { toepassing } = input;
  const title = toepassing ? `${toepassing.naam} kan nu niet open` : "Je kan nu niet verder";
  return document({
    site: "leerling",
    title,
    ...(input.voet && { footer: input.voet }),
    body: html`${pupilBar(input.loketUrl, input.andereAction)}
      <main class="door" id="inhoud" ${at(input.adres)}>
        <span></span>
        <div class="door-card wide">
          ${
            toepassing
              ? html`<div class="asking">
                  ${appIcon(toepassing)}
                  <h1>${title}</h1>
                </div>`
              : html`<h1>${title}</h1>`
          }
          ${whyAndWho(input.waarom, input.wie)} ${reference(input.referentie, formatDateTime(input.tijdstip))}
          <div class="row">
            <a class="button" href="${webUrl(input.loketUrl)}">${icon("arrow-left")}Naar mijn toepassingen</a>
            ${input.terugUrl !== undefined && html`<a class="button secondary" href="${webUrl(input.terugUrl)}">Terug naar ${toepassing?.naam ?? "de toepassing"}</a>`}
            ${
              input.andereAction !== undefined &&
              postButton(
                input.andereAction,
                html`<button class="button quiet">
                  ${input.voornaam === undefined ? "Ik ben iemand anders" : `Ik ben ${input.voornaam} niet`}
                </button>`,
              )
            }
          </div>
        </div>
      </main>`,
  });
}
