import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import type { Datum } from "#platform/clock";
import { fieldReader, type Fields } from "#platform/route";
import { importToepassing, saveKeuze } from "#modules/toepassingen";
import * as beheer from "#sites/beheer";
import * as schoolloket from "#sites/schoolloket";
import { beheerwereld, medewerker, withScholen } from "#testing/beheer";
import { shareKlassen, indelen, withPakket } from "#testing/klasinformatie";
import { schoolwereld } from "#testing/schoolloket";
import { toepassingText } from "#testing/toepassing";

/** What a route reads, as the two tables say it. */
type Declared = {
  readonly method: string;
  readonly path: string;
  readonly query?: Fields;
  readonly form?: Fields;
};
type Site = {
  readonly routes: readonly Declared[];
  /** Of somebody who may use every route. */
  readonly cookie: string;
  readonly begin: string;
  /** Values that mean something there, for names in paths and for fields. */
  readonly known: readonly string[];
  ask(path: string, init?: RequestInit): Promise<Response>;
};

let sites: Readonly<Record<"schoolloket" | "beheer", Site>>;
const closing: (() => Promise<void>)[] = [];

const site = (
  app: { request(url: string, init?: RequestInit): Response | Promise<Response> },
  own: string,
  rest: Omit<Site, "ask">,
): Site => ({
  ...rest,
  ask: async (path, init = {}) =>
    app.request(`${own}${path}`, {
      ...init,
      headers: { cookie: rest.cookie, origin: own, ...(init.headers as Record<string, string>) },
    }),
});

before(async () => {
  const w = await schoolwereld();
  closing.push(() => w.close());
  await withPakket(w);
  await importToepassing(w.ctx, toepassingText("bingel"));
  await saveKeuze(w.ctx, { instellingsnummer: "999001", toepassing: "bingel", van: "2026-09-01" as Datum });
  const account = await w.accountOf("a1");
  await shareKlassen(w, "999001");
  await indelen(w, "999001", [[account, "3A", "3Aa"]]);
  const b = await beheerwereld();
  closing.push(() => b.close());
  await withScholen(b);
  sites = {
    schoolloket: site(w.app, "http://schoolloket.test", {
      routes: await schoolloket.loadRoutes(),
      cookie: await w.sessieOf({
        voId: "vo-1",
        rollen: ["LeerIDBeheerder:999001"],
        instellingsnummer: "999001",
      }),
      begin: "/leerid-beheer",
      known: [account, await w.accountOf("b1", "999002"), "bingel", "999001", "999002", "bingel/klas:3A"],
    }),
    beheer: site(b.app, "http://beheer.test", {
      routes: await beheer.loadRoutes(),
      cookie: await b.sessieOf(medewerker),
      begin: "/schoolsoftware?zoek=999",
      known: ["999001", "999012", "wisa", "2020-09-01"],
    }),
  };
});
after(() => Promise.all(closing.map((close) => close())));

const posted = (
  body: string | Uint8Array<ArrayBuffer>,
  type = "application/x-www-form-urlencoded",
): RequestInit => ({
  method: "POST",
  headers: { "content-type": type },
  body,
});

