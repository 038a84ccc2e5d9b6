import { mkdir } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { axe, newPage, screenshot, tooWide, watchPage } from "./browser.ts";
import type { Browser, Page, PageOptions } from "./browser.ts";
import { walk } from "./keyboard.ts";

/** How a page is opened: signed in by a cookie (`name=value`), at an address of the site. */
export type Opening = {
  readonly cookie?: string | undefined;
  /** After the page was opened: on to the state that is meant, such as the answer to a form. */
  readonly verder?: ((page: Page) => Promise<unknown>) | undefined;
  /** Also looks at what folds out: everything is opened first. */
  readonly unfold?: boolean;
};

/** A site behind a port, in front of a browser. */
export type Examiner = {
  readonly origin: string;
  /** A page in a context of its own; close it with `page.context().close()`. */
  open(path: string, opening?: Opening & PageOptions): Promise<Page>;
  /**
   * What is wrong with a page: axe in both themes, wider than the window at 320, 360, 1024 or 1440 px, what the keyboard cannot
   * do at two sizes of window (see `walk`), requests to elsewhere, errors in the console. `look` is given the page as it was
   * opened. With LEERID_SHOTS = a folder it leaves pictures there under this name.
   */
  examine(
    naam: string,
    path: string,
    opening?: Opening,
    look?: (page: Page) => Promise<void>,
  ): Promise<readonly string[]>;
  close(): Promise<void>;
};

const widths = [320, 360, 1024, 1440] as const;
const large = { width: 1024, height: 768 };
const small = { width: 360, height: 640 };

/**
 * Serves a site on a port of its own. It believes to be at `as`: forms come from its own pages. No page fetches itself again in
 * the middle of an examination, unless `verversen`.
 */
export async function openExaminer(
  browser: Browser,
  fetch: (request: Request) => Response | Promise<Response>,
  { as, verversen = false }: { readonly as?: string; readonly verversen?: boolean } = {},
): Promise<Examiner> {
  const here = async (request: Request): Promise<Response> => {
    const headers = new Headers(request.headers);
    if (as !== undefined && headers.get("origin") === new URL(request.url).origin) headers.set("origin", as);
    const body = request.method === "GET" ? undefined : await request.text();
    const answer = await fetch(
      new Request(request.url, { method: request.method, headers, ...(body !== undefined && { body }) }),
    );
    const out = new Headers(answer.headers);
    if (!verversen) out.delete("refresh");
    return new Response(answer.body, { status: answer.status, headers: out });
  };
  const site = await new Promise<{ readonly origin: string; close(): void }>((resolve) => {
    const server = serve({ fetch: here, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ origin: `http://127.0.0.1:${port}`, close: () => server.close() }),
    );
  });

  const arrive = async (page: Page, path: string, { cookie, verder, unfold = false }: Opening) => {
    if (cookie !== undefined) {
      const [name = "", value = ""] = cookie.split("=");
      await page.context().addCookies([{ name, value, url: site.origin }]);
    }
    await page.goto(`${site.origin}${path}`);
    await verder?.(page);
    if (unfold) for (const summary of await page.locator("summary").all()) await summary.click();
  };
  // A page of its own for each examination would start a process of Chromium for each; these are used again, without cookies.
  type Used = { readonly page: Page; readonly seen: string[] };
  const idle: Used[] = [];
  const fresh = async (): Promise<Used> => {
    const page = await newPage(browser, large);
    return { page, seen: watchPage(page, site.origin) };
  };
  const withPage = async <T>(work: (page: Page, seen: string[]) => Promise<T>): Promise<T> => {
    const used = idle.pop() ?? (await fresh());
    const { page, seen } = used;
    const result = await work(page, seen);
    await page.context().clearCookies();
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(large);
    seen.length = 0;
    idle.push(used); // not after a failure: that page is in a state that nobody knows
    return result;
  };
  return {
    origin: site.origin,
    async open(path, { cookie, verder, ...options } = {}) {
      const page = await newPage(browser, options);
      await arrive(page, path, { cookie, verder });
      return page;
    },
    examine: (naam, path, opening = {}, look = async () => {}) =>
      withPage(async (page, seen) => {
        const findings: string[] = [];
        await arrive(page, path, opening);
        await look(page);
        for (const theme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme: theme });
          const violations = await axe(page);
          findings.push(...violations.map((v) => `${theme}: ${v.rule} ${v.help}\n  ${v.nodes.join("\n  ")}`));
        }
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          findings.push(...(await tooWide(page)).map((part) => `at ${width}: ${part}`));
          await shoot(page, naam, width);
        }
        for (const size of [large, small]) {
          await page.setViewportSize(size);
          await arrive(page, path, { ...opening, unfold: false });
          findings.push(...(await walk(page)).map((finding) => `keyboard at ${size.width}: ${finding}`));
        }
        // A page that refuses says so in its status too; the console of the browser mentions that.
        findings.push(...seen.filter((line) => !/status of 4\d\d/.test(line)));
        return findings.map((finding) => `${naam}: ${finding}`);
      }),
    async close() {
      for (const { page } of idle) await page.context().close();
      site.close();
    },
  };
}

async function shoot(page: Page, naam: string, width: number): Promise<void> {
  const folder = process.env["LEERID_SHOTS"];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const theme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await screenshot(page, `${folder}/${naam}-${width}-${theme}.png`);
  }
}
