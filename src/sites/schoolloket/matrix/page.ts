import { isLopend, isVroeger, type Datum } from "#platform/clock";
import { appIcon, html, icon, type Html } from "#platform/html";
import {
  standOf,
  widerRegel,
  type Doel,
  type GroepTally,
  type Overzicht,
  type RegelWijziging,
  type SchoolToepassing,
  type Preview,
} from "#modules/toepassingen";
import { doelValue, groepName, leerlingen, niveauNaam } from "../applicatiebeheer/words.ts";
import { subnav } from "../applicatiebeheer/catalogue.ts";

/** One line: a class while the school shares them, else a year. */
type Row = {
  readonly doel: Extract<Doel, { soort: "klas" | "leerjaar" }>;
  readonly naam: string;
  readonly aantal: number;
  readonly niveau: GroepTally["niveau"];
  readonly groepen: Parameters<typeof widerRegel>[1]["groepen"];
};

/** One box: an application for a class or year. */
type Cell = {
  readonly toepassing: SchoolToepassing;
  readonly rij: Row;
  readonly waarde: string;
  /** Pupils of this line who see it today. */
  readonly zien: number;
  /** A rule on a wider group shows it already: that one is changed on the page of the application. */
  readonly breder: "school" | "niveau" | "leerjaar" | null;
  /** Rules on exactly this line that are not over. */
  readonly regels: readonly string[];
  readonly aan: boolean;
};
const bredereNaam = {
  school: "hele school",
  niveau: "heel het niveau",
  leerjaar: "heel het leerjaar",
} as const;

/** Are the lines classes? Not before the first list of classes came in. */
export const perKlas = ({ klassen }: Overzicht): boolean => klassen.length > 0;

function rowsOf(overzicht: Overzicht): Row[] {
  if (perKlas(overzicht))
    return overzicht.klassen
      .filter(({ subklas }) => subklas === null)
      .map(({ klas, aantal, groepen }) => ({
        doel: { soort: "klas", klas },
        naam: klas,
        aantal,
        niveau: groepen[0].niveau,
        groepen,
      }));
  return overzicht.groepen.map(({ niveau, leerjaar, aantal }) => ({
    doel: { soort: "leerjaar", niveau, leerjaar },
    naam: groepName({ niveau, leerjaar }),
    aantal,
    niveau,
    groepen: [{ niveau, leerjaar }],
  }));
}

/** All boxes: the applications that the school has on or will have on, for every class or year with pupils. */
export function cellsOf(overzicht: Overzicht, vandaag: Datum): Cell[] {
  const rows = rowsOf(overzicht);
  return overzicht.toepassingen
    .filter(({ toepassing }) => standOf(toepassing.keuzes, vandaag).stand !== "uit")
    .flatMap(({ toepassing, perGroep, perKlas: zienPerKlas }) =>
      rows.map((rij): Cell => {
        const { doel } = rij;
        const deze = doelValue(doel);
        const regels = toepassing.regels.filter(
          (regel) => doelValue(regel.doel) === deze && !isVroeger(vandaag, regel.tot),
        );
        const zien =
          doel.soort === "klas"
            ? zienPerKlas.find((one) => one.klas === doel.klas && one.subklas === null)
            : perGroep.find((one) => one.niveau === doel.niveau && one.leerjaar === doel.leerjaar);
        const breder = widerRegel(
          toepassing.regels.filter((regel) => doelValue(regel.doel) !== deze),
          rij,
          vandaag,
        );
        return {
          toepassing,
          rij,
          waarde: `${toepassing.toepassing}/${deze}`,
          zien: zien?.aantal ?? 0,
          breder,
          regels: regels.map(({ regelId }) => regelId),
          aan: breder !== null || regels.some(({ van, tot }) => isLopend(vandaag, van, tot)),
        };
      }),
    );
}

/** What a posted matrix changes: only boxes that were turned since the page was made, so that a colleague's work stays. */
export function wijzigingenOf(
  cellen: readonly Cell[],
  { was, is }: { readonly was: ReadonlySet<string>; readonly is: ReadonlySet<string> },
): readonly {
  readonly cel: Cell;
  readonly wordt: boolean;
  readonly wijzigingen: readonly RegelWijziging[];
}[] {
  return cellen
    .filter(({ waarde, breder }) => breder === null && was.has(waarde) !== is.has(waarde))
    .map((cel) => {
      const wordt = is.has(cel.waarde);
      const wijzigingen: RegelWijziging[] = wordt
        ? [{ soort: "nieuw", regel: { doel: cel.rij.doel, van: null, tot: null } }]
        : cel.regels.map((regelId) => ({ soort: "weg", regelId }));
      return { cel, wordt, wijzigingen };
    });
}

