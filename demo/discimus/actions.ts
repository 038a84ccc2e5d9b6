import type { InschrijvingGegevens, LeerlingGegevens, Melding, Niveau, Registratie } from "#demo/contract";
import { makeInsz } from "#demo/insz";
import { demoScholen } from "#demo/schools";
import { berichtId } from "#demo/world";
import type { Bericht } from "#demo/contract";

/** A pupil in the administration of one school, with the version that the last message had. */
export type Leerling = {
  readonly instellingsnummer: string;
  readonly stamnummer: string;
  readonly versie: number;
  readonly gegevens: LeerlingGegevens;
  readonly inschrijvingen: readonly { readonly versie: number; readonly gegevens: InschrijvingGegevens }[];
};

export type Rejection = { readonly code: string; readonly veld: string | null; readonly melding: string };
/** A message with what LeerID said of it. */
export type SentMessage = {
  readonly bericht: Bericht;
  readonly antwoord: "onderweg" | "aanvaard" | Rejection;
};

export type DemoState = {
  readonly schooljaar: number;
  readonly volgnummer: number;
  /** Time of the last message: the next one is later, whatever the clock does. */
  readonly laatste: number;
  readonly leerlingen: Readonly<Record<string, Leerling>>;
  readonly verzonden: readonly SentMessage[];
};

export const sleutelOf = (wie: { readonly instellingsnummer: string; readonly stamnummer: string }): string =>
  `${wie.instellingsnummer}/${wie.stamnummer}`;

/** What the schools have at the beginning: the world as it was sent. */
export function beginStand(schooljaar: number, wereld: Iterable<Registratie>, laatste: number): DemoState {
  const leerlingen: Record<string, Leerling> = {};
  for (const { instellingsnummer, stamnummer, leerling, inszLater, inschrijvingen } of wereld) {
    leerlingen[`${instellingsnummer}/${stamnummer}`] = {
      instellingsnummer,
      stamnummer,
      versie: inszLater === undefined ? 1 : 2,
      gegevens: inszLater === undefined ? leerling : { ...leerling, insz: inszLater },
      inschrijvingen: inschrijvingen.map((gegevens) => ({ versie: 1, gegevens })),
    };
  }
  return { schooljaar, volgnummer: 1_000_000, laatste, leerlingen, verzonden: [] };
}

export type Stap = { readonly stand: DemoState; readonly leerling: Leerling };
/** What is wrong with a form: field → one Dutch sentence. */
export type FieldErrors = Readonly<Record<string, string>>;

export type NewLeerling = Omit<LeerlingGegevens, "insz"> & {
  readonly instellingsnummer: string;
  readonly insz: string | null;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly vestiging: string;
  readonly van: string;
};

/** Enrols a pupil that this school does not have yet. */
export function enrol(stand: DemoState, nieuw: NewLeerling, nu: number): Stap {
  const nummers = Object.values(stand.leerlingen)
    .filter((one) => one.instellingsnummer === nieuw.instellingsnummer)
    .map((one) => Number(one.stamnummer.slice(-4)));
  const volgend = Math.max(5000, ...nummers) + 1;
  const leerling: Leerling = {
    instellingsnummer: nieuw.instellingsnummer,
    stamnummer: `${nieuw.van.slice(0, 4)}-${volgend}`,
    versie: 1,
    gegevens: {
      naam: nieuw.naam,
      voornaam: nieuw.voornaam,
      insz: nieuw.insz,
      geboortedatum: nieuw.geboortedatum,
    },
    inschrijvingen: [],
  };
  const begun = send(withLeerling(stand, leerling), leerlingNotice(leerling), nu);
  return addInschrijving(begun, leerling, nieuw, nu);
}

/** A new name, or the INSZ that was found: the next version of the pupil. */
export function change(stand: DemoState, oud: Leerling, nieuw: Partial<LeerlingGegevens>, nu: number): Stap {
  const leerling = { ...oud, versie: oud.versie + 1, gegevens: { ...oud.gegevens, ...nieuw } };
  return { stand: send(withLeerling(stand, leerling), leerlingNotice(leerling), nu), leerling };
}

/** The last school day. Enrolments that had not begun by then are cancelled (D3). */
export function leave(stand: DemoState, oud: Leerling, laatsteDag: string, nu: number): Stap {
  const nieuw = oud.inschrijvingen.map((one) => {
    if (!runsOn(one.gegevens, laatsteDag)) return one;
    const { tot: _, ...gegevens } = one.gegevens;
    return {
      versie: one.versie + 1,
      gegevens:
        gegevens.van <= laatsteDag
          ? { ...gegevens, tot: laatsteDag }
          : { ...gegevens, status: "geannuleerd" as const },
    };
  });
  const leerling = { ...oud, inschrijvingen: nieuw };
  const anders = nieuw.filter((one, index) => one !== oud.inschrijvingen[index]);
  const gestuurd = anders.reduce(
    (tot, one) => send(tot, inschrijvingNotice(leerling, one), nu),
    withLeerling(stand, leerling),
  );
  return { stand: gestuurd, leerling };
}

