import type { Context } from "#platform/context";
import { formatNearDay, formatTime, html, icon, type Html } from "#platform/html";
import { isUuid, leesReferentie, type AccountUuid } from "#platform/ids";
import { cut, type Read } from "#platform/route";
import { vindLeerlingVan } from "#modules/leerlingen";
import { deelt } from "#modules/akkoorden";
import { findLeerling, zoekLeerlingen, type Leerling } from "#modules/leerlingbeheer";
import { logInzage } from "#modules/privacylog";
import {
  findClientVan,
  findToepassingVan,
  getSchoolToepassing,
  listToepassingen,
} from "#modules/toepassingen";
import { findWeigering, getFeiten, keten } from "#modules/verstrekking";
import { groepNaam } from "../applicatiebeheer/words.ts";
import { route, type SchoolVerzoek } from "../contract.ts";
import { waaromKeten, type Waarom } from "./keten.ts";

type School = SchoolVerzoek["school"];

/**
 * Why a pupil of the school can or cannot open an application today: the decision of D5 itself, walked step by step. Behind the
 * wall of the school, so it speaks of this school only. Undefined when the pupil was never registered here, or nobody has
 * such an application. The look goes into the privacy log in the same transaction (D11).
 */
export async function vraagWaarom(
  ctx: Context,
  {
    school,
    voId,
    accountUuid,
    welke,
  }: {
    readonly school: School;
    readonly voId: string;
    readonly accountUuid: AccountUuid;
    readonly welke: { readonly clientId: string } | { readonly toepassing: string };
  },
): Promise<Waarom | undefined> {
  const vandaag = ctx.clock.vandaag();
  const leerling = await vindLeerlingVan(ctx, school.lijn, accountUuid);
  const clientId = "clientId" in welke ? welke.clientId : await findClientVan(ctx, welke.toepassing);
  if (!leerling || clientId === undefined) return undefined;
  const toepassing = await findToepassingVan(ctx, clientId);
  const [feiten, vanSchool, account, delen] = await Promise.all([
    getFeiten(ctx, leerling.accountUuid, clientId, vandaag),
    toepassing && getSchoolToepassing(ctx, school, toepassing.toepassing),
    findLeerling(ctx, school.lijn, leerling.accountUuid),
    deelt(ctx, school.lijn),
  ]);
  await logInzage(ctx, { scherm: "toegang-nagekeken", voId, accountUuids: [leerling.accountUuid] });
  return {
    leerling: { ...leerling, zonderWachtwoord: account?.nieuw ?? false },
    toepassing: { naam: toepassing?.naam ?? "Deze toepassing", school: vanSchool },
    keten: keten(feiten, clientId),
    klassen: feiten?.klassen ?? [],
    deelt: delen,
    vandaag,
  };
}

/** What the address asks. */
const query = { referentie: cut(100), zoek: cut(100), leerling: cut(100), toepassing: cut(100) };
type Gevraagd = Read<typeof query>;

type Antwoord = {
  readonly waarom?: Waarom;
  /** When the pupil saw the number, in epoch milliseconds. */
  readonly toen?: number;
  /** What was asked is not there, or not of this school: the same words. */
  readonly onbekend?: boolean;
  readonly gevonden?: readonly Leerling[];
};

async function zoekAntwoord(ctx: Context, v: SchoolVerzoek, gevraagd: Gevraagd): Promise<Antwoord> {
  const wie = { school: v.school, voId: v.ik.voId };
  if (gevraagd.referentie !== "") {
    const referentie = leesReferentie(gevraagd.referentie);
    const weigering = referentie === undefined ? undefined : await findWeigering(ctx, referentie);
    const waarom =
      weigering &&
      (await vraagWaarom(ctx, {
        ...wie,
        accountUuid: weigering.accountUuid,
        welke: { clientId: weigering.clientId },
      }));
    return waarom && weigering ? { waarom, toen: weigering.tijdstip.getTime() } : { onbekend: true };
  }
  if (gevraagd.leerling !== "") {
    if (!isUuid(gevraagd.leerling) || gevraagd.toepassing === "") return { onbekend: true };
    const waarom = await vraagWaarom(ctx, {
      ...wie,
      accountUuid: gevraagd.leerling as AccountUuid,
      welke: { toepassing: gevraagd.toepassing },
    });
    return waarom ? { waarom } : { onbekend: true };
  }
  if (gevraagd.zoek === "") return {};
  const { leerlingen } = await zoekLeerlingen(ctx, v.school.lijn, {
    filter: { zoek: gevraagd.zoek },
    sorteer: "naam",
    bladzijde: 1,
  });
  return { gevonden: leerlingen.slice(0, 20) };
}

async function waaromPagina(v: SchoolVerzoek & { readonly query: Gevraagd }): Promise<Response> {
  const gevraagd = v.query;
  const { antwoord, toepassingen } = await v.inSchool(async (ctx) => ({
    antwoord: await zoekAntwoord(ctx, v, gevraagd),
    toepassingen: await listToepassingen(ctx),
  }));
  const titel = "Waarom kan deze leerling niet binnen?";
  return v.pagina({
    titel,
    tab: "leerid-beheer",
    kruimels: [],
    ...(antwoord.onbekend && { fout: true, status: 404 }),
    inhoud: html`<div class="page-head"><h1>${titel}</h1></div>
      <div class="columns wide-right">
        <div class="stack">${opNummer(gevraagd, antwoord)} ${opNaam(gevraagd, antwoord, toepassingen)}</div>
        <div class="stack">${antwoord.waarom ? uitkomst(antwoord.waarom, antwoord.toen, v) : leeg()}</div>
      </div>`,
  });
}

