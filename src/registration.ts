import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import {
  importToepassing,
  listAdressen,
  listClients,
  registerAdressen,
  replaceAdressen,
  toepassingProblemen,
  type Adressen,
  type Imported,
} from "#modules/toepassingen";
import { findRefused } from "#modules/clients";
import { forgetClients } from "#sites/acm";
import * as beheer from "#sites/beheer";
import * as leerlingloket from "#sites/leerlingloket";
import * as schoolloket from "#sites/schoolloket";

/**
 * `leerid import toepassing`: stores an application with its clients, whole or not at all, after the OpenID library took them.
 * Clients that end leave nothing behind in ACM.
 * @throws Problem as `importToepassing`, and `client-geweigerd` with a line per client
 */
export function registerToepassing(
  ctx: Context,
  inhoud: string,
  options: { readonly production: boolean },
): Promise<Imported> {
  return inTransaction(ctx, async (tx) => {
    const imported = await importToepassing(tx, inhoud, options);
    const named = new Set(imported.bestand.clients.map((client) => client.client_id));
    const refused = await findRefused((await listClients(tx)).filter(({ clientId }) => named.has(clientId)));
    if (refused.length > 0)
      throw new Problem(
        toepassingProblemen["client-geweigerd"],
        refused.map(({ clientId, reason }) => `client ${clientId}: ${reason}`).join("\n"),
      );
    await forgetClients(tx, imported.beeindigd);
    return imported;
  });
}

/** Our own sites as clients of ACM, at these addresses. */
async function writeClients(ctx: Context, adressen: Adressen): Promise<void> {
  await leerlingloket.register(ctx, adressen);
  await schoolloket.register(ctx, adressen);
  await importToepassing(ctx, beheer.clientFile(ctx, adressen));
}

/**
 * Registers our own sites with the addresses that are registered, and where none is with those of this process. One process that was
 * set up with other addresses so changes nothing for the others; it says so in the log.
 */
export async function registerSites(ctx: Context, own: Adressen): Promise<void> {
  await inTransaction(ctx, async (tx) => writeClients(tx, await registerAdressen(tx, own)));
  for (const { site, geregistreerd, hier } of await compareAdressen(ctx, own))
    if (geregistreerd !== hier)
      ctx.log.warn(
        { site, geregistreerd, hier },
        "dit proces heeft een ander adres voor een site dan geregistreerd is; er is niets gewijzigd. Pas de instelling aan, of geef leerid adressen zet",
      );
}

/** Per site the address that is registered, and the one of this process. */
export async function compareAdressen(
  ctx: Context,
  own: Adressen,
): Promise<
  readonly { readonly site: string; readonly geregistreerd: string | undefined; readonly hier: string }[]
> {
  const registered: Readonly<Record<string, string>> = await listAdressen(ctx);
  return Object.entries(own).map(([site, hier]) => ({ site, geregistreerd: registered[site], hier }));
}

/** Registers our own sites with these addresses, for all nodes: ACM accepts them at once. */
export async function setAdressen(ctx: Context, adressen: Adressen): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await replaceAdressen(tx, adressen);
    await writeClients(tx, adressen);
  });
}