export type MatrixInput = {
  readonly overzicht: Overzicht;
  readonly vandaag: Datum;
  /** Boxes as they were turned and not kept yet, with what that does per application. */
  readonly gevraagd?: {
    readonly is: ReadonlySet<string>;
    readonly was: ReadonlySet<string>;
    readonly voorbeelden: readonly { readonly naam: string; readonly voorbeeld: Preview }[];
  };
  readonly bewaard: readonly string[];
  readonly niets: boolean;
};

/** Classes or years × applications (R54, R55b): the whole box is the target, one form, nothing is kept before its effect was shown. */
export function matrixPage({ overzicht, vandaag, gevraagd, bewaard, niets }: MatrixInput): Html {
  const cellen = cellsOf(overzicht, vandaag);
  const toepassingen = [...new Set(cellen.map(({ toepassing }) => toepassing))];
  const metKlas = perKlas(overzicht);
  const anders = gevraagd ? wijzigingenOf(cellen, gevraagd).map(({ cel }) => cel.waarde) : [];
  return html`<div class="page-head">
      <div>
        <h1>${metKlas ? "Klassen" : "Leerjaren"} en applicaties</h1>
        <p class="lead">
          Vink aan ${metKlas ? "welke klas" : "welk leerjaar"} welke applicatie ziet. Een wijziging geldt bij
          de volgende aanmelding.
        </p>
      </div>
      ${subnav("matrix", metKlas)}
    </div>
    ${
      bewaard.length > 0 &&
      html`<div class="notice ok" role="status">
        ${icon("check")}
        <div>
          <p class="title">Bewaard</p>
          <ul>
            ${bewaard.map((regel) => html`<li>${regel}</li>`)}
          </ul>
        </div>
      </div>`
    }
    ${
      niets &&
      html`<div class="notice" role="status">
        ${icon("info")}
        <div>
          <p class="title">Je wijzigde niets</p>
          <p>Vink een vak aan of uit, en bekijk dan de wijzigingen.</p>
        </div>
      </div>`
    }
    ${
      cellen.length === 0
        ? html`<section class="card empty">
            ${icon("layout-grid")}
            <p>
              <b
                >${toepassingen.length === 0 && overzicht.groepen.length > 0 ? "Je school koos nog geen applicatie." : "Er zijn vandaag geen leerlingen ingeschreven."}</b
              >
            </p>
            <p>
              ${overzicht.groepen.length > 0 ? html`Zet eerst een applicatie aan bij <a href="/applicatiebeheer">Applicaties</a>.` : "Zodra Discimus leerlingen doorgeeft, staan hun leerjaren hier."}
            </p>
          </section>`
        : form({ cellen, toepassingen, overzicht, gevraagd, anders })
    }`;
}

