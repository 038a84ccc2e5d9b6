import { formatDate, html, icon, type Html } from "#platform/html";
import {
  isIngeschreven,
  schoolOf,
  type FieldErrors,
  type Leerling,
  type SentMessage,
} from "#demo/discimus/actions";
import type { Known } from "#demo/discimus/index";
import { formatInsz } from "#demo/insz";
import { demoScholen } from "#demo/schools";
import { berichtenList } from "./lists.ts";
import { sheet, errorList, keuzeveld, crumbs, tekstveld } from "./layout.ts";

type Values = Readonly<Record<string, string>>;

const inszKeuzes = [
  ["geen", "Nog geen INSZ"],
  ["nieuw", "Verzin een INSZ bij de geboortedatum"],
  ["zelf", "Het nummer dat hieronder staat"],
] as const;
const inszHint = "Alleen verzonnen nummers: de drie cijfers na de geboortedatum zijn 999.";

const years = (instellingsnummer: string): readonly (readonly [string, string])[] =>
  schoolOf(instellingsnummer)?.soort === "secundair"
    ? [1, 2, 3, 4, 5, 6, 7].map((nr) => [`secundair-${nr}`, `Secundair ${nr}`] as const)
    : [
        ...[1, 2, 3].map((nr) => [`kleuter-${nr}`, `Kleuter ${nr}`] as const),
        ...[1, 2, 3, 4, 5, 6].map((nr) => [`lager-${nr}`, `Lager ${nr}`] as const),
      ];

const vestigingen = (instellingsnummer: string): readonly (readonly [string, string])[] =>
  (schoolOf(instellingsnummer)?.vestigingen ?? []).map(({ vestiging, naam }) => [vestiging, naam]);

/** The form for a pupil whom the school does not have yet. */
export function newSheet(
  instellingsnummer: string,
  values: Values,
  fouten: FieldErrors,
  onverzonden: number,
): string {
  const naam = schoolOf(instellingsnummer)?.naam ?? "";
  const v = (veld: string) => ({ naam: veld, waarde: values[veld] ?? "", fouten });
  return sheet({
    titel: "Schrijf een leerling in",
    school: instellingsnummer,
    actief: "leerlingen",
    fout: Object.keys(fouten).length > 0,
    onverzonden,
    inhoud: html`<div class="stack-s">
        ${crumbs([naam, `/school/${instellingsnummer}`], ["Nieuwe leerling"])}
        <h1>Schrijf een leerling in</h1>
      </div>
      ${errorList(fouten)}
      <form class="card stack measure" action="/school/${instellingsnummer}/nieuw" method="post">
        ${tekstveld({ ...v("voornaam"), label: "Voornaam" })} ${tekstveld({ ...v("naam"), label: "Naam" })}
        ${tekstveld({ ...v("geboortedatum"), label: "Geboortedatum", soort: "date" })}
        ${keuzeveld({ ...v("insz_keuze"), label: "INSZ", keuzes: inszKeuzes })}
        ${tekstveld({ ...v("insz"), label: "Nummer, als je het zelf kiest", hint: inszHint, key: true })}
        ${keuzeveld({ ...v("jaar"), label: "Jaar", keuzes: years(instellingsnummer) })}
        ${keuzeveld({ ...v("vestiging"), label: "Vestiging", keuzes: vestigingen(instellingsnummer) })}
        ${tekstveld({ ...v("van"), label: "Eerste schooldag", soort: "date" })}
        <div class="row">
          <button class="button">Schrijf in</button
          ><a class="button quiet" href="/school/${instellingsnummer}">Annuleer</a>
        </div>
      </form>`,
  });
}

export type LeerlingSheet = {
  readonly leerling: Leerling;
  readonly vandaag: string;
  readonly verzonden: readonly SentMessage[];
  readonly bekend: Known | undefined;
  /** Looking up and giving passwords is possible here. */
  readonly metLeerId: boolean;
  readonly wachtwoord?: string;
  readonly fouten: FieldErrors;
  readonly waarden: Values;
  readonly onverzonden: number;
};

