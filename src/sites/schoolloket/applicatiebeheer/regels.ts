import { html, icon, type Html } from "#platform/html";
import type { Leerling } from "#modules/leerlingbeheer";
import type { Doel, SchoolRegel, SchoolToepassing } from "#modules/toepassingen";
import type { Aanvraag } from "./form.ts";
import {
  countFor,
  doelName,
  doelValue,
  groepName,
  klassenOf,
  klassenValue,
  leerlingen,
  niveauNaam,
  periodText,
  type Tally,
} from "./words.ts";

/** What the forms of the rules of one application show. */
export type RegelInput = {
  readonly toepassing: SchoolToepassing;
  /** Pupils of today, and whether the school shares their classes. */
  readonly telling: Tally & { readonly deelt: boolean };
  /** A change that was asked and is not kept yet. */
  readonly aanvraag?: Aanvraag;
  readonly zoek?: { readonly tekst: string; readonly gevonden: readonly Leerling[]; readonly totaal: number };
};

/** Two dates with their labels and what is wrong with them. */
function datums(aanvraag: Aanvraag | undefined, id: string, van = "", tot = ""): Html {
  const field = (naam: "van" | "tot", label: string, value: string) => {
    const fout = aanvraag?.fouten[naam];
    return html`<div class="field" ${fout ? html`data-invalid` : ""}>
      <label for="${id}-${naam}">${label}</label>
      ${fout && html`<span class="problem" id="${id}-${naam}-fout">${icon("circle-alert")}${fout}</span>`}
      <input
        class="input"
        id="${id}-${naam}"
        name="${naam}"
        type="date"
        value="${value}"
        ${fout ? html`aria-invalid="true" aria-describedby="${id}-${naam}-fout"` : ""}
      />
    </div>`;
  };
  return html`<div class="filters auto">
    ${field("van", "Vanaf (mag leeg)", aanvraag?.van ?? van)}
    ${field("tot", "Tot en met (mag leeg)", aanvraag?.tot ?? tot)}
  </div>`;
}

const errorOf = (aanvraag: Aanvraag | undefined, wat: Aanvraag["wat"]): Html | undefined =>
  aanvraag?.wat === wat && aanvraag.fouten.keuze !== undefined
    ? html`<p class="field" data-invalid>
        <span class="problem" role="alert">${icon("circle-alert")}${aanvraag.fouten.keuze}</span>
      </p>`
    : undefined;

/** For whom it becomes visible: one list of boxes, so that nothing depends on a choice above it. */
export function newRegel({ toepassing, telling, aanvraag }: RegelInput, path: string): Html {
  const deze = aanvraag?.wat === "nieuw" ? aanvraag : undefined;
  const gekozen = new Set(deze?.velden.filter(([naam]) => naam === "doel").map(([, value]) => value));
  const staat = new Set(toepassing.regels.map(({ doel }) => doelValue(doel)));
  const cellBox = (doel: Doel, naam: string) => {
    const value = doelValue(doel);
    const aantal = countFor(doel, telling) ?? 0;
    return html`<label class="check"
      ><input type="checkbox" name="doel" value="${value}" ${gekozen.has(value) ? html`checked` : ""} /><span
        >${naam}
        <span class="soft small"
          >${leerlingen(aantal)}${staat.has(value) && ", heeft al een regel"}</span
        ></span
      ></label
    >`;
  };
  const niveaus = [...new Set(telling.groepen.map(({ niveau }) => niveau))];
  return html`<section class="card" aria-labelledby="regel">
    <form class="stack" action="${path}" method="get">
      <h2 id="regel">Voeg een regel toe</h2>
      ${errorOf(aanvraag, "nieuw")}
      <fieldset class="stack-s">
        <legend>Maak zichtbaar voor</legend>
        <div class="row wide-gap">${cellBox({ soort: "school" }, "Hele school")}</div>
        ${niveaus.map(
          (niveau) =>
            html`<div class="row wide-gap">
              ${niveaus.length > 1 && cellBox({ soort: "niveau", niveau }, `Heel het ${niveauNaam[niveau].toLowerCase()}`)}
              ${telling.groepen
                .filter((groep) => groep.niveau === niveau)
                .map(({ leerjaar }) =>
                  cellBox({ soort: "leerjaar", niveau, leerjaar }, groepName({ niveau, leerjaar })),
                )}
            </div>`,
        )}
      </fieldset>
      ${telling.klassen.length > 0 && klasvakken(telling, cellBox)} ${datums(deze, "nieuw")}
      <p class="why">
        ${icon("info")}<span
          >Wie later in dit leerjaar${telling.klassen.length > 0 && " of deze klas"} komt, krijgt
          ${toepassing.naam} dezelfde dag. Je hoeft niets bij te houden.</span
        >
      </p>
      <div class="row">
        <button class="button ${deze?.wijzigingen.length ? "secondary" : ""}" name="bekijk" value="nieuw">
          Bekijk het effect
        </button>
      </div>
    </form>
  </section>`;
}