function form({
  cellen,
  toepassingen,
  overzicht,
  gevraagd,
  anders,
}: {
  cellen: readonly Cell[];
  toepassingen: readonly SchoolToepassing[];
  overzicht: Overzicht;
  gevraagd: MatrixInput["gevraagd"];
  anders: readonly string[];
}): Html {
  const rows = [...new Set(cellen.map(({ rij }) => rij))];
  const niveaus = [...new Set(rows.map(({ niveau }) => niveau))];
  const metKlas = perKlas(overzicht);
  const was =
    gevraagd?.was ??
    new Set(cellen.filter(({ aan, breder }) => aan && breder === null).map(({ waarde }) => waarde));
  const cellBox = (cel: Cell) => {
    const gewijzigd = anders.includes(cel.waarde);
    const aan = gevraagd && cel.breder === null ? gevraagd.is.has(cel.waarde) : cel.aan;
    // Also where the box is off: some see it by a rule on a subclass, a year or one pupil.
    const part = !gewijzigd && cel.zien > 0 && cel.zien < cel.rij.aantal;
    const naam = [
      `${cel.toepassing.naam} voor ${metKlas ? "klas " : ""}${cel.rij.naam}`,
      part && `${cel.zien} van ${leerlingen(cel.rij.aantal)}`,
      cel.breder && `door de regel ${bredereNaam[cel.breder]}`,
      gewijzigd && "gewijzigd",
    ]
      .filter(Boolean)
      .join(", ");
    return html`<td>
      <label class="cell ${gewijzigd ? "changed" : ""} ${part || cel.breder ? "part" : ""}"
        ><input
          type="checkbox"
          name="cel"
          value="${cel.waarde}"
          ${aan ? html`checked` : ""}
          ${cel.breder ? html`disabled` : ""}
          aria-label="${naam}"
        />${
          (part || cel.breder) &&
          html`<span aria-hidden="true">${part ? `${cel.zien}/${cel.rij.aantal}` : cel.breder}</span>`
        }</label
      >
    </td>`;
  };
  return html`<form class="stack" action="/applicatiebeheer/matrix" method="post">
    ${[...was].map((value) => html`<input type="hidden" name="was" value="${value}" />`)}
    <div
      class="matrix-frame"
      tabindex="0"
      role="region"
      aria-label="Tabel ${metKlas ? "klassen" : "leerjaren"} en applicaties, schuif opzij voor meer"
    >
      <table class="matrix">
        <caption class="visually-hidden">
          Zichtbaarheid van elke applicatie per ${metKlas ? "klas" : "leerjaar"}
        </caption>
        <thead>
          <tr>
            <th scope="col">${metKlas ? "Klas" : "Leerjaar"}</th>
            ${toepassingen.map(
              (toepassing) =>
                html`<th scope="col">
                  ${appIcon({ hue: toepassing.tint, initialen: toepassing.initialen })}${toepassing.naam}
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${niveaus.map(
            (niveau) =>
              html`<tr class="group">
                  <th colspan="${toepassingen.length + 1}" scope="rowgroup">${niveauNaam[niveau]}</th>
                </tr>
                ${rows
                  .filter((row) => row.niveau === niveau)
                  .map(
                    (row) =>
                      html`<tr>
                        <th scope="row"><b>${row.naam}</b><small>${leerlingen(row.aantal)}</small></th>
                        ${cellen.filter((cel) => doelValue(cel.rij.doel) === doelValue(row.doel)).map(cellBox)}
                      </tr>`,
                  )}`,
          )}
        </tbody>
      </table>
    </div>
    <p class="why">
      ${icon("info")}<span
        >20/21 betekent: 20 van de 21 leerlingen zien de applicatie, bijvoorbeeld door een
        uitzondering${metKlas && " of door een regel voor een subklas"}. Een grijs vinkje komt van een regel
        voor een grotere groep, zoals de hele school: wijzig die bij de applicatie zelf. Een vak met een
        hoekje is gewijzigd en nog niet
        bewaard.${
          metKlas &&
          overzicht.zonderKlas > 0 &&
          ` ${leerlingen(overzicht.zonderKlas)} ${overzicht.zonderKlas === 1 ? "heeft" : "hebben"} nog geen klas en ${overzicht.zonderKlas === 1 ? "staat" : "staan"} niet in deze tabel.`
        }</span
      >
    </p>
    ${
      gevraagd && anders.length > 0
        ? saveForm(gevraagd.voorbeelden, anders.length)
        : html`<div class="row">
            <button class="button" name="actie" value="bekijk">Bekijk de wijzigingen</button>
          </div>`
    }
  </form>`;
}

function saveForm(voorbeelden: NonNullable<MatrixInput["gevraagd"]>["voorbeelden"], aantal: number): Html {
  const tally = (groepen: readonly GroepTally[]) => groepen.reduce((total, one) => total + one.aantal, 0);
  const zinnen = voorbeelden.flatMap(({ naam, voorbeeld: { erbij, eraf } }) => [
    ...(erbij.length > 0
      ? [`${leerlingen(tally(erbij))} ${tally(erbij) === 1 ? "krijgt" : "krijgen"} ${naam} erbij`]
      : []),
    ...(eraf.length > 0
      ? [`${leerlingen(tally(eraf))} ${tally(eraf) === 1 ? "verliest" : "verliezen"} ${naam}`]
      : []),
  ]);
  return html`<div class="bulk" role="group" aria-label="Wijzigingen">
    <p class="count" role="status">
      <b>${aantal === 1 ? "1 wijziging" : `${aantal} wijzigingen`}, nog niet bewaard</b
      ><small
        >${zinnen.length > 0 ? zinnen.join(", ") : "Voor de leerlingen van vandaag verandert er niets"}</small
      >
    </p>
    <div class="row">
      <button class="button main" name="actie" value="bewaar">Bewaar de wijzigingen</button
      ><button class="button" name="actie" value="bekijk">Tel opnieuw</button
      ><a class="button" href="/applicatiebeheer/matrix">Annuleer</a>
    </div>
  </div>`;
}
