import { mkdir } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { axe, launchBrowser, newPage, screenshot, tooWide, watchPage } from "./browser.ts";
import type { Browser, Page, PageOptions } from "./browser.ts";

/** How a page is opened: signed in by a cookie (`name=value`), at an address of the site. */
export type Opening = {
  readonly cookie?: string | undefined;
  /** After the page was opened: on to the state that is meant, such as the answer to a form. */
  readonly verder?: ((page: Page) => Promise<unknown>) | undefined;
};

/** A site behind a port, with a browser in front. */
export type Examiner = {
  readonly browser: Browser;
  readonly origin: string;
  /** A page in a context of its own; close it with `page.context().close()`. */
  open(pad: string, opening?: Opening & PageOptions): Promise<Page>;
  /**
   * What is wrong with a page: axe in both themes, wider than the window at 320, 360, 1024 or 1440 px, requests to elsewhere, errors
   * in the console. With LEERID_SHOTS = a folder it leaves pictures there under this name.
   */
  examine(naam: string, pad: string, opening?: Opening): Promise<readonly string[]>;
  close(): Promise<void>;
};

const widths = [320, 360, 1024, 1440] as const;

/**
 * Serves a site on a port of its own. It believes to be at `as`: forms come from its own pages. No page fetches itself again in
 * the middle of an examination, unless `verversen`.
 */
export async function openExaminer(
  fetch: (request: Request) => Response | Promise<Response>,
  { as, verversen = false }: { readonly as: string; readonly verversen?: boolean },
): Promise<Examiner> {
  const here = async (request: Request): Promise<Response> => {
    const headers = new Headers(request.headers);
    if (headers.get("origin") === new URL(request.url).origin) headers.set("origin", as);
    const body = request.method === "GET" ? undefined : await request.text();
    const answer = await fetch(
      new Request(request.url, { method: request.method, headers, ...(body !== undefined && { body }) }),
    );
    const out = new Headers(answer.headers);
    if (!verversen) out.delete("refresh");
    return new Response(answer.body, { status: answer.status, headers: out });
  };
  const browser = await launchBrowser();
  const site = await new Promise<{ readonly origin: string; close(): void }>((resolve) => {
    const server = serve({ fetch: here, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ origin: `http://127.0.0.1:${port}`, close: () => server.close() }),
    );
  });

  const arrive = async (page: Page, pad: string, { cookie, verder }: Opening) => {
    if (cookie !== undefined) {
      const [name = "", value = ""] = cookie.split("=");
      await page.context().addCookies([{ name, value, url: site.origin }]);
    }
    await page.goto(`${site.origin}${pad}`);
    await verder?.(page);
  };
  return {
    browser,
    origin: site.origin,
    async open(pad, { cookie, verder, ...options } = {}) {
      const page = await newPage(browser, options);
      await arrive(page, pad, { cookie, verder });
      return page;
    },
    async examine(naam, pad, opening = {}) {
      const findings: string[] = [];
      for (const theme of ["light", "dark"] as const) {
        const page = await newPage(browser, { theme });
        const seen = watchPage(page, site.origin);
        await arrive(page, pad, opening);
        findings.push(...(await axe(page)).map((v) => `${v.rule} ${v.help}\n  ${v.nodes.join("\n  ")}`));
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          findings.push(...(await tooWide(page)).map((part) => `at ${width}: ${part}`));
          const shots = process.env["LEERID_SHOTS"];
          if (shots) {
            await mkdir(shots, { recursive: true });
            await screenshot(page, `${shots}/${naam}-${width}-${theme}.png`);
          }
        }
        // A page that refuses says so in its status too; the console of the browser mentions that.
        findings.push(...seen.filter((line) => !/status of 4\d\d/.test(line)));
        await page.context().close();
      }
      return findings;
    },
    async close() {
      await browser.close();
      site.close();
    },
  };
}