/** One pupil: what the school has, what LeerID made of it, what can be done, what was sent. */
export function leerlingSheet(met: LeerlingSheet): string {
  const { leerling, vandaag, fouten } = met;
  const { instellingsnummer, stamnummer, gegevens } = leerling;
  const school = schoolOf(instellingsnummer);
  const hier = `/school/${instellingsnummer}/leerling/${stamnummer}`;
  const ingeschreven = isIngeschreven(leerling, vandaag);
  return sheet({
    titel: `${gegevens.voornaam} ${gegevens.naam}`,
    school: instellingsnummer,
    actief: "leerlingen",
    fout: Object.keys(fouten).length > 0,
    onverzonden: met.onverzonden,
    inhoud: html`<div class="stack-s">
        ${crumbs([school?.naam ?? "", `/school/${instellingsnummer}`], [`${gegevens.voornaam} ${gegevens.naam}`])}
        <h1>${gegevens.voornaam} ${gegevens.naam}</h1>
      </div>
      ${errorList(fouten)} ${met.wachtwoord !== undefined && wachtwoordBericht(met.wachtwoord, met.bekend)}
      <div class="columns wide-left">
        <div class="stack">
          <section class="card" aria-labelledby="gegevens">
            <div class="card-head"><h2 id="gegevens">In de boeken van de school</h2></div>
            <dl class="facts">
              <div>
                <dt>Stamnummer</dt>
                <dd><span class="key">${stamnummer}</span></dd>
              </div>
              <div>
                <dt>Geboren</dt>
                <dd>${formatDate(gegevens.geboortedatum)}</dd>
              </div>
              <div>
                <dt>INSZ</dt>
                <dd>
                  ${gegevens.insz === null ? "nog niet bekend" : html`<span class="key">${formatInsz(gegevens.insz)}</span>`}
                </dd>
              </div>
              ${leerling.inschrijvingen.map(({ gegevens: one }) => inschrijvingRegel(one))}
            </dl>
          </section>
          ${met.metLeerId && leerIdCard(met, hier)}
          <section class="card" aria-labelledby="verzonden">
            <div class="card-head"><h2 id="verzonden">Verzonden over deze leerling</h2></div>
            ${
              met.verzonden.length === 0
                ? html`<p class="soft">
                    Vanuit de simulator nog niets. De leerling kwam bij de start van de demonstratie mee.
                  </p>`
                : berichtenList(met.verzonden, false)
            }
          </section>
        </div>
        <div class="stack">${actions(met, hier, ingeschreven)}</div>
      </div>`,
  });
}

function inschrijvingRegel(one: Leerling["inschrijvingen"][number]["gegevens"]): Html {
  const periode =
    one.status === "geannuleerd"
      ? "geannuleerd"
      : `vanaf ${formatDate(one.van)}${one.tot === undefined ? "" : ` tot en met ${formatDate(one.tot)}`}`;
  return html`<div>
    <dt>Inschrijving</dt>
    <dd>${one.niveau} ${one.leerjaar}<small>${periode}</small></dd>
  </div>`;
}

function leerIdCard({ bekend, leerling }: LeerlingSheet, hier: string): Html {
  return html`<section class="card" aria-labelledby="leerid">
    <div class="card-head"><h2 id="leerid">Wat LeerID ervan maakte</h2></div>
    ${
      bekend === undefined
        ? html`<p>LeerID kent deze leerling nog niet.</p>`
        : html`<dl class="facts">
              <div>
                <dt>Gebruikersnaam</dt>
                <dd>
                  <span class="key" data-veld="gebruikersnaam">${bekend.gebruikersnaam ?? "geen"}</span>
                </dd>
              </div>
              <div>
                <dt>account_uuid</dt>
                <dd><code data-veld="account_uuid">${bekend.account_uuid}</code></dd>
              </div>
              <div>
                <dt>leer_id_uuid</dt>
                <dd>
                  ${bekend.leer_id_uuid === null ? html`geen<small>zonder INSZ is het account tijdelijk</small>` : html`<code data-veld="leer_id_uuid">${bekend.leer_id_uuid}</code>`}
                </dd>
              </div>
              <div>
                <dt>Vroegere account_uuid</dt>
                <dd>
                  ${bekend.historiek.length === 0 ? "geen" : bekend.historiek.map((oud) => html`<code data-veld="historiek">${oud}</code> `)}
                </dd>
              </div>
            </dl>
            <form action="${hier}/wachtwoord" method="post" class="stack-s">
              <button class="button secondary">${icon("key-round")}Geef een wachtwoord</button>
              <p class="why">
                ${icon("info")}<span
                  >Alleen in de demonstratie. In het echt drukt de school in het Schoolloket een strookje af
                  voor ${leerling.gegevens.voornaam}.</span
                >
              </p>
            </form>`
    }
  </section>`;
}

