import { setImmediate as beurt } from "node:timers/promises";
import type { Regel } from "./contract.ts";
import { badges, overzicht } from "./pdf-badges.ts";
import {
  a4,
  lees,
  merk,
  mm,
  onder,
  openPapier,
  regel,
  versier,
  zacht,
  type Papier,
  type Vak,
} from "./pdf-paper.ts";
import { brief, strookjes } from "./pdf-passwords.ts";
import type { Blad } from "./rules.ts";

export type Afdruk = {
  readonly school: string;
  /** Where pupils sign in, as it is typed: leerid.school.example */
  readonly adres: string;
  readonly reeks: string;
  readonly gemaaktOp: Date;
  readonly bladen: readonly Blad[];
  /** Pupils of the batch whose print does not count any more. */
  readonly weggelaten: readonly Pick<Regel, "groep" | "naam" | "voornaam">[];
};

const titels = {
  strookjes: "strookjes om uit te delen",
  brief: "brieven",
  badges: "badges",
  overzicht: "plaatjes bij de badges, voor de leerkracht",
} as const;
const voeten = {
  strookjes: "Geef elk strookje alleen aan de leerling zelf.",
  brief: "Geef deze brief alleen aan de leerling zelf.",
  badges: "Knip uit en bewaar in de klas. Het plaatje van de leerling staat niet op de badge.",
  overzicht: "Houd dit blad bij de leerkracht, niet bij de badges.",
} as const;

const dag = new Intl.DateTimeFormat("nl-BE", {
  timeZone: "Europe/Brussels",
  day: "numeric",
  month: "long",
  year: "numeric",
});

/** Draws a print as a tagged PDF (ISO 14289): the order in which it is read, Dutch, a title, text for every picture. */
export async function maakPdf(afdruk: Afdruk): Promise<Buffer> {
  const papier = openPapier({ titel: `LeerID ${afdruk.reeks}, ${afdruk.school}`, op: afdruk.gemaaktOp });
  const stukken: Buffer[] = [];
  papier.doc.on("data", (stuk: Buffer) => stukken.push(stuk));
  const klaar = new Promise<void>((resolve, reject) => papier.doc.once("end", resolve).once("error", reject));
  for (const [nr, blad] of afdruk.bladen.entries()) {
    tekenBlad(papier, afdruk, blad, nr, afdruk.bladen[nr - 1]);
    if (nr % 4 === 3) await beurt(); // others on this process get their turn
  }
  papier.wortel.end();
  papier.doc.end();
  await klaar;
  return Buffer.concat(stukken);
}

function tekenBlad(papier: Papier, afdruk: Afdruk, blad: Blad, nr: number, vorig: Blad | undefined): void {
  const { doc } = papier;
  doc.addPage();
  const links = blad.soort === "brief" ? 22 * mm : a4.rand;
  const breedte = a4.breedte - 2 * links;
  const datum = dag.format(afdruk.gemaaktOp);
  const sectie = onder(papier, papier.wortel, "Sect");
  const eersteVanGroep = vorig?.groep !== blad.groep;
  // Not on a letter: that goes to one pupil.
  const weg =
    eersteVanGroep && blad.soort !== "brief"
      ? afdruk.weggelaten.filter(({ groep }) => groep === blad.groep)
      : [];
  let vak: Vak;
  if (blad.soort === "brief") {
    merk(papier, links + 27 * mm, 16 * mm);
    lees(papier, sectie, "P", () => {
      regel(papier, afdruk.school, {
        x: links + 60 * mm,
        y: 15 * mm,
        breedte: breedte - 60 * mm,
        maat: 10,
        rechts: true,
      });
      regel(papier, datum, {
        x: links + 60 * mm,
        y: 20 * mm,
        breedte: breedte - 60 * mm,
        maat: 10,
        rechts: true,
      });
    });
    vak = { x: links, y: 34 * mm, breedte, hoogte: 240 * mm };
  } else {
    lees(papier, sectie, "H1", () =>
      regel(papier, `${blad.groep}: ${titels[blad.soort]}`, {
        x: links,
        y: 11 * mm,
        breedte: breedte - 32 * mm,
        maat: 16,
        stijl: "vet",
      }),
    );
    lees(papier, sectie, "P", () =>
      regel(papier, `${afdruk.school}, ${datum}`, {
        x: links,
        y: 18.5 * mm,
        breedte: breedte - 32 * mm,
        maat: 10,
      }),
    );
    merk(papier, links + breedte, 12 * mm);
    vak = { x: links, y: 26 * mm, breedte, hoogte: 255 * mm };
  }
  // The names of who is left out stand where the teacher looks first: below the head of the first page of the group.
  if (weg.length > 0) {
    const namen = weg.map((een) => `${een.voornaam} ${een.naam}`);
    const tekst = `Weggelaten, want intussen vervangen of zelf gekozen: ${namen.slice(0, 6).join(", ")}${namen.length > 6 ? ` en ${namen.length - 6} anderen` : ""}`;
    const y = 23 * mm;
    lees(papier, sectie, "P", () => regel(papier, tekst, { x: links, y, breedte, maat: 9, kleur: zacht }));
    vak = { ...vak, y: vak.y + 3 * mm, hoogte: vak.hoogte - 3 * mm };
  }
  const over = { papier, sectie, vak, adres: afdruk.adres };
  switch (blad.soort) {
    case "strookjes":
      strookjes(over, blad);
      break;
    case "brief":
      brief(over, blad);
      break;
    case "badges":
      badges(over, blad);
      break;
    case "overzicht":
      overzicht(over, blad);
  }
  sectie.end();
  versier(
    papier,
    () => {
      const y = 284.5 * mm;
      const voet = { y, maat: 9, kleur: zacht };
      const rechts = 62 * mm;
      regel(papier, voeten[blad.soort], { ...voet, x: links, breedte: breedte - rechts });
      regel(papier, `Blad ${nr + 1} van ${afdruk.bladen.length}, reeks ${afdruk.reeks}`, {
        ...voet,
        x: links + breedte - rechts,
        breedte: rechts,
        rechts: true,
      });
    },
    "Pagination",
  );
}
