import { inTransaction, sweepEach, type Context } from "#platform/context";
import { listGestopte, neemGestopt } from "#modules/akkoorden";
import { wisKlassen, wisUitgeschreven, wisVoorbij } from "./erase-klassen.ts";
import { geweigerd, naHouden } from "./receipts.ts";
import { listOpenOnder, listVervallen, listNaTeKijken, verwijderOntvangsten } from "./store-erase.ts";
import { sluit, findGenomen } from "./store.ts";

/**
 * Erases what is stored under every akkoord that was stopped: classes, what stands, and files that wait or are held; with
 * a proof in the same commit (D12). The job `klasinformatie-wissen` and a sweep every minute both come here.
 */
export async function wisGestopte(ctx: Context): Promise<void> {
  await sweepEach(ctx, "klasinformatie-wissen", await listGestopte(ctx), (akkoord) =>
    inTransaction(ctx, (tx) => eraseStopped(tx, akkoord)),
  );
}

async function eraseStopped(tx: Context, akkoord: string): Promise<void> {
  const nummers = await neemGestopt(tx, akkoord);
  if (!nummers) return; // somebody else did
  const nu = new Date(tx.clock.now());
  let bestanden = 0;
  for (const levering of await listOpenOnder(tx, akkoord, nummers)) {
    const bij = await findGenomen(tx, levering);
    if (!bij) continue;
    const ontvangst = bij.ontvangst
      ? naHouden(bij.ontvangst, bij, nu, "gestopt")
      : geweigerd(bij, nu, "gestopt");
    if (await sluit(tx, levering, bij.status, "geweigerd", ontvangst)) bestanden++;
  }
  await wisKlassen(tx, akkoord, nummers, bestanden);
}

/**
 * Retention: classes of who left the school a year ago (R76) and of school years that ended a year ago, receipts after
 * 400 days; with proofs. And held files about which nobody decided in 7 days. Each school is looked at once a day.
 */
export async function wisVerlopen(ctx: Context): Promise<void> {
  const taak = "klasinformatie-bewaring";
  const steps: readonly (() => Promise<void>)[] = [
    async () => sweepEach(ctx, taak, await listVervallen(ctx), (levering) => refuseForgotten(ctx, levering)),
    async () =>
      sweepEach(ctx, taak, await listNaTeKijken(ctx), async ({ instellingsnummer, schooljaar }) => {
        await wisVoorbij(ctx, instellingsnummer, schooljaar);
        await wisUitgeschreven(ctx, instellingsnummer, schooljaar);
      }),
    () => verwijderOntvangsten(ctx),
  ];
  await sweepEach(ctx, taak, steps, (step) => step());
}

async function refuseForgotten(ctx: Context, levering: string): Promise<void> {
  const bij = await findGenomen(ctx, levering);
  if (!bij?.ontvangst) return;
  const ontvangst = naHouden(bij.ontvangst, bij, new Date(ctx.clock.now()), "niet-bevestigd");
  await sluit(ctx, levering, "aangehouden", "geweigerd", ontvangst);
}
