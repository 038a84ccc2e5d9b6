import type { Instellingsnummer } from "#platform/ids";
import type {
  Feiten,
  KeuzeFeit,
  OngedeeldeFeiten,
  ProtocolFeit,
  RegelFeit,
  ToepassingFeit,
} from "./contract.ts";
import { divideFeiten, protocolOn } from "./rules.ts";

type OfToepassing<T> = T & { readonly toepassing: string };
type OfSchool<T> = Omit<T, "instellingsnummer"> & { readonly toepassing: string };
type Offered = Omit<ToepassingFeit, "keuzes" | "regels" | "protocol">;

/** What the SQL function `verstrekking.feiten` answers: what is of the pupil, and the versions of what is not. */
export type Leerlingfeiten = Omit<OngedeeldeFeiten, "toepassingen"> & {
  /** Rules on this one pupil. */
  readonly regels: readonly OfToepassing<RegelFeit>[];
  /** Numbers of his schools, each with the one that stands today: a row per number and version, none where no rule ever stood. */
  readonly scholen: readonly {
    readonly instellingsnummer: Instellingsnummer;
    readonly hoofd: Instellingsnummer;
    readonly versie: string;
  }[];
  /** Version of what is offered. */
  readonly aanbod: readonly string[];
  /** The question: for this client, null = for all applications that his schools chose. */
  readonly client: string | null;
};

/** The choices of a school under one number, and its rules that speak of no one pupil, whether they run or not. */
export type Schoolregels = {
  readonly versie: string;
  readonly keuzes: readonly OfSchool<KeuzeFeit>[];
  readonly regels: readonly OfSchool<RegelFeit>[];
};

/** What is offered to all schools. */
export type Aanbod = {
  readonly versie: string;
  /** Whose client is whose; only of clients that serve pupils. */
  readonly clients: ReadonlyMap<string, string>;
  /** In the order of their names; of agreements the newest version first. */
  readonly toepassingen: ReadonlyMap<string, Offered & { readonly protocollen: readonly ProtocolFeit[] }>;
};

/** A version is a set of rows: as one word, whatever their order. */
export const versieOf = (rows: readonly string[]): string => rows.toSorted().join(" ");

/** The schools whose rules the facts of a pupil need: under which number they stand today, and in which version. */
export function schoolsOf({
  scholen,
}: Leerlingfeiten): ReadonlyMap<
  Instellingsnummer,
  { readonly hoofd: Instellingsnummer; readonly versie: string }
> {
  return new Map(
    [...Map.groupBy(scholen, ({ instellingsnummer }) => instellingsnummer)].map(([nummer, rows]) => [
      nummer,
      { hoofd: rows[0]?.hoofd ?? nummer, versie: versieOf(rows.map(({ versie }) => versie)) },
    ]),
  );
}

/**
 * The answer of the SQL function `verstrekking.schoolregels`, by number. Thousands of schools have the same choices and rules: what is
 * in `known` already is taken from there, which makes the rules of all schools together five times smaller.
 */
export function readSchoolregels(
  json: string,
  known: Map<string, object>,
): ReadonlyMap<Instellingsnummer, Schoolregels> {
  type Row = Omit<Schoolregels, "versie"> & {
    readonly instellingsnummer: Instellingsnummer;
    readonly versies: readonly string[];
  };
  return new Map(
    (JSON.parse(json) as readonly Row[]).map(({ instellingsnummer, versies, keuzes, regels }) => [
      instellingsnummer,
      {
        versie: versieOf(versies),
        keuzes: keuzes.map((row) => same(known, row)),
        regels: regels.map((row) => same(known, row)),
      },
    ]),
  );
}

function same<T extends object>(known: Map<string, object>, row: T): T {
  const text = JSON.stringify(row);
  const there = known.get(text) as T | undefined;
  if (there === undefined) known.set(text, row);
  return there ?? row;
}

/** The answer of the SQL function `verstrekking.aanbod`. */
export function readAanbod(json: string): Aanbod {
  const { versies, clients, toepassingen, protocollen } = JSON.parse(json) as {
    readonly versies: readonly string[];
    readonly clients: Readonly<Record<string, string>>;
    readonly toepassingen: readonly Offered[];
    readonly protocollen: readonly OfToepassing<ProtocolFeit>[];
  };
  const protocollenOf = Map.groupBy(protocollen, nameOf);
  return {
    versie: versieOf(versies),
    clients: new Map(Object.entries(clients)),
    toepassingen: new Map(
      toepassingen.map((one) => [
        one.toepassing,
        { ...one, protocollen: protocollenOf.get(one.toepassing) ?? [] },
      ]),
    ),
  };
}

/** The facts of a pupil with the rules of his schools and what is offered, all of one moment. */
export function assemble(
  { scholen: _, aanbod: __, regels: ofPupil, client, ...rest }: Leerlingfeiten,
  schoolregels: readonly { readonly hoofd: Instellingsnummer; readonly regels: Schoolregels }[],
  aanbod: Aanbod,
): Feiten {
  const asked = client === null ? undefined : (aanbod.clients.get(client) ?? "");
  const isAsked = ({ toepassing }: OfToepassing<unknown>) => asked === undefined || toepassing === asked;
  const keuzes = Map.groupBy(
    schoolregels.flatMap(({ hoofd, regels }) => regels.keuzes.filter(isAsked).map(standing(hoofd))),
    nameOf,
  );
  const regels = Map.groupBy(
    [
      ...schoolregels.flatMap((one) => one.regels.regels.filter(isAsked).map(standing(one.hoofd))),
      ...ofPupil.filter(isAsked),
    ],
    nameOf,
  );
  const one = asked === undefined ? undefined : aanbod.toepassingen.get(asked);
  const offered =
    asked === undefined
      ? [...aanbod.toepassingen.values()].filter(
          ({ toepassing, soort }) => soort === "doeltoepassing" && keuzes.has(toepassing),
        )
      : one
        ? [one]
        : [];
  return divideFeiten({
    ...rest,
    toepassingen: offered.map(({ protocollen, ...toepassing }) => ({
      ...toepassing,
      client_id: client,
      keuzes: keuzes.get(toepassing.toepassing) ?? [],
      regels: regels.get(toepassing.toepassing) ?? [],
      protocol: protocolOn(rest.vandaag, protocollen),
    })),
  });
}

const nameOf = ({ toepassing }: OfToepassing<unknown>): string => toepassing;

/** A choice or rule under the number that stands today for its school (D3). */
const standing =
  (instellingsnummer: Instellingsnummer) =>
  <T extends object>(row: T) => ({ ...row, instellingsnummer });
