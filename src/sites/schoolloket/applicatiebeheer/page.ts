import { isLopend, type Datum } from "#platform/clock";
import { appIcon, formatDate, formatNearDay, formatTime, html, icon, type Html } from "#platform/html";
import type { ProtocolFile } from "#modules/protocollen";
import {
  availabilityOf,
  isAsleep,
  standOf,
  type SchoolRegel,
  type SchoolToepassing,
  type Preview,
  type Wijziging,
} from "#modules/toepassingen";
import { attributen } from "#modules/verstrekking";
import { switchOnForm } from "./catalogue.ts";
import type { Aanvraag } from "./form.ts";
import { newRegel, exceptionForm, changeRegel, type RegelInput } from "./regels.ts";
import {
  countFor,
  doelName,
  leerlingen,
  periodPill,
  periodText,
  perGroepText,
  standPill,
  whyNot,
  wijzigingText,
} from "./words.ts";

export type ApplicatieInput = RegelInput & {
  /** How many see it today. */
  readonly zien: number;
  readonly overeenkomst: ProtocolFile | undefined;
  readonly vandaag: Datum;
  /** Epoch milliseconds. */
  readonly nu: number;
  /** What the change does that was asked. */
  readonly voorbeeld?: Preview;
  /** A refusal of the last form, in words. */
  readonly weigering?: string;
  /** The rule whose form is open. */
  readonly wijzig?: SchoolRegel;
  readonly wijzigingen: readonly Wijziging[];
  /** What was kept just now. */
  readonly bewaard: readonly Wijziging[];
  /** Name of whoever has this vo_id. */
  readonly nameOf: (voId: string) => string;
};

/** One application: who sees it, a new rule with its effect beforehand, exceptions, and what it gets (R54, R58). */
export function applicatiePage(input: ApplicatieInput): Html {
  const { toepassing, vandaag } = input;
  const stand = standOf(toepassing.keuzes, vandaag);
  const path = `/applicatiebeheer/${toepassing.toepassing}`;
  const actie =
    stand.stand === "uit"
      ? undefined
      : html`<a class="button danger" href="${path}/uit">Zet uit voor de school</a>`;
  return html`<div class="page-head">
      <div class="row">
        ${appIcon({ hue: toepassing.tint, initialen: toepassing.initialen })}
        <div>
          <h1>${toepassing.naam}</h1>
          <p class="soft">${toepassing.aanbieder}</p>
        </div>
      </div>
      <div class="row">${standPill(stand)}${actie}</div>
    </div>
    ${savedNotice(input.bewaard)} ${weigeringNotice(input.weigering)}
    <div class="columns wide-left">
      <div class="stack">
        ${stand.stand === "uit" && offNotice(input)} ${input.voorbeeld && effect(input, path)}
        ${zichtbaarheid(input, path)}
        ${input.wijzig ? changeRegel(input, input.wijzig, path) : newRegel(input, path)}
        ${exceptionForm(input, path)}
      </div>
      <div class="stack">
        ${gegevens(input)} ${aboutCard(input)} ${instructions(toepassing)} ${history(input)}
      </div>
    </div>`;
}

const savedNotice = (bewaard: readonly Wijziging[]): Html | undefined =>
  bewaard.length === 0
    ? undefined
    : html`<div class="notice ok" role="status">
        ${icon("check")}
        <div>
          <p class="title">Bewaard</p>
          <ul>
            ${bewaard.map((wijziging) => html`<li>${wijzigingText(wijziging)}</li>`)}
          </ul>
          <p>Dit geldt bij de volgende aanmelding van een leerling.</p>
        </div>
      </div>`;

const weigeringNotice = (text: string | undefined): Html | undefined =>
  text === undefined
    ? undefined
    : html`<div class="notice error" role="alert">
        ${icon("circle-alert")}
        <div>
          <p class="title">Dit is niet bewaard</p>
          <p>${text}</p>
        </div>
      </div>`;

function offNotice({ toepassing, vandaag }: ApplicatieInput): Html {
  const beschikbaar = availabilityOf(toepassing, vandaag);
  return html`<section class="card stack" aria-labelledby="uit">
    <h2 id="uit">${toepassing.naam} staat uit voor je school</h2>
    <p>
      Leerlingen kunnen ${toepassing.naam} niet openen.
      ${toepassing.regels.length > 0 && "De regels hieronder blijven bewaard en gelden weer als je het aanzet."}
    </p>
    ${switchOnForm(toepassing, beschikbaar.kan ? undefined : whyNot(beschikbaar))}
  </section>`;
}