function opNummer({ referentie }: Gevraagd, { onbekend }: Antwoord): Html {
  const fout = onbekend && referentie !== "";
  return html`<section class="card" aria-labelledby="nummer">
    <form class="stack" action="/waarom" method="get">
      <h2 id="nummer">Met het nummer van het scherm</h2>
      <div class="field" ${fout ? html`data-invalid` : ""}>
        <label for="referentie">Nummer</label>
        <span class="hint" id="referentie-hint"
          >Het stond op het scherm van de leerling, zoals K4T-9QX-2B. We bewaren het 30 dagen.</span
        >
        ${
          fout &&
          html`<span class="problem" id="referentie-fout" role="alert"
            >${icon("circle-alert")}<span
              >We vinden dit nummer niet bij een leerling van je school. Kijk het na, of zoek de leerling op
              naam.</span
            ></span
          >`
        }
        <input
          class="input key"
          id="referentie"
          name="referentie"
          value="${referentie}"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          aria-describedby="${fout ? "referentie-fout" : "referentie-hint"}"
          ${fout ? html`aria-invalid="true"` : ""}
        />
      </div>
      <div class="row"><button class="button">Nagaan</button></div>
    </form>
  </section>`;
}

function opNaam(
  { zoek, leerling, toepassing, referentie }: Gevraagd,
  { gevonden, onbekend, waarom }: Antwoord,
  toepassingen: readonly { readonly toepassing: string; readonly naam: string }[],
): Html {
  const gekozen = waarom?.leerling;
  const keuze = gekozen
    ? [{ accountUuid: gekozen.accountUuid, tekst: `${gekozen.voornaam} ${gekozen.naam}` }]
    : (gevonden ?? []).map((een) => ({
        accountUuid: een.accountUuid,
        tekst: `${een.voornaam} ${een.naam}, ${groepNaam(een)}`,
      }));
  const welke = toepassing === "" ? waarom?.toepassing.school?.toepassing : toepassing;
  return html`<section class="card stack" aria-labelledby="naam">
    <h2 id="naam">Met de naam van de leerling</h2>
    <form class="row bottom" action="/waarom" method="get">
      <div class="field">
        <label for="zoek">Naam of gebruikersnaam</label>
        <input class="input" id="zoek" name="zoek" value="${zoek}" autocomplete="off" />
      </div>
      <button class="button secondary">${icon("search")}Zoek</button>
    </form>
    ${gevonden?.length === 0 && html`<p class="soft">Geen leerling gevonden met "${zoek}". Kijk de spelling na.</p>`}
    ${
      onbekend &&
      referentie === "" &&
      html`<p class="field" data-invalid>
        <span class="problem" role="alert"
          >${icon("circle-alert")}<span
            >We vinden deze leerling of deze toepassing niet in je school. Zoek de leerling opnieuw.</span
          ></span
        >
      </p>`
    }
    ${
      keuze.length > 0 &&
      html`<form class="stack" action="/waarom" method="get">
        <div class="field">
          <label for="leerling">Leerling</label>
          <select class="select" id="leerling" name="leerling">
            ${keuze.map(
              ({ accountUuid, tekst }) =>
                html`<option value="${accountUuid}" ${accountUuid === leerling ? html`selected` : ""}>
                  ${tekst}
                </option>`,
            )}
          </select>
        </div>
        <div class="field">
          <label for="toepassing">Toepassing</label>
          <select class="select" id="toepassing" name="toepassing">
            ${toepassingen.map(
              (een) =>
                html`<option value="${een.toepassing}" ${een.toepassing === welke ? html`selected` : ""}>
                  ${een.naam}
                </option>`,
            )}
          </select>
        </div>
        <div class="row"><button class="button secondary">Nagaan</button></div>
      </form>`
    }
  </section>`;
}

function uitkomst(waarom: Waarom, toen: number | undefined, v: SchoolVerzoek): Html {
  const { voornaam, naam, accountUuid } = waarom.leerling;
  return html`<section class="card stack" aria-labelledby="uitkomst">
    <h2 id="uitkomst">${voornaam} ${naam} en ${waarom.toepassing.naam}</h2>
    ${
      toen !== undefined &&
      html`<p class="soft">
        ${voornaam} zag het nummer ${formatNearDay(toen, v.ctx.clock.now())} om ${formatTime(toen)}. Hieronder
        staat hoe het nu is.
      </p>`
    }
    ${waaromKeten(waarom)}
    <p class="why">
      ${icon("info")}<span
        >Dit gaat over je eigen school. Wie ook in een andere school ingeschreven is, kan daar andere
        toepassingen zien.</span
      >
    </p>
    <p><a href="/leerid-beheer/leerlingen/${accountUuid}">Naar de pagina van ${voornaam}</a></p>
  </section>`;
}

const leeg = (): Html =>
  html`<section class="card empty">
    ${icon("circle-question-mark")}
    <p><b>Hier komt stap voor stap wat in orde is en waar het vastloopt</b></p>
    <p>Typ het nummer dat de leerling kreeg, of zoek de leerling en kies de toepassing.</p>
  </section>`;

export const waaromRoutes = [
  route({
    method: "get",
    path: "/waarom",
    access: "beheerder",
    summary:
      "waarom een leerling van de school een toepassing wel of niet kan openen; de blik staat in het privacylog",
    query,
    handle: waaromPagina,
  }),
];
