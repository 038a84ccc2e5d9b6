import assert from "node:assert/strict";
import { test } from "node:test";
import type { Datum } from "#platform/clock";
import { availabilityOf, standOf } from "#modules/toepassingen";

const d = (datum: string) => datum as Datum;
const vandaag = d("2026-11-24");

test("R54: an application is on, on later, or off; both ends of a period count", () => {
  const stand = (...keuzes: [string, string | null][]) =>
    standOf(
      keuzes.map(([van, tot]) => ({ van: d(van), tot: tot as Datum | null })),
      vandaag,
    );
  assert.deepEqual(stand(), { stand: "uit" });
  assert.deepEqual(stand(["2025-09-01", "2026-11-23"]), { stand: "uit" });
  assert.deepEqual(stand(["2025-09-01", "2026-11-24"]), {
    stand: "aan",
    van: "2025-09-01",
    tot: "2026-11-24",
  });
  assert.deepEqual(stand(["2026-11-24", null]), { stand: "aan", van: "2026-11-24", tot: null });
  assert.deepEqual(stand(["2024-09-01", "2025-06-30"], ["2027-01-04", null]), {
    stand: "straks",
    van: "2027-01-04",
  });
});

test("D5: why an application cannot be switched on: no agreement, not yet, or no longer", () => {
  const protocol = (versie: number, van: string, tot: string | null = null) => ({
    protocol: "p",
    versie,
    van: d(van),
    tot: tot as Datum | null,
    attributen: [],
  });
  const availability = (...protocollen: ReturnType<typeof protocol>[]) =>
    availabilityOf({ protocollen }, vandaag);
  assert.deepEqual(availability(), { kan: false, reden: "geen-overeenkomst" });
  assert.deepEqual(availability(protocol(1, "2026-11-25")), {
    kan: false,
    reden: "overeenkomst-begint",
    datum: "2026-11-25",
  });
  assert.deepEqual(availability(protocol(1, "2024-01-01", "2026-11-23")), {
    kan: false,
    reden: "overeenkomst-voorbij",
    datum: "2026-11-23",
  });
  // The newest version that has begun counts, also when an older one would still run.
  assert.equal(availability(protocol(2, "2026-01-01", "2026-06-30"), protocol(1, "2024-01-01")).kan, false);
  assert.equal(availability(protocol(2, "2026-12-01"), protocol(1, "2024-01-01")).kan, true);
});
