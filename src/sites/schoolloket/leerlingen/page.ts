import { formatDate, formatNumber, hiddenFields, html, icon, postButton, type Html } from "#platform/html";
import type { KlasCount } from "#modules/klassen";
import {
  klasnamen,
  perBladzijde,
  subklasnamen,
  type Afdrukgroep,
  type ResultPage,
  type Groep,
  type Leerling,
} from "#modules/leerlingbeheer";
import type { PageContent } from "../contract.ts";
import { chips, searchForm } from "./search-form.ts";
import { groepwaarde, klaswaarde, niveaunamen, fieldsOf, type ListQuery } from "./form.ts";

export type List = {
  readonly school: string;
  readonly vraag: ListQuery;
  readonly gevonden: ResultPage;
  readonly stand: {
    readonly gekozen: number;
    readonly ingeschreven: number;
    readonly groepen: readonly Groep[];
    /** null while the school does not share class information: then nothing of a class is here (R68). */
    readonly klassen: readonly KlasCount[] | null;
  };
  /** Whose badge waits because of wrong pictures; only on the page one comes in at. */
  readonly gestopt: readonly Leerling[];
  /** Only on the page one comes in at: without a filter. */
  readonly nieuw?: { readonly aantal: number; readonly perGroep: readonly Afdrukgroep[] };
};

const leerlingen = (aantal: number): string =>
  aantal === 1 ? "1 leerling" : `${formatNumber(aantal)} leerlingen`;

/** The list of pupils: banner, filter, table with a selection, what can be done with it, pages (05-leerid-beheer). */
export function listPage(list: List): PageContent {
  const { school, stand, nieuw, gevonden } = list;
  const aantal = stand.ingeschreven;
  return {
    titel: "LeerID-beheer",
    tab: "leerid-beheer",
    inhoud: html`<div class="page-head">
        <div>
          <h1>LeerID-beheer</h1>
          <p class="lead">
            ${leerlingen(aantal)} ${aantal === 1 ? "is" : "zijn"} vandaag ingeschreven in ${school}.
          </p>
        </div>
        <div class="row">
          <a class="button quiet" href="/waarom"
            >${icon("circle-question-mark")}Kan een leerling niet binnen?</a
          ><a class="button quiet" href="/leerid-beheer/afdrukken">${icon("printer")}Eerdere afdrukken</a>
        </div>
      </div>
      ${list.gestopt.length > 0 && stoppedBanner(list.gestopt)}
      ${nieuw && nieuw.aantal > 0 && newBanner(nieuw, stand.klassen !== null)} ${searchForm(list)}
      <div class="row apart">
        <p role="status"><b>${leerlingen(gevonden.totaal)}</b> gevonden</p>
        ${chips(list.vraag)}
      </div>
      ${gevonden.totaal === 0 ? nobodyFound(list) : keuzeformulier(list)}`,
  };
}

/** Pupils who cannot sign in before they have their paper: one click per class, or per group while the school shares no classes (R55c). */
function newBanner({ aantal, perGroep }: NonNullable<List["nieuw"]>, deelt: boolean): Html {
  const meeste = 6;
  return html`<section class="notice attention with-actions" aria-labelledby="nieuw">
    ${icon("inbox")}
    <div>
      <h2 id="nieuw">
        ${aantal === 1 ? "1 nieuw account" : `${formatNumber(aantal)} nieuwe accounts`}, nog niet uitgereikt
      </h2>
      <p>Deze leerlingen kunnen pas aanmelden als ze hun strookje of badge hebben.</p>
    </div>
    <div class="row">
      <span>Druk af per ${deelt ? "klas" : "groep"}:</span>
      ${perGroep.slice(0, meeste).map((one) => {
        const naam = one.klas ?? one.groep ?? `${niveaunamen[one.niveau]} ${one.leerjaar}`;
        const velden =
          one.klas === null
            ? {
                nieuw: "1",
                niveau: one.niveau,
                leerjaar: String(one.leerjaar),
                groep: groepwaarde(one.groep),
                ...(deelt && { klas: klaswaarde(null) }),
              }
            : { nieuw: "1", klas: klaswaarde({ klas: one.klas }) };
        return postButton(
          { url: "/leerid-beheer/afdrukken", velden },
          html`<button class="button secondary" aria-label="${naam}, ${leerlingen(one.aantal)}, afdrukken">
            ${icon("printer")}${naam} (${one.aantal})
          </button>`,
        );
      })}
      ${
        perGroep.length > meeste &&
        html`<a href="/leerid-beheer?status=nieuw&amp;sorteer=${deelt ? "klas" : "groep"}"
          >Toon alle ${perGroep.length} ${deelt ? "klassen" : "groepen"}</a
        >`
      }
    </div>
  </section>`;
}

