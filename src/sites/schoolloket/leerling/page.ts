import {
  formatDate,
  formatNearDay,
  formatTime,
  hiddenFields,
  html,
  icon,
  postButton,
  type Html,
} from "#platform/html";
import type { Feiten } from "#modules/verstrekking";
import { klasnamen, subklasnamen, type Leerling } from "#modules/leerlingbeheer";
import { sleutelFor } from "#modules/sleutels";
import { operatorPrefix, type Logregel } from "#modules/privacylog";
import type { PageContent } from "../contract.ts";
import { statusPills, stoppedExplanation } from "../leerlingen/page.ts";
import { toepassingenOf } from "./toepassingen.ts";
import { addressOf, niveaunamen } from "../leerlingen/form.ts";

export type LeerlingInput = {
  readonly leerling: Leerling;
  readonly school: string;
  /** Has he a badge, which can be withdrawn? */
  readonly badge: boolean;
  readonly vroegere: readonly { readonly accountUuid: string; readonly vervangenOp: number }[];
  /** Releases to applications, newest first. */
  readonly aanmeldingen: readonly Logregel[];
  /** Looks by staff, newest first. */
  readonly inzages: readonly Logregel[];
  /** `vo_id` of who looks now. */
  readonly ik: string;
  /** Names of staff that the school knows, by `vo_id`. */
  readonly namen: ReadonlyMap<string, string>;
  /** Where classes come from; undefined while the school shares none. */
  readonly klasbron:
    | { readonly pakket: string | undefined; readonly verwerktOp: number | undefined }
    | undefined;
  readonly nu: number;
  /** What the decision sees of him behind the wall of this school. */
  readonly feiten: Feiten | null;
  /** Names of applications by client_id. */
  readonly toepassingen: ReadonlyMap<string, string>;
};

/** One pupil: where each datum comes from, accounts, handing out, sign-ins, and who looked (06-leerling). */
export function leerlingPage(input: LeerlingInput): PageContent {
  const { leerling } = input;
  const titel = `${leerling.voornaam} ${leerling.naam}`;
  return {
    titel,
    tab: "leerid-beheer",
    kruimels: crumbOf(leerling),
    inhoud: html`<div class="page-head">
        <div class="stack-s">
          <h1>${titel}</h1>
          <p class="pills">${statusPills(leerling)}</p>
        </div>
        ${!leerling.uitgeschreven && buttons(leerling, input.badge)}
      </div>
      ${leerling.badgeGestoptOp !== null && stoppedNotice(leerling.badgeGestoptOp, input.nu)}
      <div class="columns wide-right">
        <div class="stack">${gegevens(input)} ${numbers(input)}</div>
        <div class="stack">
          ${toepassingenOf(leerling, input.feiten)} ${uitreiking(leerling)} ${signInsTable(input)}
          ${inzages(input)}
        </div>
      </div>`,
  };
}

/** Back to his class, or to his group while the school shares no classes. */
function crumbOf({ klassen, groep }: Leerling): NonNullable<PageContent["kruimels"]> {
  const listLink = (tekst: string, filter: Parameters<typeof addressOf>[0]["filter"]) => [
    { tekst, url: addressOf({ filter, sorteer: "naam", bladzijde: 1 }) },
  ];
  const [first] = klassen;
  if (first) return listLink(`Klas ${first.klas}`, { klas: { klas: first.klas } });
  return groep === null ? [] : listLink(`Groep ${groep}`, { groep });
}

function buttons(leerling: Leerling, badge: boolean): Html {
  const button = (soort: string, beeld: Parameters<typeof icon>[0], text: string, klasse: string) =>
    html`<button class="${klasse}" name="soort" value="${soort}">${icon(beeld)}${text}</button>`;
  const jong = sleutelFor(leerling) === "badge";
  const hier = `/leerid-beheer/leerlingen/${leerling.accountUuid}`;
  return html`<div class="row">
    <form class="row" action="/leerid-beheer/afdrukken" method="post">
      ${hiddenFields({ account: leerling.accountUuid })}
      ${
        jong
          ? button("badges", "qr-code", "Badge afdrukken", "button")
          : button(
              "strookjes",
              "printer",
              leerling.aangemeld ? "Nieuw wachtwoord afdrukken" : "Account afdrukken",
              "button",
            )
      }
    </form>
    ${
      !jong &&
      postButton(
        `${hier}/venster`,
        html`<button class="button secondary">${icon("key-round")}Laat zelf een wachtwoord kiezen</button>`,
      )
    }
    ${
      badge &&
      postButton(
        `${hier}/badge-intrekken`,
        html`<button class="button secondary">${icon("x")}Badge intrekken</button>`,
      )
    }
  </div>`;
}

