import { hiddenFields, html, icon, type Html } from "#platform/html";
import type { KlasCount } from "#modules/klassen";
import type { Groep } from "#modules/leerlingbeheer";
import {
  addressOf,
  groepnaam,
  groepwaarde,
  klasnaam,
  klaswaarde,
  niveaunamen,
  statusnamen,
  fieldsOf,
  type ListQuery,
} from "./form.ts";

function keuze(
  naam: string,
  label: string,
  opties: readonly (readonly [string, string])[],
  nu: string,
): Html {
  return html`<div class="field">
    <label for="${naam}">${label}</label>
    <select class="select" id="${naam}" name="${naam}">
      <option value="">Alle</option>
      ${opties.map(([value, text]) => html`<option value="${value}" ${value === nu ? html`selected` : ""}>${text}</option>`)}
    </select>
  </div>`;
}

type Zoekinput = {
  readonly vraag: ListQuery;
  readonly stand: {
    readonly groepen: readonly Groep[];
    /** null while the school does not share class information: then nothing of a class is here (R68). */
    readonly klassen: readonly KlasCount[] | null;
  };
};

/** The search box and the filters. */
export function searchForm({ vraag, stand: { groepen, klassen } }: Zoekinput): Html {
  const velden = fieldsOf(vraag);
  const niveaus = [...new Set(groepen.map((one) => one.niveau))];
  const leerjaren = [...new Set(groepen.map((one) => one.leerjaar))].toSorted((a, b) => a - b);
  const namen = [...new Set(groepen.map((one) => one.groep))];
  // What was asked stays a choice, also when nobody is in it any more.
  if (vraag.filter.groep !== undefined && !namen.includes(vraag.filter.groep)) namen.push(vraag.filter.groep);
  return html`<form class="card" action="/leerid-beheer" role="search" aria-label="Leerlingen zoeken">
    <div class="filters">
      <div class="field grow">
        <label for="zoek"
          >Zoek op ${klassen ? "naam, gebruikersnaam of klas" : "naam of gebruikersnaam"}</label
        >
        <div class="with-icon">
          ${icon("search")}<input
            class="input"
            id="zoek"
            name="zoek"
            type="search"
            autocomplete="off"
            value="${vraag.filter.zoek ?? ""}"
          />
        </div>
      </div>
      ${keuze(
        "niveau",
        "Niveau",
        niveaus.map((one) => [one, niveaunamen[one]]),
        velden["niveau"] ?? "",
      )}
      ${keuze(
        "leerjaar",
        "Leerjaar",
        leerjaren.map((one) => [String(one), String(one)]),
        velden["leerjaar"] ?? "",
      )}
      ${
        klassen
          ? keuze("klas", "(Sub)klas", klasopties(klassen, vraag), velden["klas"] ?? "")
          : keuze(
              "groep",
              "Groep",
              namen.map((one) => [groepwaarde(one), groepnaam(one)]),
              velden["groep"] ?? "",
            )
      }
      ${keuze("status", "Status", Object.entries(statusnamen), velden["status"] ?? "")}
      ${vraag.sorteer !== "naam" && hiddenFields({ sorteer: vraag.sorteer })}
      <button class="button secondary submit">${icon("search")}Zoeken</button>
    </div>
  </form>`;
}

/** Classes with their subclasses below them; what was asked stays a choice, also when nobody is in it any more. */
function klasopties(
  klassen: readonly KlasCount[],
  { filter }: ListQuery,
): readonly (readonly [string, string])[] {
  const opties = new Map(
    klassen.map(({ klas, subklas }) => [
      klaswaarde(subklas === null ? { klas } : { klas, subklas }),
      subklas === null ? klas : `– ${subklas}`,
    ]),
  );
  opties.set(klaswaarde(null), klasnaam(null));
  if (filter.klas && !opties.has(klaswaarde(filter.klas)))
    opties.set(klaswaarde(filter.klas), klasnaam(filter.klas));
  return [...opties];
}

/** What is asked, each with a way to leave it out. */
export function chips({ filter, sorteer }: ListQuery): Html | undefined {
  const namen: readonly (readonly [keyof typeof filter, string])[] = [
    ["zoek", `"${filter.zoek ?? ""}"`],
    ["niveau", filter.niveau ? niveaunamen[filter.niveau] : ""],
    ["leerjaar", `Leerjaar ${filter.leerjaar ?? ""}`],
    ["groep", filter.groep === undefined ? "" : groepnaam(filter.groep)],
    [
      "klas",
      filter.klas === undefined ? "" : filter.klas === null ? "zonder klas" : `Klas ${klasnaam(filter.klas)}`,
    ],
    ["status", filter.status ? statusnamen[filter.status] : ""],
  ];
  const aan = namen.filter(([veld]) => filter[veld] !== undefined);
  if (aan.length === 0) return undefined;
  return html`<div class="chips">
    <span>Filters:</span>
    ${aan.map(([veld, naam]) => {
      const { [veld]: _, ...rest } = filter;
      return html`<a
        class="chip"
        href="${addressOf({ filter: rest, sorteer, bladzijde: 1 })}"
        aria-label="Filter weghalen: ${naam}"
        >${naam} ${icon("x")}</a
      > `;
    })}
    <a href="${addressOf({ filter: {}, sorteer, bladzijde: 1 })}">Alles wissen</a>
  </div>`;
}