const wachtwoordBericht = (wachtwoord: string, bekend: Known | undefined): Html =>
  html`<section class="notice ok" role="status" aria-labelledby="sleutel">
    ${icon("key-round")}
    <div>
      <h2 id="sleutel">Nieuw wachtwoord</h2>
      <p>
        Gebruikersnaam <span class="key">${bekend?.gebruikersnaam ?? ""}</span>, wachtwoord
        <span class="key" data-veld="wachtwoord">${wachtwoord}</span>
      </p>
      <p>
        Je ziet het wachtwoord maar één keer. Bij de eerste aanmelding kiest de leerling een eigen wachtwoord.
      </p>
    </div>
  </section>`;

function card(
  id: string,
  titel: string,
  url: string,
  inhoud: Html,
  button: string,
  klasse = "secondary",
): Html {
  return html`<section class="card" aria-labelledby="kop-${id}">
    <form class="stack" action="${url}/${id}" method="post">
      <h2 id="kop-${id}">${titel}</h2>
      ${inhoud}
      <div class="row"><button class="button ${klasse}">${button}</button></div>
    </form>
  </section>`;
}

function actions(
  { leerling, fouten, waarden, vandaag }: LeerlingSheet,
  hier: string,
  ingeschreven: boolean,
): Html {
  const { gegevens, instellingsnummer } = leerling;
  const v = (naam: string, anders: string) => ({ naam, waarde: waarden[naam] ?? anders, fouten });
  const others = demoScholen.filter((school) => school.instellingsnummer !== instellingsnummer);
  const last = leerling.inschrijvingen.at(-1)?.gegevens;
  const jaar = last === undefined ? "" : `${last.niveau}-${last.leerjaar}`;
  return html`${card(
    "insz",
    gegevens.insz === null ? "De INSZ is gevonden" : "De INSZ verandert",
    hier,
    html`${keuzeveld({ ...v("insz_keuze", "nieuw"), label: "INSZ", keuzes: inszKeuzes.slice(1) })}
    ${tekstveld({ ...v("insz", ""), label: "Nummer, als je het zelf kiest", hint: inszHint, key: true })}`,
    "Bewaar de INSZ",
  )}
  ${card(
    "naam",
    "Andere naam",
    hier,
    html`${tekstveld({ ...v("voornaam", gegevens.voornaam), label: "Voornaam" })}
    ${tekstveld({ ...v("naam", gegevens.naam), label: "Naam" })}`,
    "Wijzig de naam",
  )}
  ${
    ingeschreven
      ? html`${card(
          "verhuis",
          "Naar een andere school",
          hier,
          html`${keuzeveld({ ...v("naar", (others.find((school) => school.niveaus.includes(last?.niveau ?? "lager")) ?? others[0])?.instellingsnummer ?? ""), label: "School", keuzes: others.map((school) => [school.instellingsnummer, school.naam] as const) })}
          ${keuzeveld({ ...v("jaar_daar", jaar), label: "Jaar", keuzes: [...years("999001"), ...years("999002")] })}
          ${tekstveld({ ...v("verhuis_van", vandaag), label: "Eerste dag in de nieuwe school", soort: "date" })}`,
          "Verander van school",
        )}
        ${card(
          "vertrek",
          "De leerling vertrekt",
          hier,
          tekstveld({
            ...v("laatste_dag", ""),
            label: "Laatste schooldag",
            hint: "De dag erna kan de leerling niet meer aanmelden. Laat leeg voor gisteren.",
            soort: "date",
          }),
          "Schrijf uit",
          "danger",
        )}`
      : card(
          "terug",
          "De leerling keert terug",
          hier,
          html`${keuzeveld({ ...v("jaar", jaar), label: "Jaar", keuzes: years(instellingsnummer) })}
          ${tekstveld({ ...v("van", vandaag), label: "Eerste schooldag", soort: "date" })}`,
          "Schrijf opnieuw in",
        )
  }`;
}
