import {
  appIcon,
  document,
  formatList,
  formatNearDay,
  formatTime,
  html,
  icon,
  pupilBar,
  webUrl,
} from "#platform/html";
import type { AppMark, FooterLink, Html, Moment, PostTarget } from "#platform/html";

/** One release: what one application got at one moment, or what the school looked at. From the privacy log. */
export type Vrijgave = {
  readonly toepassing: AppMark & { readonly naam: string };
  /** A look by the school, nothing that left it. */
  readonly bekeken?: boolean;
  readonly tijdstip: Moment;
  /** In plain words: "je voornaam", "je klas". */
  readonly attributen: readonly string[];
  /** In plain words: "Je meldde je aan." */
  readonly waarom: string;
};

export type WieKreegMijnGegevensInput = {
  readonly voornaam: string;
  readonly school: string;
  /** Newest first. */
  readonly regels: readonly Vrijgave[];
  readonly nu: Moment;
  readonly afmeldenActie: PostTarget;
  readonly startUrl?: string;
  /** The page with older days, if there are any. */
  readonly ouderUrl?: string;
  readonly voet?: readonly FooterLink[];
};

/** Per day and application what was released, to whom and why. */
export function wieKreegMijnGegevens(input: WieKreegMijnGegevensInput): string {
  const startUrl = input.startUrl ?? "/";
  const days = groupReleases(input.regels, input.nu);
  return document({
    site: "leerling",
    title: "Wie kreeg mijn gegevens?",
    ...(input.voet && { footer: input.voet }),
    body: html`${pupilBar(startUrl, input.afmeldenActie)}
      <main id="inhoud">
        <div class="hello">
          <div class="wrap stack-s">
            <h1>Wie kreeg mijn gegevens?</h1>
            <p class="measure">
              Dag ${input.voornaam}. Als je een toepassing opent, krijgt die toepassing soms iets over jou.
              Hier zie je wat, wanneer en waarom. Je ziet ook wanneer iemand van je school je gegevens bekeek.
            </p>
          </div>
        </div>
        <div class="wrap page">
          ${days.length === 0 ? nothingYet() : days.map(daySection)}
          ${input.ouderUrl !== undefined && html`<p><a class="button secondary" href="${webUrl(input.ouderUrl)}">Toon oudere dagen</a></p>`}
          <div class="notice">
            ${icon("life-buoy")}
            <div>
              <h2>Klopt er iets niet?</h2>
              <p>
                Staat je naam of je klas verkeerd? Of ken je een toepassing niet? Zeg het aan je leerkracht.
                <b>${input.school}</b> kijkt het na en past het aan.
              </p>
            </div>
          </div>
          <p><a class="button" href="${webUrl(startUrl)}">${icon("arrow-left")}Naar mijn toepassingen</a></p>
        </div>
      </main>`,
  });
}

/** Releases of one day; equal ones of one application together, with all their times. */
export type ReleaseDay = {
  readonly day: string;
  readonly releases: readonly (Vrijgave & { readonly tijden: readonly string[] })[];
};

/** Groups releases per day and application, in the order given; the same data for the same reason become one entry. */
export function groupReleases(regels: readonly Vrijgave[], nu: Moment): readonly ReleaseDay[] {
  const days = new Map<string, Map<string, Vrijgave & { tijden: string[] }>>();
  for (const regel of regels) {
    const day = formatNearDay(regel.tijdstip, nu);
    const ofDay = days.get(day) ?? new Map<string, Vrijgave & { tijden: string[] }>();
    days.set(day, ofDay);
    const key = JSON.stringify([regel.toepassing.naam, regel.attributen, regel.waarom]);
    const same = ofDay.get(key);
    if (same === undefined) ofDay.set(key, { ...regel, tijden: [formatTime(regel.tijdstip)] });
    else same.tijden.push(formatTime(regel.tijdstip));
  }
  return Array.from(days, ([day, ofDay]) => ({ day, releases: [...ofDay.values()] }));
}

function daySection({ day, releases }: ReleaseDay): Html {
  return html`<section class="stack">
    <h2>${day.charAt(0).toUpperCase()}${day.slice(1)}</h2>
    <ul class="releases">
      ${releases.map(
        (release) =>
          html` <li class="card">
            ${appIcon(release.toepassing)}
            <div class="stack-s">
              <h3>${release.toepassing.naam}</h3>
              <p>${received(release)}</p>
              <p class="soft small">${times(release.tijden)}. ${release.waarom}</p>
            </div>
          </li>`,
      )}
    </ul>
  </section>`;
}

function received({ toepassing, attributen, bekeken }: Vrijgave): Html {
  if (bekeken === true) return html`<b>Je school bekeek je gegevens:</b> ${formatList(attributen)}.`;
  return attributen.length === 0
    ? html`<b>${toepassing.naam} kreeg niets over jou.</b>`
    : html`<b>${toepassing.naam} kreeg:</b> ${formatList(attributen)}.`;
}

/** Newest first; a pupil who opened something many times wants to know how often and until when. */
function times(tijden: readonly string[]): string {
  if (tijden.length <= 3) return `Om ${formatList(tijden.toReversed())}`;
  return `${tijden.length} keer, de laatste keer om ${tijden[0]}`;
}

function nothingYet(): Html {
  return html`<div class="card empty">
    ${icon("shield-check")}
    <h2>Nog niemand kreeg iets over jou</h2>
    <p class="measure">Open je een toepassing? Dan komt hier te staan wat die toepassing over jou kreeg.</p>
  </div>`;
}