/** Classes per year, each with its subclasses, and all classes of a year at once (R55b). */
function klasvakken({ klassen, groepen }: Tally, cellBox: (doel: Doel, naam: string) => Html): Html {
  return html`<fieldset class="stack-s">
    <legend>Of per klas of subklas</legend>
    ${groepen
      .map((groep) => ({ groep, hier: klassenOf(klassen, groep) }))
      .filter(({ hier }) => hier.length > 0)
      .map(
        ({ groep, hier }) =>
          html`<div class="row wide-gap">
              ${
                hier.length > 1 &&
                html`<label class="check"
                  ><input type="checkbox" name="doel" value="${klassenValue(groep)}" /><span
                    ><b>Alle klassen van het ${groepName(groep)}</b>
                    <span class="soft small">${hier.length} klassen</span></span
                  ></label
                >`
              }
              ${hier.map(({ klas }) => cellBox({ soort: "klas", klas }, klas))}
            </div>
            ${subklasvakken(klassen, hier, cellBox)}`,
      )}
  </fieldset>`;
}

/** The subclasses of these classes, in a row of their own; undefined when they have none. */
function subklasvakken(
  klassen: Tally["klassen"],
  van: Tally["klassen"],
  cellBox: (doel: Doel, naam: string) => Html,
): Html | undefined {
  const namen = new Set(van.map(({ klas }) => klas));
  const hier = klassen.flatMap(({ klas, subklas }) =>
    subklas !== null && namen.has(klas) ? [{ klas, subklas }] : [],
  );
  if (hier.length === 0) return undefined;
  return html`<div class="row wide-gap">
    ${hier.map((one) => cellBox({ soort: "subklas", ...one }, `${one.klas}, ${one.subklas}`))}
  </div>`;
}

/** Other dates for a rule in force. */
export function changeRegel({ aanvraag }: RegelInput, regel: SchoolRegel, path: string): Html {
  const deze = aanvraag?.wat === "wijzig" ? aanvraag : undefined;
  return html`<section class="card" aria-labelledby="regel">
    <form class="stack" action="${path}" method="get">
      <h2 id="regel">Wijzig de regel</h2>
      <p><b>${doelName(regel.doel, regel.leerling)}</b>, nu ${periodText(regel)}</p>
      ${datums(deze, "wijzig", regel.van ?? "", regel.tot ?? "")}
      <input type="hidden" name="wijzig" value="${regel.regelId}" />
      <div class="row">
        <button class="button ${deze?.wijzigingen.length ? "secondary" : ""}" name="bekijk" value="wijzig">
          Bekijk het effect</button
        ><a class="button danger" href="${path}?weg=${regel.regelId}">Haal de regel weg</a
        ><a class="button quiet" href="${path}">Annuleer</a>
      </div>
    </form>
  </section>`;
}

/** Exceptions for single pupils: search first, then choose (R54). */
export function exceptionForm({ toepassing, zoek, aanvraag }: RegelInput, path: string): Html {
  const { naam } = toepassing;
  const deze = aanvraag?.wat === "leerling" ? aanvraag : undefined;
  return html`<section class="card stack" aria-labelledby="uitzondering">
    <h2 id="uitzondering">Eén leerling wel of niet</h2>
    <form class="row bottom" action="${path}#uitzondering" method="get">
      <div class="field">
        <label for="zoek">Zoek een leerling van je school</label>
        <input class="input" id="zoek" name="zoek" value="${zoek?.tekst ?? ""}" autocomplete="off" />
      </div>
      <button class="button secondary">${icon("search")}Zoek</button>
    </form>
    ${errorOf(aanvraag, "leerling")}
    ${
      zoek &&
      (zoek.gevonden.length === 0
        ? html`<p class="soft">Geen leerling gevonden met "${zoek.tekst}". Kijk de spelling na.</p>`
        : html`<form class="stack" action="${path}" method="get">
            <fieldset class="stack-s">
              <legend>Welke leerling?</legend>
              ${zoek.gevonden.map(
                (leerling) =>
                  html`<label class="check"
                    ><input type="checkbox" name="leerling" value="${leerling.accountUuid}" /><span
                      >${leerling.voornaam} ${leerling.naam}
                      <span class="soft small">${groepName(leerling)}, ${leerling.gebruikersnaam}</span></span
                    ></label
                  >`,
              )}
              ${
                zoek.totaal > zoek.gevonden.length &&
                html`<p class="soft small">
                  Dit zijn de eerste ${zoek.gevonden.length} van ${zoek.totaal}. Typ meer van de naam.
                </p>`
              }
            </fieldset>
            <fieldset class="stack-s">
              <legend>Wat moet er gebeuren?</legend>
              <div class="row wide-gap">
                <label class="check"
                  ><input type="radio" name="uitgesloten" value="ja" checked />${naam} verbergen</label
                >
                <label class="check"
                  ><input type="radio" name="uitgesloten" value="nee" />${naam} ook tonen</label
                >
              </div>
            </fieldset>
            ${datums(deze, "leerling")}
            <div class="row">
              <button class="button secondary" name="bekijk" value="leerling">Bekijk het effect</button>
            </div>
          </form>`)
    }
  </section>`;
}