/** What the change would do, and the button that keeps it. */
function effect(
  { toepassing, aanvraag, voorbeeld, vandaag }: ApplicatieInput,
  path: string,
): Html | undefined {
  if (!aanvraag || !voorbeeld) return undefined;
  const { naam } = toepassing;
  const wanneer = voorbeeld.op === vandaag ? "als je nu bewaart" : `vanaf ${formatDate(voorbeeld.op)}`;
  const anders = voorbeeld.erbij.length + voorbeeld.eraf.length > 0;
  return html`<section class="card" aria-labelledby="effect">
    <form class="stack" action="${path}" method="post">
      <h2 id="effect">Dit verandert er</h2>
      <ul class="bullets">
        ${aanvraag.wijzigingen.map(
          (wijziging) => html`<li>${icon("pencil")}<span>${wijzigingName(wijziging, toepassing)}</span></li>`,
        )}
      </ul>
      <p class="preview-count" role="status">
        <span class="figure">${voorbeeld.straks}</span>
        <span
          ><b>zichtbaar voor ${leerlingen(voorbeeld.straks)}</b>, ${wanneer}. Vandaag zijn dat er
          ${voorbeeld.nu}.
          ${voorbeeld.zonder !== voorbeeld.nu && html`Zonder deze wijziging worden het er ${voorbeeld.zonder}.`}
          ${voorbeeld.erbij.length > 0 && html`<br />Erbij: ${perGroepText(voorbeeld.erbij)}.`}
          ${voorbeeld.eraf.length > 0 && html`<br />Niet meer: ${perGroepText(voorbeeld.eraf)}.`}
          ${!anders && html`<br />Voor de leerlingen van vandaag verandert er niets.`}</span
        >
      </p>
      ${
        standOf(toepassing.keuzes, voorbeeld.op).stand !== "aan" &&
        html`<p class="why">
          ${icon("info")}<span
            >${naam} staat dan uit voor je school. Daarom ziet niemand het, ook met deze regel.</span
          >
        </p>`
      }
      ${aanvraag.velden.map(([naamVeld, value]) => html`<input type="hidden" name="${naamVeld}" value="${value}" />`)}
      <div class="row">
        <button class="button">Bewaar</button><a class="button quiet" href="${path}">Annuleer</a>
      </div>
    </form>
  </section>`;
}

function wijzigingName(wijziging: Aanvraag["wijzigingen"][number], toepassing: SchoolToepassing): string {
  if (wijziging.soort === "nieuw") {
    const { doel } = wijziging.regel;
    const naam =
      doel.soort === "leerling"
        ? doel.uitgesloten
          ? "Niet meer zichtbaar voor de gekozen leerling"
          : "Zichtbaar voor de gekozen leerling"
        : doelName(doel, null);
    return `${naam}, ${periodText(wijziging.regel)}`;
  }
  const regel = toepassing.regels.find(({ regelId }) => regelId === wijziging.regelId);
  if (!regel) return "Een regel die niet meer bestaat";
  const naam = doelName(regel.doel, regel.leerling);
  return wijziging.soort === "weg" ? `Weg: ${naam}` : `${naam}, ${periodText(wijziging)}`;
}

function zichtbaarheid({ toepassing, telling, zien, vandaag }: ApplicatieInput, pad: string): Html {
  const { naam, regels } = toepassing;
  return html`<section class="card stack" aria-labelledby="zichtbaar">
    <h2 id="zichtbaar">Voor wie is ${naam} zichtbaar?</h2>
    <p>
      Vandaag ${zien === 1 ? "ziet" : "zien"} <b>${leerlingen(zien)}</b> van de ${telling.ingeschreven}
      ${naam}.
    </p>
    ${asleepNotice(regels.filter((regel) => isAsleep(regel, telling.deelt)).length)}
    ${
      regels.length === 0
        ? html`<p class="soft">Er is nog geen regel. Voeg er hieronder een toe.</p>`
        : html`<ul class="rules">
            ${regels.map((regel) => regelRow(regel, { pad, telling, vandaag }))}
          </ul>`
    }
  </section>`;
}

/** Rules on a class count for nobody while the school shares none; who can wake them, and that nothing is lost (D6). */
function asleepNotice(aantal: number): Html | undefined {
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

function regelRow(
  regel: SchoolRegel,
  { pad, telling, vandaag }: { pad: string; telling: ApplicatieInput["telling"]; vandaag: Datum },
): Html {
  const naam = doelName(regel.doel, regel.leerling);
  const aantal = countFor(regel.doel, telling);
  const min = regel.doel.soort === "leerling" && regel.doel.uitgesloten;
  const slapend = isAsleep(regel, telling.deelt);
  return html`<li ${min ? html`class="minus"` : ""}>
    ${icon(min ? "circle-minus" : "users")}
    <span
      ><b>${naam}</b> ${periodPill(regel, vandaag)}
      ${slapend && html`<span class="pill">${icon("hourglass")}slaapt</span>`}<br /><span class="soft small"
        >${slapend ? "geldt nu voor niemand, " : aantal !== null && `${leerlingen(aantal)}, `}${periodText(regel)}</span
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
  const beschikbaar = availabilityOf(toepassing, vandaag);
  const list = beschikbaar.kan
    ? beschikbaar.protocol.attributen.filter(({ tot }) => isLopend(vandaag, null, tot ?? null))
    : [];
  return html`<section class="card stack" aria-labelledby="krijgt">
    <h2 id="krijgt">Welke gegevens krijgt ${toepassing.naam}?</h2>
    ${
      list.length === 0
        ? html`<p>${beschikbaar.kan ? "Geen." : whyNot(beschikbaar)}</p>`
        : html`<ul class="bullets">
            ${list.map(
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

function aboutCard({ toepassing, overeenkomst }: ApplicatieInput): Html {
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

const instructions = ({ naam, instructies: text }: SchoolToepassing): Html =>
  html`<section class="card stack" aria-labelledby="instructies">
    <h2 id="instructies">Zo maak je de accounts klaar</h2>
    ${
      text === ""
        ? html`<p>De maker van ${naam} gaf geen instructies. Je hoeft vooraf niets te doen.</p>`
        : text.split(/\n+/).map((alinea) => html`<p>${alinea}</p>`)
    }
  </section>`;

function history({ wijzigingen, nameOf, nu }: ApplicatieInput): Html {
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
                    >${wijzigingText(wijziging)}<br /><span class="soft small"
                      >${formatNearDay(wijziging.tijdstip.getTime(), nu)},
                      ${formatTime(wijziging.tijdstip.getTime())}, door ${nameOf(wijziging.door)}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}
