import { fileURLToPath } from "node:url";
import Pdf from "pdfkit";

/** Points per millimetre. */
export const mm = 72 / 25.4;
export const a4 = { breedte: 210 * mm, hoogte: 297 * mm, rand: 12 * mm } as const;
export const inkt = "#15202e";
export const zacht = "#475467";
const snijlijn = "#6b7a8f";

const resolvePath = (path: string) => fileURLToPath(import.meta.resolve(path));
const atkinson = "@expo-google-fonts/atkinson-hyperlegible-next";
/** Each with the one that draws what it lacks (Cyrillic, Greek, Armenian…). */
const lettertypes = {
  gewoon: [
    resolvePath(`${atkinson}/400Regular/AtkinsonHyperlegibleNext_400Regular.ttf`),
    resolvePath("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  ],
  vet: [
    resolvePath(`${atkinson}/700Bold/AtkinsonHyperlegibleNext_700Bold.ttf`),
    resolvePath("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ],
} as const;
type TextStyle = keyof typeof lettertypes;

type Element = PDFKit.PDFStructureElement;
/** A PDF that is being drawn: y grows downwards, in points. */
export type Paper = { readonly doc: PDFKit.PDFDocument; readonly wortel: Element };

export function openPaper(over: { readonly titel: string; readonly op: Date }): Paper {
  const doc = new Pdf({
    autoFirstPage: false,
    size: "A4",
    margin: 0,
    pdfVersion: "1.7",
    tagged: true,
    lang: "nl-BE",
    displayTitle: true,
    info: { Title: over.titel, Author: "LeerID", CreationDate: over.op },
  });
  const wortel = doc.struct("Document");
  doc.addStructure(wortel);
  for (const [stijl, [eerst, anders]] of Object.entries(lettertypes)) {
    doc.registerFont(stijl, eerst);
    doc.registerFont(`${stijl}-anders`, anders);
  }
  return { doc, wortel };
}

/** A new element of the structure that a screen reader reads. */
export function below(papier: Paper, ouder: Element, soort: string): Element {
  const element = papier.doc.struct(soort);
  ouder.add(element);
  return element;
}

/** Draws something that is read as one element. */
export function writeTagged(
  papier: Paper,
  ouder: Element,
  soort: string,
  draw: () => void,
  alt?: string,
): void {
  const element = papier.doc.struct(soort, alt === undefined ? {} : { alt });
  ouder.add(element);
  element.add(papier.doc.markStructureContent(soort));
  draw();
  papier.doc.endMarkedContent();
  element.end();
}

/** Draws something that is not read out: lines, the mark, the foot of a page. */
export function decorate(papier: Paper, draw: () => void, type: "Layout" | "Pagination" = "Layout"): void {
  papier.doc.markContent("Artifact", { type });
  draw();
  papier.doc.endMarkedContent();
}

export type TextOptions = {
  readonly x: number;
  readonly y: number;
  readonly breedte: number;
  readonly maat: number;
  readonly stijl?: TextStyle;
  readonly kleur?: string;
  readonly rechts?: boolean;
};

/** One line of text that fits: smaller when it must, never cut off. Letters that the typeface lacks come from another one. */
export function regel(papier: Paper, text: string, hoe: TextOptions): void {
  const { doc } = papier;
  const stijl = hoe.stijl ?? "gewoon";
  const pieces = inPieces(papier, text, stijl);
  const width = (maat: number) => widthOf(papier, pieces, maat);
  const nodig = width(hoe.maat);
  const maat = nodig > hoe.breedte ? Math.floor((hoe.maat * hoe.breedte * 20) / nodig) / 20 : hoe.maat;
  let x = hoe.rechts ? hoe.x + hoe.breedte - width(maat) : hoe.x;
  // All sizes stand on one line: that of the wanted size.
  const lijn = hoe.y + hoe.maat;
  for (const piece of pieces) {
    doc
      .font(piece.font)
      .fontSize(maat)
      .fillColor(hoe.kleur ?? inkt);
    doc.text(piece.tekst, x, lijn, { lineBreak: false, baseline: "alphabetic" });
    x += doc.widthOfString(piece.tekst);
  }
}

/** Does this text fit on a line of this width, at this size? */
export const fitText = (
  papier: Paper,
  text: string,
  hoe: Pick<TextOptions, "breedte" | "maat" | "stijl">,
): boolean => widthOf(papier, inPieces(papier, text, hoe.stijl ?? "gewoon"), hoe.maat) <= hoe.breedte;

/** Text of more lines, drawn in the one typeface; gives where it ends. */
export function paragraph(papier: Paper, text: string, hoe: TextOptions): number {
  const { doc } = papier;
  doc
    .font(hoe.stijl ?? "gewoon")
    .fontSize(hoe.maat)
    .fillColor(hoe.kleur ?? inkt);
  doc.text(text, hoe.x, hoe.y, { width: hoe.breedte, lineGap: hoe.maat * 0.25 });
  return doc.y;
}

type Glyphs = { readonly _font: { readonly font: { hasGlyphForCodePoint(code: number): boolean } } };

type Run = { readonly tekst: string; readonly font: string };
const widthOf = ({ doc }: Paper, pieces: readonly Run[], maat: number): number =>
  pieces.reduce((som, piece) => som + doc.font(piece.font).fontSize(maat).widthOfString(piece.tekst), 0);

function inPieces(papier: Paper, text: string, stijl: TextStyle): readonly Run[] {
  const { doc } = papier;
  doc.font(stijl);
  const font = (doc as unknown as Glyphs)["_font"].font;
  const pieces: { tekst: string; font: string }[] = [];
  for (const teken of text.normalize("NFC")) {
    const naam = font.hasGlyphForCodePoint(teken.codePointAt(0) ?? 0) ? stijl : `${stijl}-anders`;
    const last = pieces.at(-1);
    if (last?.font === naam) last.tekst += teken;
    else pieces.push({ tekst: teken, font: naam });
  }
  return pieces;
}

/** The lines along which the sheet is cut: a grid of equal cells. */
export function cuttingGrid(papier: Paper, vak: Box, columns: number, rows: number): readonly Box[] {
  const breedte = vak.breedte / columns;
  const hoogte = vak.hoogte / rows;
  decorate(papier, () => {
    const { doc } = papier;
    doc.lineWidth(0.6).dash(3, { space: 2 }).strokeColor(snijlijn);
    for (let k = 0; k <= columns; k++)
      doc.moveTo(vak.x + k * breedte, vak.y).lineTo(vak.x + k * breedte, vak.y + vak.hoogte);
    for (let r = 0; r <= rows; r++)
      doc.moveTo(vak.x, vak.y + r * hoogte).lineTo(vak.x + vak.breedte, vak.y + r * hoogte);
    doc.stroke().undash();
  });
  return Array.from({ length: columns * rows }, (_, nr) => ({
    x: vak.x + (nr % columns) * breedte,
    y: vak.y + Math.floor(nr / columns) * hoogte,
    breedte,
    hoogte,
  }));
}
export type Box = {
  readonly x: number;
  readonly y: number;
  readonly breedte: number;
  readonly hoogte: number;
};

/** The mark and the name, 8 mm high, with its right end at x. */
export function mark(papier: Paper, x: number, y: number): void {
  decorate(papier, () => {
    const { doc } = papier;
    const breedte = 27 * mm;
    doc
      .save()
      .translate(x - breedte, y)
      .scale((8 * mm) / 48);
    doc.path("M4 7.5 24 13v27L4 34.5ZM24 16.5a5 5 0 0 0-3.1 8.92L18.4 35H24Z").fill("#2b3648", "even-odd");
    doc.path("M44 7.5 24 13v27l20-5.5ZM24 16.5a5 5 0 0 1 3.1 8.92L29.6 35H24Z").fill(inkt, "even-odd");
    doc.restore();
    regel(papier, "LeerID", {
      x: x - breedte + 9.2 * mm,
      y: y + 0.8 * mm,
      breedte: breedte - 9 * mm,
      maat: 15,
      stijl: "vet",
    });
  });
}
