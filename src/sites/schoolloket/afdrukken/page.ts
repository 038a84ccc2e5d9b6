import { formatDateTime, formatNumber, formatTime, html, icon, postButton, type Html } from "#platform/html";
import { printableUntil, seriesName, type Batch } from "#modules/uitreiking";
import type { PageContent } from "../contract.ts";

const list = "/leerid-beheer/afdrukken";
const soortnamen = { strookjes: "Strookjes", brieven: "Brieven", badges: "Badges" } as const;

const formatLeerlingen = (aantal: number) =>
  aantal === 1 ? "1 leerling" : `${formatNumber(aantal)} leerlingen`;

function standPills(batch: Batch, nu: number): Html {
  if (batch.gewistOp || nu >= printableUntil(batch))
    return html`<span class="pill">${icon("circle-minus")}Voorbij</span>`;
  if (!batch.klaarOp) return html`<span class="pill info">${icon("hourglass")}Bezig</span>`;
  if (batch.afdrukbaar === 0) return html`<span class="pill">${icon("circle-minus")}Vervangen</span>`;
  return html`<span class="pill ok">${icon("check")}Klaar</span>`;
}

function groepenOf({ groepen }: Batch): string {
  const namen = groepen.toSorted(new Intl.Collator("nl-BE", { numeric: true }).compare);
  return namen.length > 3
    ? `${namen.slice(0, 2).join(", ")} en ${namen.length - 2} andere groepen`
    : namen.join(", ");
}

/** All batches of the school. */
export function listPage(batches: readonly Batch[], nu: number): PageContent {
  const rows = batches.map(
    (batch) =>
      html`<tr role="row">
        <th role="rowheader" scope="row"><a href="${list}/${batch.batch}">${seriesName(batch)}</a></th>
        <td role="cell" data-label="Gevraagd">${formatDateTime(batch.gevraagdOp.getTime())}</td>
        <td role="cell" data-label="Soort">${soortnamen[batch.soort]}</td>
        <td role="cell" data-label="Voor">${groepenOf(batch)}</td>
        <td role="cell" class="num" data-label="Leerlingen">${formatNumber(batch.aantal)}</td>
        <td role="cell" class="pills-cell" data-label="Stand">
          <span class="pills">${standPills(batch, nu)}</span>
        </td>
      </tr>`,
  );
  return {
    titel: "Accounts afdrukken",
    tab: "leerid-beheer",
    kruimels: [],
    inhoud: html`<div class="page-head">
        <div>
          <h1>Accounts afdrukken</h1>
          <p class="lead">
            Strookjes, brieven en badges om aan leerlingen te geven. Kies voor wie je afdrukt in de
            <a href="/leerid-beheer">lijst van leerlingen</a>.
          </p>
        </div>
      </div>
      ${
        batches.length === 0
          ? html`<section class="card stack">
              <p>Er is de laatste 90 dagen niets afgedrukt.</p>
              <p><a class="button" href="/leerid-beheer">Kies leerlingen</a></p>
            </section>`
          : html`<div class="table-frame">
              <table class="data reflow" role="table">
                <caption class="visually-hidden">
                  Afdrukken van de laatste 90 dagen, nieuwste eerst
                </caption>
                <thead role="rowgroup">
                  <tr role="row">
                    ${["Reeks", "Gevraagd", "Soort", "Voor", "Leerlingen", "Stand"].map(
                      (kop) => html`<th role="columnheader" scope="col">${kop}</th>`,
                    )}
                  </tr>
                </thead>
                <tbody role="rowgroup">
                  ${rows}
                </tbody>
              </table>
            </div>`
      }`,
  };
}

/** One batch: how far it is, the PDF, and when that goes away. */
export function batchPage(batch: Batch, nu: number): PageContent {
  const voorbij = batch.gewistOp !== null || nu >= printableUntil(batch);
  const titel = `Afdruk ${seriesName(batch)}`;
  const part = voorbij ? expiredPart(batch) : batch.klaarOp ? readyPart(batch) : busyPart(batch);
  return {
    titel,
    tab: "leerid-beheer",
    kruimels: [{ tekst: "Accounts afdrukken", url: list }],
    inhoud: html`<div class="page-head">
        <div>
          <h1>${titel}</h1>
          <p class="lead">
            ${soortnamen[batch.soort]} voor ${formatLeerlingen(batch.aantal)}: ${groepenOf(batch)}. Gevraagd
            op ${formatDateTime(batch.gevraagdOp.getTime())}.
          </p>
        </div>
      </div>
      ${part}`,
  };
}

