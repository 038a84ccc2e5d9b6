import {
  formatDateTime,
  formatNearDay,
  formatNumber,
  formatTime,
  html,
  icon,
  type Html,
} from "#platform/html";
import { grafiek, soortNaam, toon } from "./chart.ts";
import { kijkNaar, somVan, soorten, verouderd, type Kolom, type Soort, type Stroom } from "./rules.ts";
import type { Bestand, Delend, Feed } from "./store.ts";

/** So many rows of a list; the count above it is always whole. */
export const meest = 50;

type Input = {
  readonly nu: number;
  readonly kolommen: readonly Kolom[];
  readonly stromen: readonly Stroom[];
  readonly delend: readonly Delend[];
  readonly feed: Feed;
  readonly aangehouden: readonly Bestand[];
  readonly geweigerd: readonly Bestand[];
};

export function toestandPagina(p: Input): Html {
  const oud = p.delend.filter((school) => verouderd(school, p.nu));
  return html`<div class="page-head">
      <div>
        <h1>Toestand</h1>
        <p class="lead">Bijgewerkt op ${formatDateTime(p.nu)}.</p>
      </div>
      <a class="button secondary" href="/toestand">${icon("refresh-cw")}Vernieuwen</a>
    </div>
    ${cijfers(p, oud.length)}
    <section class="card" aria-labelledby="dag">
      <div class="card-head">
        <h2 id="dag">Klasinformatie in de laatste 24 uur</h2>
        <p class="legend">
          ${soorten.map((soort) => html`<span><i class="${toon[soort]}"></i>${soortNaam[soort]}</span>`)}
        </p>
      </div>
      ${
        p.kolommen.every((kolom) => somVan(kolom) === 0)
          ? html`<p class="soft">Er kwam geen enkel bestand binnen.</p>`
          : grafiek(p.kolommen)
      }
    </section>
    ${gegevensstromen(p)}
    <div class="columns equal">
      ${stille(oud, p.nu)}
      <div class="stack">
        ${bestanden("aangehouden", p.aangehouden, p.nu)} ${bestanden("geweigerd", p.geweigerd, p.nu)}
      </div>
    </div>`;
}

const wanneer = (moment: number, nu: number): string => `${formatNearDay(moment, nu)}, ${formatTime(moment)}`;

const inOrde: Html = html`<span class="pill ok">${icon("check")}In orde</span>`;
const kijkNa = (tekst: string): Html =>
  html`<span class="pill attention">${icon("triangle-alert")}${tekst}</span>`;

function cijfers({ delend, kolommen, aangehouden, geweigerd }: Input, oud: number): Html {
  const totaal = kolommen.reduce((som, kolom) => som + somVan(kolom), 0);
  const stat = (naam: string, cijfer: number, uitleg: Html | string) =>
    html`<div class="stat">
      <dt>${naam}</dt>
      <dd><span class="figure">${formatNumber(cijfer)}</span><br /><small>${uitleg}</small></dd>
    </div>`;
  const telling = (lijst: readonly Bestand[]) => Math.min(lijst.length, meest);
  const meer = (lijst: readonly Bestand[]) => (lijst.length > meest ? "minstens; " : "");
  return html`<dl class="stats">
    ${stat("Scholen met verse klassen", delend.length - oud, `van ${formatNumber(delend.length)} die delen`)}
    ${stat("Bestanden", totaal, "in de laatste 24 uur")}
    ${stat("Aangehouden", telling(aangehouden), `${meer(aangehouden)}wachten op de school`)}
    ${stat("Geweigerd", telling(geweigerd), `${meer(geweigerd)}in de laatste 24 uur`)}
  </dl>`;
}

