import { datumOn, isLopend, isVroeger, type Datum } from "#platform/clock";
import type { Recht, School } from "./contract.ts";

/** Days from `van` to `tot`, both included; no `tot` is no end. */
export type Period = { readonly van: Datum; readonly tot: Datum | null };

/** What the weekly upload took over of an assignment. */
export type Loaded = Period & { readonly voId: string; readonly uiterst: Datum | null };

/** An assignment as Discimus has it now, beside what the last upload took over. */
export type OpdrachtFeit = Period & { readonly voId: string; readonly geladen: Loaded | null };

/** Everything that decides what one person may in one school. */
export type Feiten = {
  readonly school: School;
  readonly opdrachten: readonly OpdrachtFeit[];
  /** By a director's naming that was not ended. */
  readonly benoemd: readonly Period[];
  /** The days on which a director ended a naming. */
  readonly beeindigd: readonly Datum[];
  /** By `leerid_rol_3d`. */
  readonly rol: boolean;
};

const earliest = (...dagen: (Datum | null)[]): Datum | null =>
  dagen.reduce((one, other) => (one === null || (other !== null && other < one) ? other : one), null);

/** Is `a` a later end than `b`; no end is the latest. */
const later = (a: Datum | null, b: Datum | null): boolean => b !== null && (a === null || a > b);

/** The days that lie in both, or null when there are none. */
export function intersection(a: Period, b: Period): Period | null {
  const van = a.van > b.van ? a.van : b.van;
  const tot = earliest(a.tot, b.tot);
  return tot !== null && tot < van ? null : { van, tot };
}

/** Last day of the maximum validity for an upload on this Monday: 31 August of the fifth year after (R61, D10). */
export function latestDay(maandag: Datum): Datum {
  return `${Number(maandag.slice(0, 4)) + 5}-08-31` as Datum;
}

/** The Monday whose upload should have been done at this moment (epoch milliseconds): the last Monday 04:00 in Brussels. */
export function mondayOf(nu: number): Datum {
  // Clocks change on Sundays: between midnight and 04:00 on a Monday there are always four hours.
  const dag = Date.parse(datumOn(nu - 4 * 3_600_000));
  const sindsMaandag = (new Date(dag).getUTCDay() + 6) % 7;
  return new Date(dag - sindsMaandag * 86_400_000).toISOString().slice(0, 10) as Datum;
}

/** The first Monday after a day. */
export function mondayAfter(datum: Datum): Datum {
  const dag = Date.parse(datum);
  const tot = 7 - ((new Date(dag).getUTCDay() + 6) % 7);
  return new Date(dag + tot * 86_400_000).toISOString().slice(0, 10) as Datum;
}

/**
 * The days on which an assignment gives the databeheerder right, as far as known now; null when none. What was uploaded and what the
 * assignment says now must both cover a day: what is new or longer waits for the next upload (R62), what is shorter counts at once
 * (R60). Somebody else's upload gives nothing.
 */
export function periodOf(opdracht: OpdrachtFeit): Period | null {
  const { geladen } = opdracht;
  if (geladen === null || geladen.voId !== opdracht.voId) return null;
  return intersection(opdracht, { van: geladen.van, tot: earliest(geladen.tot, geladen.uiterst) });
}

/** Of several periods the one in force on a day that lasts longest. */
export function longest(perioden: readonly (Period | null)[], op: Datum): Period | null {
  return perioden.reduce<Period | null>((beste, one) => {
    if (one === null || !isLopend(op, one.van, one.tot)) return beste;
    return beste === null || later(one.tot, beste.tot) ? one : beste;
  }, null);
}

/** What someone may on a day in one school; null when nothing (R4, R5, R63: the one right is nothing of the other). */
export function rechtFrom(feiten: Feiten, op: Datum): Recht | null {
  const databeheerder = longest(feiten.opdrachten.map(periodOf), op);
  const benoemd = longest(feiten.benoemd, op);
  const beheerder = feiten.rol
    ? ({ bron: "rol", tot: null } as const)
    : benoemd && ({ bron: "directeur", tot: benoemd.tot } as const);
  return databeheerder || beheerder ? { school: feiten.school, databeheerder, beheerder } : null;
}

/** How the latest right of someone who has none any more came to its end: its last day, or the day on which it was taken away. */
export type Ending = { readonly soort: "opdracht" | "beeindigd"; readonly op: Datum };

export function endFrom(feiten: Feiten, op: Datum): Ending | null {
  const einden: Ending[] = [
    ...feiten.opdrachten.flatMap((opdracht) => {
      const tot = periodOf(opdracht)?.tot ?? null;
      return tot !== null && isVroeger(op, tot) ? [{ soort: "opdracht", op: tot } as const] : [];
    }),
    ...feiten.beeindigd.map((dag) => ({ soort: "beeindigd", op: dag }) as const),
  ];
  return einden.reduce<Ending | null>((last, one) => (last && last.op >= one.op ? last : one), null);
}

const rolNaam = "LeerIDBeheerder";

/** The schools in values of `leerid_rol_3d` that make somebody LeerID-beheerder (D8). */
export function scholenOfRollen(rollen: readonly string[]): string[] {
  const vorm = new RegExp(`^${rolNaam}:(\\d{6})$`);
  return [...new Set(rollen.flatMap((rol) => vorm.exec(rol)?.[1] ?? []))];
}
