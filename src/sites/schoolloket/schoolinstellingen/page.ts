import { isStraks, type Datum } from "#platform/clock";
import { formatDate, formatNearDay, html, icon, postButton, type Html } from "#platform/html";
import type { Beheerder, Databeheerder, OwnSchool, Recht, Toegangsvraag } from "#modules/rechten";
import { kopVanDelen, toestandOfParts, welkePakketten, type Sharing } from "../klasinformatie/page.ts";
import { leveringenList, waitingForYou, type Leveringen } from "../leveringen/page.ts";

/** What was just done, shown once above the page. */
export const gedaan = {
  benoemd: "Deze persoon is nu LeerID-beheerder van je school.",
  jezelf: "Je bent nu ook LeerID-beheerder van je school.",
  geweigerd: "De vraag is geweigerd. De persoon ziet dat bij de volgende aanmelding.",
  verwijderd: "Deze persoon is geen LeerID-beheerder meer van je school.",
  "al-beslist": "Een andere directeur besliste al over deze vraag. Hieronder zie je hoe het nu is.",
  gedeeld: "Je school deelt nu klasinformatie met LeerID.",
  "deelt-al": "Je school deelt al klasinformatie met LeerID.",
  "deelt-niet": "Je school deelt geen klasinformatie met LeerID. Er valt niets te stoppen.",
  "geen-pakket": "Delen kan nu niet. Hieronder staat waarom, en wie het kan oplossen.",
  "andere-versie": "Het protocol is intussen vernieuwd. Lees het opnieuw voor je akkoord gaat.",
  gestopt: "Je school deelt geen klasinformatie meer. LeerID wist de klassen binnen vijf minuten.",
  verwerken: "De levering wordt nu verwerkt. Over een ogenblik zie je het resultaat hieronder.",
  weigeren: "De levering wordt geweigerd. De klassen blijven zoals ze waren.",
  "levering-voorbij": "Over deze levering is al beslist. Hieronder zie je hoe het nu is.",
} as const;
export type Done = keyof typeof gedaan;
/** What did not happen as asked, and is no fault. */
const anders: readonly Done[] = [
  "al-beslist",
  "deelt-al",
  "deelt-niet",
  "geen-pakket",
  "andere-versie",
  "levering-voorbij",
];

export type SettingsPage = {
  readonly recht: Recht;
  readonly ik: { readonly voId: string };
  readonly databeheerders: readonly Databeheerder[];
  readonly beheerders: readonly Beheerder[];
  readonly vragen: readonly Toegangsvraag[];
  readonly delen: Sharing;
  /** Only of a school that shares. */
  readonly leveringen: Leveringen | undefined;
  readonly vandaag: Datum;
  /** Epoch milliseconds. */
  readonly nu: number;
  readonly gedaan?: Done | undefined;
};

const jij: Html = html`<span class="pill ok">${icon("check")}Jij</span>`;

/** Schoolinstellingen (R47): sharing class information, and who has which right. Who may not change it reads why (R53). */
export function schoolinstellingen(p: SettingsPage): Html {
  const mag = p.recht.databeheerder !== null;
  const letOp = p.gedaan !== undefined && anders.includes(p.gedaan);
  return html`${kopVanDelen}
    ${
      p.gedaan &&
      html`<div class="notice ${letOp ? "attention" : "ok"}" role="status">
        ${icon(letOp ? "info" : "check")}
        <div><p>${gedaan[p.gedaan]}</p></div>
      </div>`
    }
    ${p.vragen.length > 0 && vragenList(p, mag)} ${welkePakketten(p.delen.delivering)}
    ${p.leveringen && waitingForYou(p.leveringen)}
    <div class="columns wide-left">
      <div class="stack">${toestandOfParts(p.delen)} ${p.leveringen && leveringenList(p.leveringen)}</div>
      <div class="stack">${!mag && alleenLezen} ${databeheerders(p)} ${beheerders(p, mag)}</div>
    </div>`;
}