/** Somebody tries pictures with a badge: perhaps he has it, or a photograph of it. Another badge ends that (D24). */
function stoppedBanner(gestopt: readonly Leerling[]): Html {
  const meeste = 6;
  const een = gestopt.length === 1;
  return html`<section class="notice attention with-actions" aria-labelledby="gestopt">
    ${icon("triangle-alert")}
    <div>
      <h2 id="gestopt">
        ${een ? "Met 1 badge" : `Met ${formatNumber(gestopt.length)} badges`} is te vaak een verkeerd plaatje
        gekozen
      </h2>
      <p>${stoppedExplanation}</p>
    </div>
    <div class="row">
      ${gestopt
        .slice(0, meeste)
        .map(
          ({ accountUuid, voornaam, naam }) =>
            html`<a class="button secondary" href="/leerid-beheer/leerlingen/${accountUuid}"
              >${icon("qr-code")}${voornaam} ${naam}</a
            >`,
        )}
      ${gestopt.length > meeste && html`<span>en nog ${leerlingen(gestopt.length - meeste)}</span>`}
    </div>
  </section>`;
}

/** What it means, and what to do. */
export const stoppedExplanation =
  "Misschien probeert iemand die de badge heeft, of er een foto van. Druk dan een nieuwe badge af: de oude werkt meteen niet meer. Vergiste de leerling zich zelf, dan werkt de badge de volgende dag vanzelf weer, en nu al op een toestel dat de leerling al vaker gebruikte.";

function nobodyFound({ vraag }: List): Html {
  return Object.keys(vraag.filter).length === 0
    ? html`<div class="card empty">
        ${icon("users")}
        <h2>Er zijn nog geen leerlingen</h2>
        <p class="measure">
          Leerlingen komen hier vanzelf te staan zodra je school ze inschrijft in haar schoolpakket en
          Discimus dat doorgeeft.
        </p>
      </div>`
    : html`<div class="card empty">
        ${icon("search")}
        <h2>Geen leerling gevonden</h2>
        <p class="measure">
          Kijk na of de naam juist is, of haal een filter weg. Een leerling die langer dan een jaar weg is,
          staat niet meer in de lijst.
        </p>
        <p><a class="button secondary" href="/leerid-beheer">Toon alle leerlingen</a></p>
      </div>`;
}

/**
 * A column with the orders it offers, as buttons of the form, so that ticks travel along. The one that holds turns round when it is
 * pressed again.
 */
function columnHeader(
  { sorteer: nu }: ListQuery,
  ...orden: readonly (readonly ["naam" | "voornaam" | "groep" | "klas" | "status", string])[]
): Html {
  const direction = (sorteer: string) =>
    sorteer === nu ? "ascending" : `-${sorteer}` === nu ? "descending" : undefined;
  const hier = orden.map(([sorteer]) => direction(sorteer)).find((one) => one !== undefined);
  return html`<th role="columnheader" scope="col" ${hier ? html`aria-sort="${hier}"` : ""}>
    ${orden.map(
      ([sorteer, text], index) =>
        html`${index > 0 && ", "}<button
            class="sort"
            name="sorteer"
            value="${sorteer === nu ? `-${sorteer}` : sorteer}"
            ${direction(sorteer) ? html`aria-current="true"` : ""}
          >
            ${text}${direction(sorteer) && icon(sorteer === nu ? "arrow-up" : "arrow-down")}
          </button>`,
    )}
  </th>`;
}

