import QRCode from "qrcode";
import { shortForm, plaatjes, qrText, type Plaatje } from "#modules/sleutels";
import type { Regel } from "./contract.ts";
import {
  inkt,
  writeTagged,
  mm,
  below,
  regel,
  cuttingGrid,
  decorate,
  zacht,
  type Paper,
} from "./pdf-paper.ts";
import type { Spot } from "./pdf-passwords.ts";
import { perBlad, type Sheet } from "./rules.ts";

const badgeOf = ({ geheim }: Regel): { readonly code: string; readonly plaatje: number } =>
  geheim && "code" in geheim ? geheim : { code: "", plaatje: -1 };

/** Badges to cut out: eight on a page, without the picture. */
export function badges({ papier, sectie, vak }: Spot, blad: Sheet): void {
  const vakken = cuttingGrid(papier, vak, 2, perBlad.badges / 2);
  for (const [nr, wie] of blad.regels.entries()) {
    const plek = vakken[nr];
    if (!plek) return;
    const { code } = badgeOf(wie);
    const part = below(papier, sectie, "Sect");
    const zij = 40 * mm;
    const boven = plek.y + (plek.hoogte - zij) / 2;
    const x = plek.x + 5 * mm + zij + 4 * mm;
    const breedte = plek.breedte - zij - 14 * mm;
    writeTagged(papier, part, "H2", () =>
      regel(papier, wie.voornaam, { x, y: boven + 6 * mm, breedte, maat: 24, stijl: "vet" }),
    );
    writeTagged(papier, part, "P", () =>
      regel(papier, wie.naam, { x, y: boven + 16.5 * mm, breedte, maat: 11, kleur: zacht }),
    );
    writeTagged(papier, part, "P", () =>
      regel(papier, wie.groep, { x, y: boven + 21.5 * mm, breedte, maat: 10, kleur: zacht }),
    );
    writeTagged(papier, part, "P", () =>
      regel(papier, shortForm(code), { x, y: boven + 29 * mm, breedte, maat: 15, stijl: "vet" }),
    );
    writeTagged(
      papier,
      part,
      "Figure",
      () => drawQr(papier, qrText(code), plek.x + 5 * mm, boven, zij),
      `QR-code van de badge van ${wie.voornaam}`,
    );
    part.end();
  }
}

/** The page of the teacher: which picture is whose. */
export function overviewSheet({ papier, sectie, vak }: Spot, blad: Sheet): void {
  const columns = 2;
  const rows = perBlad.overzicht / columns;
  const breedte = vak.breedte / columns;
  const hoogte = vak.hoogte / rows;
  const list = below(papier, sectie, "L");
  for (const [nr, wie] of blad.regels.entries()) {
    const x = vak.x + Math.floor(nr / rows) * breedte;
    const y = vak.y + (nr % rows) * hoogte;
    const plaatje = plaatjes[badgeOf(wie).plaatje];
    const item = below(papier, list, "LI");
    decorate(papier, () => {
      if (plaatje) drawPlaatje(papier, plaatje, x, y + 1.5 * mm, hoogte - 3 * mm);
      papier.doc
        .moveTo(x, y + hoogte)
        .lineTo(x + breedte - 6 * mm, y + hoogte)
        .lineWidth(0.5)
        .strokeColor("#c9d1da")
        .stroke();
    });
    const rechts = x + hoogte + 3 * mm;
    writeTagged(papier, item, "LBody", () => {
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
  list.end();
}

function drawQr({ doc }: Paper, text: string, x: number, y: number, zij: number): void {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: "M" });
  const rand = 2; // the cell around it is white as well
  const step = zij / (modules.size + 2 * rand);
  for (let row = 0; row < modules.size; row++) {
    for (let van = 0; van < modules.size; van++) {
      if (!modules.get(row, van)) continue;
      let tot = van + 1;
      while (tot < modules.size && modules.get(row, tot)) tot++;
      doc.rect(x + (van + rand) * step, y + (row + rand) * step, (tot - van) * step, step);
      van = tot;
    }
  }
  doc.fill("#000000");
}

function drawPlaatje({ doc }: Paper, plaatje: Plaatje, x: number, y: number, zij: number): void {
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
