import { setImmediate as beurt } from "node:timers/promises";
import type { Regel } from "./contract.ts";
import { badges, overviewSheet } from "./pdf-badges.ts";
import {
  a4,
  writeTagged,
  mark,
  mm,
  below,
  openPaper,
  regel,
  decorate,
  zacht,
  type Paper,
  type Box,
} from "./pdf-paper.ts";
import { letter, strookjes } from "./pdf-passwords.ts";
import type { Sheet } from "./rules.ts";

export type Afdruk = {
  readonly school: string;
  /** Where pupils sign in, as it is typed: leerid.school.example */
  readonly adres: string;
  readonly reeks: string;
  readonly gemaaktOp: Date;
  readonly bladen: readonly Sheet[];
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
export async function makePdf(afdruk: Afdruk): Promise<Buffer> {
  const papier = openPaper({ titel: `LeerID ${afdruk.reeks}, ${afdruk.school}`, op: afdruk.gemaaktOp });
  const pieces: Buffer[] = [];
  papier.doc.on("data", (piece: Buffer) => pieces.push(piece));
  const klaar = new Promise<void>((resolve, reject) => papier.doc.once("end", resolve).once("error", reject));
  for (const [nr, blad] of afdruk.bladen.entries()) {
    drawSheet(papier, afdruk, blad, nr, afdruk.bladen[nr - 1]);
    if (nr % 4 === 3) await beurt(); // others on this process get their turn
  }
  papier.wortel.end();
  papier.doc.end();
  await klaar;
  return Buffer.concat(pieces);
}

function drawSheet(papier: Paper, afdruk: Afdruk, blad: Sheet, nr: number, vorig: Sheet | undefined): void {
  const { doc } = papier;
  doc.addPage();
  const links = blad.soort === "brief" ? 22 * mm : a4.rand;
  const breedte = a4.breedte - 2 * links;
  const datum = dag.format(afdruk.gemaaktOp);
  const sectie = below(papier, papier.wortel, "Sect");
  const eersteVanGroep = vorig?.groep !== blad.groep;
  // Not on a letter: that goes to one pupil.
  const weg =
    eersteVanGroep && blad.soort !== "brief"
      ? afdruk.weggelaten.filter(({ groep }) => groep === blad.groep)
      : [];
  let vak: Box;
  if (blad.soort === "brief") {
    mark(papier, links + 27 * mm, 16 * mm);
    writeTagged(papier, sectie, "P", () => {
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
    writeTagged(papier, sectie, "H1", () =>
      regel(papier, `${blad.groep}: ${titels[blad.soort]}`, {
        x: links,
        y: 11 * mm,
        breedte: breedte - 32 * mm,
        maat: 16,
        stijl: "vet",
      }),
    );
    writeTagged(papier, sectie, "P", () =>
      regel(papier, `${afdruk.school}, ${datum}`, {
        x: links,
        y: 18.5 * mm,
        breedte: breedte - 32 * mm,
        maat: 10,
      }),
    );
    mark(papier, links + breedte, 12 * mm);
    vak = { x: links, y: 26 * mm, breedte, hoogte: 255 * mm };
  }
  // The names of whoever is left out stand where the teacher looks first: below the head of the first page of the group.
  if (weg.length > 0) {
    const namen = weg.map((one) => `${one.voornaam} ${one.naam}`);
    const text = `Weggelaten, want intussen vervangen of zelf gekozen: ${namen.slice(0, 6).join(", ")}${namen.length > 6 ? ` en ${namen.length - 6} anderen` : ""}`;
    const y = 23 * mm;
    writeTagged(papier, sectie, "P", () =>
      regel(papier, text, { x: links, y, breedte, maat: 9, kleur: zacht }),
    );
    vak = { ...vak, y: vak.y + 3 * mm, hoogte: vak.hoogte - 3 * mm };
  }
  const over = { papier, sectie, vak, adres: afdruk.adres };
  switch (blad.soort) {
    case "strookjes":
      strookjes(over, blad);
      break;
    case "brief":
      letter(over, blad);
      break;
    case "badges":
      badges(over, blad);
      break;
    case "overzicht":
      overviewSheet(over, blad);
  }
  sectie.end();
  decorate(
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
