import assert from "node:assert/strict";
import { test } from "node:test";
import { groupReleases, wieKreegMijnGegevens } from "./vrijgaven.ts";

const bingel = { naam: "Bingel", hue: 1, initialen: "Bi" };
const at = (time: string, attributen: readonly string[] = ["je klas"]) => ({
  toepassing: bingel,
  tijdstip: `2026-11-${time}:00Z`,
  attributen,
  waarom: "Je opende Bingel.",
});
const now = "2026-11-24T12:00:00Z";

test("the same release to the same application on one day is one entry with all its times", () => {
  const days = groupReleases(
    [at("24T10:00"), at("24T09:00"), at("24T08:00", ["je naam"]), at("23T09:00")],
    now,
  );
  assert.deepEqual(
    days.map(({ day, releases }) => [day, releases.map(({ attributen, tijden }) => [attributen, tijden])]),
    [
      [
        "vandaag",
        [
          [["je klas"], ["11.00 uur", "10.00 uur"]],
          [["je naam"], ["9.00 uur"]],
        ],
      ],
      ["gisteren", [[["je klas"], ["10.00 uur"]]]],
    ],
  );
});

test("many times become a number and the last one", () => {
  const page = wieKreegMijnGegevens({
    voornaam: "Noor",
    school: "De Regenboog",
    regels: ["12", "11", "10", "09"].map((hour) => at(`24T${hour}:00`)),
    nu: now,
    afmeldenActie: "/afmelden",
  });
  assert.match(page, /4 keer, de laatste keer om 13\.00 uur/);
});

test("D11: a look by the school is told in plain words", () => {
  const page = wieKreegMijnGegevens({
    voornaam: "Noor",
    school: "De Regenboog",
    regels: [{ ...at("24T10:00", ["je naam", "je inschrijving"]), bekeken: true }],
    nu: now,
    afmeldenActie: "/afmelden",
  });
  assert.match(page, /Je school bekeek je gegevens:<\/b> je naam en je inschrijving\./);
});
