import { inTransaction, sweepEach, type Context } from "#platform/context";
import { listStopped, takeStopped } from "#modules/akkoorden";
import { eraseKlassenWithProof, eraseUnenrolled, erasePast } from "./erase-klassen.ts";
import { refused, afterHold } from "./receipts.ts";
import { listOpenBelow, listExpired, listToCheck, removeOntvangsten } from "./store-erase.ts";
import { closeLevering, findTaken } from "./store.ts";

/**
 * Erases what is stored under every akkoord that was stopped: classes, what stands, and files that wait or are held; with
 * a proof in the same commit (D12). The job `klasinformatie-wissen` and a sweep every minute both come here.
 */
export async function eraseAllStopped(ctx: Context): Promise<void> {
  await sweepEach(ctx, "klasinformatie-wissen", await listStopped(ctx), (akkoord) =>
    inTransaction(ctx, (tx) => eraseStopped(tx, akkoord)),
  );
}

async function eraseStopped(tx: Context, akkoord: string): Promise<void> {
  const nummers = await takeStopped(tx, akkoord);
  if (!nummers) return; // somebody else did
  const nu = new Date(tx.clock.now());
  let files = 0;
  for (const levering of await listOpenBelow(tx, akkoord, nummers)) {
    const bij = await findTaken(tx, levering);
    if (!bij) continue;
    const ontvangst = bij.ontvangst
      ? afterHold(bij.ontvangst, bij, nu, "gestopt")
      : refused(bij, nu, "gestopt");
    if (await closeLevering(tx, levering, bij.status, "geweigerd", ontvangst)) files++;
  }
  await eraseKlassenWithProof(tx, akkoord, nummers, files);
}

/**
 * Retention: classes of who left the school a year ago (R76) and of school years that ended a year ago, receipts after
 * 400 days; with proofs. And held files about which nobody decided in 7 days. Each school is looked at once a day.
 */
export async function eraseExpired(ctx: Context): Promise<void> {
  const taak = "klasinformatie-bewaring";
  const steps: readonly (() => Promise<void>)[] = [
    async () => sweepEach(ctx, taak, await listExpired(ctx), (levering) => refuseForgotten(ctx, levering)),
    async () =>
      sweepEach(ctx, taak, await listToCheck(ctx), async ({ instellingsnummer, schooljaar }) => {
        await erasePast(ctx, instellingsnummer, schooljaar);
        await eraseUnenrolled(ctx, instellingsnummer, schooljaar);
      }),
    () => removeOntvangsten(ctx),
  ];
  await sweepEach(ctx, taak, steps, (step) => step());
}

async function refuseForgotten(ctx: Context, levering: string): Promise<void> {
  const bij = await findTaken(ctx, levering);
  if (!bij?.ontvangst) return;
  const ontvangst = afterHold(bij.ontvangst, bij, new Date(ctx.clock.now()), "niet-bevestigd");
  await closeLevering(ctx, levering, "aangehouden", "geweigerd", ontvangst);
}
