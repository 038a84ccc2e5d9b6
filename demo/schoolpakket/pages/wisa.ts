import { html, icon, type Html } from "#platform/html";
import type { FieldErrors } from "#demo/discimus/actions";
import { errorList, keuzeveld, crumbs, tekstveld } from "#demo/discimus/pages/layout";
import { isNotSet, describePlanning } from "#demo/schoolpakket/planning";
import type { Taakvelden } from "#demo/schoolpakket/state";
import { demoScholen } from "#demo/schools";
import { sheet } from "./layout.ts";

const school = "999001";
const gegevens = demoScholen.find((one) => one.instellingsnummer === school);

/** Schoolstructuur › Instellingen. */
export const settingsSheet = (): string =>
  sheet({
    titel: "Instellingen",
    pakket: "wisa",
    actief: "schoolstructuur",
    inhoud: html`<div class="stack-s">
        ${crumbs(["Schoolstructuur"], ["Instellingen"])}
        <h1>Instellingen</h1>
      </div>
      <div class="table-frame">
        <table class="data reflow" role="table">
          <caption class="visually-hidden">
            Instellingen
          </caption>
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">Instellingsnr</th>
              <th role="columnheader" scope="col">Naam</th>
              <th role="columnheader" scope="col">Gemeente</th>
              <th role="columnheader" scope="col">Kies</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            <tr role="row">
              <th role="rowheader" scope="row">${school}</th>
              <td role="cell" data-label="Naam">${gegevens?.naam ?? ""}</td>
              <td role="cell" data-label="Gemeente">${gegevens?.gemeente ?? ""}</td>
              <td role="cell" data-label="Kies"><a href="/wisa/instellingen/${school}">Fiche</a></td>
            </tr>
          </tbody>
        </table>
      </div>`,
  });

/** The fiche of a school: what it is, or under Extra › Allerlei the tick (R69). */
export function cardSheet(tab: "algemeen" | "extra", synchroniseren: boolean, bewaard: boolean): string {
  const hier = `/wisa/instellingen/${school}`;
  const tabLink = (naam: typeof tab, url: string, text: string) =>
    html`<a href="${url}" ${naam === tab && html`aria-current="page"`}>${text}</a>`;
  return sheet({
    titel: `Fiche, ${tab === "extra" ? "Extra" : "Algemeen"}`,
    pakket: "wisa",
    actief: "schoolstructuur",
    inhoud: html`<div class="stack-s">
        ${crumbs(["Schoolstructuur"], ["Instellingen", "/wisa/instellingen"], ["Fiche"])}
        <h1>${gegevens?.naam ?? ""}</h1>
      </div>
      <nav class="subnav" aria-label="Tabbladen van de fiche">
        ${tabLink("algemeen", hier, "Algemeen")} ${tabLink("extra", `${hier}/extra`, "Extra")}
      </nav>
      ${bewaard && html`<p class="notice ok" role="status">${icon("check")}<span>Bewaard.</span></p>`}
      ${
        tab === "algemeen"
          ? html`<section class="card" aria-labelledby="algemeen">
              <h2 id="algemeen">Algemeen</h2>
              <dl class="facts">
                <div>
                  <dt>Instellingsnr</dt>
                  <dd><span class="key">${school}</span></dd>
                </div>
                <div>
                  <dt>Gemeente</dt>
                  <dd>${gegevens?.gemeente ?? ""}</dd>
                </div>
                <div>
                  <dt>Vestigingen</dt>
                  <dd>${(gegevens?.vestigingen ?? []).map((one) => one.naam).join(", ")}</dd>
                </div>
              </dl>
            </section>`
          : html`<form class="card stack" action="${hier}/extra" method="post">
              <h2>Allerlei</h2>
              <label class="check"
                ><input
                  type="checkbox"
                  name="synchroniseren"
                  value="ja"
                  ${synchroniseren && html`checked`}
                />Synchroniseren met Leerid</label
              >
              <div class="row"><button class="button">Bewaren</button></div>
            </form>`
      }`,
  });
}

