import { inTransaction } from "#platform/context";
import { enqueue } from "#platform/jobs";
import { isUuid, type AccountUuid } from "#platform/ids";
import { Problem } from "#platform/problem";
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
import type { Route, SchoolVerzoek } from "../contract.ts";
import { gevraagdeAccounts } from "../leerlingen/routes.ts";

const lijst = "/leerid-beheer/afdrukken";

/** Handing out accounts (D7): print batches, the window for who forgot his password, and withdrawing a badge. */
export const afdrukRoutes: readonly Route[] = [
  {
    methode: "GET",
    pad: lijst,
    toegang: "beheerder",
    async antwoord(v) {
      const batches = await v.inSchool((ctx) => listBatches(ctx, v.school.lijn));
      return v.pagina(lijstPagina(batches, v.ctx.clock.now()));
    },
  },
  {
    methode: "POST",
    pad: lijst,
    toegang: "beheerder",
    async antwoord(v) {
      const velden = await v.formulier();
      const soort = soorten.find((een) => een === velden.get("soort")) ?? "strookjes";
      return metUitleg(v, async () =>
        v.naar(`${lijst}/${await begin(v, soort, await gevraagdeAccounts(v, velden))}`),
      );
    },
  },
  {
    methode: "GET",
    pad: `${lijst}/:batch`,
    toegang: "beheerder",
    async antwoord(v) {
      const batch = await batchVan(v);
      if (!batch) return v.nietGevonden();
      // Progress without script: the browser asks again until it is finished.
      if (!batch.klaarOp && !batch.gewistOp) v.http.header("refresh", "2");
      return v.pagina(batchPagina(batch, v.ctx.clock.now()));
    },
  },
  {
    methode: "GET",
    pad: `${lijst}/:batch/pdf`,
    toegang: "beheerder",
    async antwoord(v) {
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
  },
  {
    methode: "POST",
    pad: "/leerid-beheer/leerlingen/:account/venster",
    toegang: "beheerder",
    async antwoord(v) {
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
  },
  {
    methode: "POST",
    pad: "/leerid-beheer/leerlingen/:account/badge-intrekken",
    toegang: "beheerder",
    async antwoord(v) {
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
  },
];

async function begin(v: SchoolVerzoek, soort: Soort, gevraagd: readonly string[]): Promise<string> {
  // What is no id at all is nobody of this school either.
  const accounts = gevraagd.map(
    (een) => (isUuid(een) ? een : "00000000-0000-0000-0000-000000000000") as AccountUuid,
  );
  return v.inSchool((ctx) => maakBatch(ctx, { school: v.school, voId: v.ik.voId, soort, accounts }));
}

async function batchVan(v: SchoolVerzoek) {
  const batch = v.param("batch");
  return isUuid(batch) ? v.inSchool((ctx) => findBatch(ctx, v.school.lijn, batch)) : undefined;
}

async function leerlingVan(v: SchoolVerzoek) {
  const account = v.param("account");
  if (!isUuid(account)) return undefined;
  return v.inSchool((ctx) => vindLeerling(ctx, v.school, account as AccountUuid));
}

/** A refusal as a page: what, and who can help. */
async function metUitleg(v: SchoolVerzoek, werk: () => Promise<Response>): Promise<Response> {
  try {
    return await werk();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { titel, herstel, status } = error.kind;
    if (status !== 404 && status !== 409 && status !== 410 && status !== 422) throw error;
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
