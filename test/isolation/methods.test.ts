import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Hono } from "hono";
import { openDatabase, type Sql } from "#platform/database";
import { createLeerlingloket } from "#sites/leerlingloket";
import { beheerwereld, type BeheerWorld } from "#testing/beheer";
import { beheerder, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

/**
 * What a method may do, on every route that our own sites really have: asked of the app itself, so that a new route is in it without
 * anybody thinking of it.
 */
let school: SchoolWorld;
let beheer: BeheerWorld;
type Site = {
  readonly name: string;
  readonly app: Hono;
  readonly url: string;
  readonly database: string;
  readonly sql: Sql;
  readonly cookie: string;
};
let sites: readonly Site[];

before(async () => {
  school = await schoolwereld();
  beheer = await beheerwereld();
  const leerlingloket = "http://leerid.test";
  sites = [
    {
      name: "leerlingloket",
      app: createLeerlingloket(school.ctx, { acm: "http://127.0.0.1:9", leerlingloket }).app,
      url: leerlingloket,
      database: school.url,
      sql: school.sql,
      cookie: "leerlingloket=x",
    },
    {
      name: "schoolloket",
      app: school.app,
      url: "http://schoolloket.test",
      database: school.url,
      sql: school.sql,
      cookie: await school.sessieOf({ ...beheerder, instellingsnummer: "999001" }),
    },
    {
      name: "beheer",
      app: beheer.app,
      url: "http://beheer.test",
      database: beheer.url,
      sql: beheer.sql,
      cookie: await beheer.sessieOf({ rollen: ["LeerIDMedewerker"] }),
    },
  ];
});
after(async () => {
  await school.close();
  await beheer.close();
});

/** Everything that stands in the database, but for what a page keeps ready of the rest. */
async function stateOf(database: string): Promise<string> {
  const owner = openDatabase({ url: database, max: 1, role: "eigenaar" });
  try {
    const tables = await owner<{ name: string }[]>`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not like 'pg_%' and n.nspname <> 'information_schema'
         and c.oid <> 'leerlingbeheer.overzicht'::regclass order by 1`;
    assert.ok(tables.length > 30);
    const sums: string[] = [];
    for (const { name } of tables) {
      const [row] = await owner.unsafe(
        `select md5(string_agg(t::text, '|' order by t::text)) as sum from ${name} t`,
      );
      sums.push(`${name}=${String(row?.["sum"])}`);
    }
    return sums.join("\n");
  } finally {
    await owner.end();
  }
}

const addressesOf = ({ app }: Site, method: string) => {
  const found = app.routes.filter((one) => one.method === method && !one.path.includes("*"));
  return [...new Set(found.map(({ path }) => path))].map((path) => path.replaceAll(/:\w+/g, "999001"));
};

/** Back-channel logout is posted by ACM: what counts there is the signature. */
const fromMachines = ["/backchannel-logout"];

describe("methods, on every route of our own sites", () => {
  test("HEAD changes nothing, begins nothing and redeems nothing", async () => {
    for (const site of sites) {
      const before = await stateOf(site.database);
      const addresses = addressesOf(site, "GET");
      assert.ok(addresses.length >= 8, site.name);
      for (const path of [...addresses, "/terug?code=x&state=y"]) {
        const answer = await site.app.request(`${site.url}${path}`, {
          method: "HEAD",
          headers: { cookie: site.cookie },
        });
        const where = `${site.name} HEAD ${path}: ${answer.status}`;
        // ACM is not there: who turns to it would get 503.
        assert.ok(answer.status < 500, where);
        assert.deepEqual(answer.headers.getSetCookie(), [], where);
        assert.equal(await answer.text(), "", where);
      }
      assert.equal(await stateOf(site.database), before, site.name);
    }
  });

  test("a form of another website changes nothing; of none that can be known neither", async () => {
    for (const site of sites) {
      const before = await stateOf(site.database);
      for (const path of addressesOf(site, "POST").filter((one) => !fromMachines.includes(one))) {
        for (const headers of [
          { origin: "https://kwaad.example" },
          { origin: "null" },
          { origin: `${site.url}:8443` },
          { origin: site.url, "sec-fetch-site": "same-site" },
          { origin: site.url, "sec-fetch-site": "cross-site" },
          { origin: "https://kwaad.example", "sec-fetch-site": "none" },
          ...(path === "/afmelden" ? [] : [{}]),
        ]) {
          const answer = await site.app.request(`${site.url}${path}`, {
            method: "POST",
            headers: {
              cookie: site.cookie,
              "content-type": "application/x-www-form-urlencoded",
              ...headers,
            } as Record<string, string>,
          });
          const where = `${site.name} POST ${path} ${JSON.stringify(headers)}: ${answer.status}`;
          assert.equal(answer.status, 403, where);
          // Who wants to leave finds the button for it on our own page.
          assert.equal(/action="\/afmelden"/.test(await answer.text()), path === "/afmelden", where);
        }
      }
      assert.equal(await stateOf(site.database), before, site.name);
    }
  });
});