function busyPart(batch: Batch): Html {
  return html`<section class="card stack" aria-labelledby="bezig">
    <h2 id="bezig">Nieuwe sleutels maken</h2>
    <p>
      <label for="gedaan">${formatNumber(batch.gedaan)} van ${formatNumber(batch.aantal)} leerlingen</label>
      <progress class="progress" id="gedaan" max="${batch.aantal}" value="${batch.gedaan}"></progress>
    </p>
    <p class="soft">
      Deze pagina ververst zichzelf. Je mag ze sluiten: het werk gaat door, en je vindt de afdruk terug in de
      lijst.
    </p>
    <p><a href="${list}/${batch.batch}">Kijk hoe ver het is</a></p>
  </section>`;
}

function readyPart(batch: Batch): Html {
  if (batch.afdrukbaar === 0) {
    return html`<section class="card stack" aria-labelledby="vervangen">
      <h2 id="vervangen">Deze afdruk is vervangen</h2>
      <p>
        Voor elke leerling hieruit is later opnieuw afgedrukt. Alleen het papier van die latere afdruk werkt
        nog.
      </p>
      <p><a href="${list}">Naar alle afdrukken</a></p>
    </section>`;
  }
  const tot = printableUntil(batch);
  const weg = batch.aantal - batch.afdrukbaar;
  return html`<section class="card stack" aria-labelledby="klaar">
      <h2 id="klaar">Klaar om af te drukken</h2>
      ${weg > 0 && html`<p>${formatLeerlingen(weg)} ${weg === 1 ? "staat" : "staan"} er niet meer in: voor hen is later opnieuw afgedrukt.</p>`}
      <p>
        <a class="button" href="${list}/${batch.batch}/pdf" target="_blank" rel="noopener"
          >${icon("printer")}Open de PDF (nieuw tabblad)</a
        >
      </p>
      <p>
        Je kan de PDF openen tot <b>${formatDateTime(tot)}</b>.
        ${
          batch.gedownloadOp
            ? html`Je opende ze voor het eerst om ${formatTime(batch.gedownloadOp.getTime())}.`
            : "Vanaf de eerste keer openen heb je een uur."
        }
      </p>
    </section>
    <section class="notice attention">
      ${icon("shield-check")}
      <div>
        <h2>Daarna wissen we de wachtwoorden</h2>
        <p>
          LeerID bewaart geen leesbare wachtwoorden. Wat op papier staat, blijft werken. Kwijt? Druk opnieuw
          af: dan werkt het oude papier niet meer. Bewaar de PDF niet en geef elk papier alleen aan de
          leerling zelf.
        </p>
      </div>
    </section>`;
}

function expiredPart(batch: Batch): Html {
  return html`<section class="card stack" aria-labelledby="voorbij">
    <h2 id="voorbij">${batch.klaarOp ? "Deze afdruk is voorbij" : "Deze afdruk is niet klaar geraakt"}</h2>
    <p>
      ${
        batch.klaarOp
          ? "De wachtwoorden en badges zijn gewist uit LeerID. Wat op papier staat, blijft werken tot je opnieuw afdrukt."
          : "Het maken duurde langer dan een dag. De leerlingen die nog niet aan de beurt waren, houden het wachtwoord dat ze hadden."
      }
    </p>
    <p><a class="button secondary" href="/leerid-beheer">Kies leerlingen om opnieuw af te drukken</a></p>
  </section>`;
}

/** The code that a beheerder tells a pupil who forgot his password. */
export function vensterPage(over: {
  readonly voornaam: string;
  readonly naam: string;
  readonly gebruikersnaam: string;
  readonly code: string;
  readonly accountUuid: string;
}): PageContent {
  const terug = `/leerid-beheer/leerlingen/${over.accountUuid}`;
  return {
    titel: `Nieuw wachtwoord voor ${over.voornaam}`,
    tab: "leerid-beheer",
    kruimels: [{ tekst: `${over.voornaam} ${over.naam}`, url: terug }],
    inhoud: html`<div class="page-head"><h1>Nieuw wachtwoord voor ${over.voornaam}</h1></div>
      <section class="card stack">
        <p>Laat ${over.voornaam} nu aanmelden met deze naam en deze code:</p>
        <dl class="facts">
          <div>
            <dt>Gebruikersnaam</dt>
            <dd class="key">${over.gebruikersnaam}</dd>
          </div>
          <div>
            <dt>Code, in plaats van het wachtwoord</dt>
            <dd class="key code">${over.code.slice(0, 3)} ${over.code.slice(3)}</dd>
          </div>
        </dl>
        <div>
          <p data-countdown="300">De code werkt één keer, nog <b class="nowrap">5 minuten</b>.</p>
          <p role="status" data-countdown-done hidden>
            De code werkt niet meer. Maak een nieuwe als dat nodig is.
          </p>
        </div>
        <p>
          Daarna kiest ${over.voornaam} zelf een nieuw wachtwoord. Jij ziet dat niet. Tot dan blijft het oude
          wachtwoord werken.
        </p>
        <div class="row">
          <a class="button" href="${terug}">Klaar</a>
          ${postButton(`${terug}/venster`, html`<button class="button secondary">Geef een nieuwe code</button>`)}
        </div>
      </section>`,
  };
}
