import { formatDate, formatNearDay, formatNumber, formatTime, html, icon, type Html } from "#platform/html";
import type { Levering, LeveringRegel, Leveringstatus, StandOfParts } from "#modules/leveringen";
import type { PageContent } from "../contract.ts";

export const leveringenPad = "/schoolinstellingen/leveringen";
export const hulpPad = "/hulp/klasinformatie";
/** Bad rows on a page; who has more begins with these. */
const hoogstens = 200;

/** What the page knows of the deliveries. */
export type Leveringen = {
  readonly stand: StandOfParts;
  readonly lijst: readonly LeveringRegel[];
  /** Name of the package of today, when there is one. */
  readonly pakket: string | undefined;
  /** May he decide about a held file? */
  readonly beslist: boolean;
  /** Epoch milliseconds. */
  readonly nu: number;
};

const formatWhen = (moment: number, nu: number): string => {
  const dag = formatNearDay(moment, nu);
  return `${dag === "vandaag" || dag === "gisteren" ? dag : formatDate(moment)}, ${formatTime(moment)}`;
};

/** In a sentence: `vandaag om 0.07 uur`, `op 22 november 2026 om 0.05 uur`. */
export const formatArrival = (moment: number, nu: number): string => {
  const dag = formatNearDay(moment, nu);
  const op = dag === "vandaag" || dag === "gisteren" ? dag : `op ${formatDate(moment)}`;
  return `${op} om ${formatTime(moment)}`;
};

const pillen: Readonly<Record<Leveringstatus, Html>> = {
  wacht: html`<span class="pill info">${icon("hourglass")}Wordt gelezen</span>`,
  verwerkt: html`<span class="pill ok">${icon("check")}Verwerkt</span>`,
  deels: html`<span class="pill attention">${icon("triangle-alert")}Deels</span>`,
  aangehouden: html`<span class="pill attention">${icon("pause")}Aangehouden</span>`,
  geweigerd: html`<span class="pill error">${icon("x")}Geweigerd</span>`,
};
const beslist: Html = html`<span class="pill info">${icon("hourglass")}Beslist</span>`;

const pillOf = ({ status, besluit }: Pick<Levering, "status" | "besluit">): Html =>
  status === "aangehouden" && besluit !== null ? beslist : pillen[status];

/** What asks for somebody: files that are held, and a package that is silent (R74). Above everything else of the page. */
export function waitingForYou(p: Leveringen): readonly Html[] {
  const vast = p.lijst.filter(({ status, besluit }) => status === "aangehouden" && besluit === null);
  return [
    ...vast.map(
      (one, plaats) =>
        html`<section class="notice attention" aria-labelledby="vast-${plaats}">
          ${icon("pause")}
          <div class="diff">
            <h3 id="vast-${plaats}">Een levering wacht op ${p.beslist ? "jou" : "een LeerID-beheerder"}</h3>
            <p>
              Het bestand dat ${formatArrival(one.ontvangenOp, p.nu)} binnenkwam, is aangehouden.
              ${one.ontvangst?.reden?.melding ?? ""} De klassen die LeerID al had, blijven gelden.
            </p>
            ${
              p.beslist
                ? html`<p>
                      <a href="${leveringenPad}/${one.levering}/verschil">Toon het verschil per leerling</a>
                    </p>
                    ${besluitButtons(one.levering)}`
                : html`<p class="why" id="waarom-niet-beslissen">
                    ${icon("lock-keyhole")}<span
                      >Een LeerID-beheerder van de school ziet welke leerlingen het zijn, en beslist.</span
                    >
                  </p>`
            }
          </div>
        </section>`,
    ),
    ...(p.stand.verouderd ? [outdated(p)] : []),
  ];
}

/** The two answers to a held file; both are the school's to give. */
export const besluitButtons = (levering: string): Html =>
  html`<form class="row" action="${leveringenPad}/${levering}" method="post">
    <button class="button danger" name="besluit" value="verwerken">Toch verwerken</button>
    <button class="button secondary" name="besluit" value="weigeren">Weigeren</button>
  </form>`;