const alleenLezen: Html = html`<div class="notice" id="waarom-niet">
  ${icon("info")}
  <div>
    <p class="title">Niet alles hier is aan jou</p>
    <p>
      Alleen een databeheerder van de school (een directeur) start of stopt het delen van klasinformatie, en
      voegt LeerID-beheerders toe of verwijdert ze. Lezen mag je alles.
    </p>
  </div>
</div>`;

/** A control that does nothing for whoever has no right to it; the reason stands in the notice above and beside it (R53). */
const closedBlock = (text: string, label: string): Html =>
  html`<button
    class="button secondary small"
    type="button"
    aria-disabled="true"
    aria-describedby="waarom-niet"
    aria-label="${label}"
  >
    ${text}
  </button>`;

const waaromDicht: Html = html`<p class="why">
  ${icon("lock-keyhole")}<span>Dit doet een databeheerder van de school. Vraag het aan je directeur.</span>
</p>`;

function vragenList(p: SettingsPage, mag: boolean): Html {
  return html`<section class="card" aria-labelledby="vragen">
    <div class="card-head"><h2 id="vragen">Wie vraagt om LeerID-beheerder te worden</h2></div>
    <ul class="rules">
      ${p.vragen.map(
        (vraag) =>
          html`<li>
            ${icon("inbox")}<span
              ><b>${vraag.voornaam} ${vraag.naam}</b><br /><span class="soft small"
                >gevraagd ${formatAsked(vraag.gevraagdOp, p.nu)}</span
              ></span
            >${mag ? decideForm(vraag) : closedBlock("Beslis", `Beslis over de vraag van ${vraag.voornaam} ${vraag.naam}`)}
          </li>`,
      )}
    </ul>
    ${
      mag
        ? html`<p class="why">
            ${icon("info")}<span
              >Een LeerID-beheerder ziet alle leerlingen van de school, geeft accounts uit en kiest
              toepassingen. Ken je deze persoon niet? Weiger dan.</span
            >
          </p>`
        : waaromDicht
    }
  </section>`;
}

const formatAsked = (moment: number, nu: number): string => {
  const dag = formatNearDay(moment, nu);
  return dag === "vandaag" || dag === "gisteren" ? dag : `op ${formatDate(moment)}`;
};

function decideForm({ vraag, voornaam, naam }: Toegangsvraag): Html {
  return html`<form class="row" action="/schoolinstellingen/vragen/${vraag}" method="post">
    <button
      class="button small"
      name="besluit"
      value="toegekend"
      aria-label="Maak beheerder: ${voornaam} ${naam}"
    >
      Maak beheerder
    </button>
    <button
      class="button secondary small"
      name="besluit"
      value="geweigerd"
      aria-label="Weiger de vraag van ${voornaam} ${naam}"
    >
      Weiger
    </button>
  </form>`;
}

function beheerders(p: SettingsPage, mag: boolean): Html {
  const zelf = p.beheerders.some(({ voId }) => voId === p.ik.voId);
  const doorRol = p.beheerders.some(({ beheerder }) => beheerder === null);
  return html`<section class="card" aria-labelledby="beheerders">
    <div class="card-head"><h2 id="beheerders">LeerID-beheerders</h2></div>
    ${
      p.beheerders.length === 0
        ? html`<p class="empty">
            Nog niemand. Zonder LeerID-beheerder kan je school geen accounts uitgeven en geen toepassingen
            kiezen.
          </p>`
        : html`<ul class="rules">
            ${p.beheerders.map(
              (one) =>
                html`<li>
                  ${icon("users")}<span
                    ><b>${one.voornaam} ${one.naam}</b>${one.voId === p.ik.voId && html` ${jij}`}<br /><span
                      class="soft small"
                      >${
                        one.beheerder === null
                          ? `door een rol, laatst aangemeld op ${formatDate(one.sinds)}`
                          : `sinds ${formatDate(one.sinds)}`
                      }</span
                    ></span
                  >${removeForm(one, mag)}
                </li>`,
            )}
          </ul>`
    }
    <div class="stack-s">
      ${
        mag &&
        !zelf &&
        html`<div class="row">
          ${postButton("/schoolinstellingen/beheerders", html`<button class="button secondary">${icon("plus")}Maak mezelf LeerID-beheerder</button>`)}
        </div>`
      }
      ${
        mag
          ? html`<p class="why">
              ${icon("info")}<span
                >Iemand anders toevoegen? Laat die persoon zich aanmelden in het Schoolloket en toegang
                vragen. De vraag komt dan hier.</span
              >
            </p>`
          : waaromDicht
      }
      ${
        doorRol &&
        html`<p class="why">
          ${icon("info")}<span
            >Wie beheerder is door een rol, kreeg die in het gebruikersbeheer van de Vlaamse overheid. Daar
            haal je ze ook weg.</span
          >
        </p>`
      }
    </div>
  </section>`;
}

