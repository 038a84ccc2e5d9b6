import type { Regel } from "./contract.ts";
import {
  paragraph,
  inkt,
  writeTagged,
  mm,
  below,
  fitText,
  regel,
  cuttingGrid,
  decorate,
  zacht,
  type Paper,
  type Box,
} from "./pdf-paper.ts";
import { perBlad, type Sheet } from "./rules.ts";

/** Where something is drawn. */
export type Spot = {
  readonly papier: Paper;
  readonly sectie: PDFKit.PDFStructureElement;
  readonly vak: Box;
  readonly adres: string;
};

const wachtwoordOf = ({ geheim }: Regel): string =>
  geheim && "wachtwoord" in geheim ? geheim.wachtwoord : "";

/** Strips to cut out: ten on a page. */
export function strookjes({ papier, sectie, vak, adres }: Spot, blad: Sheet): void {
  const vakken = cuttingGrid(papier, vak, 2, perBlad.strookjes / 2);
  for (const [nr, wie] of blad.regels.entries()) {
    const plek = vakken[nr];
    if (!plek) return;
    const part = below(papier, sectie, "Sect");
    const x = plek.x + 5 * mm;
    const breedte = plek.breedte - 10 * mm;
    const y = (mmOmlaag: number) => plek.y + mmOmlaag * mm;
    const naam = { x, breedte: breedte - 24 * mm, maat: 14, stijl: "vet" as const };
    const [regel1, regel2] = fitText(papier, `${wie.voornaam} ${wie.naam}`, { ...naam, maat: 12 })
      ? [`${wie.voornaam} ${wie.naam}`]
      : [wie.voornaam, wie.naam];
    writeTagged(papier, part, "H2", () => {
      regel(papier, regel1, { ...naam, y: y(5) });
      if (regel2 !== undefined) regel(papier, regel2, { ...naam, y: y(10.5) });
    });
    writeTagged(papier, part, "P", () =>
      regel(papier, wie.groep, {
        x: x + breedte - 23 * mm,
        y: y(6.4),
        breedte: 23 * mm,
        maat: 9.5,
        kleur: zacht,
        rechts: true,
      }),
    );
    const paren = [
      ["Gebruikersnaam", wie.gebruikersnaam],
      ["Wachtwoord", wachtwoordOf(wie)],
    ] as const;
    const naast = { x: x + 27 * mm, breedte: breedte - 27 * mm, maat: 15, stijl: "vet" as const };
    // Beside each other, unless one is so long that it would become small.
    const gestapeld = paren.some(([, value]) => !fitText(papier, value, { ...naast, maat: 13 }));
    for (const [row, [label, value]] of paren.entries()) {
      const boven = gestapeld ? 17 + row * 11.5 : 19.7 + row * 8;
      writeTagged(papier, part, "P", () =>
        regel(papier, label, { x, y: y(boven), breedte, maat: 10, kleur: zacht }),
      );
      writeTagged(papier, part, "P", () =>
        regel(
          papier,
          value,
          gestapeld ? { ...naast, x, breedte, y: y(boven + 4.2) } : { ...naast, y: y(boven - 1.7) },
        ),
      );
    }
    writeTagged(papier, part, "P", () =>
      regel(papier, `Ga naar ${adres}`, { x, y: y(42), breedte, maat: 10, kleur: zacht }),
    );
    part.end();
  }
}

/** One letter, to the pupil and his parents. */
export function letter({ papier, sectie, vak, adres }: Spot, blad: Sheet): void {
  const [wie] = blad.regels;
  if (!wie) return;
  const { x, breedte } = vak;
  const text = { x, breedte, maat: 11.5 };
  writeTagged(papier, sectie, "H1", () =>
    regel(papier, `Dag ${wie.voornaam}, dit is jouw LeerID`, {
      x,
      y: vak.y,
      breedte,
      maat: 18,
      stijl: "vet",
    }),
  );
  writeTagged(papier, sectie, "P", () =>
    regel(papier, `${wie.voornaam} ${wie.naam}, ${wie.groep}`, {
      x,
      y: vak.y + 9 * mm,
      breedte,
      maat: 11,
      kleur: zacht,
    }),
  );
  let y = vak.y + 19 * mm;
  const writeLine = (soort: string, wat: string, stijl: "gewoon" | "vet" = "gewoon", maat = 11.5) =>
    writeTagged(papier, sectie, soort, () => {
      y = paragraph(papier, wat, { ...text, y, stijl, maat }) + 2.5 * mm;
    });
  writeLine(
    "P",
    "Met je LeerID meld je je aan bij alle toepassingen die je school gebruikt. Je hebt maar één naam en één wachtwoord nodig.",
  );
  y += 3 * mm;
  decorate(papier, () =>
    papier.doc
      .roundedRect(x, y, breedte, 30 * mm, 8)
      .lineWidth(1.5)
      .strokeColor(inkt)
      .stroke(),
  );
  const half = breedte / 2 - 9 * mm;
  const kader: readonly [string, string, number][] = [
    ["Gebruikersnaam", wie.gebruikersnaam, x + 6 * mm],
    ["Wachtwoord voor de eerste keer", wachtwoordOf(wie), x + breedte / 2 + 3 * mm],
  ];
  for (const [naam, value, links] of kader) {
    const boven = y;
    writeTagged(papier, sectie, "P", () =>
      regel(papier, naam, { x: links, y: boven + 6 * mm, breedte: half, maat: 10, kleur: zacht }),
    );
    writeTagged(papier, sectie, "P", () =>
      regel(papier, value, { x: links, y: boven + 14 * mm, breedte: half, maat: 18, stijl: "vet" }),
    );
  }
  y += 40 * mm;
  writeLine("H2", "Zo begin je", "vet", 13);
  writeLine("P", `1. Ga naar ${adres}.`);
  writeLine("P", "2. Typ je gebruikersnaam en je wachtwoord, met de streepjes.");
  writeLine("P", "3. Kies daarna een eigen wachtwoord dat je goed kan onthouden.");
  y += 2 * mm;
  writeLine(
    "P",
    "Bewaar deze brief op een veilige plaats en toon hem aan niemand. Ben je je wachtwoord vergeten? Vraag het aan je leerkracht.",
  );
  y += 5 * mm;
  decorate(papier, () =>
    papier.doc
      .moveTo(x, y)
      .lineTo(x + breedte, y)
      .lineWidth(0.7)
      .strokeColor("#c9d1da")
      .stroke(),
  );
  y += 6 * mm;
  writeLine("H2", "Voor je ouders", "vet", 13);
  writeLine(
    "P",
    "De school koos deze toepassingen. Wat elke toepassing over je kind krijgt, staat bij “Wie kreeg mijn gegevens?”. Vragen? De LeerID-beheerder van de school helpt je verder.",
  );
}
