import { inflateSync } from "node:zlib";
import qrReader from "jsqr";

// Its types say "default" of what is the module itself.
const jsQR = qrReader as unknown as (
  beeld: Uint8ClampedArray,
  breedte: number,
  hoogte: number,
) => { readonly data: string } | null;

export type PageContent = {
  /** The texts, each as it was drawn, in order. */
  readonly teksten: readonly string[];
  /** What its QR codes say, in order. */
  readonly qr: readonly string[];
};
export type ReadPdf = {
  readonly paginas: readonly PageContent[];
  readonly titel: string;
  readonly taal: string;
  /** How often each element stands in the structure that a screen reader follows. */
  readonly structuur: Readonly<Record<string, number>>;
};

type Rectangle = readonly [x: number, y: number, breedte: number, hoogte: number];

/** Reads back what our own PDF shows: text through its fonts' ToUnicode maps, QR codes from their squares. */
export function readPdf(pdf: Buffer): ReadPdf {
  const bron = pdf.toString("latin1");
  const objecten = new Map<string, string>();
  for (const [, nr = "", inhoud = ""] of bron.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objecten.set(nr, inhoud);
  const object = (nr: string | undefined) => objecten.get(nr ?? "") ?? "";
  const stream = (nr: string | undefined): string => {
    // By its length: compressed data may end in a line break of its own.
    const [kop, lengte] = /^[\s\S]*?\/Length (\d+)[\s\S]*?stream\n/.exec(object(nr)) ?? [];
    if (kop === undefined) return "";
    const part = object(nr).slice(kop.length, kop.length + Number(lengte));
    return inflateSync(Buffer.from(part, "latin1")).toString("latin1");
  };
  const letters = new Map<string, ReadonlyMap<string, string>>();
  for (const [, naam = "", nr] of bron.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    if (letters.has(naam)) continue;
    letters.set(naam, readCmap(stream(/\/ToUnicode (\d+) 0 R/.exec(object(nr))?.[1])));
  }
  const paginas = [...objecten.values()]
    .filter((inhoud) => /\/Type \/Page\n/.test(inhoud))
    .map((inhoud) => readPage(stream(/\/Contents (\d+) 0 R/.exec(inhoud)?.[1]), letters));
  const structuur: Record<string, number> = {};
  for (const inhoud of objecten.values()) {
    const soort = /\/S \/(\w+)/.exec(inhoud)?.[1];
    if (soort !== undefined) structuur[soort] = (structuur[soort] ?? 0) + 1;
  }
  const titel = /^\((.*)\)$/s.exec(object(/\/Title (\d+) 0 R/.exec(bron)?.[1]).trim())?.[1] ?? "";
  return { paginas, titel, taal: /\/Lang \((.*?)\)/.exec(bron)?.[1] ?? "", structuur };
}

function readCmap(text: string): ReadonlyMap<string, string> {
  const kaart = new Map<string, string>();
  for (const [, blok = ""] of text.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [, van = "", list = ""] of blok.matchAll(/<(\w{4})>\s*<\w{4}>\s*\[([^\]]*)\]/g)) {
      const values = [...list.matchAll(/<(\w*)>/g)].map(([, hex = ""]) => hex);
      for (const [nr, hex] of values.entries()) {
        const code = (Number.parseInt(van, 16) + nr).toString(16).padStart(4, "0");
        kaart.set(code, Buffer.from(hex, "hex").swap16().toString("utf16le"));
      }
    }
  }
  return kaart;
}

function readPage(inhoud: string, letters: ReadonlyMap<string, ReadonlyMap<string, string>>): PageContent {
  const teksten: string[] = [];
  const qr: string[] = [];
  let kaart: ReadonlyMap<string, string> | undefined;
  let vierkanten: Rectangle[] = [];
  for (const lijn of inhoud.split("\n")) {
    const font = /^\/(F\d+) [\d.]+ Tf$/.exec(lijn)?.[1];
    if (font !== undefined) kaart = letters.get(font);
    if (lijn.endsWith(" TJ")) {
      const codes = [...lijn.matchAll(/<(\w+)>/g)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? []);
      teksten.push(codes.map((code) => kaart?.get(code.toLowerCase()) ?? "�").join(""));
    }
    const re = /^([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re$/.exec(lijn);
    if (re) vierkanten.push([Number(re[1]), Number(re[2]), Number(re[3]), Number(re[4])]);
    if (lijn === "EMC" && vierkanten.length > 50) qr.push(readQr(vierkanten));
    if (lijn === "EMC") vierkanten = [];
  }
  return { teksten, qr };
}

/** Draws the squares on a canvas of three pixels a module and reads them as a camera would. */
function readQr(vierkanten: readonly Rectangle[]): string {
  const step = Math.min(...vierkanten.map(([, , , hoogte]) => hoogte));
  const links = Math.min(...vierkanten.map(([x]) => x));
  const boven = Math.min(...vierkanten.map(([, y]) => y));
  const breed = Math.max(...vierkanten.map(([x, , breedte]) => x + breedte)) - links;
  const zij = (Math.round(breed / step) + 8) * 3;
  const beeld = new Uint8ClampedArray(zij * zij * 4).fill(255);
  for (const [x, y, breedte] of vierkanten) {
    const van = (Math.round((x - links) / step) + 4) * 3;
    const tot = van + Math.round(breedte / step) * 3;
    const row = (Math.round((y - boven) / step) + 4) * 3;
    for (let py = row; py < row + 3; py++)
      for (let px = van; px < tot; px++) beeld.fill(0, (py * zij + px) * 4, (py * zij + px) * 4 + 3);
  }
  return jsQR(beeld, zij, zij)?.data ?? "(onleesbaar)";
}