function outdated({ stand, pakket, nu }: Leveringen): Html {
  return html`<section class="notice error" aria-labelledby="stil">
    ${icon("circle-alert")}
    <div>
      <h3 id="stil">Er komt geen klasinformatie meer binnen</h3>
      <p>
        ${
          stand.laatst === null
            ? "LeerID kreeg van je school nog geen levering."
            : `De laatste levering kwam ${formatArrival(stand.laatst, nu)} binnen. Dat is meer dan 24 uur geleden.`
        }
        Klassen die intussen veranderden, staan nog niet in LeerID.
      </p>
      <p>
        Wie ${pakket ?? "het administratieve pakket"} beheert in je school, kijkt na of het elke nacht levert.
        <a href="${hulpPad}">Zo stel je dat in</a>
      </p>
    </div>
  </section>`;
}

/** The last deliveries with their receipts. */
export function leveringenList(p: Leveringen): Html {
  return html`<section class="stack-s" aria-labelledby="leveringen">
    <h3 id="leveringen">Leveringen${p.pakket !== undefined && ` uit ${p.pakket}`}</h3>
    ${
      p.lijst.length === 0
        ? html`<p class="empty">
            Er kwam nog niets binnen. Een pakket levert meestal 's nachts: kijk morgen opnieuw.
          </p>`
        : html`<div class="table-frame">
            <table class="data reflow" role="table">
              <caption class="visually-hidden">
                Laatste leveringen met hun ontvangstbewijs
              </caption>
              <thead role="rowgroup">
                <tr role="row">
                  <th role="columnheader" scope="col">Ontvangen</th>
                  <th role="columnheader" scope="col">Resultaat</th>
                  <th role="columnheader" scope="col" class="num">Rijen</th>
                  <th role="columnheader" scope="col" class="num">Aanvaard</th>
                  <th role="columnheader" scope="col" class="num">Apart gezet</th>
                  <th role="columnheader" scope="col">Bewijs</th>
                </tr>
              </thead>
              <tbody role="rowgroup">
                ${p.lijst.map((one) => rowOf(one, p.nu))}
              </tbody>
            </table>
          </div>`
    }
    <p class="why">
      ${icon("life-buoy")}<span
        >Komt er niets binnen? <a href="${hulpPad}">Zo stel je het delen van klasinformatie in</a></span
      >
    </p>
  </section>`;
}

function rowOf(one: LeveringRegel, nu: number): Html {
  const moment = formatWhen(one.ontvangenOp, nu);
  const figure = (value: number | undefined) => (value === undefined ? "–" : formatNumber(value));
  const apart = one.ontvangst && one.ontvangst.ontvangen - one.ontvangst.aanvaard;
  // Of a held or refused file nothing was taken over; its receipt says what could be.
  const gelezen = one.status === "verwerkt" || one.status === "deels";
  return html`<tr role="row">
    <th role="rowheader" scope="row">${moment}</th>
    <td role="cell" class="pills-cell">${pillOf(one)}</td>
    <td role="cell" class="num" data-label="Rijen">${figure(one.ontvangst?.ontvangen)}</td>
    <td role="cell" class="num" data-label="Aanvaard">${gelezen ? figure(one.ontvangst?.aanvaard) : "–"}</td>
    <td role="cell" class="num" data-label="Apart gezet">${gelezen ? figure(apart ?? undefined) : "–"}</td>
    <td role="cell">
      <a href="${leveringenPad}/${one.levering}" aria-label="Bekijk het ontvangstbewijs van ${moment}"
        >Bekijk</a
      >
    </td>
  </tr>`;
}

