import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Recht } from "./contract.ts";
import { endFrom, rechtFrom, scholenOfRollen, type Ending } from "./rules.ts";
import { findFeiten } from "./store.ts";

/** Someone as his session knows him: who, and the values of `leerid_rol_3d`. */
type Wie = { readonly voId: string; readonly rollen: readonly string[] };

/**
 * The schools in which someone has a right on a date, by the number that is current then: one round trip. Evaluated at every request,
 * in open sessions too (D10).
 */
export async function rechtenOf(ctx: Context, wie: Wie, vandaag: Datum): Promise<Recht[]> {
  const feiten = await findFeiten(ctx, wie.voId, scholenOfRollen(wie.rollen), vandaag);
  return feiten.flatMap((school) => rechtFrom(school, vandaag) ?? []);
}

/** How someone's right in a school came to its end, for a page that says so; null when there never was one. */
export async function endOf(
  ctx: Context,
  wie: Wie,
  instellingsnummer: string,
  vandaag: Datum,
): Promise<(Ending & { readonly school: string }) | null> {
  const feiten = await findFeiten(ctx, wie.voId, [], vandaag);
  const hier = feiten.find(({ school }) => school.lijn.includes(instellingsnummer));
  const einde = hier ? endFrom(hier, vandaag) : null;
  return hier && einde ? { ...einde, school: hier.school.naam } : null;
}
