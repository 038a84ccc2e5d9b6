import { counter, makeTally, type Figure, type Reading, type Tally } from "#platform/metrics";

const refusals = counter(
  "leerid_refusals_total",
  "Leerlingen die een toepassing niet konden openen en een bladzijde met de reden zagen, per reden.",
  ["reason"],
);
const adults = counter(
  "leerid_staff_signin_failures_total",
  "Medewerkers die niet binnen raakten, per reden.",
  ["reason"],
);

/** What this site tells. */
export const figures: readonly Figure[] = [refusals, adults];

/** What this site counts of what it refuses. */
export type RefusalTallies = {
  readonly pupils: Tally;
  readonly adults: Tally;
};

export const makeTallies = (): RefusalTallies => ({ pupils: makeTally(refusals), adults: makeTally(adults) });

export const refusalReading = (tallies: RefusalTallies): Reading => ({
  name: "acm",
  figures,
  keepMs: 0,
  read: () => [...tallies.pupils.samples(), ...tallies.adults.samples()],
});
