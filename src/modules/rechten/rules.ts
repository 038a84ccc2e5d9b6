import { datumOp, isLopend, isVroeger, type Datum } from "#platform/clock";
import type { Recht, School } from "./contract.ts";

/** Days from `van` to `tot`, both included; no `tot` is no end. */
export type Periode = { readonly van: Datum; readonly tot: Datum | null };

/** What the weekly upload took over of an assignment. */
export type Geladen = Periode & { readonly voId: string; readonly uiterst: Datum | null };

/** An assignment as Discimus has it now, beside what the last upload took over. */
export type OpdrachtFeit = Periode & { readonly voId: string; readonly geladen: Geladen | null };

/** Everything that decides what one person may in one school. */
export type Feiten = {
  readonly school: School;
  readonly opdrachten: readonly OpdrachtFeit[];
  /** By a director's naming that was not ended. */
  readonly benoemd: readonly Periode[];
  /** The days on which a director ended a naming. */
  readonly beeindigd: readonly Datum[];
  /** By `leerid_rol_3d`. */
  readonly rol: boolean;
};

const vroegste = (...dagen: (Datum | null)[]): Datum | null =>
  dagen.reduce((een, ander) => (een === null || (ander !== null && ander < een) ? ander : een), null);

/** Is `a` a later end than `b`; no end is the latest. */
const later = (a: Datum | null, b: Datum | null): boolean => b !== null && (a === null || a > b);

/** The days that lie in both, or null when there are none. */
export function doorsnede(a: Periode, b: Periode): Periode | null {
  const van = a.van > b.van ? a.van : b.van;
  const tot = vroegste(a.tot, b.tot);
  return tot !== null && tot < van ? null : { van, tot };
}

/** Last day of the maximum validity for an upload on this Monday: 31 August of the fifth year after (R61, D10). */
export function uitersteDag(maandag: Datum): Datum {
  return `${Number(maandag.slice(0, 4)) + 5}-08-31` as Datum;
}

/** The Monday whose upload should have been done at this moment (epoch milliseconds): the last Monday 04:00 in Brussels. */
export function maandagVan(nu: number): Datum {
  // Clocks change on Sundays: between midnight and 04:00 on a Monday there are always four hours.
  const dag = Date.parse(datumOp(nu - 4 * 3_600_000));
  const sindsMaandag = (new Date(dag).getUTCDay() + 6) % 7;
  return new Date(dag - sindsMaandag * 86_400_000).toISOString().slice(0, 10) as Datum;
}

/** The first Monday after a day. */
export function maandagNa(datum: Datum): Datum {
  const dag = Date.parse(datum);
  const tot = 7 - ((new Date(dag).getUTCDay() + 6) % 7);
  return new Date(dag + tot * 86_400_000).toISOString().slice(0, 10) as Datum;
}

/**
 * The days on which an assignment gives the databeheerder right, as far as known now; null when none. What was uploaded and what the
 * assignment says now must both cover a day: what is new or longer waits for the next upload (R62), what is shorter counts at once
 * (R60). Somebody else's upload gives nothing.
 */
export function periodeVan(opdracht: OpdrachtFeit): Periode | null {
  const { geladen } = opdracht;
  if (geladen === null || geladen.voId !== opdracht.voId) return null;
  return doorsnede(opdracht, { van: geladen.van, tot: vroegste(geladen.tot, geladen.uiterst) });
}

/** Of several periods the one in force on a day that lasts longest. */
export function langste(perioden: readonly (Periode | null)[], op: Datum): Periode | null {
  return perioden.reduce<Periode | null>((beste, een) => {
    if (een === null || !isLopend(op, een.van, een.tot)) return beste;
    return beste === null || later(een.tot, beste.tot) ? een : beste;
  }, null);
}

/** What someone may on a day in one school; null when nothing (R4, R5, R63: the one right is nothing of the other). */
export function rechtUit(feiten: Feiten, op: Datum): Recht | null {
  const databeheerder = langste(feiten.opdrachten.map(periodeVan), op);
  const benoemd = langste(feiten.benoemd, op);
  const beheerder = feiten.rol
    ? ({ bron: "rol", tot: null } as const)
    : benoemd && ({ bron: "directeur", tot: benoemd.tot } as const);
  return databeheerder || beheerder ? { school: feiten.school, databeheerder, beheerder } : null;
}

/** How the latest right of someone who has none any more came to its end: its last day, or the day on which it was taken away. */
export type Einde = { readonly soort: "opdracht" | "beeindigd"; readonly op: Datum };

export function eindeUit(feiten: Feiten, op: Datum): Einde | null {
  const einden: Einde[] = [
    ...feiten.opdrachten.flatMap((opdracht) => {
      const tot = periodeVan(opdracht)?.tot ?? null;
      return tot !== null && isVroeger(op, tot) ? [{ soort: "opdracht", op: tot } as const] : [];
    }),
    ...feiten.beeindigd.map((dag) => ({ soort: "beeindigd", op: dag }) as const),
  ];
  return einden.reduce<Einde | null>(
    (laatste, een) => (laatste && laatste.op >= een.op ? laatste : een),
    null,
  );
}

const rolNaam = "LeerIDBeheerder";

/** The schools in values of `leerid_rol_3d` that make somebody LeerID-beheerder (D8). */
export function scholenVanRollen(rollen: readonly string[]): string[] {
  const vorm = new RegExp(`^${rolNaam}:(\\d{6})$`);
  return [...new Set(rollen.flatMap((rol) => vorm.exec(rol)?.[1] ?? []))];
}
