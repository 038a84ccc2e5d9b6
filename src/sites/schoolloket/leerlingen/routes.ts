import type { AccountUuid } from "#platform/ids";
import { algemeen, Problem } from "#platform/problem";
import { accountUuid, oneOf, type Read } from "#platform/route";
import { deelt } from "#modules/akkoorden";
import { findKlasbron } from "#modules/leveringen";
import {
  exporteer,
  findLeerling,
  kies,
  kiesAlle,
  laat,
  listNieuwVan,
  listVroegere,
  selectieVan,
  standVan,
  telNieuw,
  zoekLeerlingen,
  type Plaats,
} from "#modules/leerlingbeheer";
import { listRegelsVan, logInzage } from "#modules/privacylog";
import { listNamen } from "#modules/rechten";
import { heeftBadge } from "#modules/sleutels";
import { listClients } from "#modules/toepassingen";
import { getFeiten } from "#modules/verstrekking";
import type { Context } from "#platform/context";
import { route, type SchoolVerzoek } from "../contract.ts";
import { leerlingPagina } from "../leerling/page.ts";
import { lijstPagina } from "./page.ts";
import { keuzePagina, niemandGekozen } from "./keuze.ts";
import { adresVan, afdrukActies, type gevraagd, keuzevelden, leesVraag, vraagvelden } from "./form.ts";

const plaatsVan = (v: SchoolVerzoek): Plaats => ({ sessie: v.ik.sessie, school: v.school });

/** LeerID-beheer: the pupils of the school, a selection among them, and the page of one pupil (R4, R46, R55). */
export const leerlingRoutes = [
  route({
    method: "get",
    path: "/leerid-beheer",
    access: "beheerder",
    summary: "de leerlingen van de school",
    query: vraagvelden,
    async handle(v) {
      const vraag = leesVraag(v.query);
      // The banner and fresh counts stand where one comes in; a search is about something else, and quick.
      const begin = Object.keys(vraag.filter).length === 0 && vraag.bladzijde === 1;
      const plaats = plaatsVan(v);
      const lijst = await v.inSchool(async (ctx) => {
        const [gevonden, stand, nieuw] = await Promise.all([
          zoekLeerlingen(ctx, v.school.lijn, { ...vraag, plaats }),
          standVan(ctx, plaats, { vers: begin }),
          begin ? telNieuw(ctx, v.school.lijn) : undefined,
        ]);
        return { gevonden, stand, ...(nieuw && { nieuw }) };
      });
      return v.pagina(lijstPagina({ school: v.school.naam, vraag, ...lijst }));
    },
  }),
  route({
    method: "post",
    path: "/leerid-beheer/selectie",
    access: "beheerder",
    summary: "een andere selectie, of wat een knop met de selectie doet",
    form: keuzevelden,
    handle: kiesEnDoe,
  }),
  route({
    method: "get",
    path: "/leerid-beheer/selectie",
    access: "beheerder",
    summary: "de keuze wat men voor de selectie afdrukt",
    query: { actie: oneOf(afdrukActies) },
    async handle(v) {
      const gekozen = await v.inSchool((ctx) => selectieVan(ctx, plaatsVan(v)));
      return v.pagina(
        gekozen.length === 0 ? niemandGekozen : keuzePagina(gekozen, v.query.actie === "badge"),
      );
    },
  }),
  route({
    method: "get",
    path: "/leerid-beheer/leerlingen/:account",
    access: "beheerder",
    summary: "een leerling van de school; de blik staat in het privacylog",
    params: { account: accountUuid },
    handle: toonLeerling,
  }),
];

