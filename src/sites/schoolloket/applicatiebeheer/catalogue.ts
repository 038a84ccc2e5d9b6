import { isVroeger, type Datum } from "#platform/clock";
import { appIcon, formatList, hiddenFields, html, icon, type Html } from "#platform/html";
import type { ProtocolFile } from "#modules/protocollen";
import { availabilityOf, standOf, type Overzicht, type SchoolToepassing } from "#modules/toepassingen";
import { attributen } from "#modules/verstrekking";
import { leerlingen, standPill, whyNot } from "./words.ts";

/** Between the two pages of Applicatiebeheer. */
export const subnav = (hier: "applicaties" | "matrix", perKlas: boolean): Html =>
  html`<nav class="subnav" aria-label="Applicatiebeheer">
    <a href="/applicatiebeheer" ${hier === "applicaties" ? html`aria-current="page"` : ""}
      >${icon("layout-grid")}Applicaties</a
    ><a href="/applicatiebeheer/matrix" ${hier === "matrix" ? html`aria-current="page"` : ""}
      >${icon("grid-3x3")}${perKlas ? "Klassen" : "Leerjaren"} en applicaties</a
    >
  </nav>`;

/** Names of what an application gets, in words, as its agreement has it today. */
export const recipients = (toepassing: SchoolToepassing, vandaag: Datum): string[] => {
  const beschikbaar = availabilityOf(toepassing, vandaag);
  if (!beschikbaar.kan) return [];
  return beschikbaar.protocol.attributen
    .filter(({ tot }) => !isVroeger(vandaag, tot ?? null)) // R77
    .map(({ attribuut }) => attributen[attribuut].woord);
};

/** All applications of providers: what the school uses first, then what it could use (R54). */
export function cataloguePage({
  overzicht,
  overeenkomsten,
  vandaag,
}: {
  readonly overzicht: Overzicht;
  readonly overeenkomsten: ReadonlyMap<string, ProtocolFile>;
  readonly vandaag: Datum;
}): Html {
  const kaarten = overzicht.toepassingen.map(({ toepassing, zien }) => ({
    aan: standOf(toepassing.keuzes, vandaag).stand !== "uit",
    kaart: card(toepassing, zien, overzicht.ingeschreven, overeenkomsten.get(toepassing.toepassing), vandaag),
  }));
  const part = (titel: string, aan: boolean, leeg: string) => {
    const deze = kaarten.filter((one) => one.aan === aan);
    return html`<section class="stack" aria-label="${titel}">
      <h2>${titel}</h2>
      ${
        deze.length > 0
          ? html`<div class="columns equal">${deze.map((one) => one.kaart)}</div>`
          : html`<p class="soft">${leeg}</p>`
      }
    </section>`;
  };
  return html`<div class="page-head">
      <div>
        <h1>Applicaties</h1>
        <p class="lead">Kies welke applicaties je school gebruikt, en welke leerlingen ze zien.</p>
      </div>
      ${subnav("applicaties", overzicht.klassen.length > 0)}
    </div>
    ${part("In gebruik", true, "Je school koos nog geen applicatie. Zet er hieronder een aan.")}
    ${part("Nog niet gekozen", false, "Je school koos alle applicaties die er zijn.")}`;
}

function card(
  toepassing: SchoolToepassing,
  zien: number,
  ingeschreven: number,
  overeenkomst: ProtocolFile | undefined,
  vandaag: Datum,
): Html {
  const stand = standOf(toepassing.keuzes, vandaag);
  const beschikbaar = availabilityOf(toepassing, vandaag);
  const gegevens = recipients(toepassing, vandaag);
  const path = `/applicatiebeheer/${toepassing.toepassing}`;
  return html`<article class="card stack" aria-labelledby="app-${toepassing.toepassing}">
    <div class="row apart">
      <div class="row">
        ${appIcon({ hue: toepassing.tint, initialen: toepassing.initialen })}
        <div>
          <h3 id="app-${toepassing.toepassing}"><a href="${path}">${toepassing.naam}</a></h3>
          <p class="soft">${toepassing.aanbieder}</p>
        </div>
      </div>
      ${standPill(stand)}
    </div>
    <dl class="facts">
      <div>
        <dt>Doel</dt>
        <dd>${toepassing.omschrijving}<small>${overeenkomst?.doeleinden.ontvangst}</small></dd>
      </div>
      <div>
        <dt>Krijgt</dt>
        <dd>${gegevens.length > 0 ? formatList(gegevens) : "niets: er is geen overeenkomst"}</dd>
      </div>
      <div>
        <dt>Klasinformatie</dt>
        <dd>
          ${toepassing.integreertKlasinformatie ? "integreert klasinformatie" : "gebruikt geen klasinformatie"}
        </dd>
      </div>
      ${
        stand.stand !== "uit" &&
        html`<div>
          <dt>Zichtbaar voor</dt>
          <dd>${leerlingen(zien)}<small>van de ${ingeschreven} in je school, vandaag</small></dd>
        </div>`
      }
    </dl>
    <div class="row">
      ${
        stand.stand === "uit"
          ? switchOnForm(toepassing, beschikbaar.kan ? undefined : whyNot(beschikbaar))
          : html`<a class="button secondary" href="${path}">Kies wie ${toepassing.naam} ziet</a>`
      }
    </div>
  </article>`;
}

/** The button that switches on from today; with a reason it stays, and says why not (design principle 5). */
export function switchOnForm(toepassing: SchoolToepassing, waaromKanNiet?: string): Html {
  const { naam, toepassing: welke } = toepassing;
  if (waaromKanNiet !== undefined)
    return html`<div class="stack-s">
      <div class="row">
        <button class="button" type="button" aria-disabled="true" aria-describedby="waarom-${welke}">
          Zet ${naam} aan
        </button>
      </div>
      <p class="why" id="waarom-${welke}">${icon("info")}<span>${waaromKanNiet}</span></p>
    </div>`;
  return html`<form action="/applicatiebeheer/${welke}/aan" method="post">
    ${hiddenFields({ van: "" })}<button class="button">Zet ${naam} aan</button>
  </form>`;
}
