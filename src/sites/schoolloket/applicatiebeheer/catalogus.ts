import { isVroeger, type Datum } from "#platform/clock";
import { appIcon, formatList, hiddenFields, html, icon, type Html } from "#platform/html";
import type { ProtocolBestand } from "#modules/protocollen";
import { beschikbaarheidVan, standVan, type Overzicht, type SchoolToepassing } from "#modules/toepassingen";
import { attributen } from "#modules/verstrekking";
import { leerlingen, standPil, waaromNiet } from "./words.ts";

/** Between the two pages of Applicatiebeheer. */
export const subnavigatie = (hier: "applicaties" | "matrix", perKlas: boolean): Html =>
  html`<nav class="subnav" aria-label="Applicatiebeheer">
    <a href="/applicatiebeheer" ${hier === "applicaties" ? html`aria-current="page"` : ""}
      >${icon("layout-grid")}Applicaties</a
    ><a href="/applicatiebeheer/matrix" ${hier === "matrix" ? html`aria-current="page"` : ""}
      >${icon("grid-3x3")}${perKlas ? "Klassen" : "Leerjaren"} en applicaties</a
    >
  </nav>`;

/** Names of what an application gets, in words, as its agreement has it today. */
export const krijgt = (toepassing: SchoolToepassing, vandaag: Datum): string[] => {
  const beschikbaar = beschikbaarheidVan(toepassing, vandaag);
  if (!beschikbaar.kan) return [];
  return beschikbaar.protocol.attributen
    .filter(({ tot }) => !isVroeger(vandaag, tot ?? null)) // R77
    .map(({ attribuut }) => attributen[attribuut].woord);
};

/** All applications of providers: what the school uses first, then what it could use (R54). */
export function catalogusPagina({
  overzicht,
  overeenkomsten,
  vandaag,
}: {
  readonly overzicht: Overzicht;
  readonly overeenkomsten: ReadonlyMap<string, ProtocolBestand>;
  readonly vandaag: Datum;
}): Html {
  const kaarten = overzicht.toepassingen.map(({ toepassing, zien }) => ({
    aan: standVan(toepassing.keuzes, vandaag).stand !== "uit",
    kaart: kaart(
      toepassing,
      zien,
      overzicht.ingeschreven,
      overeenkomsten.get(toepassing.toepassing),
      vandaag,
    ),
  }));
  const deel = (titel: string, aan: boolean, leeg: string) => {
    const deze = kaarten.filter((een) => een.aan === aan);
    return html`<section class="stack" aria-label="${titel}">
      <h2>${titel}</h2>
      ${
        deze.length > 0
          ? html`<div class="columns equal">${deze.map((een) => een.kaart)}</div>`
          : html`<p class="soft">${leeg}</p>`
      }
    </section>`;
  };
  return html`<div class="page-head">
      <div>
        <h1>Applicaties</h1>
        <p class="lead">Kies welke applicaties je school gebruikt, en welke leerlingen ze zien.</p>
      </div>
      ${subnavigatie("applicaties", overzicht.klassen.length > 0)}
    </div>
    ${deel("In gebruik", true, "Je school koos nog geen applicatie. Zet er hieronder een aan.")}
    ${deel("Nog niet gekozen", false, "Je school koos alle applicaties die er zijn.")}`;
}

function kaart(
  toepassing: SchoolToepassing,
  zien: number,
  ingeschreven: number,
  overeenkomst: ProtocolBestand | undefined,
  vandaag: Datum,
): Html {
  const stand = standVan(toepassing.keuzes, vandaag);
  const beschikbaar = beschikbaarheidVan(toepassing, vandaag);
  const gegevens = krijgt(toepassing, vandaag);
  const pad = `/applicatiebeheer/${toepassing.toepassing}`;
  return html`<article class="card stack" aria-labelledby="app-${toepassing.toepassing}">
    <div class="row apart">
      <div class="row">
        ${appIcon({ hue: toepassing.tint, initialen: toepassing.initialen })}
        <div>
          <h3 id="app-${toepassing.toepassing}"><a href="${pad}">${toepassing.naam}</a></h3>
          <p class="soft">${toepassing.aanbieder}</p>
        </div>
      </div>
      ${standPil(stand)}
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
          ? aanzetten(toepassing, beschikbaar.kan ? undefined : waaromNiet(beschikbaar))
          : html`<a class="button secondary" href="${pad}">Kies wie ${toepassing.naam} ziet</a>`
      }
    </div>
  </article>`;
}

/** The button that switches on from today; with a reason it stays, and says why not (design principle 5). */
export function aanzetten(toepassing: SchoolToepassing, waaromKanNiet?: string): Html {
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
