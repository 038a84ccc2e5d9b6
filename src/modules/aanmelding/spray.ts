import type { Context } from "#platform/context";
import { duurSproeivenster, delayOf, type Tally } from "./rules.ts";

/** What this process saw of sign-ins in the running window. Nothing of it is stored or logged. */
type Venster = {
  readonly begin: number;
  /** By address; "" = all together. */
  readonly tellingen: Map<string, Tally>;
  readonly gemeld: Set<"geheel" | "adres">;
};

export type SprayState = {
  /** Names that failed and did not succeed since, in the running window. */
  readonly namen: number;
  readonly alarm: boolean;
};

/** Notices that one or few passwords are tried on very many names, which a wait per name never sees (D7). */
export type SprayWatch = {
  /** Notes how an attempt ended; gives how many milliseconds its answer is held back: 0 unless it failed and somebody is spraying. */
  note(
    ctx: Context,
    poging: { readonly naam: string; readonly bron?: string | undefined; readonly gelukt: boolean },
  ): number;
  stand(nu: number): SprayState;
};

/** Most names that are remembered per address, and most addresses: far past the alarm, and no more memory than some megabytes. */
const meeste = 20_000;

/** One per process: each node watches what comes to it. A class behind one address is no source of spraying (rules.ts). */
export function makeSprayWatch(): SprayWatch {
  let venster: Venster = { begin: 0, tellingen: new Map(), gemeld: new Set() };
  const currentVenster = (nu: number): Venster => {
    if (nu - venster.begin >= duurSproeivenster || nu < venster.begin)
      venster = { begin: nu, tellingen: new Map(), gemeld: new Set() };
    return venster;
  };
  return {
    note(ctx, { naam, bron, gelukt }) {
      const { tellingen, gemeld } = currentVenster(ctx.clock.now());
      let traag = 0;
      for (const bereik of bron === undefined ? ([""] as const) : (["", bron] as const)) {
        const telling = tellingen.get(bereik) ?? { mislukt: new Set<string>(), gelukt: 0 };
        if (tellingen.size < meeste) tellingen.set(bereik, telling);
        if (gelukt) {
          telling.mislukt.delete(naam);
          telling.gelukt += 1;
          continue;
        }
        if (telling.mislukt.size < meeste) telling.mislukt.add(naam);
        const soort = bereik === "" ? "geheel" : "adres";
        const hier = delayOf(telling, soort);
        traag = Math.max(traag, hier);
        if (hier === 0 || gemeld.has(soort)) continue;
        gemeld.add(soort); // once per window: an attack must not fill the log
        ctx.log.warn(
          { namen: telling.mislukt.size, gelukt: telling.gelukt, bereik: soort },
          "op veel namen mislukt de aanmelding: iemand probeert misschien één wachtwoord bij veel leerlingen",
        );
      }
      return traag;
    },
    stand(nu) {
      const { tellingen, gemeld } = currentVenster(nu);
      return { namen: tellingen.get("")?.mislukt.size ?? 0, alarm: gemeld.size > 0 };
    },
  };
}
