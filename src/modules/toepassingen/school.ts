import { randomUUID } from "node:crypto";
import { dayBefore, type Datum } from "#platform/clock";
import { inTransaction, type Context } from "#platform/context";
import { isDuplicate } from "#platform/database";
import { algemeen, Problem } from "#platform/problem";
import type {
  GroepTally,
  Keuze,
  KlasTally,
  RegelWijziging,
  School,
  SchoolToepassing,
  Preview,
} from "./contract.ts";
import { toepassingProblemen } from "./problems.ts";
import {
  availabilityOf,
  applyChanges,
  countGroepen,
  countKlassen,
  countPreview,
  sees,
  type Attribute,
} from "./rules.ts";
import {
  listSchoolToepassingen,
  writeKeuze,
  writeRegels,
  countAttributes,
  lock,
  switchOn,
  switchOff,
} from "./store-school.ts";

type Wie = {
  readonly school: School;
  /** vo_id of who does it, for the list of changes. */
  readonly door: string;
};

/** One application as the school has set it; undefined when no provider's application has this name. */
export async function getSchoolToepassing(
  ctx: Context,
  school: School,
  toepassing: string,
): Promise<SchoolToepassing | undefined> {
  return (await listSchoolToepassingen(ctx, school, toepassing))[0];
}

/**
 * The school switches an application on, from today or a later day (R54). Only one whose agreement is in force on that day (D5).
 * A planned end or a later start goes. Gives the bundle of the list of changes.
 * @throws Problem `niet-gevonden`, `datum-voorbij`, `toepassing-niet-beschikbaar`
 */
export function chooseToepassing(
  ctx: Context,
  { school, door, toepassing, van }: Wie & { readonly toepassing: string; readonly van: Datum },
): Promise<string> {
  return inTransaction(ctx, async (tx) => {
    await lock(tx, school, toepassing);
    const huidig = await getSchoolToepassing(tx, school, toepassing);
    if (!huidig) throw new Problem(algemeen["niet-gevonden"]);
    if (van < tx.clock.vandaag()) throw new Problem(toepassingProblemen["datum-voorbij"]);
    if (!availabilityOf(huidig, van).kan)
      throw new Problem(toepassingProblemen["toepassing-niet-beschikbaar"]);
    const bundel = randomUUID();
    if (await switchOn(tx, school, toepassing, van))
      await writeKeuze(tx, { school, door, bundel }, toepassing, "aan", { van, tot: null });
    return bundel;
  });
}

/**
 * The school switches an application off: `tot` is its last day, yesterday at the earliest (then it is off at once). What was
 * stays known; its rules stay, and work again when it is switched on again. Gives the bundle of the list of changes.
 * @throws Problem `datum-voorbij`
 */
export function stopToepassing(
  ctx: Context,
  { school, door, toepassing, tot }: Wie & { readonly toepassing: string; readonly tot: Datum },
): Promise<string> {
  return inTransaction(ctx, async (tx) => {
    await lock(tx, school, toepassing);
    if (tot < dayBefore(tx.clock.vandaag())) throw new Problem(toepassingProblemen["datum-voorbij"]);
    const bundel = randomUUID();
    if (await switchOff(tx, school, toepassing, tot))
      await writeKeuze(tx, { school, door, bundel }, toepassing, "uit", { tot });
    return bundel;
  });
}

/**
 * Adds, changes and removes visibility rules of the school, all or nothing (R54, D6). They work at the next decision. A rule that
 * stands already is not written twice; removing one that is gone changes nothing. Gives the bundle of the list of changes.
 * @throws Problem `periode-omgekeerd`, `leerling-van-ander`, `klasinformatie-gestopt`, `regel-weg`, `regel-dubbel`
 */
export async function saveRegels(
  ctx: Context,
  {
    school,
    door,
    wijzigingen,
  }: Wie & { readonly wijzigingen: readonly (RegelWijziging & { readonly toepassing: string })[] },
): Promise<string> {
  for (const wijziging of wijzigingen) {
    const periode =
      wijziging.soort === "nieuw" ? wijziging.regel : wijziging.soort === "periode" ? wijziging : undefined;
    if (periode?.van && periode.tot && periode.tot < periode.van)
      throw new Problem(toepassingProblemen["periode-omgekeerd"]);
  }
  const bundel = randomUUID();
  try {
    await inTransaction(ctx, async (tx) => {
      const { vreemd, slapend, gemist } = await writeRegels(tx, { school, door, bundel }, wijzigingen);
      if (vreemd > 0) throw new Problem(toepassingProblemen["leerling-van-ander"]);
      if (slapend > 0) throw new Problem(toepassingProblemen["klasinformatie-gestopt"]);
      if (gemist > 0) throw new Problem(toepassingProblemen["regel-weg"]);
    });
  } catch (error) {
    throw isDuplicate(error) ? new Problem(toepassingProblemen["regel-dubbel"]) : error;
  }
  return bundel;
}

