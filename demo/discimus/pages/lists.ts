import { formatDate, formatNumber, html, icon, type Html } from "#platform/html";
import { isIngeschreven, schoolOf, type Leerling, type SentMessage } from "#demo/discimus/actions";
import { demoScholen } from "#demo/schools";
import { sheet } from "./layout.ts";

/** Choose a school. */
export const scholenSheet = (aantallen: Readonly<Record<string, number>>, onverzonden: number): string =>
  sheet({
    titel: "Kies een school",
    actief: "leerlingen",
    onverzonden,
    inhoud: html`<div class="page-head">
        <div>
          <h1>Kies een school</h1>
          <p class="lead">Je werkt op het secretariaat. Wat je hier wijzigt, weet LeerID meteen.</p>
        </div>
      </div>
      <div class="columns equal">
        ${demoScholen.map(
          (school) =>
            html`<section class="card" aria-labelledby="s${school.instellingsnummer}">
              <div class="card-head">
                <h2 id="s${school.instellingsnummer}">
                  <a href="/school/${school.instellingsnummer}">${school.naam}</a>
                </h2>
                <span class="key">${school.instellingsnummer}</span>
              </div>
              <p>
                ${school.gemeente},
                ${school.soort === "basis" ? "kleuter- en lager onderwijs" : "secundair onderwijs"}.
                ${formatNumber(aantallen[school.instellingsnummer] ?? 0)} leerlingen ingeschreven.
              </p>
            </section>`,
        )}
      </div>`,
  });

export const perBlad = 25;

/** The pupils of a school, by name. */
export function leerlingenSheet(met: {
  readonly instellingsnummer: string;
  readonly vandaag: string;
  readonly zoek: string;
  readonly bladzijde: number;
  readonly gevonden: readonly Leerling[];
  readonly onverzonden: number;
}): string {
  const { instellingsnummer, vandaag, zoek, gevonden, bladzijde } = met;
  const naam = schoolOf(instellingsnummer)?.naam ?? "";
  const bladen = Math.max(1, Math.ceil(gevonden.length / perBlad));
  const url = (nr: number) =>
    `/school/${instellingsnummer}?${new URLSearchParams({ zoek, bladzijde: String(nr) }).toString()}`;
  const first = (bladzijde - 1) * perBlad;
  return sheet({
    titel: naam,
    school: instellingsnummer,
    actief: "leerlingen",
    onverzonden: met.onverzonden,
    inhoud: html`<div class="page-head">
        <div>
          <h1>Leerlingen van ${naam}</h1>
          <p class="lead">Zoals de school ze zelf in haar boeken heeft.</p>
        </div>
        <a class="button" href="/school/${instellingsnummer}/nieuw">${icon("plus")}Schrijf een leerling in</a>
      </div>
      <form class="card" action="/school/${instellingsnummer}" role="search" aria-label="Leerlingen zoeken">
        <div class="filters">
          <div class="field grow">
            <label for="zoek">Zoek op naam of stamnummer</label>
            <div class="with-icon">
              ${icon("search")}<input
                class="input"
                id="zoek"
                name="zoek"
                type="search"
                value="${zoek}"
                autocomplete="off"
              />
            </div>
          </div>
          <button class="button secondary submit">${icon("search")}Zoeken</button>
        </div>
      </form>
      <p>
        <b>${formatNumber(gevonden.length)} ${gevonden.length === 1 ? "leerling" : "leerlingen"}</b> gevonden
      </p>
      ${
        gevonden.length === 0
          ? html`<div class="empty">
              ${icon("users")}
              <p>Geen leerling met die naam. Zoek op een deel van de naam, of schrijf de leerling in.</p>
            </div>`
          : html`<div class="table-frame">
              <table class="data reflow" role="table">
                <caption class="visually-hidden">
                  Leerlingen van ${naam}, op naam
                </caption>
                <thead role="rowgroup">
                  <tr role="row">
                    <th role="columnheader" scope="col">Naam</th>
                    <th role="columnheader" scope="col">Stamnummer</th>
                    <th role="columnheader" scope="col">Geboren</th>
                    <th role="columnheader" scope="col">Jaar</th>
                    <th role="columnheader" scope="col">Toestand</th>
                  </tr>
                </thead>
                <tbody role="rowgroup">
                  ${gevonden.slice(first, first + perBlad).map((leerling) => row(leerling, vandaag))}
                </tbody>
              </table>
            </div>`
      }
      ${
        bladen > 1 &&
        html`<nav class="pager" aria-label="Bladzijden">
          <p class="soft">
            ${first + 1} tot ${Math.min(first + perBlad, gevonden.length)} van
            ${formatNumber(gevonden.length)} leerlingen
          </p>
          <ol>
            ${Array.from({ length: bladen }, (_, index) => index + 1).map((nr) =>
              nr === bladzijde
                ? html`<li><span aria-current="page">${nr}</span></li>`
                : html`<li><a href="${url(nr)}" aria-label="Bladzijde ${nr}">${nr}</a></li>`,
            )}
          </ol>
        </nav>`
      }`,
  });
}

