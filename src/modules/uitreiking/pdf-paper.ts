import { fileURLToPath } from "node:url";
import Pdf from "pdfkit";

/** Points per millimetre. */
export const mm = 72 / 25.4;
export const a4 = { breedte: 210 * mm, hoogte: 297 * mm, rand: 12 * mm } as const;
export const inkt = "#15202e";
export const zacht = "#475467";
const snijlijn = "#6b7a8f";

const bestand = (pad: string) => fileURLToPath(import.meta.resolve(pad));
const atkinson = "@expo-google-fonts/atkinson-hyperlegible-next";
/** Each with the one that draws what it lacks (Cyrillic, Greek, Armenian…). */
const lettertypes = {
  gewoon: [
    bestand(`${atkinson}/400Regular/AtkinsonHyperlegibleNext_400Regular.ttf`),
    bestand("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  ],
  vet: [
    bestand(`${atkinson}/700Bold/AtkinsonHyperlegibleNext_700Bold.ttf`),
    bestand("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ],
} as const;
type Stijl = keyof typeof lettertypes;

type Element = PDFKit.PDFStructureElement;
/** A PDF that is being drawn: y grows downwards, in points. */
export type Papier = { readonly doc: PDFKit.PDFDocument; readonly wortel: Element };

export function openPapier(over: { readonly titel: string; readonly op: Date }): Papier {
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
export function onder(papier: Papier, ouder: Element, soort: string): Element {
  const element = papier.doc.struct(soort);
  ouder.add(element);
  return element;
}

/** Draws something that is read as one element. */
export function lees(papier: Papier, ouder: Element, soort: string, teken: () => void, alt?: string): void {
  const element = papier.doc.struct(soort, alt === undefined ? {} : { alt });
  ouder.add(element);
  element.add(papier.doc.markStructureContent(soort));
  teken();
  papier.doc.endMarkedContent();
  element.end();
}

/** Draws something that is not read out: lines, the mark, the foot of a page. */
export function versier(papier: Papier, teken: () => void, type: "Layout" | "Pagination" = "Layout"): void {
  papier.doc.markContent("Artifact", { type });
  teken();
  papier.doc.endMarkedContent();
}

export type Tekst = {
  readonly x: number;
  readonly y: number;
  readonly breedte: number;
  readonly maat: number;
  readonly stijl?: Stijl;
  readonly kleur?: string;
  readonly rechts?: boolean;
};

/** One line of text that fits: smaller when it must, never cut off. Letters that the typeface lacks come from another one. */
export function regel(papier: Papier, tekst: string, hoe: Tekst): void {
  const { doc } = papier;
  const stijl = hoe.stijl ?? "gewoon";
  const stukken = inStukken(papier, tekst, stijl);
  const breed = (maat: number) => breedteVan(papier, stukken, maat);
  const nodig = breed(hoe.maat);
  const maat = nodig > hoe.breedte ? Math.floor((hoe.maat * hoe.breedte * 20) / nodig) / 20 : hoe.maat;
  let x = hoe.rechts ? hoe.x + hoe.breedte - breed(maat) : hoe.x;
  // All sizes stand on one line: that of the wanted size.
  const lijn = hoe.y + hoe.maat;
  for (const stuk of stukken) {
    doc
      .font(stuk.font)
      .fontSize(maat)
      .fillColor(hoe.kleur ?? inkt);
    doc.text(stuk.tekst, x, lijn, { lineBreak: false, baseline: "alphabetic" });
    x += doc.widthOfString(stuk.tekst);
  }
}

/** Does this text fit on a line of this width, at this size? */
export const past = (
  papier: Papier,
  tekst: string,
  hoe: Pick<Tekst, "breedte" | "maat" | "stijl">,
): boolean => breedteVan(papier, inStukken(papier, tekst, hoe.stijl ?? "gewoon"), hoe.maat) <= hoe.breedte;

/** Text of more lines, drawn in the one typeface; gives where it ends. */
export function alinea(papier: Papier, tekst: string, hoe: Tekst): number {
  const { doc } = papier;
  doc
    .font(hoe.stijl ?? "gewoon")
    .fontSize(hoe.maat)
    .fillColor(hoe.kleur ?? inkt);
  doc.text(tekst, hoe.x, hoe.y, { width: hoe.breedte, lineGap: hoe.maat * 0.25 });
  return doc.y;
}

type Glyphs = { readonly _font: { readonly font: { hasGlyphForCodePoint(code: number): boolean } } };

type Stuk = { readonly tekst: string; readonly font: string };
const breedteVan = ({ doc }: Papier, stukken: readonly Stuk[], maat: number): number =>
  stukken.reduce((som, stuk) => som + doc.font(stuk.font).fontSize(maat).widthOfString(stuk.tekst), 0);

function inStukken(papier: Papier, tekst: string, stijl: Stijl): readonly Stuk[] {
  const { doc } = papier;
  doc.font(stijl);
  const font = (doc as unknown as Glyphs)["_font"].font;
  const stukken: { tekst: string; font: string }[] = [];
  for (const teken of tekst.normalize("NFC")) {
    const naam = font.hasGlyphForCodePoint(teken.codePointAt(0) ?? 0) ? stijl : `${stijl}-anders`;
    const laatste = stukken.at(-1);
    if (laatste?.font === naam) laatste.tekst += teken;
    else stukken.push({ tekst: teken, font: naam });
  }
  return stukken;
}

/** The lines along which the sheet is cut: a grid of equal cells. */
export function snijraster(papier: Papier, vak: Vak, kolommen: number, rijen: number): readonly Vak[] {
  const breedte = vak.breedte / kolommen;
  const hoogte = vak.hoogte / rijen;
  versier(papier, () => {
    const { doc } = papier;
    doc.lineWidth(0.6).dash(3, { space: 2 }).strokeColor(snijlijn);
    for (let k = 0; k <= kolommen; k++)
      doc.moveTo(vak.x + k * breedte, vak.y).lineTo(vak.x + k * breedte, vak.y + vak.hoogte);
    for (let r = 0; r <= rijen; r++)
      doc.moveTo(vak.x, vak.y + r * hoogte).lineTo(vak.x + vak.breedte, vak.y + r * hoogte);
    doc.stroke().undash();
  });
  return Array.from({ length: kolommen * rijen }, (_, nr) => ({
    x: vak.x + (nr % kolommen) * breedte,
    y: vak.y + Math.floor(nr / kolommen) * hoogte,
    breedte,
    hoogte,
  }));
}
export type Vak = {
  readonly x: number;
  readonly y: number;
  readonly breedte: number;
  readonly hoogte: number;
};

/** The mark and the name, 8 mm high, with its right end at x. */
export function merk(papier: Papier, x: number, y: number): void {
  versier(papier, () => {
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