function stoppedNotice(op: number, nu: number): Html {
  return html`<div class="notice attention">
    ${icon("triangle-alert")}
    <div>
      <h2>Met deze badge is te vaak een verkeerd plaatje gekozen: ${moment(op, nu)}</h2>
      <p>${stoppedExplanation}</p>
    </div>
  </div>`;
}

function feit(naam: string, value: Html | string, bron: Html | string): Html {
  return html`<div>
    <dt>${naam}</dt>
    <dd>${value}<small>${bron}</small></dd>
  </div>`;
}

function gegevens({ leerling, school, klasbron, nu }: LeerlingInput): Html {
  const uitDiscimus = "uit Discimus";
  return html`<section class="card" aria-labelledby="gegevens">
    <div class="card-head"><h2 id="gegevens">Gegevens</h2></div>
    <dl class="facts">
      ${feit("Naam", leerling.naam, uitDiscimus)} ${feit("Voornaam", leerling.voornaam, uitDiscimus)}
      ${feit("Gebruikersnaam", html`<span class="key">${leerling.gebruikersnaam}</span>`, "gemaakt door LeerID")}
      ${feit("Ingeschreven", duration(leerling), html`${school}, ${uitDiscimus}`)}
      ${feit("Niveau en leerjaar", `${niveaunamen[leerling.niveau]} ${leerling.leerjaar}`, uitDiscimus)}
      ${feit("Groep", leerling.groep ?? html`<span class="soft">geen</span>`, "administratieve groep, uit Discimus")}
      ${klasbron && klasfeiten(leerling, klasbron, nu)}
      ${
        leerling.zonderInsz
          ? feit("INSZ", "nog niet bekend", "daarom is dit account voorlopig")
          : feit("INSZ", "bekend", "LeerID toont dit nummer nooit")
      }
    </dl>
    <p class="why">
      ${icon("pencil")}<span
        >Klopt er iets niet? Verbeter het in ${klasbron?.pakket ?? "je schoolpakket"}. LeerID neemt het
        vanzelf
        over${klasbron ? ": gegevens via Discimus, de klas met de volgende klaslijst" : " via Discimus"}. In
        LeerID zelf kan je dit niet wijzigen.</span
      >
    </p>
  </section>`;
}

/** Class and subclass, read-only, with where they come from (R67). */
function klasfeiten(leerling: Leerling, bron: NonNullable<LeerlingInput["klasbron"]>, nu: number): Html {
  const uit = `uit ${bron.pakket ?? "het pakket van je school"}${bron.verwerktOp === undefined ? "" : `, ${moment(bron.verwerktOp, nu)}`}`;
  const geen = html`<span class="soft">geen</span>`;
  return html`${feit("Klas", klasnamen(leerling) || geen, uit)}
  ${feit("Subklas", subklasnamen(leerling) || geen, uit)}`;
}

function duration({ van, tot, uitgeschreven, straks }: Leerling): string {
  if (straks && tot === null) return `vanaf ${formatDate(van)}`;
  if (uitgeschreven) return `van ${formatDate(van)} tot ${formatDate(tot ?? van)}`;
  return tot === null ? `sinds ${formatDate(van)}` : `van ${formatDate(van)} tot en met ${formatDate(tot)}`;
}

function list(regels: readonly Html[]): Html {
  return html`<ul class="todo">
    ${regels.map((regel) => html`<li>${regel}</li>`)}
  </ul>`;
}

function moment(tijdstip: number, nu: number): string {
  return `${formatNearDay(tijdstip, nu)}, ${formatTime(tijdstip)}`;
}