/** A refusal is a page in Dutch that says why and who can help, and does not repeat what was sent. */
async function refused(answer: Response, status: number, sent?: string): Promise<void> {
  assert.equal(answer.status, status, sent);
  const page = await answer.text();
  assert.match(answer.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(page, /<html lang="nl-BE"[^]*Waarom\?[^]*Wie kan helpen\?/);
  if (sent !== undefined) assert.ok(!page.includes(sent), page);
}

const choices = "/leerid-beheer/selectie";

describe("what broke the forms of others", () => {
  test("a field called __proto__, constructor or a[b] is a field that nobody knows", async () => {
    const { schoolloket } = sites;
    for (const name of [
      "__proto__",
      "__proto__.x",
      "constructor",
      "toString",
      "leerling[0]",
      "leerling.x",
      "",
    ])
      await refused(
        await schoolloket.ask(choices, posted(`${encodeURIComponent(name)}=geheim7`)),
        400,
        "geheim7",
      );
    assert.equal(Object.hasOwn(Object.prototype, "x"), false);
    assert.equal(
      (await schoolloket.ask("/leerid-beheer?__proto__=1&constructor=2&utm_%=%C0%80")).status,
      200,
    );
  });

  test("a list stays a list at one, twenty-one and a thousand values; what is no list comes once", async () => {
    const { schoolloket } = sites;
    const [account = ""] = schoolloket.known;
    for (const times of [1, 21, 1000])
      assert.equal(
        (await schoolloket.ask(choices, posted(`leerling=${account}&`.repeat(times)))).status,
        303,
      );
    await refused(await schoolloket.ask(choices, posted("naar=1&naar=7654")), 400, "7654");
    await refused(await schoolloket.ask("/leerid-beheer?zoek=a&zoek=geheim7"), 400, "geheim7");
  });

  test("bytes that are no text: U+0000, an overlong form, half a character, a % alone", async () => {
    const { schoolloket, beheer } = sites;
    for (const bad of ["%00", "%C0%80", "%ED%A0%80", "%E2%82", "%", "%zz", "%F8%88%80%80%80"]) {
      await refused(await schoolloket.ask(choices, posted(`vraag=geheim7${bad}`)), 400, "geheim7");
      await refused(await schoolloket.ask(`/waarom?zoek=geheim7${bad}`), 400, "geheim7");
      await refused(
        await beheer.ask("/schoolsoftware/999001/pakket", posted(`van=geheim7${bad}`)),
        400,
        "geheim7",
      );
    }
    await refused(await schoolloket.ask(choices, posted(Uint8Array.of(0x6e, 0x3d, 0xff))), 400);
    // New accounts, of no class and no group.
    await refused(await schoolloket.ask("/leerid-beheer/afdrukken", posted("nieuw=1")), 400);
    // Inside an address that a field carries, too.
    await refused(await schoolloket.ask(choices, posted("vraag=zoek%3D%2500&actie=kies-alles")), 400);
    for (const path of ["/applicatiebeheer/%00", "/leerid-beheer/leerlingen/%C0%80"])
      await refused(await schoolloket.ask(path), 404);
  });

  test("a name without a value is empty, and empty parts are nothing", async () => {
    const { schoolloket } = sites;
    for (const query of ["?zoek", "?zoek=", "?&&zoek&", "?=&zoek", "?"])
      assert.equal((await schoolloket.ask(`/leerid-beheer${query}`)).status, 200, query);
    await refused(await schoolloket.ask(choices, posted("naar")), 400);
  });

  test("another kind of body is refused as such; none at all is an empty form", async () => {
    const { schoolloket, beheer } = sites;
    for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"])
      await refused(await schoolloket.ask(choices, posted("actie=wis", type)), 415);
    const charset = "Application/X-WWW-Form-URLencoded; charset=UTF-8";
    assert.equal((await schoolloket.ask(choices, posted("actie=wis", charset))).status, 303);
    assert.equal((await schoolloket.ask(choices, { method: "POST" })).status, 303);
    // The address of the form may have a query of its own.
    assert.equal((await schoolloket.ask(`${choices}?actie=badge`, posted("actie=wis"))).status, 303);
    await refused(
      await beheer.ask("/schoolsoftware/999001/pakket", posted(`van=${"1".repeat(20_000)}`)),
      413,
    );
  });
});

/** Forms of a page as a browser would send them: one body per button, with everything ticked. */
function formsOf(
  page: string,
): { readonly action: string; readonly post: boolean; readonly bodies: string[] }[] {
  const attribute = (tag: string, name: string) =>
    new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&amp;", "&").replaceAll("&quot;", '"');
  return [...page.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].map(([, head = "", inside = ""]) => {
    const fields: [string, string][] = [];
    const buttons: [string, string][] = [];
    const radios = new Set<string>();
    for (const [tag, kind] of inside.matchAll(/<(input|button|select)\b[^>]*>/g)) {
      const name = attribute(tag, "name");
      if (name === undefined) continue;
      const field: [string, string] = [name, attribute(tag, "value") ?? ""];
      if (kind === "button") buttons.push(field);
      else if (attribute(tag, "type") !== "radio") fields.push(field);
      else if (!radios.has(name)) fields.push(field);
      if (attribute(tag, "type") === "radio") radios.add(name);
    }
    const sent = buttons.length === 0 ? [[]] : buttons.map((button) => [button]);
    return {
      action: attribute(head, "action") ?? "",
      post: attribute(head, "method") === "post",
      bodies: sent.map((button) => new URLSearchParams([...fields, ...button]).toString()),
    };
  });
}

describe("every form that a page shows is understood by the route that it goes to", () => {
  for (const [naam, least] of [
    ["schoolloket", { forms: 11, pages: 12 }],
    ["beheer", { forms: 3, pages: 5 }],
  ] as const)
    test(naam, async () => {
      const { routes, begin, ask } = sites[naam];
      const find = (method: string, path: string) =>
        routes.find(
          (route) =>
            route.method === method && new RegExp(`^${route.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(path),
        );
      const seen = new Map<string, number>();
      const used = new Set<string>();
      const follow = async (to: string): Promise<void> => {
        const { pathname } = new URL(to, "http://x");
        const route = find("get", pathname);
        // Three pages of each kind, and each with every kind of question.
        const kind = `${route?.path} ${[...new URL(to, "http://x").searchParams.keys()].join()}`;
        const times = seen.get(kind) ?? 0;
        if (!route || times === 3) return;
        seen.set(kind, times + 1);
        const answer = await ask(to);
        if (answer.status === 303) return follow(answer.headers.get("location") ?? "");
        const page = await answer.text();
        for (const { action, post, bodies } of formsOf(page)) {
          if (action === "/afmelden") continue; // of the door, before the table
          const target = find(post ? "post" : "get", new URL(action, "http://x").pathname);
          assert.ok(target, `${to}: nothing at ${action}`);
          const fields = (post ? target.form : target.query) ?? {};
          used.add(`${target.method} ${target.path}`);
          for (const body of bodies) {
            fieldReader(fields, { strict: true })(body, `${to} → ${action} ${body}`);
            if (!post) await follow(`${action}?${body}`);
          }
        }
        for (const [, link = ""] of page.matchAll(/\shref="(\/[^"]*)"/g))
          await follow(link.replaceAll("&amp;", "&"));
      };
      await follow(begin);
      const pages = new Set([...seen.keys()].map((kind) => kind.split(" ")[0]));
      assert.ok(used.size >= least.forms && pages.size >= least.pages, [...used, ...pages].join(", "));
    });
});

/** Turns a path of the table into an address. */
const address = (path: string, id: string) => path.replaceAll(/:\w+/g, encodeURIComponent(id));

describe("whatever is sent to whatever route, it is an answer and never a fault of ours", () => {
  for (const naam of ["schoolloket", "beheer"] as const)
    test(naam, async () => {
      const { routes, known, ask } = sites[naam];
      assert.ok(routes.filter(({ method }) => method === "post").length >= 2);
      const value = fc.oneof(
        fc.constantFrom(
          ...known,
          "",
          "1",
          "0",
          "ja",
          "bewaar",
          "exporteren",
          "verwerken",
          "2026-11-24",
          "9999-99-99",
        ),
        fc.constantFrom(
          "\0",
          "'; drop table x",
          "x".repeat(3000),
          "\u{1F600}",
          "klas=%00&zoek=%",
          "-1",
          "1e9",
        ),
        fc.string({ unit: "binary", maxLength: 20 }),
      );
      const raw = fc.constantFrom("%", "%C0%80", "%00", "&&=", "=", "+", "%2", ";");
      for (const { method, path, query = {}, form = {} } of routes) {
        const names = [...Object.keys(query), ...Object.keys(form), "__proto__", "x"];
        const field = fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => {
          const whole = text.toWellFormed();
          return `${encodeURIComponent(name)}=${encodeURIComponent(whole)}`;
        });
        const sent = fc.array(fc.oneof({ weight: 9, arbitrary: field }, raw), { maxLength: 6 });
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...known, "x", "\0"), sent, async (id, parts) => {
            const to = address(path, id);
            const answer =
              method === "get"
                ? await ask(`${to}?${parts.join("&")}`)
                : await ask(to, posted(parts.join("&")));
            const where = `${method} ${to} ${parts.join("&")}`;
            assert.ok(answer.status < 500, `${answer.status}: ${where}`);
            if (answer.status >= 400) await refusedOr422(answer, where);
          }),
          { numRuns: 15, endOnFailure: true },
        );
      }
    });
});

async function refusedOr422(answer: Response, where: string): Promise<void> {
  const page = await answer.text();
  assert.match(answer.headers.get("content-type") ?? "", /^text\/html/, where);
  if (answer.status !== 422) assert.match(page, /Waarom\?[^]*Wie kan helpen\?|role="alert"/, where);
}

test("a declaration that contradicts itself stops the start, not the first visitor", async () => {
  const { Hono } = await import("hono");
  const { mount, routesOf } = await import("#platform/route");
  const declare = routesOf<Readonly<Record<"everybody", object>>>();
  const start = (more: object) =>
    mount(
      new Hono(),
      [
        declare({
          method: "get",
          path: "/x/:id",
          access: "everybody",
          summary: "",
          handle: () => new Response(),
          ...more,
        }),
      ],
      {
        largest: 1,
        enter: async () => ({}),
        refuse: () => new Response(),
      },
    );
  assert.throws(() => start({}), /a schema for each name/);
  assert.throws(() => start({ params: { other: z.string() } }), /a schema for each name/);
  assert.throws(() => start({ params: { id: z.string() }, form: {} }), /a form is posted/);
  start({ params: { id: z.string() } });
});
