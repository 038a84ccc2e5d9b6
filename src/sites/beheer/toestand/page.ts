import {
  formatDateTime,
  formatNearDay,
  formatNumber,
  formatTime,
  html,
  icon,
  type Html,
} from "#platform/html";
import { chart, soortNaam, toon } from "./chart.ts";
import { whatToCheck, sumOf, soorten, outdated, type Column, type Soort, type Stream } from "./rules.ts";
import type { ReceivedFile, Delend, Feed } from "./store.ts";

/** So many rows of a list; the count above it is always whole. */
export const meest = 50;

type Input = {
  readonly nu: number;
  readonly kolommen: readonly Column[];
  readonly stromen: readonly Stream[];
  readonly delend: readonly Delend[];
  readonly feed: Feed;
  readonly aangehouden: readonly ReceivedFile[];
  readonly geweigerd: readonly ReceivedFile[];
};

export function toestandPage(p: Input): Html {
  const oud = p.delend.filter((school) => outdated(school, p.nu));
  return html`<div class="page-head">
      <div>
        <h1>Toestand</h1>
        <p class="lead">Bijgewerkt op ${formatDateTime(p.nu)}.</p>
      </div>
      <a class="button secondary" href="/toestand">${icon("refresh-cw")}Vernieuwen</a>
    </div>
    ${figures(p, oud.length)}
    <section class="card" aria-labelledby="dag">
      <div class="card-head">
        <h2 id="dag">Klasinformatie in de laatste 24 uur</h2>
        <p class="legend">
          ${soorten.map((soort) => html`<span><i class="${toon[soort]}"></i>${soortNaam[soort]}</span>`)}
        </p>
      </div>
      ${
        p.kolommen.every((column) => sumOf(column) === 0)
          ? html`<p class="soft">Er kwam geen enkel bestand binnen.</p>`
          : chart(p.kolommen)
      }
    </section>
    ${gegevensstromen(p)}
    <div class="columns equal">
      ${quietSchools(oud, p.nu)}
      <div class="stack">
        ${files("aangehouden", p.aangehouden, p.nu)} ${files("geweigerd", p.geweigerd, p.nu)}
      </div>
    </div>`;
}

const formatWhen = (moment: number, nu: number): string =>
  `${formatNearDay(moment, nu)}, ${formatTime(moment)}`;

const inOrde: Html = html`<span class="pill ok">${icon("check")}In orde</span>`;
const toCheck = (text: string): Html =>
  html`<span class="pill attention">${icon("triangle-alert")}${text}</span>`;

function figures({ delend, kolommen, aangehouden, geweigerd }: Input, oud: number): Html {
  const total = kolommen.reduce((som, column) => som + sumOf(column), 0);
  const stat = (naam: string, cijfer: number, uitleg: Html | string) =>
    html`<div class="stat">
      <dt>${naam}</dt>
      <dd><span class="figure">${formatNumber(cijfer)}</span><br /><small>${uitleg}</small></dd>
    </div>`;
  const countOf = (list: readonly ReceivedFile[]) => Math.min(list.length, meest);
  const moreThanShown = (list: readonly ReceivedFile[]) => (list.length > meest ? "minstens; " : "");
  return html`<dl class="stats">
    ${stat("Scholen met verse klassen", delend.length - oud, `van ${formatNumber(delend.length)} die delen`)}
    ${stat("Bestanden", total, "in de laatste 24 uur")}
    ${stat("Aangehouden", countOf(aangehouden), `${moreThanShown(aangehouden)}wachten op de school`)}
    ${stat("Geweigerd", countOf(geweigerd), `${moreThanShown(geweigerd)}in de laatste 24 uur`)}
  </dl>`;
}

function gegevensstromen({ stromen, feed, nu }: Input): Html {
  const reden = whatToCheck(feed, nu);
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
              ${reden === null ? inOrde : toCheck(reden === "stil" ? "Stil" : "Kijk na")}
            </td>
            <td role="cell" data-label="Laatste bericht">
              ${feed.laatst ? formatWhen(feed.laatst.getTime(), nu) : "nog geen"}
            </td>
            <td role="cell" data-label="Laatste 24 uur">
              ${feed.quarantaine_nieuw === 1 ? "1 bericht" : `${formatNumber(feed.quarantaine_nieuw)} berichten`}
              in quarantaine, ${formatNumber(feed.quarantaine)} in totaal
            </td>
          </tr>
          ${stromen.map((stroom) => row(stroom, nu))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function row(stroom: Stream, nu: number): Html {
  const total = sumOf(stroom);
  const staat =
    stroom.verouderd > 0 || stroom.geweigerd > 0
      ? toCheck("Kijk na")
      : stroom.scholen === 0 && total === 0
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
      ${stroom.laatst === null ? "niet in de laatste 24 uur" : formatWhen(stroom.laatst, nu)}
    </td>
    <td role="cell" data-label="Laatste 24 uur">
      ${delen.length > 0 ? distribution(stroom, delen, total) : "geen bestanden"}${
        stroom.verouderd > 0 &&
        html`,
        ${stroom.verouderd === 1 ? "1 school te laat" : `${formatNumber(stroom.verouderd)} scholen te laat`}`
      }
    </td>
  </tr>`;
}

function distribution(stroom: Stream, delen: readonly Soort[], total: number): Html {
  let x = 0;
  return html`<svg class="share" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
      ${delen.map((soort) => {
        const van = x;
        // One in a thousand is still seen.
        const breed = Math.max(12, (stroom[soort] / total) * 1000);
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
function quietSchools(oud: readonly Delend[], nu: number): Html {
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
                      ${school.laatst ? `laatst ${formatWhen(school.laatst.getTime(), nu)}` : "leverde nog nooit"}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${moreThan(oud.length)}
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

const moreThan = (aantal: number): Html | undefined =>
  aantal > meest ? html`<p class="soft">En nog ${formatNumber(aantal - meest)}.</p>` : undefined;

function files(soort: ReceivedFile["status"], list: readonly ReceivedFile[], nu: number): Html {
  const id = `bestanden-${soort}`;
  const aangehouden = soort === "aangehouden";
  return html`<section class="card" aria-labelledby="${id}">
    <div class="card-head">
      <h2 id="${id}">${aangehouden ? "Aangehouden bestanden" : "Geweigerd in de laatste 24 uur"}</h2>
    </div>
    ${
      list.length === 0
        ? html`<p class="soft">Geen.</p>`
        : html`<ul class="todo">
            ${list.slice(0, meest).map(
              (one) =>
                html`<li>
                  ${icon(aangehouden ? "pause" : "x")}<span
                    >${
                      one.school === null
                        ? html`<b>Onbekende school</b>`
                        : html`<a href="/schoolsoftware/${one.instellingsnummer}"><b>${one.school}</b></a>`
                    }
                    ${one.instellingsnummer}<br /><span class="soft small"
                      >${one.pakket}, schooljaar ${one.schooljaar},
                      ${formatWhen(one.ontvangen_op.getTime(), nu)}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${list.length > meest && html`<p class="soft">Er zijn er meer; dit zijn de laatste ${meest}.</p>`}
    ${
      aangehouden &&
      list.length > 0 &&
      html`<p class="why">
        ${icon("info")}<span
          >Een LeerID-beheerder van de school kijkt het verschil na in het Schoolloket en beslist.</span
        >
      </p>`
    }
  </section>`;
}
