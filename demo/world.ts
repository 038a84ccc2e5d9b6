import type {
  Bericht,
  Case,
  InschrijvingGegevens,
  Melding,
  Niveau,
  OpdrachtGegevens,
  Registratie,
} from "./contract.ts";
import type { Datum } from "#platform/clock";
import { schooljaarOn } from "#platform/schooljaar";
import { births, type Geboren } from "./insz.ts";
import { namen, voornamen } from "./names.ts";
import { seeded, type Random } from "./random.ts";
import { demoScholen, extraSchool, type DemoSchool, type SchoolSoort } from "./schools.ts";

export type WorldOptions = {
  /** First year of the school year in which the world lives: 2026 is 2026-2027. */
  readonly schooljaar: number;
  /** At least this many registrations; the demo schools are always there, others are added. */
  readonly leerlingen?: number;
  /** Only for benchmarks on a database that is thrown away: national numbers beyond sequence number 999. */
  readonly allowAnySequence?: boolean;
};

/** The school year that a calendar date is in, by its first year (1 September – 31 August). */
export const schooljaarOf = (datum: string): number => Number(schooljaarOn(datum as Datum).slice(0, 4));

const klassen: Record<SchoolSoort, readonly { niveau: Niveau; leerjaar: number }[]> = {
  basis: [
    ...[1, 2, 3].map((leerjaar) => ({ niveau: "kleuter" as const, leerjaar })),
    ...[1, 2, 3, 4, 5, 6].map((leerjaar) => ({ niveau: "lager" as const, leerjaar })),
  ],
  secundair: [1, 2, 3, 4, 5, 6].map((leerjaar) => ({ niveau: "secundair" as const, leerjaar })),
};
const richtingen = [
  "Latijn",
  "Wetenschappen",
  "Talen",
  "Techniek",
  "Zorg en welzijn",
  "Handel",
  "Kunst",
] as const;

/** The calendar year in which who sits in this year was born, without repeating or skipping. */
function yearOfBirth(schooljaar: number, niveau: Niveau, leerjaar: number): number {
  return schooljaar - (niveau === "kleuter" ? 2 : niveau === "lager" ? 5 : 11) - leerjaar;
}

const demoLeerlingenAantal = demoScholen.reduce(
  (som, school) => som + klassen[school.soort].length * school.perJaar,
  0,
);

type Maker = {
  readonly schooljaar: number;
  readonly geboren: (jaar: number) => Geboren;
};

/**
 * All schools of a world, each followed by its pupils: as many as asked, in memory one at a time. Always the same for the
 * same options, and a bigger world begins with exactly the smaller one, so that a demo can grow.
 */
function* sharing(options: WorldOptions): Generator<{ school: DemoSchool } | { registratie: Registratie }> {
  const maker: Maker = {
    schooljaar: options.schooljaar,
    geboren: births(options.allowAnySequence ?? false),
  };
  for (const school of demoScholen) yield { school };
  for (const registratie of directeurs(maker)) yield { registratie };
  for (const school of demoScholen)
    for (const registratie of leerlingenOf(maker, school)) yield { registratie };
  let over = (options.leerlingen ?? 0) - demoLeerlingenAantal;
  for (let nr = 0; over > 0; nr++) {
    const school = extraSchool(nr);
    yield { school };
    for (const registratie of leerlingenOf(maker, school)) {
      if (over-- <= 0) return;
      yield { registratie };
    }
  }
}

function* leerlingenOf(maker: Maker, school: DemoSchool): Generator<Registratie> {
  const random = seeded(Number(school.instellingsnummer));
  let nr = 100;
  for (const { niveau, leerjaar } of klassen[school.soort]) {
    for (let plaats = 0; plaats < school.perJaar; plaats++) {
      nr += 1;
      yield plainLeerling(maker, random, school, nr, niveau, leerjaar);
    }
  }
}

/** All pupils of a world; see `delen`. */
export function* registraties(options: WorldOptions): Generator<Registratie> {
  for (const part of sharing(options)) if ("registratie" in part) yield part.registratie;
}

function plainLeerling(
  maker: Maker,
  random: Random,
  school: DemoSchool,
  nr: number,
  niveau: Niveau,
  leerjaar: number,
): Registratie {
  const geboren = maker.geboren(yearOfBirth(maker.schooljaar, niveau, leerjaar));
  const zonderInsz = random.below(40) === 0; // newcomers wait some weeks for theirs
  return registratie(
    maker,
    school.instellingsnummer,
    `${maker.schooljaar - leerjaar + 1}-${String(nr).padStart(4, "0")}`,
    {
      naam: random.pick(namen),
      voornaam: random.pick(voornamen),
      ...geboren,
      ...(zonderInsz ? { insz: null } : {}),
      niveau,
      leerjaar,
      vestiging: random.pick(school.vestigingen).vestiging,
      ...(niveau === "secundair" ? { groep: `${leerjaar} ${random.pick(richtingen)}` } : {}),
    },
  );
}