/** Goes to another school: leaves here on the day before, is enrolled there as the same person. */
export function moveLeerling(
  stand: DemoState,
  oud: Leerling,
  naar: Omit<NewLeerling, keyof LeerlingGegevens>,
  nu: number,
): Stap {
  const weg = leave(stand, oud, dayBefore(naar.van), nu);
  return enrol(weg.stand, { ...oud.gegevens, ...naar }, nu);
}

/** Comes back to the school that has him in its files. */
export function returnToSchool(stand: DemoState, leerling: Leerling, waar: Place, nu: number): Stap {
  return addInschrijving(stand, leerling, waar, nu);
}

type Place = Pick<NewLeerling, "niveau" | "leerjaar" | "vestiging" | "van">;

function addInschrijving(stand: DemoState, oud: Leerling, waar: Place, nu: number): Stap {
  const inschrijving = {
    versie: 1,
    gegevens: {
      inschrijving: `${sleutelOf(oud)}/${oud.inschrijvingen.length + 1}`,
      vestiging: waar.vestiging,
      niveau: waar.niveau,
      leerjaar: waar.leerjaar,
      van: waar.van,
      status: "gerealiseerd" as const,
    },
  };
  const leerling = { ...oud, inschrijvingen: [...oud.inschrijvingen, inschrijving] };
  return {
    stand: send(withLeerling(stand, leerling), inschrijvingNotice(leerling, inschrijving), nu),
    leerling,
  };
}

const withLeerling = (stand: DemoState, leerling: Leerling): DemoState => ({
  ...stand,
  leerlingen: { ...stand.leerlingen, [sleutelOf(leerling)]: leerling },
});

const sleutel = ({ instellingsnummer, stamnummer }: Leerling) => ({ instellingsnummer, stamnummer });
const leerlingNotice = (leerling: Leerling): Melding => ({
  soort: "leerling",
  sleutel: sleutel(leerling),
  versie: leerling.versie,
  gegevens: leerling.gegevens,
});
const inschrijvingNotice = (
  leerling: Leerling,
  { versie, gegevens }: Leerling["inschrijvingen"][number],
): Melding => ({
  soort: "inschrijving",
  sleutel: sleutel(leerling),
  versie,
  gegevens,
});

/** Sent messages that are remembered, the unanswered ones always among them. */
const geheugen = 300;

function send(stand: DemoState, melding: Melding, nu: number): DemoState {
  const moment = Math.max(nu, stand.laatste + 1);
  const volgnummer = stand.volgnummer + 1;
  const bericht: Bericht = {
    id: berichtId(moment, volgnummer),
    volgnummer,
    tijdstip: new Date(moment).toISOString(),
    ...melding,
  };
  const oud = stand.verzonden.filter(
    (one, index) => one.antwoord === "onderweg" || index >= stand.verzonden.length - geheugen,
  );
  return { ...stand, volgnummer, laatste: moment, verzonden: [...oud, { bericht, antwoord: "onderweg" }] };
}

/** LeerID answered for these messages; `afgekeurd` by id. */
export function answer(
  stand: DemoState,
  ids: ReadonlySet<string>,
  afgekeurd: ReadonlyMap<string, Rejection>,
): DemoState {
  const verzonden = stand.verzonden.map((one) =>
    ids.has(one.bericht.id)
      ? { ...one, antwoord: afgekeurd.get(one.bericht.id) ?? ("aanvaard" as const) }
      : one,
  );
  return { ...stand, verzonden };
}

/** Is the pupil enrolled on this day, or from a later day on? */
const runsOn = (one: InschrijvingGegevens, datum: string): boolean =>
  one.status === "gerealiseerd" && (one.tot === undefined || one.tot > datum);

/** Enrolled on this day. */
export const isIngeschreven = (leerling: Leerling, datum: string): boolean =>
  leerling.inschrijvingen.some(
    ({ gegevens }) =>
      gegevens.status === "gerealiseerd" && gegevens.van <= datum && datum <= (gegevens.tot ?? datum),
  );

export function dayBefore(datum: string): string {
  return new Date(Date.parse(`${datum}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** An invented INSZ for a birth date that no pupil of the demo has; undefined when all three are taken. */
export function freeInsz(stand: DemoState, geboortedatum: string): string | undefined {
  const bezet = new Set(Object.values(stand.leerlingen).flatMap(({ gegevens }) => gegevens.insz ?? []));
  // Bis numbers + 20 first: the world gives out none of those, however big it is.
  return (["bis20", "bis40", "nationaal"] as const)
    .map((variant) => makeInsz(geboortedatum, variant))
    .find((insz) => !bezet.has(insz));
}

/** Reads what was typed as INSZ. A wrong check digit is let through on purpose: LeerID must notice it. */
export function readInsz(text: string): { readonly insz: string } | { readonly fout: string } {
  const insz = text.replaceAll(/[.\s-]/g, "");
  if (!/^\d{11}$/.test(insz)) return { fout: "Een INSZ heeft 11 cijfers." };
  if (insz.slice(6, 9) !== "999")
    return {
      fout: "In de demonstratie mogen alleen verzonnen nummers: de drie cijfers na de geboortedatum zijn 999.",
    };
  return { insz };
}

export const schoolOf = (instellingsnummer: string) =>
  demoScholen.find((school) => school.instellingsnummer === instellingsnummer);