/** One receipt: what became of the file, and of which rows nothing was taken over and why. Never a value of a row. */
export function leveringPage(one: Levering, p: Pick<Leveringen, "beslist" | "nu" | "pakket">): PageContent {
  const bewijs = one.ontvangst;
  const fout = bewijs?.quarantaine ?? [];
  return {
    titel: "Ontvangstbewijs",
    tab: "schoolinstellingen",
    kruimels: [],
    inhoud: html`<div class="page-head">
        <div>
          <h1>Ontvangstbewijs</h1>
          <p>Levering die ${formatArrival(one.ontvangenOp, p.nu)} binnenkwam</p>
        </div>
      </div>
      ${
        bewijs?.reden &&
        html`<div class="notice ${one.status === "geweigerd" ? "error" : "attention"}">
          ${icon(one.status === "geweigerd" ? "circle-alert" : "pause")}
          <div>
            <p class="title">${bewijs.reden.melding}</p>
            <p>${bewijs.reden.herstel}</p>
          </div>
        </div>`
      }
      ${one.status === "aangehouden" && one.besluit === null && p.beslist && html`<p><a class="button" href="${leveringenPad}/${one.levering}/verschil">Toon het verschil en beslis</a></p>`}
      <section class="card" aria-labelledby="bewijs">
        <div class="card-head">
          <h2 id="bewijs">Wat er met het bestand gebeurde</h2>
          ${pillOf(one)}
        </div>
        <dl class="facts">
          ${feit("Bestand", one.naam)} ${feit("Schooljaar", one.schooljaar)}
          ${feit("Ontvangen", formatWhen(one.ontvangenOp, p.nu))}
          ${one.klaarOp !== null && feit("Klaar", formatWhen(one.klaarOp, p.nu))}
          ${bewijs && feit("Rijen in het bestand", formatNumber(bewijs.ontvangen))}
          ${bewijs && feit(one.status === "verwerkt" || one.status === "deels" ? "Aanvaard" : "In orde", formatNumber(bewijs.aanvaard))}
          ${fout.length > 0 && feit("Apart gezet", formatNumber(fout.length))}
          ${
            bewijs?.gewijzigd &&
            feit(
              "Leerlingen",
              `${formatNumber(bewijs.gewijzigd.nieuw)} met een nieuwe klas, ${formatNumber(bewijs.gewijzigd.anders)} met een andere klas, ${formatNumber(bewijs.gewijzigd.weg)} zonder klas`,
            )
          }
        </dl>
      </section>
      ${fout.length > 0 && wrongRegels(fout, p.pakket)}`,
  };
}

const feit = (naam: string, value: string): Html =>
  html`<div>
    <dt>${naam}</dt>
    <dd>${value}</dd>
  </div>`;

function wrongRegels(
  fout: NonNullable<Levering["ontvangst"]>["quarantaine"],
  pakket: string | undefined,
): Html {
  return html`<section class="stack-s" aria-labelledby="apart">
    <h2 id="apart">Rijen die apart gezet zijn</h2>
    <p>
      Deze rijen nam LeerID niet over. Een leerling die we kennen en die alleen hier staat, houdt de klas die
      hij had. Verbeter de gegevens in ${pakket ?? "je administratieve pakket"}: bij de volgende levering is
      het dan in orde.
    </p>
    ${fout.length > hoogstens && html`<p class="soft">Je ziet de eerste ${formatNumber(hoogstens)} van ${formatNumber(fout.length)} rijen.</p>`}
    <div class="table-frame">
      <table class="data reflow" role="table">
        <caption class="visually-hidden">
          Rijen die apart gezet zijn, met de reden
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">Regel</th>
            <th role="columnheader" scope="col">Veld</th>
            <th role="columnheader" scope="col">Wat is er mis?</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${fout.slice(0, hoogstens).map(
            (one) =>
              html`<tr role="row">
                <th role="rowheader" scope="row">Regel ${formatNumber(one.regel)}</th>
                <td role="cell" data-label="Veld">${one.veld ?? "–"}</td>
                <td role="cell" data-label="Wat is er mis?">${one.melding}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