function keuzeformulier(list: List): Html {
  const { vraag, gevonden } = list;
  const metKlas = list.stand.klassen !== null;
  return html`<form class="stack" action="/leerid-beheer/selectie" method="post">
    ${hiddenFields({
      vraag: new URLSearchParams(fieldsOf({ ...vraag, bladzijde: gevonden.bladzijde })).toString(),
      // To see which of them are not ticked any more.
      was: [...gevonden.gekozen].join(","),
    })}
    <button name="actie" value="bewaar" hidden>Keuze bewaren</button>
    <div class="table-frame">
      <table class="data reflow" role="table">
        <caption class="visually-hidden">
          Leerlingen van je school
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th class="tick" role="columnheader" scope="col">
              <label
                ><input
                  class="checkbox"
                  type="checkbox"
                  data-pick-all
                  aria-label="Alle leerlingen op deze bladzijde kiezen"
              /></label>
            </th>
            ${columnHeader(vraag, ["naam", "Naam"], ["voornaam", "Voornaam"])}
            <th role="columnheader" scope="col">Gebruikersnaam</th>
            ${
              metKlas
                ? html`${columnHeader(vraag, ["klas", "Klas"])}
                    <th role="columnheader" scope="col">Subklas</th>`
                : columnHeader(vraag, ["groep", "Groep"])
            }
            ${columnHeader(vraag, ["status", "Status"])}
            <th role="columnheader" scope="col">Eerst aangemeld</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${gevonden.leerlingen.map((one) => row(one, gevonden.gekozen.has(one.accountUuid), metKlas))}
        </tbody>
      </table>
    </div>
    ${bar(list)} ${pager(gevonden)}
  </form>`;
}

// Under another name the formatter leaves it alone: its line breaks would be a third of the page, fifty times over.
const tight = html;

function row(one: Leerling, gekozen: boolean, metKlas: boolean): Html {
  const naam = `${one.naam}, ${one.voornaam}`;
  return tight`<tr role="row"><td class="tick" role="cell"><label><input class="checkbox pick" type="checkbox" name="leerling" value="${one.accountUuid}" ${gekozen && tight`checked `}aria-label="${naam} kiezen"></label></td>
<th role="rowheader" scope="row"><a href="/leerid-beheer/leerlingen/${one.accountUuid}">${naam}</a></th>
<td role="cell" class="plain key" data-label="Gebruikersnaam">${one.gebruikersnaam}</td>
${metKlas ? klascellen(one) : tight`<td role="cell" data-label="Groep">${one.groep ?? tight`<span class="soft">${niveaunamen[one.niveau]} ${one.leerjaar}</span>`}</td>`}
<td role="cell" class="pills-cell" data-label="Status"><span class="pills">${statusPills(one)}</span></td>
<td role="cell" class="nowrap" data-label="Aangemeld">${firstTimePage(one)}</td></tr>
`;
}

const zonder = tight`<span class="soft">geen</span>`;
const klascellen = (one: Leerling): Html =>
  tight`<td role="cell" data-label="Klas">${klasnamen(one) || zonder}</td><td role="cell" data-label="Subklas">${subklasnamen(one) || zonder}</td>`;

function firstTimePage(one: Leerling): string {
  if (!one.aangemeld) return "nog nooit";
  return one.eerstGebruiktOp === null ? "ja" : formatDate(one.eerstGebruiktOp);
}

