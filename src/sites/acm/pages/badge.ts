import { document, formatWait, hiddenFields, html, icon, logo, webUrl } from "#platform/html";
import type { FooterLink, Html } from "#platform/html";
import { plaatjes, type Plaatje } from "#modules/sleutels";
import { asking, at, doorLink, errorNotice, field, postForm } from "./parts.ts";
import type { Toepassing } from "./parts.ts";

type Everywhere = {
  readonly toepassing: Toepassing;
  /** Where the form is posted, and the first page asked for; fields `badge` and, from the second page, `plaatje`. */
  readonly actie: string;
  /** The form for name and password. */
  readonly terug: string;
  readonly voet?: readonly FooterLink[];
};
export type BadgeInput = Everywhere & { readonly fout?: "leeg" | "onbekend" | "te-oud" };
/** The same for a badge that exists and one that does not (D7). */
export type BadgeError =
  | { readonly soort: "onjuist" }
  | { readonly soort: "wachten"; readonly seconden: number };
export type PlaatjeInput = Everywhere & { readonly badge: string; readonly fout?: BadgeError };

const fouten: Readonly<Record<NonNullable<BadgeInput["fout"]>, readonly [string, string]>> = {
  leeg: ["Er ontbreekt nog iets", "Typ de acht tekens die onderaan op je badge staan."],
  onbekend: ["Dat klopt nog niet", "Zo ziet een code van een badge er niet uit. Kijk nog eens op je badge."],
  "te-oud": [
    "Je badge werkt niet meer",
    "Je zit nu in een klas die aanmeldt met een naam en een wachtwoord. Jij hebt niets fout gedaan. Vraag je naam en wachtwoord aan je leerkracht.",
  ],
};

/** Step 1: the code of the badge, typed, scanned by a hand scanner, or seen by the camera. */
export function badge(input: BadgeInput): string {
  const { fout } = input;
  return document({
    site: "leerling",
    title: "Aanmelden met je badge",
    error: fout !== undefined,
    ...(input.voet && { footer: input.voet }),
    body: doorLink(
      html`${asking(input.toepassing, "Je meldt je aan voor")} ${fout && errorNotice(...fouten[fout])}
        ${postForm(
          input.actie,
          html`<div class="camera" data-camera="badge" hidden>
              <button class="button secondary block" type="button">
                ${icon("qr-code")}Toon je badge aan de camera
              </button>
              <video muted playsinline hidden aria-label="Beeld van de camera"></video>
              <p class="small" role="status"></p>
            </div>
            ${field({
              name: "badge",
              label: "Code van je badge",
              hint: "Onderaan op je badge, bijvoorbeeld K7M2-P4TR",
              autocomplete: "off",
              autofocus: true,
              ...(fout && fout !== "te-oud" && { problem: "Typ de code van je badge" }),
            })}
            <button class="button block">Verder</button>`,
        )}
        <p><a href="${webUrl(input.terug)}">Aanmelden met naam en wachtwoord</a></p>
        <p class="help">${icon("life-buoy")}<span>Badge kwijt? Vraag het aan je leerkracht.</span></p>`,
      input.actie,
    ),
  });
}

/** Step 2: the own picture out of nine, with its name below. */
export function choosePlaatje(input: PlaatjeInput): string {
  const { fout } = input;
  return document({
    site: "leerling",
    title: "Kies je plaatje",
    error: fout !== undefined,
    ...(input.voet && { footer: input.voet }),
    body: html`<main class="door" id="inhoud" ${at(input.actie)}>
      ${logo()}
      <form class="door-card wide" action="${input.actie}" method="post">
        ${hiddenFields({ badge: input.badge })}
        <div class="stack-s">
          <p class="soft">Dit is stap 2 van 2</p>
          <h1>Kies jouw plaatje</h1>
        </div>
        ${fout?.soort === "onjuist" && errorNotice("Dat klopt nog niet", "Kies een ander plaatje, of toon je badge opnieuw.")}
        ${fout?.soort === "wachten" && waitPart(fout.seconden)}
        <ul class="pictures">
          ${plaatjes.map(
            (plaatje) =>
              html`<li>
                <button class="picture" name="plaatje" value="${plaatje.naam}">
                  ${draw(plaatje)}${plaatje.naam}
                </button>
              </li>`,
          )}
        </ul>
        <div class="who-am-i">
          <a class="button secondary" href="${webUrl(input.actie)}"
            >${icon("arrow-left")}Toon je badge opnieuw</a
          >
          <p class="help">${icon("life-buoy")}<span>Lukt het niet? Vraag hulp.</span></p>
        </div>
      </form>
    </main>`,
  });
}

function draw({ vormen }: Plaatje): Html {
  return html`<svg viewBox="0 0 96 96" aria-hidden="true">
    ${vormen.map(
      ({ d, vul, lijn }) =>
        html`<path
          d="${d}"
          fill="${vul === "lijn" ? "currentColor" : (vul ?? "none")}"
          ${lijn === 0 ? html`stroke="none"` : lijn !== undefined && html`stroke-width="${lijn}"`}
        />`,
    )}
  </svg>`;
}

/** Longer than that, and it is over for today (D24). */
const longestWait = 3600;

function waitPart(seconden: number): Html {
  if (seconden > longestWait)
    return html`<div class="notice attention">
      ${icon("hourglass")}
      <div class="stack-s" role="alert">
        <h2>Deze badge rust tot morgen</h2>
        <p>
          Er is een paar keer een ander plaatje gekozen. Misschien deed iemand anders dat. Vraag het aan je
          leerkracht: je krijgt een nieuwe badge, en die werkt meteen.
        </p>
      </div>
    </div>`;
  return html`<div class="notice attention">
    ${icon("hourglass")}
    <div>
      <div class="stack-s" role="alert">
        <h2>Wacht even</h2>
        <p>Met deze badge is een paar keer een ander plaatje gekozen.</p>
      </div>
      <p data-countdown="${Math.max(1, Math.ceil(seconden))}">
        Probeer opnieuw over <b class="nowrap">${formatWait(seconden)}</b>.
      </p>
      <p role="status" data-countdown-done hidden>Je kan nu opnieuw proberen.</p>
    </div>
  </div>`;
}
