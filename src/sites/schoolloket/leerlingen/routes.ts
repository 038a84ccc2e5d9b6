import type { AccountUuid } from "#platform/ids";
import { algemeen, Problem } from "#platform/problem";
import { accountUuid, oneOf, type Read } from "#platform/route";
import { sharesKlassen } from "#modules/akkoorden";
import { findKlasbron } from "#modules/leveringen";
import {
  exportLeerlingen,
  findLeerling,
  select,
  chooseAll,
  deselect,
  listNewOf,
  listStoppedBadges,
  listEarlier,
  selectieOf,
  overviewOf,
  countNew,
  searchLeerlingen,
  type Place,
} from "#modules/leerlingbeheer";
import { listRegelsOf, logInzage } from "#modules/privacylog";
import { listNames } from "#modules/rechten";
import { hasBadge } from "#modules/sleutels";
import { listClients } from "#modules/toepassingen";
import { getFeiten } from "#modules/verstrekking";
import type { Context } from "#platform/context";
import { route, type SchoolRequest } from "../contract.ts";
import { leerlingPage } from "../leerling/page.ts";
import { listPage } from "./page.ts";
import { keuzePage, niemandGekozen } from "./keuze.ts";
import { addressOf, afdrukActies, type gevraagd, keuzevelden, readVraag, vraagvelden } from "./form.ts";

const placeOf = (v: SchoolRequest): Place => ({ sessie: v.ik.sessie, school: v.school });

/** LeerID-beheer: the pupils of the school, a selection among them, and the page of one pupil (R4, R46, R55). */
export const leerlingRoutes = [
  route({
    method: "get",
    path: "/leerid-beheer",
    access: "beheerder",
    summary: "de leerlingen van de school",
    query: vraagvelden,
    async handle(v) {
      const vraag = readVraag(v.query);
      // The banner and fresh counts stand where one comes in; a search is about something else, and quick.
      const begin = Object.keys(vraag.filter).length === 0 && vraag.bladzijde === 1;
      const plaats = placeOf(v);
      const list = await v.inSchool(async (ctx) => {
        const [gevonden, stand, nieuw, gestopt] = await Promise.all([
          searchLeerlingen(ctx, v.school.lijn, { ...vraag, plaats }),
          overviewOf(ctx, plaats, { vers: begin }),
          begin ? countNew(ctx, v.school.lijn) : undefined,
          begin ? listStoppedBadges(ctx, v.school.lijn) : [],
        ]);
        return { gevonden, stand, gestopt, ...(nieuw && { nieuw }) };
      });
      return v.page(listPage({ school: v.school.naam, vraag, ...list }));
    },
  }),
  route({
    method: "post",
    path: "/leerid-beheer/selectie",
    access: "beheerder",
    summary: "een andere selectie, of wat een knop met de selectie doet",
    form: keuzevelden,
    handle: chooseAndAct,
  }),
  route({
    method: "get",
    path: "/leerid-beheer/selectie",
    access: "beheerder",
    summary: "de keuze wat men voor de selectie afdrukt",
    query: { actie: oneOf(afdrukActies) },
    async handle(v) {
      const gekozen = await v.inSchool((ctx) => selectieOf(ctx, placeOf(v)));
      return v.page(gekozen.length === 0 ? niemandGekozen : keuzePage(gekozen, v.query.actie === "badge"));
    },
  }),
  route({
    method: "get",
    path: "/leerid-beheer/leerlingen/:account",
    access: "beheerder",
    summary: "een leerling van de school; de blik staat in het privacylog",
    params: { account: accountUuid },
    handle: formatLeerling,
  }),
];