/** The statuses of a pupil, each as words with an icon. */
export function statusPills(one: Leerling): readonly Html[] {
  if (one.uitgeschreven) return [uitgeschreven];
  const pillen: Html[] = [];
  if (one.nieuw) pillen.push(nieuw);
  if (one.aangepast) pillen.push(aangepast);
  if (one.nietUitgereikt) pillen.push(nietUitgereikt);
  if (one.zonderInsz) pillen.push(zonderInsz);
  if (one.badgeGestoptOp !== null) pillen.push(badgeGestopt);
  if (one.aangemeld) pillen.push(inGebruik);
  else if (!one.nietUitgereikt) pillen.push(nooitAangemeld);
  return pillen;
}
const uitgeschreven = tight`<span class="pill">${icon("log-out")}Uitgeschreven</span>`;
const nieuw = tight`<span class="pill info">${icon("plus")}Nieuw</span>`;
const aangepast = tight`<span class="pill info">${icon("pencil")}Aangepast</span>`;
const nietUitgereikt = tight`<span class="pill attention">${icon("inbox")}Nog niet uitgereikt</span>`;
const zonderInsz = tight`<span class="pill attention">${icon("id-card")}Zonder INSZ</span>`;
const badgeGestopt = tight`<span class="pill attention">${icon("triangle-alert")}Badge: verkeerde plaatjes</span>`;
const inGebruik = tight`<span class="pill ok">${icon("check")}In gebruik</span>`;
const nooitAangemeld = tight`<span class="pill">${icon("circle-dashed")}Nooit aangemeld</span>`;

/** What can be done with the selection. Every button keeps first what is ticked on this page. */
function bar({ stand: { gekozen }, gevonden }: List): Html {
  const hier = gevonden.gekozen.size;
  const button = (actie: string, beeld: Parameters<typeof icon>[0], text: string, klasse = "button") =>
    html`<button class="${klasse}" name="actie" value="${actie}">${icon(beeld)}${text}</button>`;
  const link = (actie: string, text: string) =>
    html`<button class="as-link" name="actie" value="${actie}">${text}</button>`;
  return html`<div class="bulk" role="group" aria-label="Met de gekozen leerlingen">
    <p class="count">
      <b>${gekozen === 0 ? "Kies leerlingen" : `${leerlingen(gekozen)} gekozen`}</b>
      <small
        >${gekozen > 0 && `${hier} op deze bladzijde, ${gekozen - hier} op andere.`}
        ${link("bewaar", "Keuze bewaren")}
        ${gevonden.totaal > hier && link("kies-alles", `Kies alle ${formatNumber(gevonden.totaal)}`)}
        ${gekozen > 0 && link("wis", "Keuze wissen")}</small
      >
    </p>
    <div class="row">
      ${button("afdrukken", "printer", "Accounts afdrukken", "button main")}
      ${button("wachtwoord", "key-round", "Nieuw wachtwoord")}
      ${button("badge", "qr-code", "Badge afdrukken")} ${button("exporteren", "download", "Exporteren")}
    </div>
  </div>`;
}

/** Pages as buttons of the form, so that ticks are kept without JavaScript. */
function pager({ totaal, bladzijde, leerlingen: getoond }: ResultPage): Html {
  const last = Math.max(1, Math.ceil(totaal / perBladzijde));
  const van = (bladzijde - 1) * perBladzijde + 1;
  const nummers = [
    ...new Set([1, bladzijde - 2, bladzijde - 1, bladzijde, bladzijde + 1, bladzijde + 2, last]),
  ]
    .filter((nr) => nr >= 1 && nr <= last)
    .toSorted((a, b) => a - b);
  const pageButton = (nr: number, text: string) =>
    html`<li>
      <button
        name="naar"
        value="${nr}"
        aria-label="${text === String(nr) ? `Bladzijde ${nr}` : `${text}, bladzijde ${nr}`}"
      >
        ${text}
      </button>
    </li>`;
  return html`<nav class="pager" aria-label="Bladzijden">
    <p class="soft">
      ${formatNumber(van)} tot ${formatNumber(van + getoond.length - 1)} van ${leerlingen(totaal)}
    </p>
    ${
      last > 1 &&
      html`<ol>
        ${bladzijde > 1 && pageButton(bladzijde - 1, "Vorige")}
        ${nummers.map((nr) =>
          nr === bladzijde
            ? html`<li><span aria-current="page">${nr}</span></li>`
            : pageButton(nr, String(nr)),
        )}
        ${bladzijde < last && pageButton(bladzijde + 1, "Volgende")}
      </ol>`
    }
  </nav>`;
}