function removeForm({ beheerder, voornaam, naam }: Beheerder, mag: boolean): Html {
  if (beheerder === null) return html`<span></span>`;
  const label = `Verwijder ${voornaam} ${naam} als LeerID-beheerder`;
  if (!mag) return closedBlock("Verwijder", label);
  return html`<a
    class="button secondary small"
    href="/schoolinstellingen/beheerders/${beheerder}"
    aria-label="${label}"
    >Verwijder</a
  >`;
}

function databeheerders(p: SettingsPage): Html {
  return html`<section class="card" aria-labelledby="databeheerders">
    <div class="card-head"><h2 id="databeheerders">LeerID-databeheerders</h2></div>
    ${
      p.databeheerders.length === 0
        ? html`<p class="empty">
            Nu niemand. Wie een verstuurde directeursopdracht in deze school heeft, staat hier vanaf de
            maandag erna.
          </p>`
        : html`<ul class="rules">
            ${p.databeheerders.map(
              (one) =>
                html`<li>
                  ${icon("shield-check")}<span
                    ><b>${one.voornaam} ${one.naam}</b>${one.voId === p.ik.voId && html` ${jij}`}<br /><span
                      class="soft small"
                      >directeur, ${one.vastbenoemd ? "vastbenoemd" : "tijdelijk"},
                      ${isStraks(p.vandaag, one.van) && html`vanaf ${formatDate(one.van)} `}${one.tot === null ? "zonder einddatum" : html`tot en met ${formatDate(one.tot)}`}</span
                    ></span
                  >${isStraks(p.vandaag, one.van) ? html`<span class="pill attention">${icon("hourglass")}Nog niet</span>` : html`<span></span>`}
                </li>`,
            )}
          </ul>`
    }
    <p class="why">
      ${icon("info")}<span
        >Dit recht volgt uit de directeursopdracht: het eindigt na de laatste dag ervan. Een nieuwe opdracht
        telt vanaf de maandag nadat ze verstuurd is. Klopt er iets niet? Verbeter de opdracht in het pakket
        van je school.</span
      >
    </p>
  </section>`;
}

/** Asks before it takes something away: what happens, to whom. */
export function removeBeheerder(p: {
  readonly beheerder: string;
  readonly voornaam: string;
  readonly naam: string;
  readonly zelf: boolean;
}): Html {
  const wie = p.zelf ? "Jij" : `${p.voornaam} ${p.naam}`;
  return html`<div class="page-head">
      <h1>${p.zelf ? "Jezelf" : `${p.voornaam} ${p.naam}`} verwijderen als LeerID-beheerder</h1>
    </div>
    <section class="card stack">
      <p>
        ${wie}
        ${p.zelf ? "ziet dan meteen geen leerlingen en toepassingen van je school meer, ook niet in een venster dat nog openstaat. Je blijft databeheerder." : "ziet dan meteen geen leerlingen en toepassingen van je school meer, ook niet in een venster dat nog openstaat."}
      </p>
      <p>
        Wat ${p.zelf ? "je" : "deze persoon"} deed, blijft zoals het is. Je kunt
        ${p.zelf ? "jezelf" : "de persoon"} later weer toevoegen.
      </p>
      <div class="row">
        ${postButton(`/schoolinstellingen/beheerders/${p.beheerder}`, html`<button class="button danger">Verwijder als LeerID-beheerder</button>`)}
        <a class="button secondary" href="/schoolinstellingen">Annuleer</a>
      </div>
    </section>`;
}

