import { isStraks } from "#platform/clock";
import { formatDate, formatDateTime, html, icon, type Html } from "#platform/html";
import type { Gebruik } from "#modules/schoolsoftware";
import { otherPakket, gedaan, lastDay, nameOf, type SchoolInput } from "./form.ts";
import { periodOn } from "./rules.ts";
import type { Period } from "./store.ts";

/** One school: its package of today, all periods, who changed what, and the forms for whoever may. */
export function schoolPage(p: SchoolInput): Html {
  const { school } = p;
  const vroeger = school.lijn.filter((nummer) => nummer !== school.hoofd);
  return html`<div class="page-head">
      <div>
        <h1>${school.naam}</h1>
        <p class="lead">
          ${school.hoofd},
          ${school.gemeente}${vroeger.length > 0 && `. Vroeger nummer: ${vroeger.join(", ")}.`}
        </p>
      </div>
    </div>
    ${
      p.gedaan &&
      html`<div class="notice ok" role="status">
        ${icon("check")}
        <div><p>${gedaan[p.gedaan]}</p></div>
      </div>`
    }
    <div class="columns wide-left">
      <div class="stack">${currentPart(p)} ${periods(p)} ${wijzigingen(p)}</div>
      <div class="stack">${p.mag ? html`${otherPakket(p)} ${lastDay(p)}` : alleenLezen}</div>
    </div>`;
}

function currentPart({ school, gebruik, pakketten, vandaag }: SchoolInput): Html {
  const periode = periodOn(gebruik, vandaag);
  const pakket = periode && pakketten.find((one) => one.pakket === periode.pakket);
  return html`<section class="card" aria-labelledby="nu">
    <div class="stack">
      <div class="state ${pakket?.levertKlasinformatie ? "on" : ""}">
        <span class="mark">${icon(pakket ? "check" : "minus")}</span>
        <h2 id="nu">${pakket ? pakket.naam : "Geen pakket"}</h2>
        <p class="soft">
          ${
            periode
              ? html`sinds
                ${formatDate(periode.van)}${periode.tot !== null && html`, tot en met ${formatDate(periode.tot)}`}`
              : "De school kan geen klasinformatie delen zolang hier geen pakket staat."
          }
        </p>
      </div>
      <dl class="facts">
        <div>
          <dt>Klasinformatie</dt>
          <dd>
            ${
              pakket === undefined
                ? "kan niet zonder pakket"
                : pakket.levertKlasinformatie
                  ? "dit pakket kan ze leveren"
                  : "dit pakket levert ze niet"
            }
          </dd>
        </div>
        <div>
          <dt>School deelt</dt>
          <dd>${school.deelt_sinds ? `ja, sinds ${formatDate(school.deelt_sinds.getTime())}` : "nee"}</dd>
        </div>
      </dl>
    </div>
  </section>`;
}

function periods({ gebruik, pakketten, vandaag, school }: SchoolInput): Html {
  const nu = periodOn(gebruik, vandaag);
  const statePill = (one: Gebruik): Html => {
    if (one === nu) return html`<span class="pill ok">${icon("check")}nu</span>`;
    if (isStraks(vandaag, one.van))
      return html`<span class="pill info">${icon("calendar-clock")}later</span>`;
    return html`<span class="pill">${icon("clock")}vroeger</span>`;
  };
  return html`<section class="stack-s" aria-labelledby="periodes">
    <h2 id="periodes">Van wanneer tot wanneer</h2>
    ${
      gebruik.length === 0
        ? html`<p class="soft">Voor deze school is nog nooit een pakket opgegeven.</p>`
        : html`<div class="table-frame">
            <table class="data reflow" role="table">
              <caption class="visually-hidden">
                Pakketten van de school, het laatste eerst
              </caption>
              <thead role="rowgroup">
                <tr role="row">
                  <th role="columnheader" scope="col">Pakket</th>
                  <th role="columnheader" scope="col">Eerste dag</th>
                  <th role="columnheader" scope="col">Laatste dag</th>
                  <th role="columnheader" scope="col">Wanneer</th>
                </tr>
              </thead>
              <tbody role="rowgroup">
                ${gebruik.map(
                  (one) =>
                    html`<tr role="row">
                      <th role="rowheader" scope="row">
                        ${nameOf(pakketten, one.pakket)}${
                          one.instellingsnummer !== school.hoofd &&
                          html`<small>als ${one.instellingsnummer}</small>`
                        }
                      </th>
                      <td role="cell" data-label="Eerste dag">${formatDate(one.van)}</td>
                      <td role="cell" data-label="Laatste dag">
                        ${one.tot === null ? "nog niet bepaald" : formatDate(one.tot)}
                      </td>
                      <td role="cell" class="pills-cell">${statePill(one)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

function wijzigingen({ wijzigingen, pakketten, gebruik }: SchoolInput): Html {
  const textOf = ({ pakket, van, tot }: Period): string =>
    `${nameOf(pakketten, pakket)} vanaf ${formatDate(van)}${tot === null ? "" : ` tot en met ${formatDate(tot)}`}`;
  return html`<section class="card" aria-labelledby="wie">
    <div class="card-head"><h2 id="wie">Wie veranderde wat</h2></div>
    ${
      wijzigingen.length === 0
        ? html`<p class="soft">
            In beheer is nog niets
            veranderd.${gebruik.length > 0 && " Wat hierboven staat, kwam uit een bestand."}
          </p>`
        : html`<ul class="rules">
            ${wijzigingen.map(
              ({ tijdstip, door_naam, voor, na }) =>
                html`<li>
                  ${icon("pencil")}<span
                    ><b>${na ? textOf(na) : "Weggehaald"}</b><br /><span class="soft small"
                      >${formatDateTime(tijdstip.getTime())}, door
                      ${door_naam}.${voor ? ` Daarvoor: ${textOf(voor)}.` : " Daarvoor: geen pakket."}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

const alleenLezen: Html = html`<div class="notice">
  ${icon("info")}
  <div>
    <p class="title">Je kunt hier alles lezen, niets veranderen</p>
    <p>Een LeerID-medewerker van het departement verandert het pakket van een school.</p>
  </div>
</div>`;