function uitreiking(leerling: Leerling): Html {
  const regels = [
    leerling.uitgereiktOp === null
      ? html`${icon("inbox")}<span>Nog niet uitgereikt</span>`
      : html`${icon("printer")}<span>Afgedrukt op ${formatDate(leerling.uitgereiktOp)}</span>`,
    leerling.aangemeld
      ? html`${icon("check")}<span
            >${leerling.eerstGebruiktOp === null ? "Al aangemeld" : `Eerste keer aangemeld op ${formatDate(leerling.eerstGebruiktOp)}`}</span
          >`
      : html`${icon("circle-dashed")}<span>Nog nooit aangemeld</span>`,
  ];
  return html`<section class="card" aria-labelledby="uitreiking">
    <div class="card-head"><h2 id="uitreiking">Uitreiking</h2></div>
    ${list(regels)}
  </section>`;
}

function signInsTable({ aanmeldingen: regels, toepassingen, nu }: LeerlingInput): Html {
  return html`<section class="card" aria-labelledby="aanmeldingen">
    <div class="card-head"><h2 id="aanmeldingen">Laatst geopend</h2></div>
    ${
      regels.length === 0
        ? html`<p class="soft">Nog geen toepassing geopend.</p>`
        : list(
            regels.map(
              (regel) =>
                html`${icon("arrow-right")}<span
                    >${toepassingen.get(regel.ontvanger) ?? regel.ontvanger}<br /><span class="soft small"
                      >${moment(regel.tijdstip, nu)}</span
                    ></span
                  >`,
            ),
          )
    }
  </section>`;
}

function numbers({ leerling, vroegere, nu }: LeerlingInput): Html {
  return html`<section class="card" aria-labelledby="nummers">
    <div class="card-head"><h2 id="nummers">Accountnummers</h2></div>
    <dl class="facts">
      ${feit("Nu", html`<span class="uuid">${leerling.accountUuid}</span>`, "toepassingen herkennen de leerling hieraan")}
      ${vroegere.map((one) => feit("Vroeger", html`<span class="uuid">${one.accountUuid}</span>`, `vervangen: ${moment(one.vervangenOp, nu)}`))}
    </dl>
  </section>`;
}

const schermen: Readonly<Partial<Record<Logregel["aanleiding"], string>>> = {
  "leerling-bekeken": "bekeek deze bladzijde",
  "toegang-nagekeken": "keek na waarom een toepassing niet opengaat",
  "wachtwoord-hersteld": "gaf een code om een nieuw wachtwoord te kiezen",
  "badge-ingetrokken": "trok de badge in",
  "account-afgedrukt": "drukte het account of de badge af",
  "levering-bekeken": "zag in een aangehouden levering welke klas deze leerling zou krijgen",
  "quarantaine-gelezen": "las een bericht van Discimus dat niet verwerkt kon worden",
  "lijst-meegenomen": "exporteerde een lijst met deze leerling",
};

function lookerOf({ ontvanger }: Logregel, ik: string, namen: LeerlingInput["namen"]): string {
  if (ontvanger === ik) return "Jij";
  if (ontvanger.startsWith(operatorPrefix)) return "Wie LeerID onderhoudt";
  return namen.get(ontvanger) ?? "Een LeerID-beheerder";
}

function inzages({ inzages: regels, ik, namen, nu }: LeerlingInput): Html {
  return html`<section class="card" aria-labelledby="inzage">
    <div class="card-head"><h2 id="inzage">Wie keek er?</h2></div>
    ${
      regels.length === 0
        ? html`<p class="soft">
            Jij bent de eerste. Elke keer dat iemand deze bladzijde opent, komt dat hier.
          </p>`
        : list(
            regels.map(
              (regel) =>
                html`${icon("eye")}<span
                    >${lookerOf(regel, ik, namen)} ${schermen[regel.aanleiding]}<br /><span class="soft small"
                      >${moment(regel.tijdstip, nu)}</span
                    ></span
                  >`,
            ),
          )
    }
    <p class="soft small">De leerling ziet dit ook, in het leerlingloket.</p>
  </section>`;
}
