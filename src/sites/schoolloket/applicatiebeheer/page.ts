import { isLopend, type Datum } from "#platform/clock";
import { appIcon, formatDate, formatNearDay, formatTime, html, icon, type Html } from "#platform/html";
import type { ProtocolBestand } from "#modules/protocollen";
import {
  beschikbaarheidVan,
  slaapt,
  standVan,
  type SchoolRegel,
  type SchoolToepassing,
  type Voorbeeld,
  type Wijziging,
} from "#modules/toepassingen";
import { attributen } from "#modules/verstrekking";
import { aanzetten } from "./catalogus.ts";
import type { Aanvraag } from "./form.ts";
import { nieuweRegel, uitzondering, wijzigRegel, type RegelInput } from "./regels.ts";
import {
  aantalVoor,
  doelNaam,
  leerlingen,
  periodePil,
  periodeTekst,
  perGroepTekst,
  standPil,
  waaromNiet,
  wijzigingTekst,
} from "./words.ts";

export type ApplicatieInput = RegelInput & {
  /** How many see it today. */
  readonly zien: number;
  readonly overeenkomst: ProtocolBestand | undefined;
  readonly vandaag: Datum;
  /** Epoch milliseconds. */
  readonly nu: number;
  /** What the change does that was asked. */
  readonly voorbeeld?: Voorbeeld;
  /** A refusal of the last form, in words. */
  readonly weigering?: string;
  /** The rule whose form is open. */
  readonly wijzig?: SchoolRegel;
  readonly wijzigingen: readonly Wijziging[];
  /** What was kept just now. */
  readonly bewaard: readonly Wijziging[];
  /** Name of who has this vo_id. */
  readonly naamVan: (voId: string) => string;
};

/** One application: who sees it, a new rule with its effect beforehand, exceptions, and what it gets (R54, R58). */
export function applicatiePagina(input: ApplicatieInput): Html {
  const { toepassing, vandaag } = input;
  const stand = standVan(toepassing.keuzes, vandaag);
  const pad = `/applicatiebeheer/${toepassing.toepassing}`;
  const actie =
    stand.stand === "uit"
      ? undefined
      : html`<a class="button danger" href="${pad}/uit">Zet uit voor de school</a>`;
  return html`<div class="page-head">
      <div class="row">
        ${appIcon({ hue: toepassing.tint, initialen: toepassing.initialen })}
        <div>
          <h1>${toepassing.naam}</h1>
          <p class="soft">${toepassing.aanbieder}</p>
        </div>
      </div>
      <div class="row">${standPil(stand)}${actie}</div>
    </div>
    ${bewaardMelding(input.bewaard)} ${weigeringMelding(input.weigering)}
    <div class="columns wide-left">
      <div class="stack">
        ${stand.stand === "uit" && uitMelding(input)} ${input.voorbeeld && effect(input, pad)}
        ${zichtbaarheid(input, pad)}
        ${input.wijzig ? wijzigRegel(input, input.wijzig, pad) : nieuweRegel(input, pad)}
        ${uitzondering(input, pad)}
      </div>
      <div class="stack">
        ${gegevens(input)} ${over(input)} ${instructies(toepassing)} ${geschiedenis(input)}
      </div>
    </div>`;
}

const bewaardMelding = (bewaard: readonly Wijziging[]): Html | undefined =>
  bewaard.length === 0
    ? undefined
    : html`<div class="notice ok" role="status">
        ${icon("check")}
        <div>
          <p class="title">Bewaard</p>
          <ul>
            ${bewaard.map((wijziging) => html`<li>${wijzigingTekst(wijziging)}</li>`)}
          </ul>
          <p>Dit geldt bij de volgende aanmelding van een leerling.</p>
        </div>
      </div>`;

const weigeringMelding = (tekst: string | undefined): Html | undefined =>
  tekst === undefined
    ? undefined
    : html`<div class="notice error" role="alert">
        ${icon("circle-alert")}
        <div>
          <p class="title">Dit is niet bewaard</p>
          <p>${tekst}</p>
        </div>
      </div>`;

function uitMelding({ toepassing, vandaag }: ApplicatieInput): Html {
  const beschikbaar = beschikbaarheidVan(toepassing, vandaag);
  return html`<section class="card stack" aria-labelledby="uit">
    <h2 id="uit">${toepassing.naam} staat uit voor je school</h2>
    <p>
      Leerlingen kunnen ${toepassing.naam} niet openen.
      ${toepassing.regels.length > 0 && "De regels hieronder blijven bewaard en gelden weer als je het aanzet."}
    </p>
    ${aanzetten(toepassing, beschikbaar.kan ? undefined : waaromNiet(beschikbaar))}
  </section>`;
}

