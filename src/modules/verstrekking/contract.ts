import type { Datum, Verdeeld } from "#platform/clock";
import type { AccountUuid, Instellingsnummer, LeerIdUuid } from "#platform/ids";

export type Niveau = "kleuter" | "lager" | "secundair";

/** The attributes that an agreement can hold (agreement B, article 3; agreement A for Klasinformatie), with their claim and scope (D4), and in words: `uitleg` to the pupil, `woord` to his school. */
export const attributen = {
  Naam: { claim: "family_name", scope: "profile", uitleg: "je naam", woord: "naam" },
  Voornaam: { claim: "given_name", scope: "profile", uitleg: "je voornaam", woord: "voornaam" },
  Gebruikersnaam: {
    claim: "preferred_username",
    scope: "profile",
    uitleg: "je gebruikersnaam",
    woord: "gebruikersnaam",
  },
  Leer_id_uuid: {
    claim: "leer_id_uuid",
    scope: "leerid",
    uitleg: "je leerlingnummer bij LeerID",
    woord: "leerlingnummer bij LeerID",
  },
  Account_uuid: {
    claim: "account_uuid",
    scope: "leerid",
    uitleg: "je accountnummer",
    woord: "accountnummer",
  },
  Historiek_account_uuid: {
    claim: "historiek_account_uuid",
    scope: "leerid",
    uitleg: "je vroegere accountnummers",
    woord: "vroegere accountnummers",
  },
  Instellingsnummer: {
    claim: "instellingsnummer",
    scope: "leerid",
    uitleg: "het nummer van je school",
    woord: "instellingsnummer van de school",
  },
  Klasinformatie: {
    claim: "klasinformatie",
    scope: "klasinformatie",
    uitleg: "je klas",
    woord: "klas en subklas",
  },
} as const;

export type Attribuut = keyof typeof attributen;
export const attribuutNamen = Object.keys(attributen) as readonly Attribuut[];

/** An enrolment as the decision sees it; `instellingsnummer` is the current number of the school. */
export type InschrijvingFeit = {
  readonly instellingsnummer: Instellingsnummer;
  /** Name of the school; null when Discimus has not sent it (yet). */
  readonly school: string | null;
  readonly school_van: Datum | null;
  readonly school_tot: Datum | null;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly administratieve_groep: string | null;
  readonly van: Datum;
  readonly tot: Datum | null;
};

/** A visibility rule (D6); rules on one pupil are only given when they are about this pupil. */
export type RegelFeit = {
  readonly instellingsnummer: Instellingsnummer;
  readonly soort: "school" | "niveau" | "leerjaar" | "klas" | "subklas" | "leerling";
  readonly niveau: Niveau | null;
  readonly leerjaar: number | null;
  readonly klas: string | null;
  readonly subklas: string | null;
  readonly uitgesloten: boolean;
  readonly van: Datum | null;
  readonly tot: Datum | null;
};

/** A school chose the application, for a period (R54). */
export type KeuzeFeit = {
  readonly instellingsnummer: Instellingsnummer;
  readonly van: Datum;
  readonly tot: Datum | null;
};

/** A class of the pupil today, in a school that shares class information (R41, R64) and where he is enrolled today. */
export type KlasFeit = {
  readonly instellingsnummer: Instellingsnummer;
  readonly klas: string;
  readonly subklas: string | null;
};

export type ProtocolFeit = {
  readonly protocol: string;
  readonly versie: number;
  readonly van: Datum;
  readonly tot: Datum | null;
  readonly attributen: readonly { readonly attribuut: Attribuut; readonly tot?: Datum | null }[];
};

export type ToepassingFeit = {
  readonly toepassing: string;
  readonly client_id: string | null;
  readonly naam: string;
  readonly omschrijving: string;
  readonly soort: "doeltoepassing" | "loket";
  readonly start_url: string;
  readonly tint: number;
  readonly initialen: string;
  readonly integreert_klasinformatie: boolean;
  /** Choices and rules of his schools that run today. */
  readonly keuzes: readonly KeuzeFeit[];
  readonly regels: readonly RegelFeit[];
  /** The newest version that has begun, with the attributes that it still gives today; it may have ended itself. */
  readonly protocol: ProtocolFeit | null;
};

