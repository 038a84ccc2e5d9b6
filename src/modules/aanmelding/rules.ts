import { datumOn, nextDay, type Datum } from "#platform/clock";
import { kortste, type Niveau } from "#modules/sleutels";
import { nearestInschrijvingen, type Feiten } from "#modules/verstrekking";

/**
 * The level whose rules the own password of a pupil must meet (D7): of the enrolments that count today the one that asks the
 * longest; secundair for who never had any.
 */
export function niveauOf(feiten: Feiten): Niveau {
  const [first, ...rest] = nearestInschrijvingen(feiten).map(({ niveau }) => niveau);
  if (!first) return "secundair";
  return rest.reduce((langste, one) => (kortste[one] > kortste[langste] ? one : langste), first);
}

const minuut = 60_000;
const dag = 24 * 60 * minuut;

/** How what everybody shares of one name or badge closes. */
export type Regime = {
  /** Milliseconds that it is closed after its n-th failure in a row. */
  wait(mislukt: number): number;
  /** What open_op can be furthest away; further: the clock was put back since, and nobody waits for that. */
  readonly longest: number;
  /** Do failures of so long ago not count any more? `openOp`: when the next look was free. */
  isOver(openOp: number): boolean;
};

/**
 * Milliseconds that a name is closed after its n-th failure in a row (D7): five typing errors are free, then half a minute, ten
 * minutes, and a quarter of an hour each time; never a hard lock. At most six looks in ten minutes: the other four of D7 are kept (D24).
 */
export function waitTime(mislukt: number): number {
  if (mislukt < 5) return 0;
  return [30_000, 10 * minuut][mislukt - 5] ?? 15 * minuut;
}

export const regimeOfName = (nu: number): Regime => ({
  wait: waitTime,
  longest: 15 * minuut,
  isOver: (openOp) => openOp < nu - dag,
});

/** Wrong pictures with one badge on one day, from browsers where this pupil was not before. Of nine, so one in three at the most. */
export const plaatjesPerDag = 3;

/** A badge whose tries are used up waits for the next day (Europe/Brussels), or for another badge. */
export const regimeOfBadge = (nu: number, vandaag: Datum): Regime => ({
  wait: (mislukt) => (mislukt < plaatjesPerDag ? 0 : nextDay(nu) - nu),
  longest: dag + 60 * minuut,
  isOver: (openOp) => datumOn(openOp - 1) < vandaag,
});

/** From where a look can be taken that nobody else can take: a browser of this pupil, or the window that is open for him (D24). */
export type Plaats = {
  readonly soort: "toestel" | "venster";
  /** Keyed hash of the browser, or of the address that types the code; it says something for this one name only. */
  readonly wie: string;
};

/** What is remembered of the failures on one name or badge. */
export type Stand = {
  /** Attempts that failed or came too early, of those that all share. */
  readonly mislukt: number;
  /** When the next of those is looked at, epoch ms. */
  readonly openOp: number;
  /** The looks of the last ten minutes that were kept. */
  readonly voorbehouden: readonly (Plaats & { readonly op: number })[];
  /** Which state this is: what was read is what is replaced. */
  readonly versie: number;
};

/**
 * Kept looks in ten minutes, over all places together four: with the six that all share they are the ten of D7. No single browser, and
 * no single address, can use up what is there for the others.
 */
const kept = {
  duur: 10 * minuut,
  samen: 4,
  toestel: { samen: 3, plaats: 2 },
  venster: { samen: 2, plaats: 1 },
} as const;

const isRecent = ({ op }: { readonly op: number }, nu: number): boolean => Math.abs(nu - op) < kept.duur;

function hasRoom(stand: Stand, { soort, wie }: Plaats, nu: number): boolean {
  const looks = stand.voorbehouden.filter((one) => isRecent(one, nu));
  const alike = looks.filter((one) => one.soort === soort);
  return (
    looks.length < kept.samen &&
    alike.length < kept[soort].samen &&
    alike.filter((one) => one.wie === wie).length < kept[soort].plaats
  );
}

export type Turn = {
  readonly stand: Stand;
  /** Milliseconds to wait when it comes too early: then it is counted, and not looked at. */
  readonly wait?: number;
  /** Was it one of the looks that are kept for that place? */
  readonly voorbehouden: boolean;
};

const none: Stand = { mislukt: 0, openOp: 0, voorbehouden: [], versie: 0 };

/** One attempt, counted before anyone looks at it (D7, D24): first from what is kept for its place, else from what all share. */
export function takeTurn(
  before: Stand = none,
  {
    plaats,
    regime,
    nu,
  }: { readonly plaats: Plaats | undefined; readonly regime: Regime; readonly nu: number },
): Turn {
  const stand = { ...before, voorbehouden: before.voorbehouden.filter((one) => isRecent(one, nu)) };
  if (plaats && hasRoom(stand, plaats, nu))
    return {
      stand: { ...stand, voorbehouden: [...stand.voorbehouden, { ...plaats, op: nu }] },
      voorbehouden: true,
    };
  const openOp = stand.openOp > nu + regime.longest ? nu : stand.openOp;
  const mislukt = regime.isOver(openOp) ? 1 : stand.mislukt + 1;
  if (openOp <= nu)
    return { stand: { ...stand, mislukt, openOp: nu + regime.wait(mislukt) }, voorbehouden: false };
  const own = plaats && freeAgain(stand, plaats);
  return {
    stand: { ...stand, mislukt, openOp },
    voorbehouden: false,
    wait: Math.min(openOp, own ?? Infinity) - nu,
  };
}

/** When a look of those that are kept comes free for this place. */
const freeAgain = (stand: Stand, plaats: Plaats): number | undefined =>
  stand.voorbehouden
    .map(({ op }) => op + kept.duur)
    .toSorted((a, b) => a - b)
    .find((moment) => hasRoom(stand, plaats, moment));

/** A right password at this place: what failed there does not count any more. Undefined when nothing is left to remember. */
export function forgive(stand: Stand, { soort, wie }: Plaats): Stand | undefined {
  const voorbehouden = stand.voorbehouden.filter((one) => one.soort !== soort || one.wie !== wie);
  return stand.mislukt === 0 && voorbehouden.length === 0 ? undefined : { ...stand, voorbehouden };
}

/** A new window: its code is another, so what was typed of the one before does not count for it. */
export const withoutVenster = (stand: Stand): Stand => ({
  ...stand,
  voorbehouden: stand.voorbehouden.filter(({ soort }) => soort !== "venster"),
});

/** Milliseconds over which failing names are counted together. */
export const duurSproeivenster = 5 * 60_000;

/** Names that failed and did not succeed since, and how many sign-ins succeeded. */
export type Tally = { readonly mislukt: Set<string>; gelukt: number };

/** So many names may fail in one window beside one in five of the sign-ins that succeed: a school that starts has those. */
const gewoon = { adres: 50, geheel: 200 } as const;

/**
 * Milliseconds that a failing answer is held back while many names fail (D7): none as long as it looks like people who mistype, then
 * a second, more as it gets worse, eight at most. A right password never waits, from whatever address.
 */
export function delayOf({ mislukt, gelukt }: Tally, bereik: keyof typeof gewoon): number {
  const verwacht = gewoon[bereik] + gelukt / 5;
  return mislukt.size <= verwacht ? 0 : Math.min(8000, Math.round((1000 * mislukt.size) / verwacht));
}
