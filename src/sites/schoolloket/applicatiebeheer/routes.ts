import { z } from "zod";
import { dayBefore } from "#platform/clock";
import type { Context } from "#platform/context";
import { formatDate, html, icon } from "#platform/html";
import { algemeen, Problem } from "#platform/problem";
import { cut, text, uuid, type Read } from "#platform/route";
import { searchLeerlingen } from "#modules/leerlingbeheer";
import { listInForce } from "#modules/protocollen";
import { listBeheerders } from "#modules/rechten";
import {
  saveRegels,
  getSchoolToepassing,
  chooseToepassing,
  listWijzigingen,
  overzichtOf,
  standOf,
  stopToepassing,
  countEffect,
} from "#modules/toepassingen";
import { route, type SchoolRequest } from "../contract.ts";
import { cataloguePage } from "./catalogue.ts";
import { aanvraagVelden, readAanvraag, type AanvraagFields } from "./form.ts";
import { matrixRoutes } from "../matrix/routes.ts";
import { applicatiePage } from "./page.ts";
import { datumOf } from "./words.ts";

const tab = "applicatiebeheer";

async function catalogue(v: SchoolRequest): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const [overzicht, overeenkomsten] = await v.inSchool((ctx) =>
    Promise.all([overzichtOf(ctx, v.school), listInForce(ctx, vandaag)]),
  );
  return v.page({
    titel: "Applicaties",
    tab,
    inhoud: cataloguePage({ overzicht, overeenkomsten, vandaag }),
  });
}

/** An application as the address names it. */
const params = { toepassing: z.string() };
type PageRequest = SchoolRequest & { readonly params: Read<typeof params> };

/** What the page of an application may be asked: a change to look at, pupils to find, a change that was kept. */
const vraag = { ...aanvraagVelden, zoek: cut(100), bewaard: uuid.optional().catch(undefined) };
type Vraag = Read<typeof vraag>;
const niets: Vraag = { doel: [], leerling: [], van: "", tot: "", zoek: "" };