/** Keeps what was ticked on a page, and then does what the button says. */
async function chooseAndAct(
  v: SchoolRequest & { readonly form: Read<typeof keuzevelden> },
): Promise<Response> {
  const { vraag, actie, naar, sorteer } = v.form;
  const aan = new Set(v.form.leerling);
  const uit = v.form.was.filter((one) => !aan.has(one));
  const plaats = placeOf(v);
  const { lijn } = v.school;
  const csv = await v.inSchool(async (ctx) => {
    if (actie === "wis") return deselect(ctx, plaats);
    await deselect(ctx, plaats, uit);
    await select(ctx, plaats, [...aan]);
    if (actie === "kies-alles") return chooseAll(ctx, plaats, vraag.filter);
    if (actie !== "exporteren") return undefined;
    return exportKeuze(ctx, plaats, { voId: v.ik.voId, metKlas: await sharesKlassen(ctx, lijn) });
  });
  if (csv !== undefined) {
    return v.http.body(csv, 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="leerlingen-${v.school.instellingsnummer}.csv"`,
      "cache-control": "no-store",
    });
  }
  if (actie === "exporteren") return v.page(niemandGekozen);
  if (afdrukActies.some((one) => one === actie)) return v.redirect(`/leerid-beheer/selectie?actie=${actie}`);
  if (naar !== undefined) return v.redirect(addressOf({ ...vraag, bladzijde: naar }));
  return v.redirect(addressOf(sorteer ? { ...vraag, sorteer, bladzijde: 1 } : vraag));
}

/** The selection as a file; a look at everyone in it (D11). Undefined when nobody is picked. */
async function exportKeuze(
  ctx: Context,
  plaats: Place,
  { voId, metKlas }: { readonly voId: string; readonly metKlas: boolean },
): Promise<string | undefined> {
  const gekozen = await selectieOf(ctx, plaats);
  if (gekozen.length === 0) return undefined;
  await logInzage(ctx, {
    scherm: "lijst-meegenomen",
    voId,
    accountUuids: gekozen.map((one) => one.accountUuid),
  });
  return exportLeerlingen(gekozen, { metKlas });
}

async function formatLeerling(
  v: SchoolRequest & { readonly params: { readonly account: AccountUuid } },
): Promise<Response> {
  const found = await v.inSchool(async (ctx) => {
    const leerling = await findLeerling(ctx, v.school.lijn, v.params.account);
    if (!leerling) return undefined;
    const { accountUuid } = leerling;
    const vroegere = await listEarlier(ctx, accountUuid);
    const nummers = [accountUuid, ...vroegere.map((one) => one.accountUuid)];
    const vandaag = ctx.clock.vandaag();
    const [badge, feiten, klasbron, aanmeldingen, inzages] = await Promise.all([
      hasBadge(ctx, accountUuid),
      getFeiten(ctx, accountUuid, null, vandaag),
      findKlasbron(ctx, v.school.lijn, vandaag),
      listRegelsOf(ctx, nummers, 5, ["verstrekking"]),
      listRegelsOf(ctx, nummers, 10, ["inzage"]),
    ]);
    // In the transaction that reads, and last: what fails here shows nothing (D11).
    await logInzage(ctx, { scherm: "leerling-bekeken", voId: v.ik.voId, accountUuids: [accountUuid] });
    return { leerling, badge, vroegere, feiten, klasbron, aanmeldingen, inzages };
  });
  if (!found) return v.notFound();
  const kijkers = found.inzages.map((regel) => regel.ontvanger);
  const [clients, namen] = await Promise.all([listClients(v.ctx), listNames(v.ctx, v.school.lijn, kijkers)]);
  return v.page(
    leerlingPage({
      ...found,
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
export async function askedAccounts(
  v: SchoolRequest,
  velden: Read<typeof gevraagd>,
): Promise<readonly AccountUuid[]> {
  if (!velden.selectie && !velden.nieuw) return velden.account;
  const gekozen = await v.inSchool(async (ctx) => {
    if (velden.selectie) return selectieOf(ctx, placeOf(v));
    const { niveau, leerjaar, groep, klas } = velden;
    const welke = { ...(klas !== undefined && { klas }) };
    if (klas) return listNewOf(ctx, v.school.lijn, welke);
    if (niveau === undefined || leerjaar === undefined || groep === undefined)
      throw new Problem(algemeen["ongeldige-invoer"]);
    return listNewOf(ctx, v.school.lijn, { ...welke, niveau, leerjaar, groep });
  });
  // Who left can be looked at, and gets nothing to sign in with.
  return gekozen.filter((one) => !one.uitgeschreven).map((one) => one.accountUuid);
}
