import { algemeen, problems } from "#platform/problem";

/** Refusals of a whole delivery, beside `te-groot`. */
export const discimusProblemen = { "te-druk": algemeen["te-druk"] } as const;

/** Refusals of a file. */
export const bestandProblemen = problems({
  "bestand-onleesbaar": {
    status: 422,
    titel: "Het bestand kan niet gelezen worden.",
    herstel:
      "Kijk de naam, de rechten en, bij .gz, de inhoud van het bestand na. Wat al verwerkt was, blijft verwerkt.",
  },
  "bestand-bezig": {
    status: 409,
    titel: "Een andere opdracht voert dit bestand op dit moment in.",
    herstel:
      "Wacht tot die klaar is. Is ze afgebroken? Geef dezelfde opdracht dan opnieuw: ze gaat verder waar de vorige stopte.",
  },
});

/** Refusals about a line in quarantine. */
export const quarantaineProblemen = problems({
  "quarantaine-onbekend": {
    status: 404,
    titel: "Deze regel staat niet, of niet meer, in quarantaine.",
    herstel:
      "Kijk het nummer na in  leerid quarantaine lijst. Van wat later verwerkt werd, is de inhoud gewist.",
  },
});

/** Why a message is set apart. The text says what is wrong and who can mend it; it never repeats a value. */
export const quarantaineredenen = {
  "geen-json": "Deze regel is geen JSON-object. De maker van de software die levert, kan dit oplossen.",
  "dubbel-veld":
    "Een veld staat twee keer in dit bericht. De maker van de software die levert, kan dit oplossen.",
  "regel-te-lang":
    "Deze regel is te lang voor één bericht. De maker van de software die levert, kan dit oplossen.",
  "onbekende-soort": "Dit soort bericht bestaat niet. De maker van de software die levert, kan dit oplossen.",
  "veld-ontbreekt": "Dit veld ontbreekt. De school vult het in, of de maker van de software stuurt het mee.",
  "veld-ongeldig":
    "De waarde van dit veld heeft niet de juiste vorm. De maker van de software die levert, kan dit oplossen.",
  "veld-te-lang": "De waarde van dit veld is te lang. De school kort ze in en stuurt het bericht opnieuw.",
  "teken-ongeldig":
    "In dit veld staat een teken dat niet gelezen kan worden. De school typt de waarde opnieuw in.",
  "datum-ongeldig": "Deze datum bestaat niet. De school verbetert de datum en stuurt het bericht opnieuw.",
  "datum-volgorde":
    "Het einde ligt voor het begin. De school verbetert de datums en stuurt het bericht opnieuw.",
  "insz-ongeldig":
    "Dit nummer is geen geldig rijksregisternummer of bisnummer. De school kijkt het nummer na.",
  "insz-op-verkeerde-plaats":
    "In dit veld staat een rijksregisternummer. Dat mag alleen in het veld insz. De school gebruikt hier een ander nummer.",
  "versie-botsing":
    "Deze versie kwam al eens binnen met een andere inhoud. De maker van de software geeft elke wijziging een hogere versie.",
} as const;

export type Quarantainereden = keyof typeof quarantaineredenen;
