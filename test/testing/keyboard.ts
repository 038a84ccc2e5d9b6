import assert from "node:assert/strict";
import type { Page } from "./browser.ts";

/**
 * Walks a page with the keyboard alone, as WCAG 2.2 AA asks it: everything that does something is reached with Tab (2.1.1), in the
 * order of the page (2.4.3), nothing holds the focus (2.1.2), the focus is seen (2.4.7, 1.4.11) and not covered (2.4.11), the
 * skip link skips (2.4.1), and what opens over a page closes with Escape. Gives what is wrong. Only reads the page, and
 * never clicks.
 */
export async function walk(page: Page): Promise<readonly string[]> {
  const findings: string[] = [];
  await fromTop(page);
  findings.push(...(await walkScope(page)));
  if (await page.evaluate<boolean>(`document.querySelector("dialog:modal") !== null`)) {
    await page.keyboard.press("Escape");
    if (await page.evaluate<boolean>(`document.querySelector("dialog:modal") !== null`))
      return [...findings, "a dialog stays open after Escape"];
    await fromTop(page);
    findings.push(...(await walkScope(page)));
  }
  return [...findings, ...(await skip(page))];
}

/** Presses Tab until what has this name or these words has the focus, and sees that this shows. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  await page.evaluate(helpers);
  const passed: string[] = [];
  for (let step = 0; step < 250; step += 1) {
    await page.keyboard.press("Tab");
    await page.evaluate(helpers); // the page may be another one by now
    const here = await page.evaluate<Focus>("leeridToets.focus()");
    passed.push(here.name);
    const match = typeof name === "string" ? here.name === name : name.test(here.name);
    if (!match) continue;
    assert.equal(here.seen, true, `the focus on ${here.name} is not seen`);
    return;
  }
  assert.fail(`Tab never reaches ${String(name)}; it came along ${[...new Set(passed)].join(" | ")}`);
}

type Focus = {
  /** Place among what should be reached; -1 = something else, -2 = nothing. */
  readonly place: number;
  readonly name: string;
  readonly seen: boolean;
  /** Of five points, how many show it; a button in its field takes two of them. */
  readonly bare: number;
  readonly small: boolean;
  /** A field with parts of its own, such as a date. */
  readonly parts: boolean;
  /** A part of the page that scrolls gets the focus by itself. */
  readonly scrolls: boolean;
  readonly closed: boolean;
};

async function fromTop(page: Page): Promise<void> {
  await page.evaluate(helpers);
  // A field with autofocus takes the focus at the first frame, which under load comes after this: let it, and then go to the top.
  await page.evaluate(
    "Promise.race([new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))), new Promise((r) => setTimeout(r, 300))])",
  );
  await page.evaluate("leeridToets.top()");
}

async function walkScope(page: Page): Promise<readonly string[]> {
  const findings: string[] = [];
  let names = await page.evaluate<string[]>("leeridToets.list()");
  let at = -1;
  let stuck = 0;
  for (let step = 0; step <= names.length * 2 + 20; step += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate<Focus>("leeridToets.focus()");
    if (here.place === -1) {
      if (!here.scrolls) findings.push(`${here.name}: has the focus and does nothing`);
      continue;
    }
    if (here.place === at) {
      if (names.length === 1) return findings; // round again: a page with one stop
      stuck += 1;
      if (here.parts && stuck < 6) continue;
      return [...findings, `${here.name}: holds the focus`];
    }
    stuck = 0;
    const over = here.place === -2 || here.place < at;
    const next = over ? names.length : here.place;
    for (const missed of names.slice(at + 1, next)) findings.push(`${missed}: not reached in its turn`);
    if (over) {
      if (here.place > 0) findings.push(`${here.name}: comes too late`);
      return findings;
    }
    at = here.place;
    if (!here.seen) findings.push(`${here.name}: the focus is not seen`);
    if (here.bare === 0 || (here.small && here.bare < 3)) findings.push(`${here.name}: covered`);
    if (here.closed) {
      findings.push(...(await opens(page, here.name)));
      names = await page.evaluate<string[]>("leeridToets.list()");
    }
  }
  return [...findings, "Tab never comes to the end"];
}

/** A summary under the focus: Enter opens, Escape closes and the focus is where it was. Leaves it open. */
async function opens(page: Page, name: string): Promise<readonly string[]> {
  const closed = () => page.evaluate<boolean>("leeridToets.focus().closed");
  await page.keyboard.press("Enter");
  if (await closed()) return [`${name}: does not open with Enter`];
  await page.keyboard.press("Escape");
  if (!(await closed())) return [`${name}: does not close with Escape`];
  await page.keyboard.press("Enter");
  return [];
}

async function skip(page: Page): Promise<readonly string[]> {
  await fromTop(page);
  await page.evaluate("leeridToets.list()");
  await page.keyboard.press("Tab");
  const { name } = await page.evaluate<Focus>("leeridToets.focus()");
  if (name !== "Naar de inhoud") return [`the first stop is ${name}, not the skip link`];
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  return (await page.evaluate<boolean>("leeridToets.pastHeader()")) ? [] : ["the skip link does not skip"];
}

