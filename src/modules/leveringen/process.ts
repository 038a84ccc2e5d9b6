import { setImmediate as beurt } from "node:timers/promises";
import type { Context } from "#platform/context";
import { unseal } from "#platform/crypto";
import { daysOfSchooljaar } from "#platform/schooljaar";
import { readContent } from "./content.ts";
import type { Ontvangst } from "./contract.ts";
import { eraseAllStopped } from "./erase.ts";
import { isUnchanged } from "./intake.ts";
import { dayOf, readName, admission } from "./names.ts";
import type { Bestandreden } from "./problems.ts";
import { held, refused, afterHold, unchanged, accepted } from "./receipts.ts";
import { judge, unknownNames, type Judgement } from "./rules.ts";
import { findTaken, listHeld, listKnown, listEarlier, finish, closeLevering, type Taken } from "./store.ts";

const pogingen = 8;

/**
 * The job `klasinformatie-levering`: looks at a file that waits, or at a held one about which the school decided, and ends it
 * with a receipt. May be called again at any moment, killed at any moment, and run twice at once: the end is one commit, that
 * notices when anything changed since the look (leveringen.rond_af). Three trips, one commit.
 */
export async function processLevering(ctx: Context, levering: string): Promise<void> {
  for (let poging = 0; poging < pogingen; poging++) if (await attempt(ctx, levering)) return;
  throw new Error("a school that changes all the time");
}

/** One look and one end; false when something changed between the two. */
async function attempt(ctx: Context, levering: string): Promise<boolean> {
  const bij = await findTaken(ctx, levering);
  if (!bij || (bij.status !== "wacht" && bij.status !== "aangehouden")) return true;
  if (bij.status === "aangehouden" && bij.besluit === null) return true;
  const { plaats } = bij;
  const nu = new Date(ctx.clock.now());
  const over = bij;
  const refuse = (code: Bestandreden, regel?: number): Promise<boolean> =>
    closeLevering(
      ctx,
      levering,
      bij.status,
      "geweigerd",
      bij.ontvangst ? afterHold(bij.ontvangst, over, nu, code) : refused(over, nu, code, regel),
    );
  if (plaats.akkoord === null || plaats.akkoord !== bij.onderAkkoord || bij.inhoud === null)
    return refuse("gestopt");
  if (plaats.teWissen) {
    // What stood under an earlier akkoord goes before anything comes.
    await eraseAllStopped(ctx);
    return false;
  }
  if (bij.besluit === "weigeren") return refuse("door-school-geweigerd");
  if (plaats.pakket !== bij.pakket) return refuse("ander-pakket");
  const { stand } = plaats;
  const af = (
    ontvangst: Ontvangst,
    rest: { volledig: boolean; rijen: number } & Pick<Judgement, "leerlingen" | "weg" | "nieuw">,
  ) => finish(ctx, bij, { akkoord: plaats.akkoord ?? "", status: ontvangst.status, ontvangst, ...rest });
  if (stand && isUnchanged(stand, bij.hash, bij.tijdstip.getTime())) {
    const { rijen, leerlingen } = stand;
    const klaar = await af(unchanged(over, nu, rijen), {
      volledig: true,
      rijen,
      leerlingen,
      weg: [],
      nieuw: [],
    });
    if (klaar) await replace(ctx, bij);
    return klaar;
  }
  if (stand && bij.tijdstip <= stand.tijdstip) return refuse("verouderd");
  const bekeken = await examine(ctx, bij);
  if ("fout" in bekeken) return refuse(bekeken.fout, bekeken.regel);
  const rem = bij.besluit === "verwerken" ? undefined : holdReason(bij, bekeken);
  const klaar =
    rem === undefined
      ? await af(accepted(over, nu, bekeken), {
          ...bekeken,
          volledig: bekeken.quarantaine.length === 0,
          rijen: bekeken.aanvaard.length,
        })
      : await closeLevering(ctx, levering, bij.status, "aangehouden", held(over, nu, rem, bekeken));
  if (klaar) await replace(ctx, bij);
  return klaar;
}

/** Why a file should be held: its year, or what it would do. */
const holdReason = (bij: Taken, { rem }: Judgement): Bestandreden | undefined =>
  rem ?? (admission(bij.schooljaar, dayOf(bij.ontvangenOp)) === "vorig" ? "vorig-schooljaar" : undefined);

/**
 * Reads the content of a file and judges it against what stands now, without changing anything: what it would do.
 * Also for the page that shows the difference of a held file.
 */
export async function examine(
  ctx: Context,
  bij: Taken,
): Promise<Judgement | { readonly fout: Bestandreden; readonly regel?: number }> {
  const inhoud = bij.inhoud && unseal(ctx.keys.klasbestand, bij.inhoud, bij.levering);
  if (!inhoud) throw new Error("a file that does not open with this key");
  const gelezen = await readContent(inhoud, readName(bij.naam)?.gz ?? false);
  if ("fout" in gelezen) return gelezen;
  await beurt(); // a sign-in that waits goes first
  const vandaag = ctx.clock.vandaag();
  const bekend = await listKnown(ctx, bij.plaats.nummers, bij.schooljaar, vandaag);
  const vreemd = unknownNames(gelezen.rijen, bekend);
  const vroegere =
    vreemd.length === 0
      ? []
      : await listEarlier(ctx, vreemd, new Set(bekend.leerlingen.map(({ staand }) => staand)));
  const leerlingen = [...bekend.leerlingen, ...vroegere];
  return judge(gelezen.rijen, { ...bekend, leerlingen }, { ...daysOfSchooljaar(bij.schooljaar), vandaag });
}

/** A held file that a later one follows does not wait for a decision any more. */
async function replace(ctx: Context, bij: Taken): Promise<void> {
  if (!bij.houdt) return;
  for (const levering of await listHeld(ctx, bij.plaats.nummers, bij.schooljaar, bij.tijdstip)) {
    const oud = await findTaken(ctx, levering);
    if (oud?.ontvangst)
      await closeLevering(
        ctx,
        levering,
        "aangehouden",
        "geweigerd",
        afterHold(oud.ontvangst, oud, new Date(ctx.clock.now()), "verouderd"),
      );
  }
}
