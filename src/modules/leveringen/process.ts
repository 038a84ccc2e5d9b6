import { setImmediate as beurt } from "node:timers/promises";
import type { Context } from "#platform/context";
import { unseal } from "#platform/crypto";
import { daysOfSchooljaar } from "#platform/schooljaar";
import { leesInhoud } from "./content.ts";
import type { Ontvangst } from "./contract.ts";
import { wisGestopte } from "./erase.ts";
import { isOngewijzigd } from "./intake.ts";
import { dagVan, leesNaam, toelating } from "./names.ts";
import type { Bestandreden } from "./problems.ts";
import { aangehouden, geweigerd, naHouden, ongewijzigd, verwerkt } from "./receipts.ts";
import { beoordeel, onbekenden, type Beoordeling } from "./rules.ts";
import {
  findGenomen,
  listAangehouden,
  listBekend,
  listVroegere,
  rondAf,
  sluit,
  type Genomen,
} from "./store.ts";

const pogingen = 8;

/**
 * The job `klasinformatie-levering`: looks at a file that waits, or at a held one about which the school decided, and ends it
 * with a receipt. May be called again at any moment, killed at any moment, and run twice at once: the end is one commit, that
 * notices when anything changed since the look (leveringen.rond_af). Three trips, one commit.
 */
export async function verwerkLevering(ctx: Context, levering: string): Promise<void> {
  for (let poging = 0; poging < pogingen; poging++) if (await probeer(ctx, levering)) return;
  throw new Error("a school that changes all the time");
}

/** One look and one end; false when something changed between the two. */
async function probeer(ctx: Context, levering: string): Promise<boolean> {
  const bij = await findGenomen(ctx, levering);
  if (!bij || (bij.status !== "wacht" && bij.status !== "aangehouden")) return true;
  if (bij.status === "aangehouden" && bij.besluit === null) return true;
  const { plaats } = bij;
  const nu = new Date(ctx.clock.now());
  const over = bij;
  const weiger = (code: Bestandreden, regel?: number): Promise<boolean> =>
    sluit(
      ctx,
      levering,
      bij.status,
      "geweigerd",
      bij.ontvangst ? naHouden(bij.ontvangst, over, nu, code) : geweigerd(over, nu, code, regel),
    );
  if (plaats.akkoord === null || plaats.akkoord !== bij.onderAkkoord || bij.inhoud === null)
    return weiger("gestopt");
  if (plaats.teWissen) {
    // What stood under an earlier akkoord goes before anything comes.
    await wisGestopte(ctx);
    return false;
  }
  if (bij.besluit === "weigeren") return weiger("door-school-geweigerd");
  if (plaats.pakket !== bij.pakket) return weiger("ander-pakket");
  const { stand } = plaats;
  const af = (
    ontvangst: Ontvangst,
    rest: { volledig: boolean; rijen: number } & Pick<Beoordeling, "leerlingen" | "weg" | "nieuw">,
  ) => rondAf(ctx, bij, { akkoord: plaats.akkoord ?? "", status: ontvangst.status, ontvangst, ...rest });
  if (stand && isOngewijzigd(stand, bij.hash, bij.tijdstip.getTime())) {
    const { rijen, leerlingen } = stand;
    const klaar = await af(ongewijzigd(over, nu, rijen), {
      volledig: true,
      rijen,
      leerlingen,
      weg: [],
      nieuw: [],
    });
    if (klaar) await vervang(ctx, bij);
    return klaar;
  }
  if (stand && bij.tijdstip <= stand.tijdstip) return weiger("verouderd");
  const bekeken = await bekijk(ctx, bij);
  if ("fout" in bekeken) return weiger(bekeken.fout, bekeken.regel);
  const rem = bij.besluit === "verwerken" ? undefined : remVan(bij, bekeken);
  const klaar =
    rem === undefined
      ? await af(verwerkt(over, nu, bekeken), {
          ...bekeken,
          volledig: bekeken.quarantaine.length === 0,
          rijen: bekeken.aanvaard.length,
        })
      : await sluit(ctx, levering, bij.status, "aangehouden", aangehouden(over, nu, rem, bekeken));
  if (klaar) await vervang(ctx, bij);
  return klaar;
}

/** Why a file should be held: its year, or what it would do. */
const remVan = (bij: Genomen, { rem }: Beoordeling): Bestandreden | undefined =>
  rem ?? (toelating(bij.schooljaar, dagVan(bij.ontvangenOp)) === "vorig" ? "vorig-schooljaar" : undefined);

/**
 * Reads the content of a file and judges it against what stands now, without changing anything: what it would do.
 * Also for the page that shows the difference of a held file.
 */
export async function bekijk(
  ctx: Context,
  bij: Genomen,
): Promise<Beoordeling | { readonly fout: Bestandreden; readonly regel?: number }> {
  const inhoud = bij.inhoud && unseal(ctx.keys.klasbestand, bij.inhoud, bij.levering);
  if (!inhoud) throw new Error("a file that does not open with this key");
  const gelezen = await leesInhoud(inhoud, leesNaam(bij.naam)?.gz ?? false);
  if ("fout" in gelezen) return gelezen;
  await beurt(); // a sign-in that waits goes first
  const vandaag = ctx.clock.vandaag();
  const bekend = await listBekend(ctx, bij.plaats.nummers, bij.schooljaar, vandaag);
  const vreemd = onbekenden(gelezen.rijen, bekend);
  const vroegere =
    vreemd.length === 0
      ? []
      : await listVroegere(ctx, vreemd, new Set(bekend.leerlingen.map(({ staand }) => staand)));
  const leerlingen = [...bekend.leerlingen, ...vroegere];
  return beoordeel(
    gelezen.rijen,
    { ...bekend, leerlingen },
    { ...daysOfSchooljaar(bij.schooljaar), vandaag },
  );
}

/** A held file that a later one follows does not wait for a decision any more. */
async function vervang(ctx: Context, bij: Genomen): Promise<void> {
  if (!bij.houdt) return;
  for (const levering of await listAangehouden(ctx, bij.plaats.nummers, bij.schooljaar, bij.tijdstip)) {
    const oud = await findGenomen(ctx, levering);
    if (oud?.ontvangst)
      await sluit(
        ctx,
        levering,
        "aangehouden",
        "geweigerd",
        naHouden(oud.ontvangst, oud, new Date(ctx.clock.now()), "verouderd"),
      );
  }
}
