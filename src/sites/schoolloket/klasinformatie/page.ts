import { formatChoice, formatDate, hiddenFields, html, icon, type Html } from "#platform/html";
import { overeenkomst, type Akkoord, type AkkoordPeriod, type Overeenkomst } from "#modules/akkoorden";
import type { Pakket } from "#modules/schoolsoftware";
import type { PageContent } from "../contract.ts";
import { overeenkomstText, type Partij } from "./overeenkomst.ts";

export const delenPad = "/schoolinstellingen/delen";
export const stoppenPad = "/schoolinstellingen/stoppen";
export const protocolPad = "/schoolinstellingen/protocol";

/** What a page about sharing knows of the school. */
export type Sharing = {
  readonly school: Partij;
  /** May he start and stop (R53)? */
  readonly mag: boolean;
  /** What stands in Mijn Schoolsoftware today (R21). */
  readonly pakket: Pakket | undefined;
  /** Names of the packages that can deliver classes. */
  readonly delivering: readonly string[];
  readonly akkoord: Akkoord | undefined;
  readonly vroeger: readonly AkkoordPeriod[];
};

/** R55, in the words of the screen. */
const voordelen = [
  ["search", "Leerlingen filteren en zoeken op (sub)klas"],
  ["layout-grid", "Applicaties eenvoudig toekennen per (sub)klas"],
  ["printer", "Nieuwe of aangepaste LeerID-account(s) groeperen per (sub)klas voor een vlotte verdeling"],
] as const;
const lijstVanVoordelen: Html = html`<ul class="bullets">
  ${voordelen.map(([naam, text]) => html`<li>${icon(naam)}<span>${text}</span></li>`)}
</ul>`;

/** R56. */
const overApplicaties: Html = html`<p class="soft">
  Maakt een LeerID-beheerder een applicatie zichtbaar voor een leerling? Dan krijgt die applicatie ook de
  klasinformatie van die leerling. Let op: dat geldt alleen als de applicatie het delen van klasinformatie
  heeft geïntegreerd.
</p>`;

/** Heading, notice and sub-heading of R47. */
export const kopVanDelen: Html = html`<div class="page-head">
  <div><h1>Delen van klasinformatie met LeerID</h1></div>
</div>`;
/** The packages that stand in Mijn Schoolsoftware and can deliver: another one needs nothing here. */
export const welkePakketten = (delivering: readonly string[]): Html =>
  html`${
      delivering.length > 0 &&
      html`<div class="notice">
        ${icon("info")}
        <div>
          <p class="title">
            Let op: dit is mogelijk als je school werkt met één van deze administratieve pakketten:
          </p>
          <ul class="inline-list">
            ${delivering.map((naam) => html`<li>${naam}</li>`)}
          </ul>
        </div>
      </div>`
    }
    <h2>Extra informatie delen met LeerID en applicaties aangesloten op LeerID</h2>`;

/** The state with its one control: sharing or not (R48, R50). */
export function toestandOfParts(p: Sharing): Html {
  return html`<section class="card" aria-labelledby="toestand">
    <div class="stack">
      ${p.akkoord ? sharedPart(p, p.akkoord) : notShared(p)}${earlierAkkoorden(p.vroeger)}
    </div>
  </section>`;
}

function notShared(p: Sharing): Html {
  const kan = p.pakket?.levertKlasinformatie === true;
  return html`<div class="state">
      <span class="mark">${icon("circle-minus")}</span>
      <h3 id="toestand">Momenteel deelt je school geen klasinformatie met LeerID</h3>
      <p class="soft">LeerID krijgt en toont geen klassen van je school.</p>
    </div>
    <hr />
    <p>
      Hierbij vragen we je akkoord om de klasinformatie van de leerlingen op te vragen bij je administratief
      pakket. Dan kan je school in het LeerID Schoolloket:
    </p>
    ${lijstVanVoordelen} ${overApplicaties} ${sourceOf(p)}
    <div class="row">
      ${
        p.mag && kan
          ? html`<a class="button" href="${delenPad}" data-dialog="delen">Deel klasinformatie met LeerID</a>`
          : html`<button
              class="button"
              type="button"
              aria-disabled="true"
              aria-describedby="${kan ? "waarom-niet-delen" : p.mag ? "bron" : "bron waarom-niet-delen"}"
            >
              Deel klasinformatie met LeerID
            </button>`
      }
    </div>
    ${
      p.mag
        ? html`<p class="why">
            ${icon("shield-check")}<span
              >${kan ? "Je leest eerst het volledige protocol. Je kunt op elk moment weer stoppen." : "Zodra dat in orde is, kun je hier beginnen."}</span
            >
          </p>`
        : notToYou("begint hiermee")
    }`;
}