/** Extra › Onderhoud server. */
export const extraSheet = (): string =>
  sheet({
    titel: "Extra",
    pakket: "wisa",
    actief: "extra",
    inhoud: html`<div class="stack-s">
        ${crumbs(["Extra"], ["Onderhoud server"])}
        <h1>Onderhoud server</h1>
      </div>
      <ul class="bullets">
        <li><a href="/wisa/scheduling">Beheer scheduling</a></li>
      </ul>`,
  });

const rowHead = (planning: Html | string, taak: Taakvelden): Html =>
  html`${planning}${taak.inactief && html` <span class="pill">${icon("pause")}Tijdelijk niet actief</span>`}`;

/** Beheer scheduling: the rows, and below them the one that is chosen (R71, R73). */
export function schedulingSheet(met: {
  readonly taken: readonly (Taakvelden & { readonly id: number; readonly nieuw: boolean })[];
  readonly gekozen?:
    | { readonly id: number; readonly velden: Taakvelden; readonly gewijzigd: boolean }
    | undefined;
  readonly nextName: (id: number) => string;
  readonly fouten: FieldErrors;
  readonly bewaard: boolean;
}): string {
  const { taken, gekozen, fouten } = met;
  return sheet({
    titel: "Beheer scheduling",
    pakket: "wisa",
    actief: "extra",
    fout: Object.keys(fouten).length > 0,
    inhoud: html`<div class="page-head">
        <div class="stack-s">
          ${crumbs(["Extra", "/wisa/extra"], ["Onderhoud server", "/wisa/extra"], ["Beheer scheduling"])}
          <h1>Beheer scheduling</h1>
        </div>
        <form action="/wisa/scheduling/invoegen" method="post">
          <button class="button secondary">${icon("plus")}Invoegen</button>
        </form>
      </div>
      ${met.bewaard && html`<p class="notice ok" role="status">${icon("check")}<span>Bewaard.</span></p>`}
      ${errorList(fouten)}
      ${
        taken.length === 0
          ? html`<div class="empty">
              ${icon("calendar-clock")}
              <p>
                Er is nog geen taak. Kies Invoegen om de dagelijkse synchronisatie met LeerID in te stellen.
              </p>
            </div>`
          : html`<div class="table-frame">
              <table class="data reflow" role="table">
                <caption class="visually-hidden">
                  Achtergrondtaken
                </caption>
                <thead role="rowgroup">
                  <tr role="row">
                    <th role="columnheader" scope="col">Scheduler</th>
                    <th role="columnheader" scope="col">Job type</th>
                    <th role="columnheader" scope="col">Omschrijving</th>
                    <th role="columnheader" scope="col">Volgende beurt</th>
                  </tr>
                </thead>
                <tbody role="rowgroup">
                  ${taken.map(
                    (taak) =>
                      html`<tr role="row" ${taak.id === gekozen?.id && html`aria-current="true"`}>
                        <th role="rowheader" scope="row">
                          ${rowHead(html`<a href="/wisa/scheduling/${taak.id}">${describePlanning(taak.planning)}</a>`, taak)}
                        </th>
                        <td role="cell" data-label="Job type">
                          ${taak.type === "" ? html`<span class="soft">nog niet gekozen</span>` : taak.type}
                        </td>
                        <td role="cell" data-label="Omschrijving">${taak.omschrijving}</td>
                        <td role="cell" data-label="Volgende beurt">
                          ${taak.nieuw ? "nog niet bewaard" : met.nextName(taak.id)}
                        </td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${gekozen !== undefined && taakForm(gekozen, fouten)}`,
  });
}

function taakForm(
  {
    id,
    velden,
    gewijzigd,
  }: { readonly id: number; readonly velden: Taakvelden; readonly gewijzigd: boolean },
  fouten: FieldErrors,
): Html {
  return html`<form class="card stack measure" action="/wisa/scheduling/${id}" method="post">
    <h2>Taak</h2>
    ${keuzeveld({
      naam: "type",
      label: "Type job",
      waarde: velden.type,
      fouten,
      keuzes: [
        ["", "Kies een job"],
        ["Leerid synchronisatie", "Leerid synchronisatie"],
      ],
    })}
    ${tekstveld({ naam: "omschrijving", label: "Omschrijving", waarde: velden.omschrijving, fouten })}
    <label class="check"
      ><input type="checkbox" name="inactief" value="ja" ${velden.inactief && html`checked`} />Tijdelijk niet
      actief</label
    >
    <div class="stack-s">
      <p>Tijdstip: <b data-veld="tijdstip">${describePlanning(velden.planning)}</b></p>
      ${isNotSet(velden.planning) && html`<p class="why">${icon("info")}<span>Dit betekent: niet ingesteld. Zo loopt de taak nooit.</span></p>`}
      <div class="row">
        <button class="button secondary" name="knop" value="tijdstip">
          ${icon("clock")}Tijdstip instellen
        </button>
      </div>
    </div>
    ${gewijzigd && html`<p class="soft">Wat je wijzigde, telt pas na Bewaren.</p>`}
    <div class="row">
      <button class="button" name="knop" value="bewaren">Bewaren</button
      ><button class="button danger" name="knop" value="verwijderen">Verwijderen</button>
    </div>
  </form>`;
}

/** Frequentie voor achtergrond taak (R72). */
export function momentSheet(
  id: number,
  values: Readonly<Record<string, string>>,
  fouten: FieldErrors,
): string {
  const v = (naam: string) => ({ naam, waarde: values[naam] ?? "", fouten });
  const kindOf = (value: string, text: string, velden: Html): Html =>
    html`<div class="stack-s">
      <label class="check"
        ><input
          type="radio"
          name="soort"
          value="${value}"
          ${values["soort"] === value && html`checked`}
        />${text}</label
      >
      <div class="row wide-gap">${velden}</div>
    </div>`;
  return sheet({
    titel: "Tijdstip instellen",
    pakket: "wisa",
    actief: "extra",
    fout: Object.keys(fouten).length > 0,
    inhoud: html`<div class="stack-s">
        ${crumbs(["Beheer scheduling", "/wisa/scheduling"], ["Taak", `/wisa/scheduling/${id}`], ["Tijdstip instellen"])}
        <h1>Frequentie voor achtergrond taak</h1>
        <p class="lead">Kies best Dagelijks om 00:00, of een ander tijdstip tussen 0 en 9 uur.</p>
      </div>
      ${errorList(fouten)}
      <form class="card stack measure" action="/wisa/scheduling/${id}/tijdstip" method="post">
        <fieldset class="stack">
          <legend class="visually-hidden">Frequentie</legend>
          ${kindOf("eenmalig", "Eenmalig", html`${tekstveld({ ...v("datum"), label: "Datum", soort: "date" })} ${tekstveld({ ...v("eenmalig_om"), label: "Om", hint: "uu:mm" })}`)}
          ${kindOf("dagelijks", "Dagelijks", tekstveld({ ...v("dagelijks_om"), label: "Om", hint: "uu:mm" }))}
          ${kindOf("elk-uur", "Elk uur", tekstveld({ ...v("minuut"), label: "Op minuut", hint: "0 tot 59" }))}
          ${kindOf("elke-n-minuten", "Elke N minuten", tekstveld({ ...v("n"), label: "N", hint: "1 tot 1440" }))}
        </fieldset>
        <div class="row">
          <button class="button">OK</button
          ><a class="button quiet" href="/wisa/scheduling/${id}">Annuleren</a>
        </div>
      </form>`,
  });
}
