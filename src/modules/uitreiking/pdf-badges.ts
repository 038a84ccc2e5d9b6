import QRCode from "qrcode";
import { korteVorm, plaatjes, qrTekst, type Plaatje } from "#modules/sleutels";
import type { Regel } from "./contract.ts";
import { inkt, lees, mm, onder, regel, snijraster, versier, zacht, type Papier } from "./pdf-paper.ts";
import type { Plek } from "./pdf-passwords.ts";
import { perBlad, type Blad } from "./rules.ts";

const badgeVan = ({ geheim }: Regel): { readonly code: string; readonly plaatje: number } =>
  geheim && "code" in geheim ? geheim : { code: "", plaatje: -1 };

/** Badges to cut out: eight on a page, without the picture. */
export function badges({ papier, sectie, vak }: Plek, blad: Blad): void {
  const vakken = snijraster(papier, vak, 2, perBlad.badges / 2);
  for (const [nr, wie] of blad.regels.entries()) {
    const plek = vakken[nr];
    if (!plek) return;
    const { code } = badgeVan(wie);
    const deel = onder(papier, sectie, "Sect");
    const zij = 40 * mm;
    const boven = plek.y + (plek.hoogte - zij) / 2;
    const x = plek.x + 5 * mm + zij + 4 * mm;
    const breedte = plek.breedte - zij - 14 * mm;
    lees(papier, deel, "H2", () =>
      regel(papier, wie.voornaam, { x, y: boven + 6 * mm, breedte, maat: 24, stijl: "vet" }),
    );
    lees(papier, deel, "P", () =>
      regel(papier, wie.naam, { x, y: boven + 16.5 * mm, breedte, maat: 11, kleur: zacht }),
    );
    lees(papier, deel, "P", () =>
      regel(papier, wie.groep, { x, y: boven + 21.5 * mm, breedte, maat: 10, kleur: zacht }),
    );
    lees(papier, deel, "P", () =>
      regel(papier, korteVorm(code), { x, y: boven + 29 * mm, breedte, maat: 15, stijl: "vet" }),
    );
    lees(
      papier,
      deel,
      "Figure",
      () => tekenQr(papier, qrTekst(code), plek.x + 5 * mm, boven, zij),
      `QR-code van de badge van ${wie.voornaam}`,
    );
    deel.end();
  }
}

/** The page of the teacher: which picture is whose. */
export function overzicht({ papier, sectie, vak }: Plek, blad: Blad): void {
  const kolommen = 2;
  const rijen = perBlad.overzicht / kolommen;
  const breedte = vak.breedte / kolommen;
  const hoogte = vak.hoogte / rijen;
  const lijst = onder(papier, sectie, "L");
  for (const [nr, wie] of blad.regels.entries()) {
    const x = vak.x + Math.floor(nr / rijen) * breedte;
    const y = vak.y + (nr % rijen) * hoogte;
    const plaatje = plaatjes[badgeVan(wie).plaatje];
    const item = onder(papier, lijst, "LI");
    versier(papier, () => {
      if (plaatje) tekenPlaatje(papier, plaatje, x, y + 1.5 * mm, hoogte - 3 * mm);
      papier.doc
        .moveTo(x, y + hoogte)
        .lineTo(x + breedte - 6 * mm, y + hoogte)
        .lineWidth(0.5)
        .strokeColor("#c9d1da")
        .stroke();
    });
    const rechts = x + hoogte + 3 * mm;
    lees(papier, item, "LBody", () => {
      const ruimte = breedte - hoogte - 12 * mm;
      regel(papier, `${wie.voornaam} ${wie.naam}`, {
        x: rechts,
        y: y + 4 * mm,
        breedte: ruimte,
        maat: 12,
        stijl: "vet",
      });
      regel(papier, plaatje?.naam ?? "", {
        x: rechts,
        y: y + 10.5 * mm,
        breedte: ruimte,
        maat: 11,
        kleur: zacht,
      });
    });
    item.end();
  }
  lijst.end();
}

function tekenQr({ doc }: Papier, tekst: string, x: number, y: number, zij: number): void {
  const { modules } = QRCode.create(tekst, { errorCorrectionLevel: "M" });
  const rand = 2; // the cell around it is white as well
  const stap = zij / (modules.size + 2 * rand);
  for (let rij = 0; rij < modules.size; rij++) {
    for (let van = 0; van < modules.size; van++) {
      if (!modules.get(rij, van)) continue;
      let tot = van + 1;
      while (tot < modules.size && modules.get(rij, tot)) tot++;
      doc.rect(x + (van + rand) * stap, y + (rij + rand) * stap, (tot - van) * stap, stap);
      van = tot;
    }
  }
  doc.fill("#000000");
}

function tekenPlaatje({ doc }: Papier, plaatje: Plaatje, x: number, y: number, zij: number): void {
  doc
    .save()
    .translate(x, y)
    .scale(zij / 96)
    .lineJoin("round")
    .lineCap("round");
  for (const { d, vul, lijn = 3 } of plaatje.vormen) {
    doc.lineWidth(lijn).strokeColor(inkt);
    const kleur = vul === "lijn" ? inkt : vul;
    doc.path(d);
    if (kleur === undefined) doc.stroke();
    else if (lijn === 0) doc.fill(kleur);
    else doc.fillAndStroke(kleur, inkt);
  }
  doc.restore();
}
