import { problems } from "#platform/problem";

export const problemen = problems({
  "leerling-niet-van-school": {
    status: 404,
    titel: "Er zit een leerling in je keuze die niet in deze school is ingeschreven.",
    herstel:
      "Ga terug naar de lijst en kies opnieuw. Blijft het zo? Het schoolsecretariaat kijkt de inschrijving na in Discimus.",
  },
  "niemand-gekozen": {
    status: 422,
    titel: "Je hebt geen leerlingen gekozen.",
    herstel: "Ga terug naar de lijst en kies voor wie je wil afdrukken.",
  },
  "te-veel-gekozen": {
    status: 422,
    titel: "Dit zijn te veel leerlingen voor één afdruk.",
    herstel: "Kies er 5.000 of minder, bijvoorbeeld per leerjaar.",
  },
  "geen-badge-voor-oudere": {
    status: 422,
    titel: "Een badge is er alleen voor kleuters en voor het eerste en tweede leerjaar.",
    herstel: "Kies alleen jonge leerlingen, of druk strookjes of brieven af.",
  },
  "afdruk-niet-klaar": {
    status: 409,
    titel: "Deze afdruk is nog niet klaar.",
    herstel: "Wacht even en laad de pagina opnieuw.",
  },
  "afdruk-vervallen": {
    status: 410,
    titel: "Deze afdruk bestaat niet meer.",
    herstel: "Druk opnieuw af: je krijgt dan nieuwe wachtwoorden en badges.",
  },
});
