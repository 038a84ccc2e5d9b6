import { Hono } from "hono";
import { asset, formTargets, pageHeaders, securityHeaders, staticAssets } from "#platform/html";
import * as acm from "#sites/acm/pages";
import { fixtures } from "./pupil-pages.ts";

/** Every fixture at `/p/<name>`, with the headers and files of the real sites; `/echo` tells what was posted. */
export function pupilSite(): Hono {
  const app = new Hono();
  app.route("/", staticAssets());
  app.use(securityHeaders());
  app.get("/p/:name", (c) => {
    const page = fixtures[c.req.param("name")]?.html;
    return page === undefined ? c.notFound() : c.html(page);
  });
  // A sign-in ends in a redirect to the application, which may send on to another address (here: another origin).
  app.get("/naar-elders/:action", (c) => {
    const action = c.req.param("action");
    const elsewhere = formTargets([`http://localhost:${new URL(c.req.url).port}/terug`]);
    const formAction = action === "self" || action === "anywhere" ? action : elsewhere;
    for (const [name, value] of Object.entries(pageHeaders({ formAction }))) c.header(name, value);
    return c.html(
      acm.signInPage({ toepassing: { naam: "Bingel", hue: 1, initialen: "Bi" }, actie: "/naar-elders" }),
    );
  });
  app.post("/naar-elders", (c) => c.redirect(`http://localhost:${new URL(c.req.url).port}/p/afgemeld`, 303));
  app.post("/echo", async (c) => c.json(await c.req.parseBody()));
  // The browser asks for it after an answer that is not a page of ours (the echo).
  app.get("/favicon.ico", (c) => c.redirect(asset("logo-mark.svg")));

  return app;
}