/** Runs in the page; the checks of a page itself are text, because this project has no types of a browser. */
const helpers = `globalThis.leeridToets ??= (() => {
  const own = 'a[href], area[href], button, input:not([type="hidden"]), select, textarea, summary, video[controls], iframe, [contenteditable="true"]';
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.closest('[inert]') === null;
  let list = [];
  let plain = new Map();
  const words = (text) => text.trim().replace(/\\s+/g, ' ').slice(0, 80);
  const nameOf = (e) => words(e.getAttribute('aria-label') || [...(e.labels ?? [])].map((l) => l.textContent).join(' ') || e.textContent || e.value || '') || e.id || e.outerHTML.slice(0, 80);
  // The ring may be drawn on the label around a box.
  const carriers = (e) => [e, e.closest('label')].filter((c) => c !== null);
  const look = (e) => carriers(e).map((c) => { const s = getComputedStyle(c); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(' '); });
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colours = new Map(); // reading a pixel back is slow, and a page has few colours
  const rgba = (colour) => {
    if (!colours.has(colour)) { context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1); colours.set(colour, [...context.getImageData(0, 0, 1, 1).data]); }
    return colours.get(colour);
  };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  // What lies behind: one colour, or those of a gradient.
  const ground = (e) => {
    for (let p = e; p !== null; p = p.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(p);
      const stops = backgroundImage.match(/(rgb|rgba|color|oklch|oklab)\\([^()]*\\)/g);
      if (stops) return stops.map(rgba);
      if (rgba(backgroundColor)[3] > 250) return [rgba(backgroundColor)];
    }
    return [[255, 255, 255, 255]];
  };
  const drawn = (c) => {
    const s = getComputedStyle(c);
    if (s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2) return false;
    const inside = parseFloat(s.outlineOffset) < 0;
    const grounds = [inside ? ground(c) : ground(c.parentElement)];
    const gap = /^(\\w+\\([^)]*\\))/.exec(s.boxShadow);
    if (gap) grounds.push([rgba(gap[1])]);
    return grounds.some((some) => some.every((g) => contrast(rgba(s.outlineColor), g) >= 3));
  };
  const owns = (e, hit) => hit !== null && (e.contains(hit) || (hit.closest('label')?.contains(e) ?? false));
  const bare = (e) => {
    const boxes = [...e.getClientRects()].filter((b) => b.width > 0 && b.height > 0);
    const b = boxes[0];
    if (!b) return 0;
    return [[0.5, 0.5], [0.2, 0.25], [0.8, 0.25], [0.2, 0.75], [0.8, 0.75]].filter(([x, y]) =>
      owns(e, document.elementFromPoint(b.left + b.width * x, b.top + b.height * y))).length;
  };
  const scope = () => document.querySelector('dialog:modal') ?? document;
  return {
    // As after opening the page: the next Tab goes to the first stop.
    top() {
      const root = document.querySelector('dialog:modal') ?? document.body;
      root.tabIndex = -1; root.focus(); root.removeAttribute('tabindex'); root.blur(); scrollTo(0, 0);
    },
    list() {
      const radios = (e) => [...document.querySelectorAll('input[type="radio"]')].filter((r) => r.name === e.name && r.form === e.form && !r.disabled && shown(r));
      list = [...scope().querySelectorAll(own + ', [tabindex]')].filter((e) =>
        shown(e) && !e.matches(':disabled') && (e.matches(own) || e.tabIndex >= 0) &&
        (e.tagName !== 'SUMMARY' || e.parentElement.querySelector('summary') === e) &&
        (e.type !== 'radio' || (radios(e).find((r) => r.checked) ?? radios(e)[0]) === e));
      for (const e of list) if (e !== document.activeElement && !plain.has(e)) plain.set(e, look(e));
      return list.map(nameOf);
    },
    focus() {
      const e = document.activeElement;
      if (e === null || e === document.body || e === document.documentElement) return { place: -2, name: 'nothing', seen: true, bare: 5, small: false, parts: false, scrolls: false, closed: false };
      const box = e.getBoundingClientRect();
      const before = plain.get(e);
      const now = look(e);
      const changed = before === undefined || before.some((was, nr) => was !== now[nr]);
      const overflow = getComputedStyle(e);
      return {
        place: list.indexOf(e),
        name: nameOf(e),
        seen: changed && carriers(e).some(drawn),
        bare: bare(e),
        small: box.height < innerHeight / 3,
        parts: ['date', 'time', 'month', 'datetime-local'].includes(e.type),
        scrolls: ['auto', 'scroll'].includes(overflow.overflowX) || ['auto', 'scroll'].includes(overflow.overflowY),
        closed: e.tagName === 'SUMMARY' && !e.parentElement.open,
      };
    },
    pastHeader() {
      const main = document.getElementById('inhoud');
      const e = document.activeElement;
      const after = list.find((one) => main.contains(one) || (main.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING));
      return main !== null && (after === e || after === undefined);
    },
  };
})(); undefined`;