function gegevensstromen({ stromen, feed, nu }: Input): Html {
  const reden = kijkNaar(feed, nu);
  return html`<section class="stack-s" aria-labelledby="stromen">
    <h2 id="stromen">Gegevensstromen</h2>
    <div class="table-frame">
      <table class="data reflow" role="table">
        <caption class="visually-hidden">
          Toestand van de gegevensstromen
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">Stroom</th>
            <th role="columnheader" scope="col">Toestand</th>
            <th role="columnheader" scope="col">Laatste bericht</th>
            <th role="columnheader" scope="col">Laatste 24 uur</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          <tr role="row">
            <th role="rowheader" scope="row">Discimus<small>leerlingen en inschrijvingen</small></th>
            <td role="cell" class="pills-cell">
              ${reden === null ? inOrde : kijkNa(reden === "stil" ? "Stil" : "Kijk na")}
            </td>
            <td role="cell" data-label="Laatste bericht">
              ${feed.laatst ? wanneer(feed.laatst.getTime(), nu) : "nog geen"}
            </td>
            <td role="cell" data-label="Laatste 24 uur">
              ${feed.quarantaine_nieuw === 1 ? "1 bericht" : `${formatNumber(feed.quarantaine_nieuw)} berichten`}
              in quarantaine, ${formatNumber(feed.quarantaine)} in totaal
            </td>
          </tr>
          ${stromen.map((stroom) => rij(stroom, nu))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function rij(stroom: Stroom, nu: number): Html {
  const totaal = somVan(stroom);
  const staat =
    stroom.verouderd > 0 || stroom.geweigerd > 0
      ? kijkNa("Kijk na")
      : stroom.scholen === 0 && totaal === 0
        ? html`<span class="pill">${icon("minus")}Niet in gebruik</span>`
        : inOrde;
  const delen = soorten.filter((soort) => stroom[soort] > 0);
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      Klasinformatie: ${stroom.naam}<small
        >${stroom.scholen === 1 ? "1 school deelt" : `${formatNumber(stroom.scholen)} scholen delen`}</small
      >
    </th>
    <td role="cell" class="pills-cell">${staat}</td>
    <td role="cell" data-label="Laatste bericht">
      ${stroom.laatst === null ? "niet in de laatste 24 uur" : wanneer(stroom.laatst, nu)}
    </td>
    <td role="cell" data-label="Laatste 24 uur">
      ${delen.length > 0 ? verdeling(stroom, delen, totaal) : "geen bestanden"}${
        stroom.verouderd > 0 &&
        html`,
        ${stroom.verouderd === 1 ? "1 school te laat" : `${formatNumber(stroom.verouderd)} scholen te laat`}`
      }
    </td>
  </tr>`;
}

function verdeling(stroom: Stroom, delen: readonly Soort[], totaal: number): Html {
  let x = 0;
  return html`<svg class="share" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
      ${delen.map((soort) => {
        const van = x;
        // One in a thousand is still seen.
        const breed = Math.max(12, (stroom[soort] / totaal) * 1000);
        x += breed;
        return html`<rect
          class="${toon[soort]}"
          x="${van.toFixed(0)}"
          width="${breed.toFixed(0)}"
          height="12"
        />`;
      })}</svg
    >${delen.map((soort) => `${formatNumber(stroom[soort])} ${soortNaam[soort]}`).join(", ")}`;
}

/** Schools whose last delivery is older than 24 hours (R74). */
function stille(oud: readonly Delend[], nu: number): Html {
  return html`<section class="card" aria-labelledby="stil">
    <div class="card-head"><h2 id="stil">Langer dan 24 uur niets geleverd</h2></div>
    ${
      oud.length === 0
        ? html`<p class="soft">Elke school die deelt, leverde in de laatste 24 uur.</p>`
        : html`<ul class="todo">
            ${oud.slice(0, meest).map(
              (school) =>
                html`<li>
                  ${icon("triangle-alert")}<span
                    ><a href="/schoolsoftware/${school.instellingsnummer}"><b>${school.naam}</b></a>
                    ${school.instellingsnummer}<br /><span class="soft small"
                      >${school.pakket ?? "zonder pakket"},
                      ${school.laatst ? `laatst ${wanneer(school.laatst.getTime(), nu)}` : "leverde nog nooit"}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${meerDan(oud.length)}
    ${
      oud.length > 0 &&
      html`<p class="why">
        ${icon("info")}<span
          >De school kijkt in haar pakket of de planning nog loopt. Zijn het veel scholen met hetzelfde
          pakket? Bel de maker van het pakket.</span
        >
      </p>`
    }
  </section>`;
}

const meerDan = (aantal: number): Html | undefined =>
  aantal > meest ? html`<p class="soft">En nog ${formatNumber(aantal - meest)}.</p>` : undefined;

function bestanden(soort: Bestand["status"], lijst: readonly Bestand[], nu: number): Html {
  const id = `bestanden-${soort}`;
  const aangehouden = soort === "aangehouden";
  return html`<section class="card" aria-labelledby="${id}">
    <div class="card-head">
      <h2 id="${id}">${aangehouden ? "Aangehouden bestanden" : "Geweigerd in de laatste 24 uur"}</h2>
    </div>
    ${
      lijst.length === 0
        ? html`<p class="soft">Geen.</p>`
        : html`<ul class="todo">
            ${lijst.slice(0, meest).map(
              (een) =>
                html`<li>
                  ${icon(aangehouden ? "pause" : "x")}<span
                    >${
                      een.school === null
                        ? html`<b>Onbekende school</b>`
                        : html`<a href="/schoolsoftware/${een.instellingsnummer}"><b>${een.school}</b></a>`
                    }
                    ${een.instellingsnummer}<br /><span class="soft small"
                      >${een.pakket}, schooljaar ${een.schooljaar},
                      ${wanneer(een.ontvangen_op.getTime(), nu)}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${lijst.length > meest && html`<p class="soft">Er zijn er meer; dit zijn de laatste ${meest}.</p>`}
    ${
      aangehouden &&
      lijst.length > 0 &&
      html`<p class="why">
        ${icon("info")}<span
          >Een LeerID-beheerder van de school kijkt het verschil na in het Schoolloket en beslist.</span
        >
      </p>`
    }
  </section>`;
}
