import { appIcon, document, html, icon, pupilBar, webUrl } from "#platform/html";
import type { AppMark, FooterLink, Html, PostTarget } from "#platform/html";

/** One application that the pupil may open today. */
export type Tile = AppMark & {
  readonly naam: string;
  readonly omschrijving: string;
  readonly url: string;
  /** Visible since a few days. */
  readonly nieuw?: boolean;
};

export type MijnToepassingenInput = {
  readonly voornaam: string;
  readonly naam: string;
  readonly school: string;
  /** Known only while the school shares class information. */
  readonly klas?: string;
  /** In words, for example "derde leerjaar"; shown when the class is not known. */
  readonly leerjaar?: string;
  readonly toepassingen: readonly Tile[];
  readonly afmeldenActie: PostTarget;
  /** The page "Wie kreeg mijn gegevens?". */
  readonly gegevensUrl: string;
  readonly startUrl?: string;
  readonly voet?: readonly FooterLink[];
};

/** The launch page: what the pupil may open today, as tiles. */
export function mijnToepassingen(input: MijnToepassingenInput): string {
  return document({
    site: "leerling",
    title: "Mijn toepassingen",
    ...(input.voet && { footer: input.voet }),
    body: html`${pupilBar(input.startUrl ?? "/", input.afmeldenActie)}
      <main id="inhoud">
        <div class="hello">
          <div class="wrap stack-s">
            <h1>Dag ${input.voornaam}</h1>
            <p>${input.voornaam} ${input.naam}${place(input)}, ${input.school}</p>
          </div>
        </div>
        <div class="wrap page">
          <h2>Mijn toepassingen</h2>
          ${
            input.toepassingen.length === 0
              ? nothingYet()
              : html`<ul class="tiles">
                  ${input.toepassingen.map(tile)}
                </ul>`
          }
          <p class="help">
            ${icon("eye")}<span
              ><a href="${input.gegevensUrl}">Wie kreeg mijn gegevens?</a> Hier zie je wat elke toepassing
              over jou weet.</span
            >
          </p>
        </div>
      </main>`,
  });
}

function place(input: MijnToepassingenInput): Html | string {
  if (input.klas !== undefined) return html`, klas <b>${input.klas}</b>`;
  return input.leerjaar === undefined ? "" : `, ${input.leerjaar}`;
}

function tile(tegel: Tile): Html {
  return html` <li>
    <a class="tile" href="${webUrl(tegel.url)}"
      >${appIcon(tegel)}<span><b>${tegel.naam}</b><span class="what">${tegel.omschrijving}</span></span
      >${tegel.nieuw === true && html`<span class="pill info">${icon("plus")}nieuw</span>`}</a
    >
  </li>`;
}

function nothingYet(): Html {
  return html`<div class="card empty">
    ${icon("book-open")}
    <h3>Er staat nog niets voor jou klaar</h3>
    <p class="measure">
      Je school kiest welke toepassingen je hier ziet. Denk je dat er iets ontbreekt? Vraag het aan je
      leerkracht.
    </p>
    <p class="soft small">Je hoeft zelf niets te doen. Wat je school kiest, verschijnt hier vanzelf.</p>
  </div>`;
}
