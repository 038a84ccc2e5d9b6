import { formatNumber, hiddenFields, html, icon } from "#platform/html";
import { notice } from "#platform/staff-site";
import type { Leerling } from "#modules/leerlingbeheer";
import type { PageContent } from "../contract.ts";
import { niveaunamen } from "./form.ts";

const naar = "/leerid-beheer/afdrukken";

/** A button was used without anybody ticked. */
export const niemandGekozen: PageContent = {
  titel: "Je koos nog geen leerlingen",
  tab: "leerid-beheer",
  status: 422,
  fout: true,
  inhoud: notice({
    titel: "Je koos nog geen leerlingen",
    waarom: "Er is niemand aangevinkt.",
    wie: "Vink leerlingen aan in de lijst en probeer opnieuw.",
    verder: html`<p><a class="button" href="/leerid-beheer">Naar de lijst</a></p>`,
  }),
};

/** Before a print is made: for whom, what kind, and what happens to what they have now (D7). */
export function keuzePage(gekozen: readonly Leerling[], badge: boolean): PageContent {
  const weg = gekozen.filter((one) => one.uitgeschreven).length;
  const hier = gekozen.filter((one) => !one.uitgeschreven);
  const inGebruik = hier.filter((one) => one.aangemeld).length;
  const titel = badge ? "Badge afdrukken" : "Accounts afdrukken";
  return {
    titel,
    tab: "leerid-beheer",
    kruimels: [],
    inhoud: html`<div class="page-head">
        <div>
          <h1>${titel}</h1>
          <p class="lead">
            Voor ${hier.length === 1 ? "1 leerling" : `${formatNumber(hier.length)} leerlingen`}:
            ${groepen(hier)}.
          </p>
        </div>
      </div>
      ${
        inGebruik > 0 &&
        html`<section class="notice attention" aria-labelledby="let-op">
          ${icon("triangle-alert")}
          <div>
            <h2 id="let-op">
              ${inGebruik === 1 ? "1 leerling meldt" : `${formatNumber(inGebruik)} leerlingen melden`} zich al
              aan
            </h2>
            <p>
              Zij krijgen een nieuw wachtwoord of een nieuwe badge. Wat ze nu gebruiken, werkt daarna niet
              meer.
            </p>
          </div>
        </section>`
      }
      ${weg > 0 && html`<p class="soft">${weg === 1 ? "1 leerling is" : `${formatNumber(weg)} leerlingen zijn`} uitgeschreven. Voor hen drukken we niets af.</p>`}
      <form class="card stack" action="${naar}" method="post">
        ${hiddenFields({ selectie: "1", ...(badge && { soort: "badges" }) })} ${!badge && soortkeuze}
        <div class="row">
          <button class="button" ${hier.length === 0 ? html`disabled` : ""}>
            ${icon("printer")}Afdruk maken
          </button>
          <a class="button quiet" href="/leerid-beheer">Terug naar de lijst</a>
        </div>
      </form>`,
  };
}

const soortkeuze = html`<fieldset class="stack-s">
  <legend>Wat wil je uitdelen?</legend>
  <label class="check"
    ><input type="radio" name="soort" value="strookjes" checked /><span
      ><b>Strookjes</b><br /><span class="soft"
        >Verschillende leerlingen op een blad, om te knippen.</span
      ></span
    ></label
  >
  <label class="check"
    ><input type="radio" name="soort" value="brieven" /><span
      ><b>Brieven</b><br /><span class="soft">Eén blad per leerling, met uitleg voor thuis.</span></span
    ></label
  >
</fieldset>`;

function groepen(leerlingen: readonly Leerling[]): string {
  const aantallen = new Map<string, number>();
  for (const one of leerlingen) {
    const naam = one.klassen[0]?.klas ?? one.groep ?? `${niveaunamen[one.niveau]} ${one.leerjaar}`;
    aantallen.set(naam, (aantallen.get(naam) ?? 0) + 1);
  }
  const namen = Array.from(aantallen, ([naam, aantal]) => `${naam} (${aantal})`);
  return namen.length > 6
    ? `${namen.slice(0, 5).join(", ")} en ${namen.length - 5} andere groepen`
    : namen.join(", ");
}
