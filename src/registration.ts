import { inTransaction, type Context } from "#platform/context";
import {
  importToepassing,
  listAdressen,
  registerAdressen,
  replaceAdressen,
  type Adressen,
} from "#modules/toepassingen";
import * as beheer from "#sites/beheer";
import * as leerlingloket from "#sites/leerlingloket";
import * as schoolloket from "#sites/schoolloket";
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
