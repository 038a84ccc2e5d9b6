import { z } from "zod";
import { inTransaction } from "#platform/context";
import { enqueue } from "#platform/jobs";
import type { AccountUuid } from "#platform/ids";
import { Problem } from "#platform/problem";
import { accountUuid, uuid } from "#platform/route";
import { html } from "#platform/html";
import { melding } from "#platform/staff-site";
import { openVensterVoor } from "#modules/aanmelding";
import { logInzage } from "#modules/privacylog";
import { heeftBadge, trekBadgeIn } from "#modules/sleutels";
import {
  findBatch,
  listBatches,
  maakAfdruk,
  maakBatch,
  noteerDownload,
  reeks,
  soorten,
  vindLeerling,
  type Soort,
} from "#modules/uitreiking";
import { batchPagina, lijstPagina, vensterPagina } from "./page.ts";
import { route, type SchoolVerzoek } from "../contract.ts";
import { gevraagd } from "../leerlingen/form.ts";
import { gevraagdeAccounts } from "../leerlingen/routes.ts";

const lijst = "/leerid-beheer/afdrukken";

/** Handing out accounts (D7): print batches, the window for who forgot his password, and withdrawing a badge. */
export const afdrukRoutes = [
  route({
    method: "get",
    path: lijst,
    access: "beheerder",
    summary: "de afdrukken van de school",
    async handle(v) {
      const batches = await v.inSchool((ctx) => listBatches(ctx, v.school.lijn));
      return v.pagina(lijstPagina(batches, v.ctx.clock.now()));
    },
  }),
  route({
    method: "post",
    path: lijst,
    access: "beheerder",
    summary: "een nieuwe afdruk",
    form: { ...gevraagd, soort: z.enum(soorten).default("strookjes") },
    async handle(v) {
      const { soort } = v.form;
      return metUitleg(v, async () =>
        v.naar(`${lijst}/${await begin(v, soort, await gevraagdeAccounts(v, v.form))}`),
      );
    },
  }),
  route({
    method: "get",
    path: `${lijst}/:batch`,
    access: "beheerder",
    summary: "hoe ver een afdruk is",
    params: { batch: uuid },
    async handle(v) {
      const batch = await batchVan(v);
      if (!batch) return v.nietGevonden();
      // Progress without script: the browser asks again until it is finished.
      if (!batch.klaarOp && !batch.gewistOp) v.http.header("refresh", "2");
      return v.pagina(batchPagina(batch, v.ctx.clock.now()));
    },
  }),
  route({
    method: "get",
    path: `${lijst}/:batch/pdf`,
    access: "beheerder",
    summary: "de afdruk zelf, één keer",
    params: { batch: uuid },
    async handle(v) {
      const batch = await batchVan(v);
      if (!batch) return v.nietGevonden();
      return metUitleg(v, async () => {
        const { pdf, gedrukt } = await v.inSchool(async (ctx) => {
          const afdruk = await maakAfdruk(ctx, batch, {
            school: v.school,
            adres: new URL(v.leerlingloket).host,
          });
          // In the transaction that reads: what fails here shows nothing (D11).
          await logInzage(ctx, {
            scherm: "account-afgedrukt",
            voId: v.ik.voId,
            accountUuids: afdruk.gedrukt.map((een) => een.staand),
          });
          return afdruk;
        });
        await noteerDownload(v.ctx, batch.batch, gedrukt);
        return v.http.body(new Uint8Array(pdf), 200, {
          "content-type": "application/pdf",
          // Shown, not kept among the downloads of a computer that others use too.
          "content-disposition": `inline; filename="leerid-${reeks(batch)}.pdf"`,
          "cache-control": "no-store",
        });
      });
    },
  }),
  route({
    method: "post",
    path: "/leerid-beheer/leerlingen/:account/venster",
    access: "beheerder",
    summary: "een code waarmee een leerling van de school een nieuw wachtwoord kiest",
    params: { account: accountUuid },
    async handle(v) {
      const leerling = await leerlingVan(v);
      if (!leerling) return v.nietGevonden();
      // First the record of who did it, then the code (D11).
      await v.inSchool((ctx) =>
        logInzage(ctx, {
          scherm: "wachtwoord-hersteld",
          voId: v.ik.voId,
          accountUuids: [leerling.accountUuid],
        }),
      );
      const code = await openVensterVoor(v.ctx, { ...leerling, voId: v.ik.voId });
      // Not a redirect: the code is nowhere to be read again.
      return v.pagina(vensterPagina({ ...leerling, code }));
    },
  }),
  route({
    method: "post",
    path: "/leerid-beheer/leerlingen/:account/badge-intrekken",
    access: "beheerder",
    summary: "het einde van de badge van een leerling van de school",
    params: { account: accountUuid },
    async handle(v) {
      const leerling = await leerlingVan(v);
      if (!leerling) return v.nietGevonden();
      const { accountUuid } = leerling;
      // Once there is one, first the record of who did it (D11).
      const badge = await v.inSchool(async (ctx) => {
        if (!(await heeftBadge(ctx, accountUuid))) return false;
        await logInzage(ctx, {
          scherm: "badge-ingetrokken",
          voId: v.ik.voId,
          accountUuids: [accountUuid],
        });
        return true;
      });
      // Whoever has the card of a badge that is withdrawn may be signed in with it: out, by the same commit (D7).
      if (badge)
        await inTransaction(v.ctx, async (ctx) => {
          if (await trekBadgeIn(ctx, accountUuid))
            await enqueue(ctx, "sessies-beeindigen", { account: accountUuid });
        });
      return v.naar(`/leerid-beheer/leerlingen/${leerling.accountUuid}`);
    },
  }),
];

async function begin(v: SchoolVerzoek, soort: Soort, accounts: readonly AccountUuid[]): Promise<string> {
  return v.inSchool((ctx) => maakBatch(ctx, { school: v.school, voId: v.ik.voId, soort, accounts }));
}

const batchVan = (v: SchoolVerzoek & { readonly params: { readonly batch: string } }) =>
  v.inSchool((ctx) => findBatch(ctx, v.school.lijn, v.params.batch));

const leerlingVan = (v: SchoolVerzoek & { readonly params: { readonly account: AccountUuid } }) =>
  v.inSchool((ctx) => vindLeerling(ctx, v.school, v.params.account));

/** A refusal as a page: what, and who can help. */
async function metUitleg(v: SchoolVerzoek, werk: () => Promise<Response>): Promise<Response> {
  try {
    return await werk();
  } catch (error) {
    if (!(error instanceof Problem) || error.kind.status === 400) throw error;
    const { titel, herstel, status } = error.kind;
    return v.pagina({
      titel,
      tab: "leerid-beheer",
      status,
      fout: true,
      kruimels: [{ tekst: "Accounts afdrukken", url: lijst }],
      inhoud: melding({
        titel: titel.replace(/\.$/, ""),
        waarom: titel,
        wie: herstel,
        verder: html`<p><a href="/leerid-beheer">Naar de leerlingen</a></p>`,
      }),
    });
  }
}
