import { algemeen, problems } from "#platform/problem";

const eigen = problems({
  "naam-onleesbaar": {
    status: 422,
    titel: "De naam van dit bestand kan niet gelezen worden.",
    herstel:
      "De naam is klasinformatie_<instellingsnummer>_<schooljaar>_<tijdstip in UTC>.csv of .csv.gz, bijvoorbeeld klasinformatie_999001_2026-2027_20261121T000500Z.csv. Wie het schoolpakket maakt, kan dit oplossen.",
  },
  "naam-hergebruikt": {
    status: 409,
    titel: "Er kwam al een bestand met deze naam binnen, met een andere inhoud.",
    herstel:
      "Geef elk bestand een eigen tijdstip in zijn naam. Wie het schoolpakket maakt, kan dit oplossen.",
  },
  "sha256-klopt-niet": {
    status: 422,
    titel: "Dit bestand is niet aangekomen zoals het verstuurd werd.",
    herstel: "Stuur het bestand opnieuw. Gebeurt het weer? Wie het schoolpakket maakt, kan dit oplossen.",
  },
  "te-veel-wachtend": {
    status: 503,
    titel: "Er wachten te veel bestanden van dit pakket op verwerking.",
    herstel:
      "Stuur dit bestand later opnieuw. Blijft dit duren, dan kan het Departement Onderwijs en Vorming het oplossen.",
  },
});

/** Refusals before anything is taken: nothing is stored, and there is no receipt. */
export const klasinformatieProblemen = { ...eigen, "te-groot": algemeen["te-groot"] } as const;

type Reden = { readonly melding: string; readonly herstel: string };

const maker = "Wie het schoolpakket maakt, kan dit oplossen.";

/** Why a whole file was held or refused. The codes stand in receipts and do not change. */
export const bestandredenen = {
  "onbekende-school": {
    melding: "LeerID kent geen school met dit instellingsnummer.",
    herstel: "Het schoolsecretariaat kijkt het instellingsnummer na in het schoolpakket.",
  },
  "ander-pakket": {
    melding: "Volgens Mijn Schoolsoftware gebruikt deze school een ander pakket.",
    herstel:
      "De school laat Mijn Schoolsoftware aanpassen (haar secretariaat of ICT-coördinator weet wie dat doet), of stopt de levering uit dit pakket.",
  },
  "geen-akkoord": {
    melding: "Deze school deelt geen klasinformatie met LeerID. Van dit bestand is niets bewaard.",
    herstel:
      "De directeur van de school start het delen in het Schoolloket, bij Schoolinstellingen. Lever daarna een nieuw bestand.",
  },
  gestopt: {
    melding:
      "De school stopte met delen voor dit bestand verwerkt was. Van dit bestand is niets meer bewaard.",
    herstel:
      "De directeur van de school kan het delen opnieuw starten in het Schoolloket. Lever daarna een nieuw bestand.",
  },
  schooljaar: {
    melding: "Klassen van dit schooljaar kunnen nu niet geleverd worden.",
    herstel:
      "Lever het huidige schooljaar, en vanaf 1 juli ook het volgende. Het schoolsecretariaat kijkt de instelling van het schoolpakket na.",
  },
  "tijdstip-in-toekomst": {
    melding: "Het tijdstip in de naam van dit bestand ligt meer dan een dag in de toekomst.",
    herstel: `De klok van het schoolpakket loopt voor, of het tijdstip is niet in UTC. ${maker}`,
  },
  verouderd: {
    melding: "Er kwam al een bestand binnen dat niet ouder is dan dit. Dat telt.",
    herstel: "Er is niets te doen, tenzij dit de juiste lijst was: lever ze dan met een nieuw tijdstip.",
  },
  uitpakken: {
    melding: "Dit bestand kan niet uitgepakt worden: het is geen volledig gzip-bestand.",
    herstel: maker,
  },
  "te-groot-uitgepakt": { melding: "Uitgepakt is dit bestand groter dan 20 MB.", herstel: maker },
  "te-veel-rijen": { melding: "Dit bestand telt meer dan 20.000 rijen.", herstel: maker },
  codering: { melding: "Dit bestand is geen UTF-8.", herstel: maker },
  kop: {
    melding: "De eerste regel is niet leer_id_uuid;account_uuid;klas;subklas;van;tot.",
    herstel: maker,
  },
  aanhalingstekens: {
    melding: "Een aanhalingsteken staat op een verkeerde plaats of wordt niet gesloten.",
    herstel: maker,
  },
  kolommen: { melding: "Geen enkele rij telt zes kolommen, gescheiden door puntkomma's.", herstel: maker },
  leeg: {
    melding: "Er staat geen enkele leerling in dit bestand. Verwerken maakt alle klassen van de school leeg.",
    herstel:
      "Een beheerder van de school kiest in het Schoolloket: toch verwerken of weigeren. Zonder keuze binnen 7 dagen wordt het geweigerd.",
  },
  "niets-bruikbaar": {
    melding:
      "Geen enkele rij kan verwerkt worden, en verwerken zou leerlingen uit hun klas halen. De rijen hieronder zeggen waarom.",
    herstel:
      "Het schoolsecretariaat of wie het schoolpakket maakt, verbetert de rijen. Een beheerder van de school kan in het Schoolloket kiezen: toch verwerken of weigeren. Zonder keuze binnen 7 dagen wordt het geweigerd.",
  },
  "vorig-schooljaar": {
    melding: "Dit bestand gaat over het vorige schooljaar.",
    herstel:
      "Een beheerder van de school kiest in het Schoolloket: toch verwerken of weigeren. Zonder keuze binnen 7 dagen wordt het geweigerd.",
  },
  "veel-leerlingen": {
    melding: "Dit bestand haalt meer dan een vijfde van de leerlingen uit hun klas.",
    herstel:
      "Een beheerder van de school bekijkt het verschil in het Schoolloket en kiest: toch verwerken of weigeren. Zonder keuze binnen 7 dagen wordt het geweigerd.",
  },
  "door-school-geweigerd": {
    melding: "Een beheerder van de school weigerde dit bestand.",
    herstel: "De school kijkt de klassen na in het schoolpakket en levert opnieuw.",
  },
  "niet-bevestigd": {
    melding: "Niemand van de school bevestigde dit bestand binnen 7 dagen.",
    herstel: "De school kijkt de klassen na in het schoolpakket en levert opnieuw.",
  },
} as const satisfies Readonly<Record<string, Reden>>;
export type Bestandreden = keyof typeof bestandredenen;

