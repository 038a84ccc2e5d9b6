import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One static file as it is sent. `path` carries a hash of the content, so it may be cached for ever. */
export type Asset = {
  readonly path: string;
  readonly hash: string;
  readonly type: string;
  readonly content: Buffer<ArrayBuffer>;
  /** text shrinks by compression; woff2 is compressed already */
  readonly compressible: boolean;
};

const fontNames = [
  "source-sans-3-latin-wght-normal.woff2",
  "source-sans-3-latin-ext-wght-normal.woff2",
  "atkinson-hyperlegible-next-latin-wght-normal.woff2",
  "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
] as const;

export type AssetName =
  | "style.css"
  | "enhance.js"
  | "logo.svg"
  | "logo-mark.svg"
  | (typeof fontNames)[number];

/** All static files by name. Read once when the program is loaded and never changed: they are part of the code. */
export const assets: ReadonlyMap<AssetName, Asset> = readAssets();

/** The address of a static file on every site, for example `/static/5d4f…/style.css`. */
export function asset(name: AssetName): string {
  return assetNamed(assets, name).path;
}

function assetNamed(all: ReadonlyMap<AssetName, Asset>, name: AssetName): Asset {
  const found = all.get(name);
  if (found === undefined) throw new Error(`no static file named ${name}`);
  return found;
}

function readAssets(): ReadonlyMap<AssetName, Asset> {
  const all = new Map<AssetName, Asset>();
  const add = (name: AssetName, type: string, content: Buffer<ArrayBuffer>, compressible: boolean) => {
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
    all.set(name, { path: `/static/${hash}/${name}`, hash, type, content, compressible });
  };
  const own = (name: string) => readFileSync(fileURLToPath(new URL(`static/${name}`, import.meta.url)));

  for (const name of fontNames) {
    const family = name.startsWith("source") ? "source-sans-3" : "atkinson-hyperlegible-next";
    const file = import.meta.resolve(`@fontsource-variable/${family}/files/${name}`);
    add(name, "font/woff2", readFileSync(fileURLToPath(file)), false);
  }
  // The stylesheet points at fonts/…; with their own address they stay cached when only the stylesheet changes.
  const style = own("style.css")
    .toString("utf8")
    .replaceAll(/url\("fonts\/([^"]+)"\)/g, (whole, name: string) => {
      const known = fontNames.find((font) => font === name);
      return known === undefined ? whole : `url("${assetNamed(all, known).path}")`;
    });
  // Comments and white space are for us: without them the stylesheet is a seventh smaller (pages at most 60 kB).
  const lean = style
    .replaceAll(/\/\*.*?\*\//gs, "")
    .replaceAll(/\s*\n\s*/g, "\n")
    .replaceAll(/\s*([{};])\s*/g, "$1");
  add("style.css", "text/css; charset=utf-8", Buffer.from(lean), true);
  add("enhance.js", "text/javascript; charset=utf-8", own("enhance.js"), true);
  add("logo.svg", "image/svg+xml", own("logo.svg"), true);
  add("logo-mark.svg", "image/svg+xml", own("logo-mark.svg"), true);
  return all;
}
