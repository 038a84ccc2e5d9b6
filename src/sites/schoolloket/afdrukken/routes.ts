import { z } from "zod";
import { inTransaction } from "#platform/context";
import { enqueue } from "#platform/jobs";
import type { AccountUuid } from "#platform/ids";
import { Problem } from "#platform/problem";
import { accountUuid, uuid } from "#platform/route";
import { html } from "#platform/html";
import { notice } from "#platform/staff-site";
import { openVensterFor } from "#modules/aanmelding";
import { logInzage } from "#modules/privacylog";
import { hasBadge, revokeBadge } from "#modules/sleutels";
import {
  findBatch,
  listBatches,
  makeAfdruk,
  makeBatch,
  recordDownload,
  seriesName,
  soorten,
  findLeerling,
  type Soort,
} from "#modules/uitreiking";
import { batchPage, listPage, vensterPage } from "./page.ts";
import { route, type SchoolRequest } from "../contract.ts";
import { gevraagd } from "../leerlingen/form.ts";
import { askedAccounts } from "../leerlingen/routes.ts";

const list = "/leerid-beheer/afdrukken";

/** Handing out accounts (D7): print batches, the window for who forgot his password, and withdrawing a badge. */
export const afdrukRoutes = [
  route({
    method: "get",
    path: list,
    access: "beheerder",
    summary: "de afdrukken van de school",
    async handle(v) {
      const batches = await v.inSchool((ctx) => listBatches(ctx, v.school.lijn));
      return v.page(listPage(batches, v.ctx.clock.now()));
    },
  }),
  route({
    method: "post",
    path: list,
    access: "beheerder",
    summary: "een nieuwe afdruk",
    form: { ...gevraagd, soort: z.enum(soorten).default("strookjes") },
    async handle(v) {
      const { soort } = v.form;
      return withExplanation(v, async () =>
        v.redirect(`${list}/${await begin(v, soort, await askedAccounts(v, v.form))}`),
      );
    },
  }),
  route({
    method: "get",
    path: `${list}/:batch`,
    access: "beheerder",
    summary: "hoe ver een afdruk is",
    params: { batch: uuid },
    async handle(v) {
      const batch = await batchOf(v);
      if (!batch) return v.notFound();
      // Progress without script: the browser asks again until it is finished.
      if (!batch.klaarOp && !batch.gewistOp) v.http.header("refresh", "2");
      return v.page(batchPage(batch, v.ctx.clock.now()));
    },
  }),
  route({
    method: "get",
    path: `${list}/:batch/pdf`,
    access: "beheerder",
    summary: "de afdruk zelf, één keer",
    params: { batch: uuid },
    async handle(v) {
      const batch = await batchOf(v);
      if (!batch) return v.notFound();
      return withExplanation(v, async () => {
        const { pdf, gedrukt } = await v.inSchool(async (ctx) => {
          const afdruk = await makeAfdruk(ctx, batch, {
            school: v.school,
            adres: new URL(v.leerlingloket).host,
          });
          // In the transaction that reads: what fails here shows nothing (D11).
          await logInzage(ctx, {
            scherm: "account-afgedrukt",
            voId: v.ik.voId,
            accountUuids: afdruk.gedrukt.map((one) => one.staand),
          });
          return afdruk;
        });
        await recordDownload(v.ctx, batch.batch, gedrukt);
        return v.http.body(new Uint8Array(pdf), 200, {
          "content-type": "application/pdf",
          // Shown, not kept among the downloads of a computer that others use too.
          "content-disposition": `inline; filename="leerid-${seriesName(batch)}.pdf"`,
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
      const leerling = await leerlingOf(v);
      if (!leerling) return v.notFound();
      // First the record of who did it, then the code (D11).
      await v.inSchool((ctx) =>
        logInzage(ctx, {
          scherm: "wachtwoord-hersteld",
          voId: v.ik.voId,
          accountUuids: [leerling.accountUuid],
        }),
      );
      const code = await openVensterFor(v.ctx, { ...leerling, voId: v.ik.voId });
      // Not a redirect: the code is nowhere to be read again.
      return v.page(vensterPage({ ...leerling, code }));
    },
  }),
  route({
    method: "post",
    path: "/leerid-beheer/leerlingen/:account/badge-intrekken",
    access: "beheerder",
    summary: "het einde van de badge van een leerling van de school",
    params: { account: accountUuid },
    async handle(v) {
      const leerling = await leerlingOf(v);
      if (!leerling) return v.notFound();
      const { accountUuid } = leerling;
      // Once there is one, first the record of who did it (D11).
      const badge = await v.inSchool(async (ctx) => {
        if (!(await hasBadge(ctx, accountUuid))) return false;
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
          if (await revokeBadge(ctx, accountUuid))
            await enqueue(ctx, "sessies-beeindigen", { account: accountUuid });
        });
      return v.redirect(`/leerid-beheer/leerlingen/${leerling.accountUuid}`);
    },
  }),
];

async function begin(v: SchoolRequest, soort: Soort, accounts: readonly AccountUuid[]): Promise<string> {
  return v.inSchool((ctx) => makeBatch(ctx, { school: v.school, voId: v.ik.voId, soort, accounts }));
}

const batchOf = (v: SchoolRequest & { readonly params: { readonly batch: string } }) =>
  v.inSchool((ctx) => findBatch(ctx, v.school.lijn, v.params.batch));

const leerlingOf = (v: SchoolRequest & { readonly params: { readonly account: AccountUuid } }) =>
  v.inSchool((ctx) => findLeerling(ctx, v.school, v.params.account));

/** A refusal as a page: what, and who can help. */
async function withExplanation(v: SchoolRequest, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.kind.status === 400) throw error;
    const { titel, herstel, status } = error.kind;
    return v.page({
      titel,
      tab: "leerid-beheer",
      status,
      fout: true,
      kruimels: [{ tekst: "Accounts afdrukken", url: list }],
      inhoud: notice({
        titel: titel.replace(/\.$/, ""),
        waarom: titel,
        wie: herstel,
        verder: html`<p><a href="/leerid-beheer">Naar de leerlingen</a></p>`,
      }),
    });
  }
}
