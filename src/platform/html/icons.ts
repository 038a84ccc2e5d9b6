import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { html, trusted } from "./template.ts";
import type { Html } from "./template.ts";

/** Icons of lucide-static (ISC) that pages may use. Need another: add its file name here, nothing else. */
const iconNames = [
  "arrow-left",
  "arrow-right",
  "arrow-down",
  "arrow-up",
  "book-open",
  "calendar-clock",
  "check",
  "chevron-down",
  "chevron-right",
  "circle-alert",
  "circle-dashed",
  "circle-minus",
  "circle-question-mark",
  "clock",
  "code-xml",
  "download",
  "eye",
  "grid-3x3",
  "hand",
  "hourglass",
  "id-card",
  "inbox",
  "info",
  "key-round",
  "layout-grid",
  "life-buoy",
  "lock-keyhole",
  "log-out",
  "minus",
  "pause",
  "pencil",
  "plus",
  "printer",
  "qr-code",
  "refresh-cw",
  "search",
  "shield-check",
  "triangle-alert",
  "users",
  "x",
] as const;

export type IconName = (typeof iconNames)[number];

/** name → `<symbol>`; read once, when the program is loaded: it is part of the code, not of its configuration. */
const symbols: ReadonlyMap<string, string> = new Map(iconNames.map((name) => [name, symbolOf(name)]));

function symbolOf(name: IconName): string {
  const svg = readFileSync(fileURLToPath(import.meta.resolve(`lucide-static/icons/${name}.svg`)), "utf8");
  const inside = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="i-${name}" viewBox="0 0 24 24">${inside.replaceAll(/\s*\n\s*/g, "")}</symbol>`;
}

/** An icon. Always decorative: a word stands beside it (design principle 3: never by colour or shape alone). */
export function icon(name: IconName): Html {
  return html`<svg class="icon" aria-hidden="true"><use href="#i-${name}" /></svg>`;
}

/**
 * The sprite with only the icons that this body uses. It is found by reading the body, so that a page needs no list
 * beside its text and no state is kept between `icon` and here.
 *
 * Escaped text cannot contain `href="`, so nothing a person typed is taken for an icon.
 */
export function spriteFor(body: string): Html {
  const found = new Set<string>();
  for (let at = body.indexOf(use); at >= 0; at = body.indexOf(use, at)) {
    at += use.length;
    const symbol = symbols.get(body.slice(at, body.indexOf('"', at)));
    if (symbol !== undefined) found.add(symbol);
  }
  return found.size === 0 ? html`` : html`<svg hidden>${trusted([...found].toSorted().join(""))}</svg>`;
}
const use = 'href="#i-';
