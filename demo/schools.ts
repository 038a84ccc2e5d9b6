import type { School } from "./contract.ts";

export type SchoolSoort = "basis" | "secundair";
export type DemoSchool = School & { readonly soort: SchoolSoort; readonly perJaar: number };

function demoSchool(
  instellingsnummer: string,
  naam: string,
  gemeente: string,
  soort: SchoolSoort,
  perJaar: number,
  vestigingen: readonly [nummer: string, naam: string][],
): DemoSchool {
  return {
    instellingsnummer,
    naam,
    gemeente,
    soort,
    perJaar,
    niveaus: soort === "basis" ? ["kleuter", "lager"] : ["secundair"],
    van: "2001-09-01",
    vestigingen: vestigingen.map(([nummer, straat]) => ({ vestiging: nummer, naam: straat, gemeente })),
  };
}

/** The schools of the demo. Their names and places are invented. */
export const demoScholen: readonly DemoSchool[] = [
  demoSchool("999001", "De Regenboog", "Zonnedale", "basis", 21, [
    ["1", "Kerkstraat"],
    ["2", "Wijk Het Veld"],
  ]),
  demoSchool("999002", "Sint-Jozefscollege", "Zonnedale", "secundair", 40, [
    ["1", "Stationsplein"],
    ["2", "Campus Beekpark"],
  ]),
  demoSchool("999003", "Atheneum Ter Beuke", "Beukegem", "secundair", 34, [["1", "Ter Beukelaan"]]),
  demoSchool("999004", "De Linde", "Lindenhove", "basis", 14, [["1", "Dorpsplein"]]),
];

/** Schools beside those four, in a bigger world: 900001 and on, alternately for small and big children. */
export function extraSchool(nr: number): DemoSchool {
  const soort = nr % 2 === 0 ? "basis" : "secundair";
  const naam = `${soort === "basis" ? "Basisschool" : "Secundaire school"} ${nr + 1}`;
  return demoSchool(
    String(900_001 + nr),
    naam,
    `Gemeente ${(nr % 290) + 1}`,
    soort,
    soort === "basis" ? 34 : 50,
    [["1", "Hoofdgebouw"]],
  );
}