/** Keeps what was ticked on a page, and then does what the button says. */
async function kiesEnDoe(v: SchoolVerzoek & { readonly form: Read<typeof keuzevelden> }): Promise<Response> {
  const { vraag, actie, naar, sorteer } = v.form;
  const aan = new Set(v.form.leerling);
  const uit = v.form.was.filter((een) => !aan.has(een));
  const plaats = plaatsVan(v);
  const { lijn } = v.school;
  const csv = await v.inSchool(async (ctx) => {
    if (actie === "wis") return laat(ctx, plaats);
    await laat(ctx, plaats, uit);
    await kies(ctx, plaats, [...aan]);
    if (actie === "kies-alles") return kiesAlle(ctx, plaats, vraag.filter);
    if (actie !== "exporteren") return undefined;
    return exporteerKeuze(ctx, plaats, { voId: v.ik.voId, metKlas: await deelt(ctx, lijn) });
  });
  if (csv !== undefined) {
    return v.http.body(csv, 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="leerlingen-${v.school.instellingsnummer}.csv"`,
      "cache-control": "no-store",
    });
  }
  if (actie === "exporteren") return v.pagina(niemandGekozen);
  if (afdrukActies.some((een) => een === actie)) return v.naar(`/leerid-beheer/selectie?actie=${actie}`);
  if (naar !== undefined) return v.naar(adresVan({ ...vraag, bladzijde: naar }));
  return v.naar(adresVan(sorteer ? { ...vraag, sorteer, bladzijde: 1 } : vraag));
}

/** The selection as a file; a look at everyone in it (D11). Undefined when nobody is picked. */
async function exporteerKeuze(
  ctx: Context,
  plaats: Plaats,
  { voId, metKlas }: { readonly voId: string; readonly metKlas: boolean },
): Promise<string | undefined> {
  const gekozen = await selectieVan(ctx, plaats);
  if (gekozen.length === 0) return undefined;
  await logInzage(ctx, {
    scherm: "lijst-meegenomen",
    voId,
    accountUuids: gekozen.map((een) => een.accountUuid),
  });
  return exporteer(gekozen, { metKlas });
}

async function toonLeerling(
  v: SchoolVerzoek & { readonly params: { readonly account: AccountUuid } },
): Promise<Response> {
  const gevonden = await v.inSchool(async (ctx) => {
    const leerling = await findLeerling(ctx, v.school.lijn, v.params.account);
    if (!leerling) return undefined;
    const { accountUuid } = leerling;
    const vroegere = await listVroegere(ctx, accountUuid);
    const nummers = [accountUuid, ...vroegere.map((een) => een.accountUuid)];
    const vandaag = ctx.clock.vandaag();
    const [badge, feiten, klasbron, aanmeldingen, inzages] = await Promise.all([
      heeftBadge(ctx, accountUuid),
      getFeiten(ctx, accountUuid, null, vandaag),
      findKlasbron(ctx, v.school.lijn, vandaag),
      listRegelsVan(ctx, nummers, 5, ["verstrekking"]),
      listRegelsVan(ctx, nummers, 10, ["inzage"]),
    ]);
    // In the transaction that reads, and last: what fails here shows nothing (D11).
    await logInzage(ctx, { scherm: "leerling-bekeken", voId: v.ik.voId, accountUuids: [accountUuid] });
    return { leerling, badge, vroegere, feiten, klasbron, aanmeldingen, inzages };
  });
  if (!gevonden) return v.nietGevonden();
  const kijkers = gevonden.inzages.map((regel) => regel.ontvanger);
  const [clients, namen] = await Promise.all([listClients(v.ctx), listNamen(v.ctx, v.school.lijn, kijkers)]);
  return v.pagina(
    leerlingPagina({
      ...gevonden,
      school: v.school.naam,
      ik: v.ik.voId,
      namen,
      nu: v.ctx.clock.now(),
      toepassingen: new Map(
        clients.map((client) => [client.clientId, client.toepassing?.naam ?? client.naam]),
      ),
    }),
  );
}

/** The accounts that a form of ours asks a print for. @throws Problem `ongeldige-invoer` for new accounts of no class or group */
export async function gevraagdeAccounts(
  v: SchoolVerzoek,
  velden: Read<typeof gevraagd>,
): Promise<readonly AccountUuid[]> {
  if (!velden.selectie && !velden.nieuw) return velden.account;
  const gekozen = await v.inSchool(async (ctx) => {
    if (velden.selectie) return selectieVan(ctx, plaatsVan(v));
    const { niveau, leerjaar, groep, klas } = velden;
    const welke = { ...(klas !== undefined && { klas }) };
    if (klas) return listNieuwVan(ctx, v.school.lijn, welke);
    if (niveau === undefined || leerjaar === undefined || groep === undefined)
      throw new Problem(algemeen["ongeldige-invoer"]);
    return listNieuwVan(ctx, v.school.lijn, { ...welke, niveau, leerjaar, groep });
  });
  // Who left can be looked at, and gets nothing to sign in with.
  return gekozen.filter((een) => !een.uitgeschreven).map((een) => een.accountUuid);
}