/** What the change would do, and the button that keeps it. */
function effect(
  { toepassing, aanvraag, voorbeeld, vandaag }: ApplicatieInput,
  pad: string,
): Html | undefined {
  if (!aanvraag || !voorbeeld) return undefined;
  const { naam } = toepassing;
  const wanneer = voorbeeld.op === vandaag ? "als je nu bewaart" : `vanaf ${formatDate(voorbeeld.op)}`;
  const anders = voorbeeld.erbij.length + voorbeeld.eraf.length > 0;
  return html`<section class="card" aria-labelledby="effect">
    <form class="stack" action="${pad}" method="post">
      <h2 id="effect">Dit verandert er</h2>
      <ul class="bullets">
        ${aanvraag.wijzigingen.map(
          (wijziging) => html`<li>${icon("pencil")}<span>${wijzigingNaam(wijziging, toepassing)}</span></li>`,
        )}
      </ul>
      <p class="preview-count" role="status">
        <span class="figure">${voorbeeld.straks}</span>
        <span
          ><b>zichtbaar voor ${leerlingen(voorbeeld.straks)}</b>, ${wanneer}. Vandaag zijn dat er
          ${voorbeeld.nu}.
          ${voorbeeld.zonder !== voorbeeld.nu && html`Zonder deze wijziging worden het er ${voorbeeld.zonder}.`}
          ${voorbeeld.erbij.length > 0 && html`<br />Erbij: ${perGroepTekst(voorbeeld.erbij)}.`}
          ${voorbeeld.eraf.length > 0 && html`<br />Niet meer: ${perGroepTekst(voorbeeld.eraf)}.`}
          ${!anders && html`<br />Voor de leerlingen van vandaag verandert er niets.`}</span
        >
      </p>
      ${
        standVan(toepassing.keuzes, voorbeeld.op).stand !== "aan" &&
        html`<p class="why">
          ${icon("info")}<span
            >${naam} staat dan uit voor je school. Daarom ziet niemand het, ook met deze regel.</span
          >
        </p>`
      }
      ${aanvraag.velden.map(([naamVeld, waarde]) => html`<input type="hidden" name="${naamVeld}" value="${waarde}" />`)}
      <div class="row">
        <button class="button">Bewaar</button><a class="button quiet" href="${pad}">Annuleer</a>
      </div>
    </form>
  </section>`;
}

function wijzigingNaam(wijziging: Aanvraag["wijzigingen"][number], toepassing: SchoolToepassing): string {
  if (wijziging.soort === "nieuw") {
    const { doel } = wijziging.regel;
    const naam =
      doel.soort === "leerling"
        ? doel.uitgesloten
          ? "Niet meer zichtbaar voor de gekozen leerling"
          : "Zichtbaar voor de gekozen leerling"
        : doelNaam(doel, null);
    return `${naam}, ${periodeTekst(wijziging.regel)}`;
  }
  const regel = toepassing.regels.find(({ regelId }) => regelId === wijziging.regelId);
  if (!regel) return "Een regel die niet meer bestaat";
  const naam = doelNaam(regel.doel, regel.leerling);
  return wijziging.soort === "weg" ? `Weg: ${naam}` : `${naam}, ${periodeTekst(wijziging)}`;
}

function zichtbaarheid({ toepassing, telling, zien, vandaag }: ApplicatieInput, pad: string): Html {
  const { naam, regels } = toepassing;
  return html`<section class="card stack" aria-labelledby="zichtbaar">
    <h2 id="zichtbaar">Voor wie is ${naam} zichtbaar?</h2>
    <p>
      Vandaag ${zien === 1 ? "ziet" : "zien"} <b>${leerlingen(zien)}</b> van de ${telling.ingeschreven}
      ${naam}.
    </p>
    ${slaapMelding(regels.filter((regel) => slaapt(regel, telling.deelt)).length)}
    ${
      regels.length === 0
        ? html`<p class="soft">Er is nog geen regel. Voeg er hieronder een toe.</p>`
        : html`<ul class="rules">
            ${regels.map((regel) => regelRij(regel, { pad, telling, vandaag }))}
          </ul>`
    }
  </section>`;
}

/** Rules on a class count for nobody while the school shares none; who can wake them, and that nothing is lost (D6). */
function slaapMelding(aantal: number): Html | undefined {
  if (aantal === 0) return undefined;
  return html`<div class="notice attention">
    ${icon("hourglass")}
    <div>
      <p class="title">${aantal === 1 ? "1 regel slaapt" : `${aantal} regels slapen`}</p>
      <p>
        Je school deelt geen klasinformatie met LeerID. Regels voor een klas of subklas gelden nu voor
        niemand. De databeheerder van je school kan het delen aanzetten bij
        <a href="/schoolinstellingen">Schoolinstellingen</a>. Daarna gelden ze vanzelf opnieuw.
      </p>
    </div>
  </div>`;
}