/** Pupils that are looked at apart because a rule is about them alone. */
const exceptionsOf = (regels: SchoolToepassing["regels"] | ReturnType<typeof applyChanges>) =>
  regels.flatMap(({ doel }) => (doel.soort === "leerling" ? doel.accountUuid : []));

/** The years of the school with pupils today, youngest first, and all its pupils of today. */
export async function countGroepenOf(
  ctx: Context,
  school: School,
): Promise<{ readonly groepen: readonly GroepTally[]; readonly ingeschreven: number }> {
  const { kenmerken } = await countAttributes(ctx, school, ctx.clock.vandaag(), []);
  const groepen = countGroepen(kenmerken);
  return { groepen, ingeschreven: groepen.reduce((som, { aantal }) => som + aantal, 0) };
}

/** What a school would change: rules, the choice, or both. */
export type Proposal = {
  readonly regels?: readonly RegelWijziging[];
  readonly keuzes?: readonly Keuze[];
};

/**
 * How many of the pupils enrolled today see the application now and would see it after a change, and who comes and goes. One
 * query besides the one that gave `toepassing`; the decision itself counts (see `sees`).
 */
export async function countEffect(
  ctx: Context,
  school: School,
  toepassing: SchoolToepassing,
  voorstel: Proposal,
  op: Datum = ctx.clock.vandaag(),
): Promise<Preview> {
  const vandaag = ctx.clock.vandaag();
  const regels = applyChanges(toepassing.regels, voorstel.regels ?? []);
  const { open, kenmerken } = await countAttributes(ctx, school, vandaag, [
    ...exceptionsOf(toepassing.regels),
    ...exceptionsOf(regels),
  ]);
  return countPreview(
    { instellingsnummer: school.instellingsnummer, open },
    kenmerken,
    toepassing,
    { regels, keuzes: voorstel.keuzes ?? toepassing.keuzes },
    { vandaag, op },
  );
}

/** Applications beside the years and classes of the school: who sees what today. */
export type Overzicht = {
  readonly ingeschreven: number;
  readonly groepen: readonly GroepTally[];
  /** Does the school share class information? Rules on a (sub)klas sleep when not (D6). */
  readonly deelt: boolean;
  readonly klassen: readonly KlasTally[];
  /** Pupils of today without a class. */
  readonly zonderKlas: number;
  readonly toepassingen: readonly {
    readonly toepassing: SchoolToepassing;
    /** Pupils who see it today. */
    readonly zien: number;
    /** The same per year. */
    readonly perGroep: readonly GroepTally[];
    /** And per class and subclass. */
    readonly perKlas: readonly KlasTally[];
  }[];
};

/** All applications, or the one asked for, with how many pupils see them today, per year and class: two queries for the whole page. */
export async function overzichtOf(
  ctx: Context,
  school: School,
  toepassing: string | null = null,
): Promise<Overzicht> {
  const vandaag = ctx.clock.vandaag();
  const toepassingen = await listSchoolToepassingen(ctx, school, toepassing);
  const { open, deelt, kenmerken } = await countAttributes(
    ctx,
    school,
    vandaag,
    toepassingen.flatMap(({ regels }) => exceptionsOf(regels)),
  );
  const feit = { instellingsnummer: school.instellingsnummer, open };
  const tally = (wie: readonly Attribute[]) => wie.reduce((som, { aantal }) => som + aantal, 0);
  return {
    ingeschreven: tally(kenmerken),
    groepen: countGroepen(kenmerken),
    deelt,
    klassen: countKlassen(kenmerken),
    zonderKlas: tally(kenmerken.filter(({ klassen }) => klassen.length === 0)),
    toepassingen: toepassingen.map((one) => {
      const zien = kenmerken.filter((kenmerk) => sees(feit, kenmerk, one, one.regels, vandaag));
      return {
        toepassing: one,
        zien: tally(zien),
        perGroep: countGroepen(zien),
        perKlas: countKlassen(zien),
      };
    }),
  };
}
