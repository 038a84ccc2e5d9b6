import { counter, gauge, makeTally, type Reading, type Tally } from "#platform/metrics";
import type { SprayState } from "./spray.ts";

const attempts = counter(
  "leerid_signins_total",
  "Aanmeldingen van leerlingen met naam of badge, per uitkomst: gelukt, onjuist (naam of sleutel klopt niet) of wachten (te vaak mislukt).",
  ["outcome"],
);
const names = gauge(
  "leerid_signin_failed_names",
  "Namen waarop de aanmelding mislukte en sindsdien niet lukte, in de lopende vijf minuten.",
);
const spraying = gauge(
  "leerid_signin_spraying",
  "1 zolang in dit proces op heel veel namen de aanmelding mislukt (D7).",
);

/** Counts how attempts end, for a gate. */
export const makeAttemptTally = (): Tally =>
  makeTally(
    attempts,
    ["gelukt", "onjuist", "wachten"].map((outcome) => ({ outcome })),
  );

/** How the sign-ins of pupils go that pass through the gates of this process. */
export const signInReading = (
  gates: readonly { readonly attempts: Tally; readonly sproei: { stand(now: number): SprayState } }[],
): Reading => ({
  name: "aanmelding",
  figures: [attempts, names, spraying],
  keepMs: 0,
  read({ clock }) {
    const states = gates.map(({ sproei }) => sproei.stand(clock.now()));
    const totals = makeAttemptTally();
    for (const gate of gates)
      for (const { labels, value } of gate.attempts.samples()) totals.add(labels, value);
    return [
      ...totals.samples(),
      { figure: names, value: Math.max(...states.map(({ namen }) => namen)) },
      { figure: spraying, value: states.some(({ alarm }) => alarm) ? 1 : 0 },
    ];
  },
});
