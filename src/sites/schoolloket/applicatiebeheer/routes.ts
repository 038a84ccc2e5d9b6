import { dagVoor } from "#platform/clock";
import type { Context } from "#platform/context";
import { formatDate, html, icon } from "#platform/html";
import { algemeen, Problem } from "#platform/problem";
import { isUuid } from "#platform/ids";
import { zoekLeerlingen } from "#modules/leerlingbeheer";
import { listVanKracht } from "#modules/protocollen";
import { listBeheerders } from "#modules/rechten";
import {
  bewaarRegels,
  getSchoolToepassing,
  kiesToepassing,
  listWijzigingen,
  overzichtVan,
  standVan,
  stopToepassing,
  voorbeeld,
} from "#modules/toepassingen";
import type { Route, SchoolVerzoek } from "../contract.ts";
import { catalogusPagina } from "./catalogus.ts";
import { leesAanvraag } from "./form.ts";
import { matrixRoutes } from "../matrix/routes.ts";
import { applicatiePagina } from "./page.ts";
import { datumVan } from "./words.ts";

const tab = "applicatiebeheer";

async function catalogus(v: SchoolVerzoek): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const [overzicht, overeenkomsten] = await v.inSchool((ctx) =>
    Promise.all([overzichtVan(ctx, v.school), listVanKracht(ctx, vandaag)]),
  );
  return v.pagina({
    titel: "Applicaties",
    tab,
    inhoud: catalogusPagina({ overzicht, overeenkomsten, vandaag }),
  });
}

/** The page of one application; `velden` = what a link or a refused form asked. */
async function applicatie(v: SchoolVerzoek, velden: URLSearchParams, weigering?: string): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const naam = v.param("toepassing");
  const tekst = velden.get("zoek")?.trim() ?? "";
  const bundel = velden.get("bewaard") ?? "";
  const gegevens = await v.inSchool(async (ctx) => {
    const [overzicht, overeenkomsten, wijzigingen, zoek, beheerders] = await Promise.all([
      overzichtVan(ctx, v.school, naam),
      listVanKracht(ctx, vandaag),
      listWijzigingen(ctx, v.school, { toepassing: naam, hoogstens: 10 }),
      tekst === "" ? undefined : zoekLeerling(ctx, v, tekst),
      listBeheerders(ctx, v.school.lijn),
    ]);
    const [een] = overzicht.toepassingen;
    if (!een) return undefined;
    const aanvraag = leesAanvraag(velden, overzicht);
    const op = aanvraag?.begint && aanvraag.begint > vandaag ? aanvraag.begint : vandaag;
    const telt =
      aanvraag && aanvraag.wijzigingen.length > 0
        ? await voorbeeld(ctx, v.school, een.toepassing, { regels: aanvraag.wijzigingen }, op)
        : undefined;
    return { overzicht, een, overeenkomsten, wijzigingen, zoek, aanvraag, telt, beheerders };
  });
  if (!gegevens) return v.nietGevonden();
  const { een, overzicht, aanvraag, telt, zoek } = gegevens;
  const wijzig = een.toepassing.regels.find(({ regelId }) => regelId === velden.get("wijzig"));
  const fout = weigering !== undefined || (aanvraag !== undefined && Object.keys(aanvraag.fouten).length > 0);
  return v.pagina({
    titel: een.toepassing.naam,
    tab,
    kruimels: [],
    ...(fout && { fout, status: 422 }),
    inhoud: applicatiePagina({
      toepassing: een.toepassing,
      telling: overzicht,
      zien: een.zien,
      overeenkomst: gegevens.overeenkomsten.get(naam),
      vandaag,
      nu: v.ctx.clock.now(),
      wijzigingen: gegevens.wijzigingen,
      bewaard: isUuid(bundel) ? gegevens.wijzigingen.filter((wijziging) => wijziging.bundel === bundel) : [],
      naamVan: (voId) => {
        if (voId === v.ik.voId) return "jou";
        const collega = gegevens.beheerders.find((een) => een.voId === voId);
        return collega ? `${collega.voornaam} ${collega.naam}` : "een vroegere beheerder";
      },
      ...(aanvraag && { aanvraag }),
      ...(telt && { voorbeeld: telt }),
      ...(wijzig && { wijzig }),
      ...(zoek && { zoek: { tekst, ...zoek } }),
      ...(weigering !== undefined && { weigering }),
    }),
  });
}

async function zoekLeerling(ctx: Context, { school }: SchoolVerzoek, zoek: string) {
  const { leerlingen, totaal } = await zoekLeerlingen(ctx, school.lijn, {
    filter: { zoek },
    sorteer: "naam",
    bladzijde: 1,
  });
  return { gevonden: leerlingen.filter(({ uitgeschreven }) => !uitgeschreven).slice(0, 20), totaal };
}