type Wie = Geboren & {
  readonly naam: string;
  readonly voornaam: string;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly vestiging?: string;
  readonly groep?: string;
  readonly tot?: string;
  readonly van?: string;
  readonly inszLater?: string;
  readonly geval?: Case;
};

function registratie(maker: Maker, instellingsnummer: string, stamnummer: string, wie: Wie): Registratie {
  const inschrijving: InschrijvingGegevens = {
    inschrijving: `${instellingsnummer}/${stamnummer}/1`,
    vestiging: wie.vestiging ?? "1",
    niveau: wie.niveau,
    leerjaar: wie.leerjaar,
    ...(wie.groep === undefined ? {} : { administratieve_groep: wie.groep }),
    van: wie.van ?? `${maker.schooljaar}-09-01`,
    ...(wie.tot === undefined ? {} : { tot: wie.tot }),
    status: "gerealiseerd",
  };
  return {
    instellingsnummer,
    stamnummer,
    leerling: { naam: wie.naam, voornaam: wie.voornaam, insz: wie.insz, geboortedatum: wie.geboortedatum },
    inschrijvingen: [inschrijving],
    ...(wie.inszLater === undefined ? {} : { inszLater: wie.inszLater }),
    ...(wie.geval === undefined ? {} : { geval: wie.geval }),
  };
}

/** The cases that have a name. All but one can be tried in De Regenboog; see `gevallen` for what each shows. */
function* directeurs(maker: Maker): Generator<Registratie> {
  const jaar = maker.schooljaar;
  const vorig = { van: `${jaar - 1}-09-01`, tot: `${jaar}-06-30` };
  const in1 = (nr: number, wie: Wie) =>
    registratie(maker, "999001", `${jaar - 1}-${String(nr).padStart(4, "0")}`, wie);
  const birthOf = (niveau: Niveau, leerjaar: number) => maker.geboren(yearOfBirth(jaar, niveau, leerjaar));
  const klas = (niveau: Niveau, leerjaar: number) => ({ niveau, leerjaar, ...birthOf(niveau, leerjaar) });

  yield in1(1, { geval: "gewoon", voornaam: "Noor", naam: "Peeters", ...klas("lager", 3) });
  yield in1(2, { geval: "naamgenoot", voornaam: "Noor", naam: "Peeters", ...klas("lager", 5) });
  yield in1(3, { geval: "zonder-insz", voornaam: "Oumar", naam: "Diallo", ...klas("lager", 4), insz: null });
  const zoe = { geval: "twee-scholen", voornaam: "Zoë", naam: "D'hondt", ...klas("lager", 5) } as const;
  yield in1(4, zoe);
  const { geval: _, ...zelfde } = zoe;
  yield registratie(maker, "999004", `${jaar}-0004`, zelfde);
  yield in1(5, {
    geval: "uitgeschreven",
    voornaam: "Lotte",
    naam: "Van den Broeck",
    ...klas("lager", 6),
    ...vorig,
  });
  yield in1(6, { geval: "toepassing-niet-zichtbaar", voornaam: "Čeněk", naam: "Novák", ...klas("lager", 3) });
  const lucja = { voornaam: "Łucja", naam: "Kowalczyk", ...klas("lager", 4) };
  yield registratie(maker, "999004", `${jaar - 1}-0007`, { ...lucja, ...vorig, leerjaar: 3 });
  yield in1(7, {
    geval: "samengevoegd",
    ...lucja,
    insz: null,
    ...(lucja.insz === null ? {} : { inszLater: lucja.insz }),
  });
  yield in1(8, { geval: "kleuter-badge", voornaam: "Yağmur", naam: "Şahin", ...klas("kleuter", 3) });
  yield in1(9, { geval: "eerste-keer", voornaam: "Amira", naam: "Bouzid", ...klas("lager", 6) });
  yield registratie(maker, "999003", `${jaar - 1}-0010`, {
    geval: "school-geen-klant",
    voornaam: "Søren",
    naam: "O'Brien",
    ...klas("secundair", 1),
  });
}