/** Why a row was set apart. The text says what is wrong and who can mend it; it never repeats a value. */
export const rijredenen = {
  kolommen: `Deze rij telt geen zes kolommen. ${maker}`,
  "geen-leerling": `Deze rij zegt niet over welke leerling ze gaat. ${maker}`,
  "uuid-ongeldig": `Dit is geen uuid. ${maker}`,
  "leerling-niet-ingeschreven":
    "Deze leerling is dit schooljaar niet ingeschreven in deze school. Het schoolsecretariaat kijkt de inschrijving na in Discimus, en wie het schoolpakket maakt de koppeling.",
  "leerlingen-verschillen": `De twee nummers in deze rij zijn van verschillende leerlingen. ${maker}`,
  "klas-ontbreekt": "Deze rij heeft geen klas. Het schoolsecretariaat vult de klas in het schoolpakket in.",
  "te-lang": "Deze naam telt meer dan 50 tekens. Het schoolsecretariaat kort hem in.",
  "teken-ongeldig":
    "In dit veld staat een teken dat niet gelezen kan worden. Het schoolsecretariaat typt de naam opnieuw in.",
  "insz-op-verkeerde-plaats":
    "In dit veld staat een rijksregisternummer. Dat mag niet. Het schoolsecretariaat geeft de klas een andere naam.",
  "datum-ongeldig": `Deze datum bestaat niet, of is niet geschreven als jjjj-mm-dd. ${maker}`,
  "datum-buiten-schooljaar":
    "Deze datum ligt buiten het schooljaar. Het schoolsecretariaat kijkt de datum na.",
  "datum-volgorde": "Het einde ligt voor het begin. Het schoolsecretariaat kijkt de datums na.",
  dubbel: "Deze leerling staat al in deze klas, met hetzelfde begin. De eerste rij telt.",
} as const;
export type Rijreden = keyof typeof rijredenen;
