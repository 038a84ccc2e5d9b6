import { divide, isLopend, isVroeger, type Datum } from "#platform/clock";
import type { Instellingsnummer } from "#platform/ids";
import {
  decide,
  divideFeiten,
  namelessAccount,
  protocolOn,
  type InschrijvingFeit,
} from "#modules/verstrekking";
import type {
  Availability,
  Groep,
  GroepTally,
  Keuze,
  Klas,
  KlasTally,
  Regel,
  RegelWijziging,
  SchoolRegel,
  SchoolToepassing,
  KeuzeState,
  Preview,
} from "./contract.ts";

/** Is the application on for the school on this day, or later? */
export function standOf(keuzes: readonly Keuze[], vandaag: Datum): KeuzeState {
  const {
    lopend: [nu],
    straks: [straks],
  } = divide(vandaag, keuzes);
  if (nu) return { stand: "aan", van: nu.van, tot: nu.tot };
  return straks ? { stand: "straks", van: straks.van } : { stand: "uit" };
}

/** May a school switch it on on this day (D5), and if not, why? */
export function availabilityOf(toepassing: Pick<SchoolToepassing, "protocollen">, op: Datum): Availability {
  const protocol = protocolOn(op, toepassing.protocollen);
  if (!protocol) {
    const first = toepassing.protocollen.at(-1);
    return first
      ? { kan: false, reden: "overeenkomst-begint", datum: first.van }
      : { kan: false, reden: "geen-overeenkomst" };
  }
  return protocol.tot !== null && isVroeger(op, protocol.tot)
    ? { kan: false, reden: "overeenkomst-voorbij", datum: protocol.tot }
    : { kan: true, protocol };
}

/** The rules as they would stand after the changes. */
export function applyChanges(
  regels: readonly SchoolRegel[],
  wijzigingen: readonly RegelWijziging[],
): Regel[] {
  const weg = new Set(
    wijzigingen.flatMap((wijziging) => (wijziging.soort === "weg" ? wijziging.regelId : [])),
  );
  const periodes = new Map(
    wijzigingen.flatMap((wijziging) =>
      wijziging.soort === "periode" ? [[wijziging.regelId, wijziging] as const] : [],
    ),
  );
  return [
    ...regels
      .filter((regel) => !weg.has(regel.regelId))
      .map((regel) => {
        const { van, tot } = periodes.get(regel.regelId) ?? regel;
        return { doel: regel.doel, van, tot };
      }),
    ...wijzigingen.flatMap((wijziging) => (wijziging.soort === "nieuw" ? wijziging.regel : [])),
  ];
}

/** A rule on a (sub)klas of a school that does not share class information: it stands, and counts for nobody (D6). */
export const isAsleep = ({ doel }: Pick<Regel, "doel">, deelt: boolean): boolean =>
  !deelt && (doel.soort === "klas" || doel.soort === "subklas");

/**
 * Pupils that no rule can tell apart: enrolled today in the same years and classes of the school, and no rule on one of them alone.
 * A school of 3,000 pupils has some tens of these, with classes a hundred or two.
 */
export type Attribute = {
  /** Years of their enrolments of today; more than one is rare. */
  readonly groepen: readonly [Groep, ...Groep[]];
  /** Their classes of today; none while the school does not share class information. */
  readonly klassen: readonly Klas[];
  /** Only when a rule speaks about this one pupil. */
  readonly accountUuid: string | null;
  readonly aantal: number;
};

/** What the decision needs to know of the school itself. */
export type SchoolFeit = { readonly instellingsnummer: string; readonly open: boolean };

/**
 * Would these pupils see the application on this day? The decision of D5 itself answers, on facts as `verstrekking.feiten`
 * would give them: what a preview counts cannot drift away from what happens at the sign-in.
 */
export function sees(
  school: SchoolFeit,
  kenmerk: Attribute,
  toepassing: Pick<SchoolToepassing, "toepassing" | "keuzes" | "protocollen">,
  regels: readonly Regel[],
  op: Datum,
): boolean {
  const instellingsnummer = school.instellingsnummer as Instellingsnummer;
  const inschrijvingen = kenmerk.groepen.map(({ niveau, leerjaar }): InschrijvingFeit => ({
    instellingsnummer,
    school: school.open ? instellingsnummer : null,
    school_van: null,
    school_tot: null,
    niveau,
    leerjaar,
    administratieve_groep: null,
    van: op,
    tot: null,
  }));
  const feiten = divideFeiten({
    vandaag: op,
    account: namelessAccount(kenmerk.accountUuid ?? ""),
    inschrijvingen,
    klassen: kenmerk.klassen.map((one) => ({ instellingsnummer, ...one })),
    toepassingen: [
      {
        toepassing: toepassing.toepassing,
        client_id: null,
        naam: "",
        omschrijving: "",
        soort: "doeltoepassing",
        start_url: "",
        tint: 1,
        initialen: "",
        integreert_klasinformatie: false,
        keuzes: toepassing.keuzes.map((keuze) => ({ instellingsnummer, ...keuze })),
        regels: regels
          .filter(({ doel }) => doel.soort !== "leerling" || doel.accountUuid === kenmerk.accountUuid)
          .map(({ doel, van, tot }) => ({
            instellingsnummer,
            soort: doel.soort,
            niveau: "niveau" in doel ? doel.niveau : null,
            leerjaar: "leerjaar" in doel ? doel.leerjaar : null,
            klas: "klas" in doel ? doel.klas : null,
            subklas: "subklas" in doel ? doel.subklas : null,
            uitgesloten: "uitgesloten" in doel && doel.uitgesloten,
            van,
            tot,
          })),
        protocol: protocolOn(op, toepassing.protocollen),
      },
    ],
  });
  return decide(feiten, { toepassing: toepassing.toepassing }, { scopes: new Set() }).toegang;
}

