import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

export type { Browser, Locator, Page, Request } from "playwright-core";

/** Where Chromium stands: LEERID_CHROMIUM, or the place Debian and Ubuntu put it. Undefined when it is not there. */
export function chromiumPath(): string | undefined {
  const named = process.env["LEERID_CHROMIUM"];
  if (named !== undefined && !existsSync(named)) throw new Error(`LEERID_CHROMIUM: ${named} does not exist`);
  return named ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
}

/** A reason to skip a test that needs a browser, or false when there is one. For the `skip` option of node:test. */
export function withoutBrowser(): string | false {
  return (
    chromiumPath() === undefined &&
    "Chromium is not installed; set LEERID_CHROMIUM or install the package chromium"
  );
}

/** Chromium with a new, empty profile that calls nobody by itself. Close it after the tests. */
export const launchBrowser = (): Promise<Browser> => chromium.launch(program());

/** A page of a Chromium that is set to block all cookies. Close it with `page.context().close()`. */
export async function pageWithoutCookies(): Promise<Page> {
  const folder = await mkdtemp(join(tmpdir(), "leerid-chromium-"));
  await mkdir(join(folder, "Default"));
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(folder, "Default", "Preferences"), JSON.stringify(blocked));
  const context = await chromium.launchPersistentContext(folder, program());
  context.once("close", () => void rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  context.setDefaultTimeout(10_000);
  return context.newPage();
}

function program() {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error("Chromium is not installed");
  return {
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  };
}

export type PageOptions = {
  /** in CSS pixels; 1024 × 768 (a school tablet) when left out */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly javaScript?: boolean;
};

/** A page in a context of its own (no cookies). Close it with `page.context().close()`. */
export async function newPage(browser: Browser, options: PageOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1024, height: options.height ?? 768 },
    colorScheme: options.theme ?? "light",
    javaScriptEnabled: options.javaScript ?? true,
    reducedMotion: "reduce",
    locale: "nl-BE",
    timezoneId: "Europe/Brussels",
  });
  context.setDefaultTimeout(10_000);
  return context.newPage();
}

/**
 * What a page did that it may not: requests to elsewhere, errors and warnings in the console (violations of the
 * content security policy are among them), errors in scripts. Call before `goto`; the list fills itself.
 */
export function watchPage(page: Page, origin: string): string[] {
  const seen: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) seen.push(`request to ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    // The picture of a tab may still be on its way when the page is left.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") seen.push(`failed: ${request.url()}`);
  });
  page.on("response", (response) => {
    // The page itself may be an error page; what it loads may not be missing.
    if (response.status() >= 400 && !response.request().isNavigationRequest())
      seen.push(`missing: ${response.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") seen.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => seen.push(`script: ${error.message}`));
  return seen;
}

export type Violation = { readonly rule: string; readonly help: string; readonly nodes: readonly string[] };

const axeSource = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * Accessibility violations on a page: WCAG 2.0, 2.1 and 2.2 at levels A and AA, and good practices. The checker is put in
 * through the debugger, so the content security policy of the page stays in force.
 */
export async function axe(page: Page): Promise<readonly Violation[]> {
  await page.evaluate(axeSource);
  const options = {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  };
  const result = await page.evaluate<{
    violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
  }>(`axe.run(document, ${JSON.stringify(options)})`);
  return result.violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    nodes: nodes.map((node) => `${node.html} ${node.failureSummary ?? ""}`),
  }));
}

/**
 * What is wider than the window (WCAG 1.4.10): how far the page scrolls sideways, and the parts that stick out, which a
 * clipping parent would hide from the eye as well as from the scroll bar. Parts inside a region that scrolls on its own
 * (a matrix, a chart) and parts that nobody sees do not count.
 */
export async function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`(() => {
    const root = document.documentElement;
    const found = root.scrollWidth > root.clientWidth ? ["page scrolls " + (root.scrollWidth - root.clientWidth) + " px"] : [];
    const scrolls = (element) => element !== null && element !== root &&
      (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    for (const element of document.body.querySelectorAll("*")) {
      const box = element.getBoundingClientRect();
      const seen = box.width > 1 && element.checkVisibility() && getComputedStyle(element).clipPath !== "inset(50%)";
      const words = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 && element.tagName !== "INPUT" && getComputedStyle(element).display !== "inline";
      if (seen && (box.right > root.clientWidth + 1 || box.left < -1 || words) && !scrolls(element)) found.push(element.outerHTML.slice(0, 120));
    }
    return found;
  })()`);
}

/** The element with focus: its id or its words, and whether a ring of at least 2 px is seen around it (WCAG 2.4.7). */
export async function focused(page: Page): Promise<{ readonly name: string; readonly ring: boolean }> {
  // Before its style sheet is there a page has the browser's own, thinner ring.
  await page.waitForLoadState("load");
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const name = element.id || element.textContent.trim().replace(/\\s+/g, ' ');
    return { name, ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
  })()`);
}

/** A picture of the whole page as a PNG file, fonts loaded. */
export async function screenshot(page: Page, path: string): Promise<void> {
  await page.evaluate("document.fonts.ready.then(() => true)");
  await page.screenshot({ path, fullPage: true, animations: "disabled" });
}
