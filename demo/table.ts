import { join } from "node:path";
import { gevallen } from "./contract.ts";
import type { DemoJson } from "./demo-json.ts";
import { personas } from "./upstream/personas.ts";

/** What is printed when everything runs: where to go, and who can sign in. */
export function table(demo: DemoJson, datamap: string): string {
  const { sites } = demo;
  const benoemd = demo.leerlingen.filter((leerling) => leerling.geval !== "overig");
  const overig = demo.leerlingen.length - benoemd.length;
  const adressen = [
    ["Bingel", sites.bingel, "begin hier: meld je aan als gewoon"],
    ["Cijferbos", sites.tweede, "opent zonder tweede aanmelding"],
    ["Leerlingloket", sites.leerlingloket, "alle toepassingen van een leerling"],
    ["Schoolloket", sites.schoolloket, "voor de school: meld je aan als directeur of beheerder"],
    ["Beheer", sites.beheer, "voor DOV: meld je aan als dov-medewerker of dov-dpo"],
    ["Schoolpakketten", sites.schoolpakket, "verander een klas in een administratief pakket, en verstuur"],
    ["Discimus", sites.discimus, "schrijf een leerling in, vind een INSZ"],
    ["ACM", `${sites.acm}/.well-known/openid-configuration`, "voor wie een toepassing bouwt"],
    ["API", `${sites.api}/docs`, "voor andere systemen"],
    [
      "Dropserver",
      `sftp://${demo.dropserver.host}:${demo.dropserver.port}`,
      "SFTP voor schoolpakketten; sleutels in de datamap",
    ],
  ];
  const leerlingen = benoemd.map((one) => [
    one.geval,
    `${one.voornaam} ${one.naam}`,
    one.gebruikersnaam,
    one.wachtwoord,
    one.geval === "overig" ? "" : gevallen[one.geval],
  ]);
  const medewerkers = demo.personas.map(({ geval, naam, login }) => [
    geval,
    naam,
    login,
    personas.find((one) => one.geval === geval)?.uitleg ?? "",
  ]);
  return [
    "",
    "LeerID loopt. Alle leerlingen, medewerkers en scholen zijn verzonnen.",
    "",
    ...columns(adressen),
    "",
    ...columns([["geval", "leerling", "gebruikersnaam", "wachtwoord", ""], ...leerlingen]),
    "",
    ...columns([["geval", "medewerker", "login", ""], ...medewerkers]),
    "",
    `Nog ${overig} leerlingen met een wachtwoord, en alles voor programma's: ${join(datamap, "demo.json")}`,
    "Ctrl-C stopt alles.",
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const breedtes = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cel, column) => cel.padEnd(breedtes[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}