/** From where the classes would come; or why that cannot be, and who can change it. */
function sourceOf({ school, pakket, delivering }: Sharing): Html {
  if (pakket?.levertKlasinformatie)
    return html`<div class="notice ok" id="bron">
      ${icon("check")}
      <div>
        <p>
          ${school.naam} kan de klasinformatie ophalen uit <b>${pakket.naam}</b>, de administratieve software
          die geconfigureerd staat in "Mijn Schoolsoftware".
        </p>
      </div>
    </div>`;
  return html`<div class="notice attention" id="bron">
    ${icon("triangle-alert")}
    <div>
      <p class="title">${school.naam} kan nu geen klasinformatie ophalen</p>
      <p>
        ${
          pakket
            ? html`In "Mijn Schoolsoftware" staat ${pakket.naam}. Dat pakket levert geen klasinformatie aan
              LeerID.`
            : 'In "Mijn Schoolsoftware" staat voor je school geen administratief pakket.'
        }
        ${delivering.length > 0 && `Werk je met ${formatChoice(delivering)}? Laat dat aanpassen in "Mijn Schoolsoftware".`}
        Je secretariaat of ICT-coördinator weet wie dat voor je school doet.
      </p>
    </div>
  </div>`;
}

function sharedPart(p: Sharing, akkoord: Akkoord): Html {
  return html`<div class="state on">
      <span class="mark">${icon("check")}</span>
      <h3 id="toestand">Klasinformatie wordt gedeeld met LeerID</h3>
      <p class="soft">Sinds ${formatDate(akkoord.gegevenOp)}, akkoord van ${akkoord.gegevenNaam}</p>
    </div>
    <hr />
    <p>De klasinformatie is beschikbaar in LeerID. Alle LeerID-beheerders van je school kunnen nu:</p>
    ${lijstVanVoordelen} ${overApplicaties}
    <p><a href="${protocolPad}/${akkoord.akkoord}">Toon details van het goedgekeurde protocol</a></p>
    ${
      p.pakket?.levertKlasinformatie !== true &&
      html`<div class="notice attention">
        ${icon("triangle-alert")}
        <div>
          <p>
            ${
              p.pakket
                ? html`In "Mijn Schoolsoftware" staat nu ${p.pakket.naam}. Dat pakket levert geen
                  klasinformatie.`
                : 'In "Mijn Schoolsoftware" staat nu geen administratief pakket.'
            }
            Er komt dus niets nieuws meer binnen. Laat dat aanpassen in "Mijn Schoolsoftware".
          </p>
        </div>
      </div>`
    }
    <hr />
    <div class="row">
      ${
        p.mag
          ? html`<a class="button danger" href="${stoppenPad}" data-dialog="stoppen"
              >Stop het delen van klasinformatie met LeerID</a
            >`
          : html`<button
              class="button secondary"
              type="button"
              aria-disabled="true"
              aria-describedby="waarom-niet-delen"
            >
              Stop het delen van klasinformatie met LeerID
            </button>`
      }
    </div>
    ${!p.mag && notToYou("stopt hiermee")}`;
}

/** R53: what is not his to do says why, and whose it is. */
const notToYou = (wat: string): Html =>
  html`<p class="why" id="waarom-niet-delen">
    ${icon("lock-keyhole")}<span
      >Alleen een databeheerder van de school ${wat}: een directeur met een lopende opdracht. Op deze pagina
      staat wie dat is.</span
    >
  </p>`;

function earlierAkkoorden(vroeger: readonly AkkoordPeriod[]): Html | false {
  return (
    vroeger.length > 0 &&
    html`<details class="figures">
      <summary>Vroegere akkoorden (${vroeger.length})</summary>
      <ul class="rules">
        ${vroeger.map(
          (one) =>
            html`<li>
              ${icon("clock")}<span
                ><b>${formatDate(one.gegevenOp)} tot ${formatDate(one.gestoptOp ?? one.gegevenOp)}</b
                ><br /><span class="soft small"
                  >akkoord van ${one.gegevenNaam}, gestopt door
                  ${one.gestoptNaam}${one.gewistOp !== null && html`, klassen gewist op ${formatDate(one.gewistOp)}`}</span
                ></span
              ><a
                href="${protocolPad}/${one.akkoord}"
                aria-label="Toon het protocol van ${formatDate(one.gegevenOp)}"
                >Protocol</a
              >
            </li>`,
        )}
      </ul>
    </details>`
  );
}

const akkoordButton = (gewoon: boolean): Html =>
  html`<p class="soft">
      Je gaat akkoord namens het schoolbestuur. Het akkoord is van de school en blijft gelden als jij geen
      directeur meer bent.
    </p>
    <a class="button secondary" href="/schoolinstellingen" ${!gewoon && html`data-close`}>Annuleer</a>
    <form action="${delenPad}" method="post">
      ${hiddenFields({ versie: String(overeenkomst.versie) })}<button class="button">
        Deel klasinformatie
      </button>
    </form>`;

const stopButton = (gewoon: boolean): Html =>
  html`<a class="button secondary" href="/schoolinstellingen" ${!gewoon && html`data-close`}>Annuleer</a>
    <form action="${stoppenPad}" method="post">
      <button class="button danger">Stop het delen van klasinformatie</button>
    </form>`;