/** Directors' assignments of the demo schools: permanent, temporary and ended ones (R59-R61). */
function* directeursopdrachten({ schooljaar: jaar }: WorldOptions): Generator<Melding> {
  const opdracht = (
    instellingsnummer: string,
    nr: number,
    voornaam: string,
    naam: string,
    rest: Pick<OpdrachtGegevens, "van" | "vastbenoemd"> & { tot?: string },
  ): Melding => ({
    soort: "directeursopdracht",
    sleutel: { instellingsnummer },
    versie: 1,
    gegevens: {
      opdracht: `${instellingsnummer}-D${nr}`,
      persoon: { vo_id: `demo-${instellingsnummer}-${nr}`, naam, voornaam },
      verstuurd_op: rest.van,
      ...rest,
    },
  });
  yield opdracht("999001", 1, "Els", "Van Damme", { van: `${jaar - 4}-09-01`, vastbenoemd: true });
  yield opdracht("999001", 2, "Karim", "El Amrani", {
    van: `${jaar}-08-15`,
    tot: `${jaar + 1}-08-31`,
    vastbenoemd: false,
  });
  yield opdracht("999001", 3, "Gerda", "Coppens", {
    van: `${jaar - 6}-09-01`,
    tot: `${jaar}-06-30`,
    vastbenoemd: false,
  });
  yield opdracht("999002", 1, "Jürgen", "Hendrickx", { van: `${jaar - 2}-09-01`, vastbenoemd: true });
  yield opdracht("999003", 1, "Ioana", "Popescu", { van: `${jaar - 1}-09-01`, vastbenoemd: true });
  yield opdracht("999004", 1, "Wim", "Baert", {
    van: `${jaar}-08-15`,
    tot: `${jaar + 1}-08-31`,
    vastbenoemd: false,
  });
}

/** The permanent director of each school that has one, as Discimus knows him. */
export function permanentDirecteuren(
  options: WorldOptions,
): ReadonlyMap<string, { voId: string; naam: string }> {
  return new Map(
    directeursopdrachten(options).flatMap((melding) => {
      if (melding.soort !== "directeursopdracht" || !melding.gegevens.vastbenoemd) return [];
      const { vo_id: voId, naam, voornaam } = melding.gegevens.persoon;
      return [[melding.sleutel.instellingsnummer, { voId, naam: `${voornaam} ${naam}` }] as const];
    }),
  );
}

/** The messages of one pupil's registration, in order. */
function* noticesOf(registratie: Registratie): Generator<Melding> {
  const { instellingsnummer, stamnummer, leerling } = registratie;
  const sleutel = { instellingsnummer, stamnummer };
  yield { soort: "leerling", sleutel, versie: 1, gegevens: leerling };
  for (const gegevens of registratie.inschrijvingen)
    yield { soort: "inschrijving", sleutel, versie: 1, gegevens };
  if (registratie.inszLater !== undefined)
    yield { soort: "leerling", sleutel, versie: 2, gegevens: { ...leerling, insz: registratie.inszLater } };
}

/** A whole world as the messages of the feed, at any size in the same memory: directors, schools, pupils. */
export function* world(options: WorldOptions): Generator<Bericht> {
  const omslag = envelope(Date.parse(`${options.schooljaar}-08-16T06:00:00Z`), 1);
  for (const melding of directeursopdrachten(options)) yield omslag(melding);
  for (const part of sharing(options)) {
    if ("registratie" in part) {
      for (const melding of noticesOf(part.registratie)) yield omslag(melding);
    } else {
      const { soort: _, perJaar: __, instellingsnummer, ...gegevens } = part.school;
      yield omslag({ soort: "school", sleutel: { instellingsnummer }, versie: 1, gegevens });
    }
  }
}

/** Puts messages in their envelope: an id, the next number and a time that goes up by 250 ms. */
function envelope(begin: number, first: number): (melding: Melding) => Bericht {
  let volgnummer = first - 1;
  return (melding) => {
    volgnummer += 1;
    const moment = begin + (volgnummer - first) * 250;
    return {
      id: berichtId(moment, volgnummer),
      volgnummer,
      tijdstip: new Date(moment).toISOString(),
      ...melding,
    };
  };
}

/** A UUID version 7 (RFC 9562) that follows from time and number, so that the same world has the same ids. */
export function berichtId(moment: number, volgnummer: number): string {
  const tijd = moment.toString(16).padStart(12, "0");
  return `${tijd.slice(0, 8)}-${tijd.slice(8)}-7000-8000-${String(volgnummer).padStart(12, "0")}`;
}