function row(leerling: Leerling, vandaag: string): Html {
  const { instellingsnummer, stamnummer, gegevens } = leerling;
  const last = leerling.inschrijvingen.at(-1)?.gegevens;
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <a href="/school/${instellingsnummer}/leerling/${stamnummer}">${gegevens.naam}, ${gegevens.voornaam}</a>
    </th>
    <td role="cell" class="plain" data-label="Stamnummer"><span class="key">${stamnummer}</span></td>
    <td role="cell" class="nowrap" data-label="Geboren">${formatDate(gegevens.geboortedatum)}</td>
    <td role="cell" data-label="Jaar">${last === undefined ? "" : `${last.niveau} ${last.leerjaar}`}</td>
    <td role="cell" class="pills-cell" data-label="Toestand">
      <span class="pills">
        ${
          isIngeschreven(leerling, vandaag)
            ? html`<span class="pill ok">${icon("check")}Ingeschreven</span>`
            : html`<span class="pill">${icon("log-out")}Niet ingeschreven</span>`
        }
        ${gegevens.insz === null && html`<span class="pill attention">${icon("circle-dashed")}Zonder INSZ</span>`}
      </span>
    </td>
  </tr>`;
}

/** Everything that was sent from here, newest first. */
export const berichtenSheet = (verzonden: readonly SentMessage[], onverzonden: number): string =>
  sheet({
    titel: "Verzonden berichten",
    actief: "berichten",
    onverzonden,
    inhoud: html`<div class="page-head">
        <div>
          <h1>Verzonden berichten</h1>
          <p class="lead">
            De laatste ${Math.min(verzonden.length, 50)} berichten vanuit deze simulator, nieuwste eerst.
          </p>
        </div>
      </div>
      ${
        verzonden.length === 0
          ? html`<div class="empty">
              ${icon("inbox")}
              <p>Hier komen de berichten zodra je een leerling inschrijft of iets wijzigt.</p>
            </div>`
          : berichtenList(verzonden.toReversed().slice(0, 50), true)
      }`,
  });

/** Messages with their answers; `metWie`: say of whom. */
export const berichtenList = (verzonden: readonly SentMessage[], metWie: boolean): Html =>
  html`<ul class="todo">
    ${verzonden.map(({ bericht, antwoord }) => {
      const [klasse, beeld, woord] =
        antwoord === "aanvaard"
          ? (["ok", "check", "Aanvaard"] as const)
          : antwoord === "onderweg"
            ? (["attention", "hourglass", "Nog niet verzonden"] as const)
            : (["error", "circle-alert", "In quarantaine"] as const);
      return html`<li data-soort="${bericht.soort}" data-antwoord="${klasse}">
        ${icon("inbox")}
        <div class="stack-s">
          <p class="pills">
            <b>${bericht.soort}, versie ${bericht.versie}</b>
            ${
              metWie &&
              html`<a
                href="/school/${bericht.sleutel.instellingsnummer}/leerling/${bericht.sleutel.stamnummer ?? ""}"
                >${bericht.sleutel.instellingsnummer}, ${bericht.sleutel.stamnummer}</a
              >`
            }
            <span class="pill ${klasse}">${icon(beeld)}${woord}</span>
          </p>
          ${
            typeof antwoord === "object" &&
            html`<p>
              ${antwoord.melding}
              <span class="soft"
                >(${antwoord.code}${antwoord.veld !== null && html`, veld ${antwoord.veld}`})</span
              >
            </p>`
          }
          <details class="figures">
            <summary>Toon bericht ${formatNumber(bericht.volgnummer)}</summary>
            <p><code>${JSON.stringify(bericht)}</code></p>
          </details>
        </div>
      </li>`;
    })}
  </ul>`;