/** The page of one application; `velden` = what a link or a refused form asked. */
async function applicatie(v: PageRequest, velden: Vraag, weigering?: string): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const naam = v.params.toepassing;
  const { zoek: tekst, bewaard: bundel } = velden;
  const gegevens = await v.inSchool(async (ctx) => {
    const [overzicht, overeenkomsten, wijzigingen, zoek, beheerders] = await Promise.all([
      overzichtOf(ctx, v.school, naam),
      listInForce(ctx, vandaag),
      listWijzigingen(ctx, v.school, { toepassing: naam, hoogstens: 10 }),
      tekst === "" ? undefined : searchLeerling(ctx, v, tekst),
      listBeheerders(ctx, v.school.lijn),
    ]);
    const [een] = overzicht.toepassingen;
    if (!een) return undefined;
    const aanvraag = readAanvraag(velden, overzicht);
    const op = aanvraag?.begint && aanvraag.begint > vandaag ? aanvraag.begint : vandaag;
    const telt =
      aanvraag && aanvraag.wijzigingen.length > 0
        ? await countEffect(ctx, v.school, een.toepassing, { regels: aanvraag.wijzigingen }, op)
        : undefined;
    return { overzicht, een, overeenkomsten, wijzigingen, zoek, aanvraag, telt, beheerders };
  });
  if (!gegevens) return v.notFound();
  const { een, overzicht, aanvraag, telt, zoek } = gegevens;
  const wijzig = een.toepassing.regels.find(({ regelId }) => regelId === velden.wijzig);
  const fout = weigering !== undefined || (aanvraag !== undefined && Object.keys(aanvraag.fouten).length > 0);
  return v.page({
    titel: een.toepassing.naam,
    tab,
    kruimels: [],
    ...(fout && { fout, status: 422 }),
    inhoud: applicatiePage({
      toepassing: een.toepassing,
      telling: overzicht,
      zien: een.zien,
      overeenkomst: gegevens.overeenkomsten.get(naam),
      vandaag,
      nu: v.ctx.clock.now(),
      wijzigingen: gegevens.wijzigingen,
      bewaard:
        bundel === undefined ? [] : gegevens.wijzigingen.filter((wijziging) => wijziging.bundel === bundel),
      nameOf: (voId) => {
        if (voId === v.ik.voId) return "jou";
        const collega = gegevens.beheerders.find((one) => one.voId === voId);
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

async function searchLeerling(ctx: Context, { school }: SchoolRequest, zoek: string) {
  const { leerlingen, totaal } = await searchLeerlingen(ctx, school.lijn, {
    filter: { zoek },
    sorteer: "naam",
    bladzijde: 1,
  });
  return { gevonden: leerlingen.filter(({ uitgeschreven }) => !uitgeschreven).slice(0, 20), totaal };
}

/** Keeps a change and shows it; a refusal comes back on the page, in words. */
async function save(v: PageRequest, perform: (ctx: Context) => Promise<string>): Promise<Response> {
  try {
    const bundel = await v.inSchool(perform);
    return v.redirect(`/applicatiebeheer/${v.params.toepassing}?bewaard=${bundel}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.kind.status === 404) return v.notFound();
    return applicatie(v, niets, `${error.kind.titel} ${error.kind.herstel}`);
  }
}

async function saveWijziging(v: PageRequest & { readonly form: AanvraagFields }): Promise<Response> {
  const aanvraag = readAanvraag(v.form);
  if (!aanvraag || aanvraag.wijzigingen.length === 0) return applicatie(v, { ...niets, ...v.form });
  const toepassing = v.params.toepassing;
  const wijzigingen = aanvraag.wijzigingen.map((wijziging) => ({ ...wijziging, toepassing }));
  return save(v, async (ctx) => {
    if (!(await getSchoolToepassing(ctx, v.school, toepassing))) throw new Problem(algemeen["niet-gevonden"]);
    return saveRegels(ctx, { school: v.school, door: v.ik.voId, wijzigingen });
  });
}

async function switchOn(v: PageRequest & { readonly form: { readonly van: string } }): Promise<Response> {
  const van = datumOf(v.form.van) ?? v.ctx.clock.vandaag();
  return save(v, (ctx) =>
    chooseToepassing(ctx, { school: v.school, door: v.ik.voId, toepassing: v.params.toepassing, van }),
  );
}

async function askSwitchOff(v: PageRequest, fout?: string): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const naam = v.params.toepassing;
  const overzicht = await v.inSchool((ctx) => overzichtOf(ctx, v.school, naam));
  const [one] = overzicht.toepassingen;
  if (!one) return v.notFound();
  const { toepassing, zien } = one;
  const path = `/applicatiebeheer/${naam}`;
  if (standOf(toepassing.keuzes, vandaag).stand === "uit") return v.redirect(path);
  const titel = `${toepassing.naam} uitzetten`;
  return v.page({
    titel,
    tab,
    kruimels: [{ tekst: toepassing.naam, url: path }],
    ...(fout !== undefined && { fout: true, status: 422 }),
    inhoud: html`<div class="page-head"><h1>${titel}</h1></div>
      <form class="card stack" action="${path}/uit" method="post">
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
          ><a class="button quiet" href="${path}">Annuleer</a>
        </div>
      </form>`,
  });
}

async function switchOff(v: PageRequest & { readonly form: { readonly tot: string } }): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const gevraagd = datumOf(v.form.tot);
  if (gevraagd === undefined || (gevraagd !== null && gevraagd < vandaag))
    return askSwitchOff(v, `Kies een dag vanaf ${formatDate(vandaag)}, of laat dit leeg.`);
  const tot = gevraagd ?? dayBefore(vandaag);
  return save(v, (ctx) =>
    stopToepassing(ctx, { school: v.school, door: v.ik.voId, toepassing: v.params.toepassing, tot }),
  );
}

/** Applicatiebeheer (R54, R58): what there is, what the school uses, and who sees it. */
export const applicatiebeheerRoutes = [
  route({
    method: "get",
    path: "/applicatiebeheer",
    access: "beheerder",
    summary: "alle applicaties, en welke de school aan heeft",
    handle: catalogue,
  }),
  ...matrixRoutes, // before the applications: no application can have this name
  route({
    method: "get",
    path: "/applicatiebeheer/:toepassing",
    access: "beheerder",
    summary: "wie in de school een applicatie ziet, en wat een wijziging zou doen",
    params,
    query: vraag,
    handle: (v) => applicatie(v, v.query),
  }),
  route({
    method: "post",
    path: "/applicatiebeheer/:toepassing",
    access: "beheerder",
    summary: "andere regels voor een applicatie",
    params,
    form: aanvraagVelden,
    handle: saveWijziging,
  }),
  route({
    method: "post",
    path: "/applicatiebeheer/:toepassing/aan",
    access: "beheerder",
    summary: "een applicatie vanaf een dag aan",
    params,
    form: { van: text(100) },
    handle: switchOn,
  }),
  route({
    method: "get",
    path: "/applicatiebeheer/:toepassing/uit",
    access: "beheerder",
    summary: "wie een applicatie verliest als ze uitgaat",
    params,
    handle: (v) => askSwitchOff(v),
  }),
  route({
    method: "post",
    path: "/applicatiebeheer/:toepassing/uit",
    access: "beheerder",
    summary: "een applicatie na een dag uit",
    params,
    form: { tot: text(100) },
    handle: switchOff,
  }),
];
