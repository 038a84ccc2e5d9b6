import type { Context } from "#platform/context";
import { formatNearDay, formatTime, html, icon, type Html } from "#platform/html";
import { isUuid, readReferentie, type AccountUuid } from "#platform/ids";
import { cut, type Read } from "#platform/route";
import { findLeerlingOf } from "#modules/leerlingen";
import { sharesKlassen } from "#modules/akkoorden";
import { findLeerling, searchLeerlingen, type Leerling } from "#modules/leerlingbeheer";
import { logInzage } from "#modules/privacylog";
import { findClientOf, findToepassingOf, getSchoolToepassing, listToepassingen } from "#modules/toepassingen";
import { findWeigering, getFeiten, chain } from "#modules/verstrekking";
import { groepName } from "../applicatiebeheer/words.ts";
import { route, type SchoolRequest } from "../contract.ts";
import { waaromChain, type Waarom } from "./chain.ts";

type School = SchoolRequest["school"];

/**
 * Why a pupil of the school can or cannot open an application today: the decision of D5 itself, walked step by step. Behind the
 * wall of the school, so it speaks of this school only. Undefined when the pupil was never registered here, or nobody has
 * such an application. The look goes into the privacy log in the same transaction (D11).
 */
export async function askWaarom(
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
  const leerling = await findLeerlingOf(ctx, school.lijn, accountUuid);
  const clientId = "clientId" in welke ? welke.clientId : await findClientOf(ctx, welke.toepassing);
  if (!leerling || clientId === undefined) return undefined;
  const toepassing = await findToepassingOf(ctx, clientId);
  const [feiten, vanSchool, account, delen] = await Promise.all([
    getFeiten(ctx, leerling.accountUuid, clientId, vandaag),
    toepassing && getSchoolToepassing(ctx, school, toepassing.toepassing),
    findLeerling(ctx, school.lijn, leerling.accountUuid),
    sharesKlassen(ctx, school.lijn),
  ]);
  await logInzage(ctx, { scherm: "toegang-nagekeken", voId, accountUuids: [leerling.accountUuid] });
  return {
    leerling: { ...leerling, zonderWachtwoord: account?.nieuw ?? false },
    toepassing: { naam: toepassing?.naam ?? "Deze toepassing", school: vanSchool },
    keten: chain(feiten, clientId),
    klassen: feiten?.klassen ?? [],
    deelt: delen,
    vandaag,
  };
}

/** What the address asks. */
const query = { referentie: cut(100), zoek: cut(100), leerling: cut(100), toepassing: cut(100) };
type Asked = Read<typeof query>;

type Answer = {
  readonly waarom?: Waarom;
  /** When the pupil saw the number, in epoch milliseconds. */
  readonly toen?: number;
  /** What was asked is not there, or not of this school: the same words. */
  readonly onbekend?: boolean;
  readonly gevonden?: readonly Leerling[];
};

async function findAnswer(ctx: Context, v: SchoolRequest, gevraagd: Asked): Promise<Answer> {
  const wie = { school: v.school, voId: v.ik.voId };
  if (gevraagd.referentie !== "") {
    const referentie = readReferentie(gevraagd.referentie);
    const weigering = referentie === undefined ? undefined : await findWeigering(ctx, referentie);
    const waarom =
      weigering &&
      (await askWaarom(ctx, {
        ...wie,
        accountUuid: weigering.accountUuid,
        welke: { clientId: weigering.clientId },
      }));
    return waarom && weigering ? { waarom, toen: weigering.tijdstip.getTime() } : { onbekend: true };
  }
  if (gevraagd.leerling !== "") {
    if (!isUuid(gevraagd.leerling) || gevraagd.toepassing === "") return { onbekend: true };
    const waarom = await askWaarom(ctx, {
      ...wie,
      accountUuid: gevraagd.leerling as AccountUuid,
      welke: { toepassing: gevraagd.toepassing },
    });
    return waarom ? { waarom } : { onbekend: true };
  }
  if (gevraagd.zoek === "") return {};
  const { leerlingen } = await searchLeerlingen(ctx, v.school.lijn, {
    filter: { zoek: gevraagd.zoek },
    sorteer: "naam",
    bladzijde: 1,
  });
  return { gevonden: leerlingen.slice(0, 20) };
}

async function waaromPage(v: SchoolRequest & { readonly query: Asked }): Promise<Response> {
  const gevraagd = v.query;
  const { antwoord, toepassingen } = await v.inSchool(async (ctx) => ({
    antwoord: await findAnswer(ctx, v, gevraagd),
    toepassingen: await listToepassingen(ctx),
  }));
  const titel = "Waarom kan deze leerling niet binnen?";
  return v.page({
    titel,
    tab: "leerid-beheer",
    kruimels: [],
    ...(antwoord.onbekend && { fout: true, status: 404 }),
    inhoud: html`<div class="page-head"><h1>${titel}</h1></div>
      <div class="columns wide-right">
        <div class="stack">${byNummer(gevraagd, antwoord)} ${byName(gevraagd, antwoord, toepassingen)}</div>
        <div class="stack">
          ${antwoord.waarom ? outcomeOf(antwoord.waarom, antwoord.toen, v) : emptyCard()}
        </div>
      </div>`,
  });
}

function byNummer({ referentie }: Asked, { onbekend }: Answer): Html {
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

function byName(
  { zoek, leerling, toepassing, referentie }: Asked,
  { gevonden, onbekend, waarom }: Answer,
  toepassingen: readonly { readonly toepassing: string; readonly naam: string }[],
): Html {
  const gekozen = waarom?.leerling;
  const keuze = gekozen
    ? [{ accountUuid: gekozen.accountUuid, tekst: `${gekozen.voornaam} ${gekozen.naam}` }]
    : (gevonden ?? []).map((one) => ({
        accountUuid: one.accountUuid,
        tekst: `${one.voornaam} ${one.naam}, ${groepName(one)}`,
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
              (one) =>
                html`<option value="${one.toepassing}" ${one.toepassing === welke ? html`selected` : ""}>
                  ${one.naam}
                </option>`,
            )}
          </select>
        </div>
        <div class="row"><button class="button secondary">Nagaan</button></div>
      </form>`
    }
  </section>`;
}

function outcomeOf(waarom: Waarom, toen: number | undefined, v: SchoolRequest): Html {
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
    ${waaromChain(waarom)}
    <p class="why">
      ${icon("info")}<span
        >Dit gaat over je eigen school. Wie ook in een andere school ingeschreven is, kan daar andere
        toepassingen zien.</span
      >
    </p>
    <p><a href="/leerid-beheer/leerlingen/${accountUuid}">Naar de pagina van ${voornaam}</a></p>
  </section>`;
}

const emptyCard = (): Html =>
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
    handle: waaromPage,
  }),
];
