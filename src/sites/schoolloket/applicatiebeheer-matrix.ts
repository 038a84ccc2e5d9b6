import { geldtOp, type Datum } from "#platform/clock";
import { appIcon, html, icon, type Html } from "#platform/html";
import {
  standVan,
  type Groep,
  type Groepstelling,
  type Overzicht,
  type RegelWijziging,
  type SchoolToepassing,
  type Voorbeeld,
} from "#modules/toepassingen";
import { doelWaarde, groepNaam, leerlingen, niveauNaam } from "./applicatiebeheer-woorden.ts";
import { subnavigatie } from "./applicatiebeheer-catalogus.ts";

/** One box: an application for a year. */
type Cel = {
  readonly toepassing: SchoolToepassing;
  readonly groep: Groepstelling;
  readonly waarde: string;
  /** Pupils of this year who see it today. */
  readonly zien: number;
  /** A rule on a wider group shows it already: that one is changed on the page of the application. */
  readonly breder: "hele school" | "heel het niveau" | null;
  /** Rules on exactly this year that are not over. */
  readonly regels: readonly string[];
  readonly aan: boolean;
};

const celWaarde = (toepassing: string, groep: Groep) =>
  `${toepassing}/${doelWaarde({ soort: "leerjaar", niveau: groep.niveau, leerjaar: groep.leerjaar })}`;

const zelfdeGroep = (a: Groep, b: Groep) => a.niveau === b.niveau && a.leerjaar === b.leerjaar;

/** All boxes: the applications that the school has on or will have on, for every year with pupils. */
export function cellenVan(overzicht: Overzicht, vandaag: Datum): Cel[] {
  return overzicht.toepassingen
    .filter(({ toepassing }) => standVan(toepassing.keuzes, vandaag).stand !== "uit")
    .flatMap(({ toepassing, perGroep }) =>
      overzicht.groepen.map((groep): Cel => {
        const nu = toepassing.regels.filter(({ van, tot }) => geldtOp(vandaag, van, tot));
        const regels = toepassing.regels.filter(
          ({ doel, tot }) =>
            doel.soort === "leerjaar" && zelfdeGroep(doel, groep) && (tot === null || tot >= vandaag),
        );
        const niveau = nu.some(({ doel }) => doel.soort === "niveau" && doel.niveau === groep.niveau);
        const breder = nu.some(({ doel }) => doel.soort === "school")
          ? "hele school"
          : niveau
            ? "heel het niveau"
            : null;
        return {
          toepassing,
          groep,
          waarde: celWaarde(toepassing.toepassing, groep),
          zien: perGroep.find((een) => zelfdeGroep(een, groep))?.aantal ?? 0,
          breder,
          regels: regels.map(({ regelId }) => regelId),
          aan: breder !== null || regels.some(({ van, tot }) => geldtOp(vandaag, van, tot)),
        };
      }),
    );
}