function regelRij(
  regel: SchoolRegel,
  { pad, telling, vandaag }: { pad: string; telling: ApplicatieInput["telling"]; vandaag: Datum },
): Html {
  const naam = doelNaam(regel.doel, regel.leerling);
  const aantal = aantalVoor(regel.doel, telling);
  const min = regel.doel.soort === "leerling" && regel.doel.uitgesloten;
  const slapend = slaapt(regel, telling.deelt);
  return html`<li ${min ? html`class="minus"` : ""}>
    ${icon(min ? "circle-minus" : "users")}
    <span
      ><b>${naam}</b> ${periodePil(regel, vandaag)}
      ${slapend && html`<span class="pill">${icon("hourglass")}slaapt</span>`}<br /><span class="soft small"
        >${slapend ? "geldt nu voor niemand, " : aantal !== null && `${leerlingen(aantal)}, `}${periodeTekst(regel)}</span
      ></span
    >
    ${
      min
        ? html`<a
            class="button secondary small"
            href="${pad}?weg=${regel.regelId}"
            aria-label="Haal weg: ${naam}"
            >Haal weg</a
          >`
        : html`<a
            class="button secondary small"
            href="${pad}?wijzig=${regel.regelId}#regel"
            aria-label="Wijzig de regel ${naam}"
            >Wijzig</a
          >`
    }
  </li>`;
}

function gegevens({ toepassing, vandaag, overeenkomst }: ApplicatieInput): Html {
  const beschikbaar = beschikbaarheidVan(toepassing, vandaag);
  const lijst = beschikbaar.kan
    ? beschikbaar.protocol.attributen.filter(({ tot }) => isLopend(vandaag, null, tot ?? null))
    : [];
  return html`<section class="card stack" aria-labelledby="krijgt">
    <h2 id="krijgt">Welke gegevens krijgt ${toepassing.naam}?</h2>
    ${
      lijst.length === 0
        ? html`<p>${beschikbaar.kan ? "Geen." : waaromNiet(beschikbaar)}</p>`
        : html`<ul class="bullets">
            ${lijst.map(
              ({ attribuut, tot }) =>
                html`<li>
                  ${icon("check")}<span
                    >${attributen[attribuut].woord}${tot && `, tot en met ${formatDate(tot)}`}${
                      attribuut === "Klasinformatie" && ", alleen als je school klasinformatie deelt"
                    }</span
                  >
                </li>`,
            )}
          </ul>`
    }
    <p class="why">
      ${icon("shield-check")}<span
        >Het INSZ wordt nooit doorgegeven.
        ${beschikbaar.kan && `Zo staat het in de overeenkomst, versie ${beschikbaar.protocol.versie}${overeenkomst ? ` van ${formatDate(overeenkomst.ondertekend_op)}` : ""}.`}</span
      >
    </p>
  </section>`;
}

function over({ toepassing, overeenkomst }: ApplicatieInput): Html {
  return html`<section class="card" aria-labelledby="over">
    <div class="card-head"><h2 id="over">Over deze applicatie</h2></div>
    <dl class="facts">
      <div>
        <dt>Doel</dt>
        <dd>${toepassing.omschrijving}<small>${overeenkomst?.doeleinden.ontvangst}</small></dd>
      </div>
      <div>
        <dt>Klasinformatie</dt>
        <dd>
          ${toepassing.integreertKlasinformatie ? "integreert klasinformatie" : "gebruikt geen klasinformatie"}<small
            >${
              toepassing.integreertKlasinformatie &&
              "Deelt je school klasinformatie? Dan krijgt de applicatie ook de klas van elke leerling voor wie ze zichtbaar is."
            }</small
          >
        </dd>
      </div>
      ${
        overeenkomst &&
        html`<div>
          <dt>Bewaart gegevens</dt>
          <dd>${overeenkomst.bewaring.jaren} jaar na: ${overeenkomst.bewaring.vanaf}</dd>
        </div>`
      }
    </dl>
  </section>`;
}

const instructies = ({ naam, instructies: tekst }: SchoolToepassing): Html =>
  html`<section class="card stack" aria-labelledby="instructies">
    <h2 id="instructies">Zo maak je de accounts klaar</h2>
    ${
      tekst === ""
        ? html`<p>De maker van ${naam} gaf geen instructies. Je hoeft vooraf niets te doen.</p>`
        : tekst.split(/\n+/).map((alinea) => html`<p>${alinea}</p>`)
    }
  </section>`;

function geschiedenis({ wijzigingen, naamVan, nu }: ApplicatieInput): Html {
  return html`<section class="card" aria-labelledby="wijzigingen">
    <div class="card-head"><h2 id="wijzigingen">Laatste wijzigingen</h2></div>
    ${
      wijzigingen.length === 0
        ? html`<p class="soft">Er is nog niets gewijzigd in het Schoolloket.</p>`
        : html`<ul class="todo">
            ${wijzigingen.map(
              (wijziging) =>
                html`<li>
                  ${icon("pencil")}<span
                    >${wijzigingTekst(wijziging)}<br /><span class="soft small"
                      >${formatNearDay(wijziging.tijdstip.getTime(), nu)},
                      ${formatTime(wijziging.tijdstip.getTime())}, door ${naamVan(wijziging.door)}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}
