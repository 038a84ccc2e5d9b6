import assert from "node:assert/strict";
import type { Locator, Page, Request } from "#testing/browser";
import type { Setting } from "./setting.ts";

/** What a page asks of whoever sits there. `in`: signed in at the application; `resend`: the browser asks to send a form again. */
export type Kind =
  | "in"
  | "start"
  | "form"
  | "badge"
  | "picture"
  | "own"
  | "refused"
  | "person"
  | "ask-sign-out"
  | "signed-out"
  | "begin-again"
  | "no-cookies"
  | "resend"
  | "blank"
  | "other";

/** Somebody at a browser, who does on each page what that page asks. */
export type Visitor = {
  readonly page: Page;
  readonly javaScript: boolean;
  /** Waits until nothing is on its way any more, and tells which page that is. Every page leads on (4-quality). */
  settle(): Promise<Kind>;
  /** Clicks, once or twice so many milliseconds apart, without waiting for what the first click does; then settles. */
  click(target: Locator, apart?: number): Promise<Kind>;
  /** Goes, and settles. */
  goto(url: string): Promise<Kind>;
  back(): Promise<Kind>;
  forward(): Promise<Kind>;
  reload(): Promise<Kind>;
  /** The servers go so much further, and the browser forgets what it was to keep no longer. */
  wait(ms: number): Promise<void>;
};

/** Something is on its way when nothing was for less than this (ms). */
const quiet = 100;

/** Looks at a page of a browser as a visitor does. */
export async function visitorOf(
  page: Page,
  { demo: { sites }, clock }: Setting,
  javaScript = true,
): Promise<Visitor> {
  const underWay = new Set<Request>();
  const broken: string[] = [];
  let last = 0;
  const seen = () => void (last = performance.now());
  page.on("request", (request) => {
    if (!request.isNavigationRequest()) return;
    underWay.add(request);
    seen();
  });
  const gone = (request: Request) => {
    underWay.delete(request);
    seen();
  };
  page.on("requestfinished", gone);
  page.on("requestfailed", gone);
  page.on("load", seen);
  page.on("response", (response) => {
    if (response.status() >= 500) broken.push(`${response.status()} ${response.url().slice(0, 80)}`);
  });
  const cdp = await page.context().newCDPSession(page);

  async function look(): Promise<Kind | undefined> {
    const found = await page.evaluate<Seen>(sight).catch(() => undefined);
    if (!found?.ready) return undefined;
    if (found.url.startsWith("chrome-error:")) return "resend";
    if (found.url === "about:blank") return "blank";
    const kind = kindOf(found, new URL(found.url).origin === new URL(sites.acm).origin);
    assert.ok(found.ways > 0, `no way on from ${found.url}: ${found.h1}`);
    return kind;
  }
  const visitor: Visitor = {
    page,
    javaScript,
    async settle() {
      const until = performance.now() + 20_000;
      for (; performance.now() < until; await page.waitForTimeout(25)) {
        if (underWay.size > 0 || performance.now() - last < quiet) continue;
        const kind = await look();
        if (kind === undefined || underWay.size > 0 || performance.now() - last < quiet) continue;
        assert.deepEqual(broken, []);
        return kind;
      }
      return assert.fail(`${page.url()} never comes to rest`);
    },
    async click(target, apart) {
      await target.scrollIntoViewIfNeeded();
      const box = (await target.boundingBox()) ?? assert.fail("nothing to click on");
      const at = {
        x: box.x + box.width / 2,
        y: box.y + box.height / 2,
        button: "left",
        clickCount: 1,
      } as const;
      const gone = page.waitForEvent("request", (request) => request.isNavigationRequest());
      for (const pause of apart === undefined ? [0] : [apart, 0]) {
        await cdp.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
        await cdp.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
        await page.waitForTimeout(pause);
      }
      await gone;
      return visitor.settle();
    },
    async goto(url) {
      await page.goto(url);
      return visitor.settle();
    },
    // A page that was never left is waited for no longer than it takes to see that.
    async back() {
      await page.goBack({ waitUntil: "commit" }).catch(() => undefined);
      return visitor.settle();
    },
    async forward() {
      await page.goForward({ waitUntil: "commit" }).catch(() => undefined);
      return visitor.settle();
    },
    async reload() {
      await page.reload();
      return visitor.settle();
    },
    async wait(ms) {
      clock.ahead += ms;
      const context = page.context();
      for (const { name, path, expires } of await context.cookies())
        if (expires > 0 && expires * 1000 < Date.now() + clock.ahead)
          await context.clearCookies({ name, path });
    },
  };
  return visitor;
}

type Seen = {
  readonly url: string;
  readonly ready: boolean;
  readonly h1: string;
  readonly has: Readonly<Record<string, boolean>>;
  readonly ways: number;
};

/** Runs in the page; this project has no types of a browser. */
const sight = `(() => {
  const has = (css) => document.querySelector(css) !== null;
  return {
    url: location.href,
    ready: document.readyState === 'complete',
    h1: (document.querySelector('h1')?.textContent ?? '').trim().replace(/\\s+/g, ' '),
    has: { claims: has('tr[data-claim]'), password: has('#wachtwoord'), badge: has('#badge'), pictures: has('.pictures'),
      own: has('#nieuw_wachtwoord'), refused: has('.reference'), signOut: has('form[action="/afmelden"]'), login: has('#login') },
    ways: document.querySelectorAll('main a[href], main button, header a[href], header button').length,
  };
})()`;

function kindOf({ h1, has }: Seen, atAcm: boolean): Kind {
  if (/cookies/.test(h1)) return "no-cookies";
  if (/^(Begin opnieuw|Je bent niet aangemeld)/.test(h1)) return "begin-again";
  if (h1 === "Je bent afgemeld") return "signed-out";
  if (h1 === "Wil je je afmelden?") return "ask-sign-out";
  if (has["password"]) return "form";
  if (has["badge"]) return "badge";
  if (has["pictures"]) return "picture";
  if (has["own"]) return "own";
  if (has["login"]) return "person";
  if (atAcm) return has["refused"] && /kan nu niet open$/.test(h1) ? "refused" : "other";
  if (has["claims"] || has["signOut"]) return "in";
  return "start";
}