/** What a posted matrix changes: only boxes that were turned since the page was made, so that a colleague's work stays. */
export function wijzigingenVan(
  cellen: readonly Cel[],
  { was, is }: { readonly was: ReadonlySet<string>; readonly is: ReadonlySet<string> },
): readonly {
  readonly cel: Cel;
  readonly wordt: boolean;
  readonly wijzigingen: readonly RegelWijziging[];
}[] {
  return cellen
    .filter(({ waarde, breder }) => breder === null && was.has(waarde) !== is.has(waarde))
    .map((cel) => {
      const wordt = is.has(cel.waarde);
      const { niveau, leerjaar } = cel.groep;
      const wijzigingen: RegelWijziging[] = wordt
        ? [{ soort: "nieuw", regel: { doel: { soort: "leerjaar", niveau, leerjaar }, van: null, tot: null } }]
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
    readonly voorbeelden: readonly { readonly naam: string; readonly voorbeeld: Voorbeeld }[];
  };
  readonly bewaard: readonly string[];
  readonly niets: boolean;
};

/** Years × applications (R54): the whole box is the target, one form, nothing is kept before its effect was shown. */
export function matrixPagina({ overzicht, vandaag, gevraagd, bewaard, niets }: MatrixInput): Html {
  const cellen = cellenVan(overzicht, vandaag);
  const toepassingen = [...new Set(cellen.map(({ toepassing }) => toepassing))];
  const anders = gevraagd ? wijzigingenVan(cellen, gevraagd).map(({ cel }) => cel.waarde) : [];
  return html`<div class="page-head">
      <div>
        <h1>Leerjaren en applicaties</h1>
        <p class="lead">
          Vink aan welk leerjaar welke applicatie ziet. Een wijziging geldt bij de volgende aanmelding.
        </p>
      </div>
      ${subnavigatie("matrix")}
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
        : formulier({ cellen, toepassingen, overzicht, gevraagd, anders })
    }`;
}

function formulier({
  cellen,
  toepassingen,
  overzicht,
  gevraagd,
  anders,
}: {
  cellen: readonly Cel[];
  toepassingen: readonly SchoolToepassing[];
  overzicht: Overzicht;
  gevraagd: MatrixInput["gevraagd"];
  anders: readonly string[];
}): Html {
  const niveaus = [...new Set(overzicht.groepen.map(({ niveau }) => niveau))];
  const was =
    gevraagd?.was ??
    new Set(cellen.filter(({ aan, breder }) => aan && breder === null).map(({ waarde }) => waarde));
  const vak = (cel: Cel) => {
    const gewijzigd = anders.includes(cel.waarde);
    const aan = gevraagd && cel.breder === null ? gevraagd.is.has(cel.waarde) : cel.aan;
    const deel = !gewijzigd && aan && cel.zien > 0 && cel.zien < cel.groep.aantal;
    const naam = [
      `${cel.toepassing.naam} voor ${groepNaam(cel.groep)}`,
      deel && `${cel.zien} van ${leerlingen(cel.groep.aantal)}`,
      cel.breder && `door de regel ${cel.breder}`,
      gewijzigd && "gewijzigd",
    ]
      .filter(Boolean)
      .join(", ");
    return html`<td>
      <label class="cell ${gewijzigd ? "changed" : ""} ${deel || cel.breder ? "part" : ""}"
        ><input
          type="checkbox"
          name="cel"
          value="${cel.waarde}"
          ${aan ? html`checked` : ""}
          ${cel.breder ? html`disabled` : ""}
          aria-label="${naam}"
        />${
          (deel || cel.breder) &&
          html`<span aria-hidden="true"
            >${deel ? `${cel.zien}/${cel.groep.aantal}` : cel.breder === "hele school" ? "school" : "niveau"}</span
          >`
        }</label
      >
    </td>`;
  };
  return html`<form class="stack" action="/applicatiebeheer/matrix" method="post">
    ${[...was].map((waarde) => html`<input type="hidden" name="was" value="${waarde}" />`)}
    <div
      class="matrix-frame"
      tabindex="0"
      role="region"
      aria-label="Tabel leerjaren en applicaties, schuif opzij voor meer"
    >
      <table class="matrix">
        <caption class="visually-hidden">
          Zichtbaarheid van elke applicatie per leerjaar
        </caption>
        <thead>
          <tr>
            <th scope="col">Leerjaar</th>
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
                ${overzicht.groepen
                  .filter((groep) => groep.niveau === niveau)
                  .map(
                    (groep) =>
                      html`<tr>
                        <th scope="row">
                          <b>${groepNaam(groep)}</b><small>${leerlingen(groep.aantal)}</small>
                        </th>
                        ${cellen.filter((cel) => cel.groep === groep).map(vak)}
                      </tr>`,
                  )}`,
          )}
        </tbody>
      </table>
    </div>
    <p class="why">
      ${icon("info")}<span
        >20/21 betekent: het leerjaar ziet de applicatie, behalve de leerlingen met een uitzondering. Een
        grijs vinkje komt van een regel voor de hele school of het hele niveau: wijzig die bij de applicatie
        zelf. Een vak met een hoekje is gewijzigd en nog niet bewaard.</span
      >
    </p>
    ${
      gevraagd && anders.length > 0
        ? bewaren(gevraagd.voorbeelden, anders.length)
        : html`<div class="row">
            <button class="button" name="actie" value="bekijk">Bekijk de wijzigingen</button>
          </div>`
    }
  </form>`;
}

function bewaren(voorbeelden: NonNullable<MatrixInput["gevraagd"]>["voorbeelden"], aantal: number): Html {
  const tel = (groepen: readonly Groepstelling[]) => groepen.reduce((totaal, een) => totaal + een.aantal, 0);
  const zinnen = voorbeelden.flatMap(({ naam, voorbeeld: { erbij, eraf } }) => [
    ...(erbij.length > 0
      ? [`${leerlingen(tel(erbij))} ${tel(erbij) === 1 ? "krijgt" : "krijgen"} ${naam} erbij`]
      : []),
    ...(eraf.length > 0
      ? [`${leerlingen(tel(eraf))} ${tel(eraf) === 1 ? "verliest" : "verliezen"} ${naam}`]
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
