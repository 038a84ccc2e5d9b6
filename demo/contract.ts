/** The messages of the Discimus feed as the demo sends them (interface contract: Discimus feed). */
export type Niveau = "kleuter" | "lager" | "secundair";

export type SchoolGegevens = {
  readonly naam: string;
  readonly gemeente: string;
  readonly niveaus: readonly Niveau[];
  readonly van: string;
  readonly vestigingen: readonly {
    readonly vestiging: string;
    readonly naam: string;
    readonly gemeente: string;
  }[];
};

export type LeerlingGegevens = {
  readonly naam: string;
  readonly voornaam: string;
  readonly insz: string | null;
  readonly geboortedatum: string;
};

export type InschrijvingGegevens = {
  readonly inschrijving: string;
  readonly vestiging: string;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly administratieve_groep?: string;
  readonly van: string;
  readonly tot?: string;
  readonly status: "gerealiseerd" | "geannuleerd";
};

export type OpdrachtGegevens = {
  readonly opdracht: string;
  readonly persoon: { readonly vo_id: string; readonly naam: string; readonly voornaam: string };
  readonly verstuurd_op: string;
  readonly vastbenoemd: boolean;
  readonly van: string;
  readonly tot?: string;
};

export type Sleutel = { readonly instellingsnummer: string; readonly stamnummer?: string };

type Content =
  | { readonly soort: "school"; readonly gegevens: SchoolGegevens }
  | { readonly soort: "leerling"; readonly gegevens: LeerlingGegevens }
  | { readonly soort: "inschrijving"; readonly gegevens: InschrijvingGegevens }
  | { readonly soort: "directeursopdracht"; readonly gegevens: OpdrachtGegevens };

/** A message without its envelope. */
export type Melding = Content & { readonly sleutel: Sleutel; readonly versie: number };

/** One line of the feed. */
export type Bericht = Melding & {
  readonly id: string;
  readonly volgnummer: number;
  readonly tijdstip: string;
};

export type School = SchoolGegevens & { readonly instellingsnummer: string };

/** A pupil at one school, as the school's own administration has him. */
export type Registratie = {
  readonly instellingsnummer: string;
  readonly stamnummer: string;
  readonly leerling: LeerlingGegevens;
  /** First sent without INSZ; a later message has this one. */
  readonly inszLater?: string;
  readonly inschrijvingen: readonly InschrijvingGegevens[];
  readonly geval?: Case;
};

/** Named cases of `demo.json`, with what they show. */
export const gevallen = {
  gewoon: "Alles in orde: één school, met INSZ.",
  naamgenoot: "Heet precies zoals gewoon, maar is een andere leerling.",
  "zonder-insz": "Nog niet geïdentificeerd: een tijdelijk account, geen leer_id_uuid.",
  "twee-scholen": "Tegelijk ingeschreven in twee scholen.",
  uitgeschreven: "Vertrokken op het einde van vorig schooljaar.",
  "toepassing-niet-zichtbaar": "Bingel staat niet aan voor deze leerling.",
  samengevoegd: "Kwam zonder INSZ; later bleek de leerling al bekend in een andere school.",
  "kleuter-badge": "Een kleuter.",
  "eerste-keer": "Moet bij de eerste aanmelding nog een eigen wachtwoord kiezen.",
  "school-geen-klant": "De school zette Bingel aan, maar is zelf geen klant van Bingel.",
} as const;
export type Case = keyof typeof gevallen;