/** For who signed in and has no right, or wants one in another school: what that means and how to get one. */
export function noRecht(p: {
  readonly scholen: readonly (OwnSchool & { readonly recht: boolean })[];
  readonly nu: number;
}): Html {
  const iets = p.scholen.some(({ recht }) => recht);
  return html`<div class="page-head">
      <div>
        <h1>${iets ? "Toegang tot een school" : "Je hebt nog geen toegang tot een school"}</h1>
        <p>In het Schoolloket werken LeerID-beheerders en directeurs van een school.</p>
      </div>
    </div>
    ${
      p.scholen.length === 0
        ? html`<section class="card stack">
            <h2>We weten niet in welke school je werkt</h2>
            <p>
              Bij je aanmelding stond geen school die LeerID kent. Vraag je directeur of het secretariaat om
              je in het gebruikersbeheer van de Vlaamse overheid bij je school te zetten. Meld je daarna
              opnieuw aan.
            </p>
          </section>`
        : html`<section class="card" aria-labelledby="scholen">
            <div class="card-head"><h2 id="scholen">Je scholen</h2></div>
            <ul class="rules">
              ${p.scholen.map(
                (school) =>
                  html`<li>
                    ${icon("users")}<span
                      ><b>${school.naam}</b> <span class="number">${school.instellingsnummer}</span
                      ><br /><span class="soft small">${stateText(school, p.nu)}</span></span
                    >${
                      school.recht
                        ? postButton(
                            { url: "/school", velden: { instellingsnummer: school.instellingsnummer } },
                            html`<button class="button small" aria-label="Werk voor ${school.naam}">
                              Werk voor deze school
                            </button>`,
                          )
                        : isOpen(school)
                          ? html`<span></span>`
                          : postButton(
                              {
                                url: "/toegang",
                                velden: { instellingsnummer: school.instellingsnummer },
                              },
                              html`<button class="button small" aria-label="Vraag toegang tot ${school.naam}">
                                Vraag toegang
                              </button>`,
                            )
                    }
                  </li>`,
              )}
            </ul>
            <p class="why">
              ${icon("info")}<span
                >De directeur van de school ziet je vraag in Schoolinstellingen en beslist. Kom daarna hier
                terug: je hoeft je niet opnieuw aan te melden.</span
              >
            </p>
          </section>`
    }
    <section class="card stack">
      <h2>Ben je directeur?</h2>
      <p>
        Dan krijg je je recht vanzelf, zodra je directeursopdracht verstuurd is: vanaf de maandag erna. Het
        secretariaat van je school kan nakijken of dat gebeurd is.
      </p>
    </section>`;
}

const isOpen = (school: OwnSchool): boolean => school.gevraagdOp !== null && school.besluit === null;

function stateText(school: OwnSchool & { readonly recht: boolean }, nu: number): string {
  if (school.recht) return "je hebt hier toegang";
  if (school.gevraagdOp === null) return "je hebt hier nog geen toegang";
  const dag = formatAsked(school.gevraagdOp, nu);
  if (school.besluit === null) return `je vroeg toegang ${dag}; de directeur besliste nog niet`;
  if (school.besluit === "geweigerd") return `je vroeg toegang ${dag}; de directeur weigerde`;
  return `je vroeg toegang ${dag} en kreeg die; ze is intussen beëindigd`;
}
