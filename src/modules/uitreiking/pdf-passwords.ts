import type { Regel } from "./contract.ts";
import {
  alinea,
  inkt,
  lees,
  mm,
  onder,
  past,
  regel,
  snijraster,
  versier,
  zacht,
  type Papier,
  type Vak,
} from "./pdf-paper.ts";
import { perBlad, type Blad } from "./rules.ts";

/** Where something is drawn. */
export type Plek = {
  readonly papier: Papier;
  readonly sectie: PDFKit.PDFStructureElement;
  readonly vak: Vak;
  readonly adres: string;
};

const wachtwoordVan = ({ geheim }: Regel): string =>
  geheim && "wachtwoord" in geheim ? geheim.wachtwoord : "";

/** Strips to cut out: ten on a page. */
export function strookjes({ papier, sectie, vak, adres }: Plek, blad: Blad): void {
  const vakken = snijraster(papier, vak, 2, perBlad.strookjes / 2);
  for (const [nr, wie] of blad.regels.entries()) {
    const plek = vakken[nr];
    if (!plek) return;
    const deel = onder(papier, sectie, "Sect");
    const x = plek.x + 5 * mm;
    const breedte = plek.breedte - 10 * mm;
    const y = (mmOmlaag: number) => plek.y + mmOmlaag * mm;
    const naam = { x, breedte: breedte - 24 * mm, maat: 14, stijl: "vet" as const };
    const [regel1, regel2] = past(papier, `${wie.voornaam} ${wie.naam}`, { ...naam, maat: 12 })
      ? [`${wie.voornaam} ${wie.naam}`]
      : [wie.voornaam, wie.naam];
    lees(papier, deel, "H2", () => {
      regel(papier, regel1, { ...naam, y: y(5) });
      if (regel2 !== undefined) regel(papier, regel2, { ...naam, y: y(10.5) });
    });
    lees(papier, deel, "P", () =>
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
      ["Wachtwoord", wachtwoordVan(wie)],
    ] as const;
    const naast = { x: x + 27 * mm, breedte: breedte - 27 * mm, maat: 15, stijl: "vet" as const };
    // Beside each other, unless one is so long that it would become small.
    const gestapeld = paren.some(([, waarde]) => !past(papier, waarde, { ...naast, maat: 13 }));
    for (const [rij, [label, waarde]] of paren.entries()) {
      const boven = gestapeld ? 17 + rij * 11.5 : 19.7 + rij * 8;
      lees(papier, deel, "P", () =>
        regel(papier, label, { x, y: y(boven), breedte, maat: 10, kleur: zacht }),
      );
      lees(papier, deel, "P", () =>
        regel(
          papier,
          waarde,
          gestapeld ? { ...naast, x, breedte, y: y(boven + 4.2) } : { ...naast, y: y(boven - 1.7) },
        ),
      );
    }
    lees(papier, deel, "P", () =>
      regel(papier, `Ga naar ${adres}`, { x, y: y(42), breedte, maat: 10, kleur: zacht }),
    );
    deel.end();
  }
}

/** One letter, to the pupil and his parents. */
export function brief({ papier, sectie, vak, adres }: Plek, blad: Blad): void {
  const [wie] = blad.regels;
  if (!wie) return;
  const { x, breedte } = vak;
  const tekst = { x, breedte, maat: 11.5 };
  lees(papier, sectie, "H1", () =>
    regel(papier, `Dag ${wie.voornaam}, dit is jouw LeerID`, {
      x,
      y: vak.y,
      breedte,
      maat: 18,
      stijl: "vet",
    }),
  );
  lees(papier, sectie, "P", () =>
    regel(papier, `${wie.voornaam} ${wie.naam}, ${wie.groep}`, {
      x,
      y: vak.y + 9 * mm,
      breedte,
      maat: 11,
      kleur: zacht,
    }),
  );
  let y = vak.y + 19 * mm;
  const schrijf = (soort: string, wat: string, stijl: "gewoon" | "vet" = "gewoon", maat = 11.5) =>
    lees(papier, sectie, soort, () => {
      y = alinea(papier, wat, { ...tekst, y, stijl, maat }) + 2.5 * mm;
    });
  schrijf(
    "P",
    "Met je LeerID meld je je aan bij alle toepassingen die je school gebruikt. Je hebt maar één naam en één wachtwoord nodig.",
  );
  y += 3 * mm;
  versier(papier, () =>
    papier.doc
      .roundedRect(x, y, breedte, 30 * mm, 8)
      .lineWidth(1.5)
      .strokeColor(inkt)
      .stroke(),
  );
  const half = breedte / 2 - 9 * mm;
  const kader: readonly [string, string, number][] = [
    ["Gebruikersnaam", wie.gebruikersnaam, x + 6 * mm],
    ["Wachtwoord voor de eerste keer", wachtwoordVan(wie), x + breedte / 2 + 3 * mm],
  ];
  for (const [naam, waarde, links] of kader) {
    const boven = y;
    lees(papier, sectie, "P", () =>
      regel(papier, naam, { x: links, y: boven + 6 * mm, breedte: half, maat: 10, kleur: zacht }),
    );
    lees(papier, sectie, "P", () =>
      regel(papier, waarde, { x: links, y: boven + 14 * mm, breedte: half, maat: 18, stijl: "vet" }),
    );
  }
  y += 40 * mm;
  schrijf("H2", "Zo begin je", "vet", 13);
  schrijf("P", `1. Ga naar ${adres}.`);
  schrijf("P", "2. Typ je gebruikersnaam en je wachtwoord, met de streepjes.");
  schrijf("P", "3. Kies daarna een eigen wachtwoord dat je goed kan onthouden.");
  y += 2 * mm;
  schrijf(
    "P",
    "Bewaar deze brief op een veilige plaats en toon hem aan niemand. Ben je je wachtwoord vergeten? Vraag het aan je leerkracht.",
  );
  y += 5 * mm;
  versier(papier, () =>
    papier.doc
      .moveTo(x, y)
      .lineTo(x + breedte, y)
      .lineWidth(0.7)
      .strokeColor("#c9d1da")
      .stroke(),
  );
  y += 6 * mm;
  schrijf("H2", "Voor je ouders", "vet", 13);
  schrijf(
    "P",
    "De school koos deze toepassingen. Wat elke toepassing over je kind krijgt, staat bij “Wie kreeg mijn gegevens?”. Vragen? De LeerID-beheerder van de school helpt je verder.",
  );
}