/** Keeps a change and shows it; a refusal comes back on the page, in words. */
async function bewaar(
  v: SchoolVerzoek,
  velden: URLSearchParams,
  doe: (ctx: Context) => Promise<string>,
): Promise<Response> {
  try {
    const bundel = await v.inSchool(doe);
    return v.naar(`/applicatiebeheer/${v.param("toepassing")}?bewaard=${bundel}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.kind.status === 404) return v.nietGevonden();
    return applicatie(v, velden, `${error.kind.titel} ${error.kind.herstel}`);
  }
}

async function bewaarWijziging(v: SchoolVerzoek): Promise<Response> {
  const velden = await v.formulier();
  const aanvraag = leesAanvraag(velden);
  if (!aanvraag || aanvraag.wijzigingen.length === 0) return applicatie(v, velden);
  const toepassing = v.param("toepassing");
  const wijzigingen = aanvraag.wijzigingen.map((wijziging) => ({ ...wijziging, toepassing }));
  return bewaar(v, new URLSearchParams(), async (ctx) => {
    if (!(await getSchoolToepassing(ctx, v.school, toepassing))) throw new Problem(algemeen["niet-gevonden"]);
    return bewaarRegels(ctx, { school: v.school, door: v.ik.voId, wijzigingen });
  });
}

async function zetAan(v: SchoolVerzoek): Promise<Response> {
  const velden = await v.formulier();
  const van = datumVan(velden.get("van")) ?? v.ctx.clock.vandaag();
  return bewaar(v, new URLSearchParams(), (ctx) =>
    kiesToepassing(ctx, { school: v.school, door: v.ik.voId, toepassing: v.param("toepassing"), van }),
  );
}

async function vraagUit(v: SchoolVerzoek, fout?: string): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const naam = v.param("toepassing");
  const overzicht = await v.inSchool((ctx) => overzichtVan(ctx, v.school, naam));
  const [een] = overzicht.toepassingen;
  if (!een) return v.nietGevonden();
  const { toepassing, zien } = een;
  const pad = `/applicatiebeheer/${naam}`;
  if (standVan(toepassing.keuzes, vandaag).stand === "uit") return v.naar(pad);
  const titel = `${toepassing.naam} uitzetten`;
  return v.pagina({
    titel,
    tab,
    kruimels: [{ tekst: toepassing.naam, url: pad }],
    ...(fout !== undefined && { fout: true, status: 422 }),
    inhoud: html`<div class="page-head"><h1>${titel}</h1></div>
      <form class="card stack" action="${pad}/uit" method="post">
        <p class="preview-count">
          <span class="figure">${zien}</span
          ><span
            ><b>${zien === 1 ? "leerling verliest" : "leerlingen verliezen"} ${toepassing.naam}</b> in je
            school.<br />Hun werk in ${toepassing.naam} blijft bij de maker. De regels blijven hier
            bewaard.</span
          >
        </p>
        <div class="field" ${fout === undefined ? "" : html`data-invalid`}>
          <label for="tot">Laatste dag</label>
          <span class="hint" id="tot-hint">Laat leeg om het meteen uit te zetten.</span>
          ${fout !== undefined && html`<span class="problem" id="tot-fout">${icon("circle-alert")}${fout}</span>`}
          <input
            class="input"
            id="tot"
            name="tot"
            type="date"
            min="${vandaag}"
            aria-describedby="${fout === undefined ? "tot-hint" : "tot-fout"}"
            ${fout === undefined ? "" : html`aria-invalid="true"`}
          />
        </div>
        <div class="row">
          <button class="button danger">Zet ${toepassing.naam} uit</button
          ><a class="button quiet" href="${pad}">Annuleer</a>
        </div>
      </form>`,
  });
}

async function zetUit(v: SchoolVerzoek): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const gevraagd = datumVan((await v.formulier()).get("tot"));
  if (gevraagd === undefined || (gevraagd !== null && gevraagd < vandaag))
    return vraagUit(v, `Kies een dag vanaf ${formatDate(vandaag)}, of laat dit leeg.`);
  const tot = gevraagd ?? dagVoor(vandaag);
  return bewaar(v, new URLSearchParams(), (ctx) =>
    stopToepassing(ctx, { school: v.school, door: v.ik.voId, toepassing: v.param("toepassing"), tot }),
  );
}

/** Applicatiebeheer (R54, R58): what there is, what the school uses, and who sees it. */
export const applicatiebeheerRoutes: readonly Route[] = [
  { methode: "GET", pad: "/applicatiebeheer", toegang: "beheerder", antwoord: catalogus },
  ...matrixRoutes, // before the applications: no application can have this name
  {
    methode: "GET",
    pad: "/applicatiebeheer/:toepassing",
    toegang: "beheerder",
    antwoord: (v) => applicatie(v, new URL(v.http.req.url).searchParams),
  },
  {
    methode: "POST",
    pad: "/applicatiebeheer/:toepassing",
    toegang: "beheerder",
    antwoord: bewaarWijziging,
  },
  { methode: "POST", pad: "/applicatiebeheer/:toepassing/aan", toegang: "beheerder", antwoord: zetAan },
  {
    methode: "GET",
    pad: "/applicatiebeheer/:toepassing/uit",
    toegang: "beheerder",
    antwoord: (v) => vraagUit(v),
  },
  { methode: "POST", pad: "/applicatiebeheer/:toepassing/uit", toegang: "beheerder", antwoord: zetUit },
];