const gevolgen: Html = html`<p>Als je stopt, kan dit niet meer in het LeerID Schoolloket:</p>
  ${lijstVanVoordelen}
  <p>
    Applicaties krijgen geen klasinformatie van je leerlingen meer, ook niet als ze die geïntegreerd hebben.
    Applicaties die je aan een (sub)klas toekende, zien de leerlingen niet meer, tenzij je ze ook op een
    andere manier toekende.
  </p>
  <p>
    LeerID neemt meteen geen leveringen meer aan en wist de klassen van je school binnen vijf minuten. Wat een
    applicatie eerder al kreeg, moet die zelf wissen.
  </p>
  <p>Je school kan later opnieuw beginnen. Dan vragen we een nieuw akkoord.</p>`;

/** The two dialogs of the page; a script opens them in place, without it their addresses are pages (R49, R51). */
export function dialogs(p: Sharing): Html | false {
  if (!p.mag) return false;
  if (p.akkoord)
    return dialog({
      id: "stoppen",
      titel: "Stop het delen van klasinformatie met LeerID",
      school: p.school,
      sluit: "Sluit zonder te stoppen",
      label: "Wat er verandert als je stopt",
      inhoud: html`<div class="stack">${gevolgen}</div>`,
      voet: stopButton(false),
    });
  return (
    p.pakket?.levertKlasinformatie === true &&
    dialog({
      id: "delen",
      titel: "Deel klasinformatie met LeerID",
      school: p.school,
      sluit: "Sluit zonder te delen",
      label: "Tekst van het protocol",
      inhoud: overeenkomstText(overeenkomst, p.school),
      voet: akkoordButton(false),
    })
  );
}

function dialog(p: {
  readonly id: string;
  readonly titel: string;
  readonly school: Partij;
  readonly sluit: string;
  readonly label: string;
  readonly inhoud: Html;
  readonly voet: Html;
}): Html {
  return html`<dialog class="dialog" id="${p.id}" aria-labelledby="${p.id}-titel">
    <header>
      <div>
        <h2 id="${p.id}-titel">${p.titel}</h2>
        <p class="soft">${p.school.naam}, ${p.school.instellingsnummer}</p>
      </div>
      <a class="button quiet close" href="/schoolinstellingen" data-close aria-label="${p.sluit}"
        >${icon("x")}</a
      >
    </header>
    <div class="body" tabindex="0" autofocus role="region" aria-label="${p.label}">${p.inhoud}</div>
    <footer>${p.voet}</footer>
  </dialog>`;
}

/** The first dialog as a page of its own, for whoever has no script. */
export const sharingPage = (school: Partij): PageContent => ({
  titel: "Deel klasinformatie met LeerID",
  tab: "schoolinstellingen",
  kruimels: [],
  inhoud: html`<div class="page-head">
      <div>
        <h1>Deel klasinformatie met LeerID</h1>
        <p>${school.naam}, ${school.instellingsnummer}</p>
      </div>
    </div>
    <section class="card" aria-labelledby="protocol">
      <h2 class="visually-hidden" id="protocol">Tekst van het protocol</h2>
      ${overeenkomstText(overeenkomst, school)}
    </section>
    <div class="row decide">${akkoordButton(true)}</div>`,
});

/** The second dialog as a page. */
export const stopPage = (school: Partij): PageContent => ({
  titel: "Stop het delen van klasinformatie met LeerID",
  tab: "schoolinstellingen",
  kruimels: [],
  inhoud: html`<div class="page-head">
      <div>
        <h1>Stop het delen van klasinformatie met LeerID</h1>
        <p>${school.naam}, ${school.instellingsnummer}</p>
      </div>
    </div>
    <section class="card stack">${gevolgen}</section>
    <div class="row decide">${stopButton(true)}</div>`,
});

/** What a school agreed to, word for word, with who and when (R50). To print as well. */
export const protocolPage = (akkoord: AkkoordPeriod, o: Overeenkomst, school: Partij): PageContent => ({
  titel: "Goedgekeurd protocol",
  tab: "schoolinstellingen",
  kruimels: [],
  inhoud: html`<div class="page-head">
      <div>
        <h1>Goedgekeurd protocol</h1>
        <p>
          ${akkoord.gestoptOp === null ? "Dit akkoord loopt nu." : `Dit akkoord is gestopt op ${formatDate(akkoord.gestoptOp)} door ${akkoord.gestoptNaam}.`}
        </p>
      </div>
      <div class="row">
        <button class="button secondary" type="button" data-print hidden>${icon("printer")}Druk af</button>
      </div>
    </div>
    <div class="notice ok">
      ${icon("check")}
      <div>
        <p>
          ${akkoord.gegevenNaam} ging op ${formatDate(akkoord.gegevenOp)} akkoord met versie
          ${akkoord.versie}, namens het schoolbestuur van ${school.naam}.
        </p>
      </div>
    </div>
    <section class="card" aria-labelledby="protocol">
      <h2 class="visually-hidden" id="protocol">Tekst van het protocol</h2>
      ${overeenkomstText(o, school)}
    </section>`,
});