/** Counts what a change of rules or choice does; `op` is the day to look at, today or later. */
export function countPreview(
  school: SchoolFeit,
  kenmerken: readonly Attribute[],
  toepassing: Pick<SchoolToepassing, "toepassing" | "keuzes" | "protocollen" | "regels">,
  straks: { readonly keuzes: readonly Keuze[]; readonly regels: readonly Regel[] },
  { vandaag, op }: { readonly vandaag: Datum; readonly op: Datum },
): Preview {
  const daarna = { ...toepassing, keuzes: straks.keuzes };
  const outcomes = kenmerken.map((kenmerk) => ({
    kenmerk,
    nu: sees(school, kenmerk, toepassing, toepassing.regels, vandaag),
    zonder: sees(school, kenmerk, toepassing, toepassing.regels, op),
    straks: sees(school, kenmerk, daarna, straks.regels, op),
  }));
  const sum = (who: (outcome: (typeof outcomes)[number]) => boolean) =>
    outcomes.filter(who).reduce((total, { kenmerk }) => total + kenmerk.aantal, 0);
  const perGroep = (who: (outcome: (typeof outcomes)[number]) => boolean) =>
    countGroepen(outcomes.filter(who).map(({ kenmerk }) => kenmerk));
  return {
    op,
    ingeschreven: sum(() => true),
    nu: sum((outcome) => outcome.nu),
    zonder: sum((outcome) => outcome.zonder),
    straks: sum((outcome) => outcome.straks),
    erbij: perGroep((outcome) => outcome.straks && !outcome.zonder),
    eraf: perGroep((outcome) => outcome.zonder && !outcome.straks),
  };
}

const volgorde = { kleuter: 0, lager: 1, secundair: 2 } as const;
/** Youngest first. */
export const byLeeftijd = (a: Groep, b: Groep): number =>
  volgorde[a.niveau] - volgorde[b.niveau] || a.leerjaar - b.leerjaar;

/** Pupils per year; who sits in two years counts in the youngest. */
export function countGroepen(kenmerken: readonly Attribute[]): GroepTally[] {
  const tellingen = new Map<string, GroepTally>();
  for (const { groepen, aantal } of kenmerken) {
    const { niveau, leerjaar } = groepen.toSorted(byLeeftijd)[0] ?? groepen[0];
    const sleutel = `${niveau} ${leerjaar}`;
    tellingen.set(sleutel, {
      niveau,
      leerjaar,
      aantal: (tellingen.get(sleutel)?.aantal ?? 0) + aantal,
    });
  }
  return [...tellingen.values()].toSorted(byLeeftijd);
}

const sameGroep = (a: Groep, b: Groep) => a.niveau === b.niveau && a.leerjaar === b.leerjaar;

/** Classes and subclasses (after their class) with their pupils, in the order of their years and names. Who is in two counts in both. */
export function countKlassen(kenmerken: readonly Attribute[]): KlasTally[] {
  const leden = new Map<string, { klas: Klas; wie: Attribute[] }>();
  for (const kenmerk of kenmerken) {
    const hier = new Map<string, Klas>();
    for (const { klas, subklas } of kenmerk.klassen)
      for (const one of subklas === null ? [null] : [null, subklas])
        hier.set(JSON.stringify([klas, one]), { klas, subklas: one });
    for (const [sleutel, klas] of hier) {
      const staat = leden.get(sleutel);
      if (staat) staat.wie.push(kenmerk);
      else leden.set(sleutel, { klas, wie: [kenmerk] });
    }
  }
  const klassen = [...leden.values()].map(({ klas, wie }): KlasTally => {
    const [first, ...rest] = countGroepen(wie).toSorted((a, b) => b.aantal - a.aantal || byLeeftijd(a, b));
    if (!first) throw new Error("a class without pupils");
    const groep = ({ niveau, leerjaar }: Groep) => ({ niveau, leerjaar });
    return {
      ...klas,
      aantal: wie.reduce((som, { aantal }) => som + aantal, 0),
      groepen: [groep(first), ...rest.map(groep)],
    };
  });
  // A subclass stands with its class, also when most of its pupils are in another year.
  const jaar = new Map(klassen.flatMap((one) => (one.subklas === null ? [[one.klas, one.groepen[0]]] : [])));
  const yearOf = (one: KlasTally) => jaar.get(one.klas) ?? one.groepen[0];
  return klassen.toSorted(
    (a, b) =>
      byLeeftijd(yearOf(a), yearOf(b)) ||
      opNaam.compare(a.klas, b.klas) ||
      opNaam.compare(a.subklas ?? "", b.subklas ?? ""),
  );
}
const opNaam = new Intl.Collator("nl-BE", { numeric: true });

/**
 * Which rule that counts on this day shows the application to a whole class by a wider group: the school, or all years of its
 * pupils by level or year. `null` = none.
 */
export function widerRegel(
  regels: readonly Regel[],
  klas: Pick<KlasTally, "groepen">,
  op: Datum,
): "school" | "niveau" | "leerjaar" | null {
  const nu = regels.filter(({ van, tot }) => isLopend(op, van, tot)).map(({ doel }) => doel);
  if (nu.some(({ soort }) => soort === "school")) return "school";
  const perNiveau = (groep: Groep) =>
    nu.some((doel) => doel.soort === "niveau" && doel.niveau === groep.niveau);
  const perYear = (groep: Groep) => nu.some((doel) => doel.soort === "leerjaar" && sameGroep(doel, groep));
  if (klas.groepen.every(perNiveau)) return "niveau";
  return klas.groepen.every((groep) => perNiveau(groep) || perYear(groep)) ? "leerjaar" : null;
}
