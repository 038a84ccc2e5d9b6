import { problems } from "#platform/problem";

export const toepassingProblemen = problems({
  "client-van-ander": {
    status: 409,
    titel: "Deze client_id hoort al bij een andere toepassing.",
    herstel: "Wie het bestand maakte, kiest een andere client_id en voert het opnieuw in.",
  },
  "client-geweigerd": {
    status: 400,
    titel: "ACM zou deze client niet aanvaarden. Er is niets van het bestand ingevoerd.",
    herstel: "Wie het bestand maakte, verbetert de genoemde clients en voert het opnieuw in.",
  },
  "toepassing-niet-beschikbaar": {
    status: 409,
    titel: "Deze applicatie kan je nu niet aanzetten: er is geen overeenkomst van kracht.",
    herstel: "De maker van de applicatie en het Departement Onderwijs en Vorming kunnen dit oplossen.",
  },
  "datum-voorbij": {
    status: 422,
    titel: "Deze datum is al voorbij.",
    herstel: "Kies vandaag of een latere dag.",
  },
  "periode-omgekeerd": {
    status: 422,
    titel: "De laatste dag ligt voor de eerste.",
    herstel: "Kies een laatste dag op of na de eerste dag, of laat hem leeg.",
  },
  "regel-weg": {
    status: 409,
    titel: "Deze regel bestaat niet meer. Misschien haalde een collega hem net weg.",
    herstel: "Open de applicatie opnieuw en kijk naar de regels die er nu staan.",
  },
  "regel-dubbel": {
    status: 409,
    titel: "Deze regel staat er al.",
    herstel: "Je hoeft niets te doen. Wil je andere datums? Wijzig dan de regel die er staat.",
  },
  "klasinformatie-gestopt": {
    status: 409,
    titel: "Je school deelt geen klasinformatie. Daarom kan je geen regel voor een klas of subklas maken.",
    herstel:
      "De databeheerder van je school kan het delen aanzetten bij Schoolinstellingen. Een regel voor een leerjaar kan wel.",
  },
  "leerling-van-ander": {
    status: 404,
    titel: "Deze leerling is niet van je school.",
    herstel: "Zoek de leerling opnieuw in de lijst van je school.",
  },
});
