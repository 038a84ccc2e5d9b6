/** What is logged: one declaration per kind, from which the documentation is made (D11). */
export const logsoorten = {
  verstrekking: "Attributen in een ID-token aan een toepassing, bij het inwisselen van de code.",
  userinfo: "Attributen aan een toepassing via userinfo.",
  datastore: "Attributen aan een externe ACM via de datastore-API.",
  identificatie:
    "Identificatoren van een leerling aan het pakket van zijn school, de eerste keer en telkens als ze veranderen; dezelfde opnieuw ophalen is geen nieuwe regel (ADR 0015).",
  inzage:
    "Iemand van de school bekeek gegevens van één leerling in het Schoolloket, drukte ze af of nam ze mee. Een lijst is geen inzage (ADR 0014). Of de uitbating las een bericht in quarantaine (ADR 0023); kent LeerID de leerling van dat bericht niet, dan is de account_uuid een en al nul.",
} as const;
export type Logsoort = keyof typeof logsoorten;

/** A look by staff at the data of one pupil (D11): the screens, and what they show. One declaration per screen. */
export const inzages = {
  "leerling-bekeken": [
    "Naam",
    "Voornaam",
    "Gebruikersnaam",
    "Account_uuid",
    "Historiek_account_uuid",
    "Inschrijving",
    "Toepassingen",
    "Aanmeldingen",
  ],
  "toegang-nagekeken": ["Naam", "Voornaam", "Inschrijving", "Toepassingen"],
  "wachtwoord-hersteld": ["Naam", "Voornaam", "Gebruikersnaam"],
  "badge-ingetrokken": ["Naam", "Voornaam"],
  "account-afgedrukt": ["Naam", "Voornaam", "Gebruikersnaam"],
  "levering-bekeken": ["Naam", "Voornaam", "Klasinformatie"],
  "quarantaine-gelezen": ["Naam", "Voornaam", "Insz", "Geboortedatum", "Inschrijving"],
  "lijst-meegenomen": ["Naam", "Voornaam", "Gebruikersnaam", "Inschrijving"],
} as const;
export type Inzage = keyof typeof inzages;

/** Before the name of a user of the machine, where not somebody of a school looked but whoever runs LeerID. */
export const operatorPrefix = "uitbating:";

/** One record: who, whose data, which attributes (names), to whom, under which agreement, when, why. Never values. */
export type Logregel = {
  /** Epoch milliseconds. */
  readonly tijdstip: number;
  readonly soort: Logsoort;
  readonly accountUuid: string;
  readonly attributen: readonly string[];
  /** client_id of the receiver; of identifiers the package (`wisa`); of a look the `vo_id` of who looked, or `uitbating:` and a name. */
  readonly ontvanger: string;
  /** `bingel@3`. */
  readonly protocol: string | null;
  readonly aanleiding:
    | "aanmelding"
    | "volgende-toepassing"
    | "userinfo"
    | "datastore"
    | "schoolpakket"
    | Inzage;
};