/**
 * All that the decision needs to know of one pupil on one day. They carry their day, and are divided by it: who reads them asks
 * no date of anybody and compares none.
 */
export type Feiten = {
  readonly vandaag: Datum;
  readonly account: {
    readonly account_uuid: AccountUuid;
    readonly leer_id_uuid: LeerIdUuid | null;
    readonly naam: string;
    readonly voornaam: string;
    readonly gebruikersnaam: string | null;
    readonly historiek: readonly AccountUuid[];
    readonly vervangen: boolean;
  };
  readonly inschrijvingen: Verdeeld<InschrijvingFeit>;
  /** Empty for schools that share none: rules on a (sub)klas sleep by themselves, and nothing can be released (R68). */
  readonly klassen: readonly KlasFeit[];
  readonly toepassingen: readonly ToepassingFeit[];
};

/**
 * The same before they are divided: everything with its period, whether it runs or not. As the SQL function `verstrekking.feiten`
 * collects them, or as somebody supposes them for a preview; `divideFeiten` makes facts of them.
 */
export type OngedeeldeFeiten = Omit<Feiten, "inschrijvingen"> & {
  readonly inschrijvingen: readonly InschrijvingFeit[];
};

/** Why a pupil may not open an application, in the order in which it is looked at. */
export const redenen = [
  "account-onbekend",
  "account-vervangen",
  "toepassing-onbekend",
  "niet-ingeschreven",
  "school-niet-open",
  "geen-protocol",
  "niet-gekozen",
  "niet-zichtbaar",
  "uitgesloten",
] as const;
export type Reden = (typeof redenen)[number];

/** The conditions of the decision (D5) as steps, in the order in which they are looked at. */
export const stappen = [
  "account",
  "toepassing",
  "inschrijving",
  "school",
  "overeenkomst",
  "keuze",
  "uitzondering",
  "zichtbaarheid",
] as const;
export type Stap = (typeof stappen)[number];

/** At which step a refusal stops. */
export const stapVan: Readonly<Record<Reden, Stap>> = {
  "account-onbekend": "account",
  "account-vervangen": "account",
  "toepassing-onbekend": "toepassing",
  "niet-ingeschreven": "inschrijving",
  "school-niet-open": "school",
  "geen-protocol": "overeenkomst",
  "niet-gekozen": "keuze",
  uitgesloten: "uitzondering",
  "niet-zichtbaar": "zichtbaarheid",
};

/** A decision as it was walked: steps that hold, the one where it stops, and those that were not looked at. */
export type Chain = {
  /** null = the answer is yes. */
  readonly reden: Reden | null;
  readonly stappen: readonly { readonly stap: Stap; readonly stand: "ja" | "nee" | "open" }[];
  readonly toepassing: ToepassingFeit | null;
  /** The enrolment that the steps are about: the one that opens it, or the one nearest to that. */
  readonly inschrijving: InschrijvingFeit | null;
  /** Whether that one runs today, is over, or is still to come. */
  readonly wanneer: keyof Verdeeld<unknown> | null;
  /** From the step of the choice on: the choice of that school, and its rules that speak about the pupil. */
  readonly keuze: ToepassingFeit["keuzes"][number] | null;
  readonly regels: readonly RegelFeit[];
};

export type Vraag = { readonly scopes: ReadonlySet<string> };

export type Toegang = {
  readonly toegang: true;
  readonly soort: "doeltoepassing" | "loket";
  readonly accountUuid: AccountUuid;
  readonly toepassing: string;
  /** Names of the attributes that are released, for the privacy log. */
  readonly attributen: readonly Attribuut[];
  readonly claims: Readonly<Record<string, unknown>>;
  /** `bingel@3`; null for our own lokets, which get no attributes. */
  readonly protocol: string | null;
  /** The agreement holds Account_uuid, so `sub` is the account_uuid; else a pseudonym (D4). */
  readonly subIsAccount: boolean;
  /** Schools through which it is visible. */
  readonly via: readonly Instellingsnummer[];
};

export type Weigering = {
  readonly toegang: false;
  readonly reden: Reden;
  readonly toepassing: string | null;
  readonly school: string | null;
};

export type Besluit = Toegang | Weigering;
