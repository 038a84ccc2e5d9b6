import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { openDatabase } from "#platform/database";
import type { Fields } from "#platform/route";
import { loadRoutes } from "#sites/schoolloket";
import { beheerder, directeur, schoolwereld, type SchoolWorld, type Staff } from "#testing/schoolloket";

const routes = await loadRoutes();

/**
 * Every route × every kind of principal × ids of another school in path, query and form (4-quality, isolation). Made from the table of
 * routes, so that a new route is in it without anybody thinking of it.
 */
let w: SchoolWorld;

/** Takes the second wall down, in this database: what is asked must then be refused by our own statements alone. */
async function withoutTweedeMuur(): Promise<void> {
  const eigenaar = openDatabase({ url: w.url, max: 1, role: "eigenaar" });
  try {
    const tabellen = await eigenaar<{ naam: string }[]>`
      select c.oid::regclass::text as naam from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relrowsecurity`;
    assert.ok(tabellen.length > 10);
    for (const { naam } of tabellen) await eigenaar.unsafe(`alter table ${naam} disable row level security`);
  } finally {
    await eigenaar.end();
  }
}

const andere: Staff = { voId: "vo-ander", rollen: ["LeerIDBeheerder:999002"] };
const principals: Readonly<Record<string, Staff | undefined>> = {
  nobody: undefined,
  "no right": {},
  beheerder: beheerder,
  databeheerder: directeur,
  "beheerder of another school": andere,
};

/** What a principal may, by the access of a route, in school 999001. */
const magIn: Readonly<Record<string, readonly string[]>> = {
  nobody: [],
  "no right": ["aangemeld"],
  beheerder: ["beheerder", "school", "aangemeld"],
  databeheerder: ["databeheerder", "school", "aangemeld"],
  "beheerder of another school": ["beheerder", "school", "aangemeld"],
};

/** Everything of the other school that could be asked for, under any name a form or query could use. */
async function strangerIds(nummer: string, stamnummer: string): Promise<Record<string, string>> {
  const account = await w.accountOf(stamnummer, nummer);
  return {
    account,
    accountUuid: account,
    leerling: account,
    leerlingen: account,
    instellingsnummer: nummer,
    school: nummer,
    id: account,
    batch: account,
    regel: account,
    gebruikersnaam: "lucja.vreemdeling",
  };
}

/** What rows of a school look like, wherever they are. */
async function stateOf(nummer: string): Promise<string> {
  const tabellen = await w.sql<{ naam: string }[]>`
    select n.nspname || '.' || c.relname as naam from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'instellingsnummer'
     where c.relkind = 'r' and n.nspname <> 'schoolloket' order by 1`;
  const delen: string[] = [];
  for (const { naam } of tabellen) {
    const [row] =
      await w.sql`select md5(string_agg(t::text, '|' order by t::text)) as som from ${w.sql(naam)} t where instellingsnummer = ${nummer}`;
    delen.push(`${naam}=${String(row?.["som"])}`);
  }
  return delen.join("\n");
}

/** What gives somebody a right comes last, so that it does not change what the others are asked with. */
const opVolgorde = [
  ...routes.filter(({ method }) => method === "get"),
  ...routes.filter(({ method, access }) => method === "post" && access === "beheerder"),
  ...routes.filter(({ method, access }) => method === "post" && access !== "beheerder"),
];

/** A form as its route declares it, filled in so that it is understood, with an id of the other school wherever one fits. */
function filledIn(form: Fields = {}, ids: Readonly<Record<string, string>>): Record<string, string> {
  const { properties = {} } = z.toJSONSchema(z.object(form), { io: "input", unrepresentable: "any" });
  return Object.fromEntries(
    Object.entries(properties as Record<string, { enum?: string[]; const?: string; pattern?: string }>).map(
      ([name, field]) => [
        name,
        field.enum?.[0] ??
          field.const ??
          (field.pattern === undefined ? (ids[name] ?? ids["account"] ?? "") : "1"),
      ],
    ),
  );
}

const geheim = /Vreemdeling|Łucja|lucja\.vreemdeling|Sint-Jozef/;

for (const muren of ["both walls", "the first wall alone"] as const)
  describe(`isolation, ${muren}: every route, every principal, foreign ids everywhere`, () => {
    before(async () => {
      w = await schoolwereld();
      if (muren !== "both walls") await withoutTweedeMuur();
    });
    after(() => w.close());

    for (const [naam, staf] of Object.entries(principals)) {
      test(naam, async () => {
        assert.ok(routes.length > 1);
        const eigen = naam.includes("another") ? "999002" : "999001";
        const ids =
          eigen === "999001" ? await strangerIds("999002", "b1") : await strangerIds("999001", "a1");
        const verboden = eigen === "999001" ? geheim : /Peeters|noor\.peeters|De Regenboog/;
        const doel = eigen === "999001" ? "999002" : "999001";
        const voor = await stateOf(doel);
        for (const { method, path, access: toegang, form } of opVolgorde) {
          const cookie = staf
            ? await w.sessieOf({ ...staf, instellingsnummer: staf.rollen || staf.voId ? eigen : null })
            : undefined;
          const heeftParam = path.includes(":");
          const adres = path.replaceAll(/:(\w+)/g, (_, param: string) => ids[param] ?? ids["account"] ?? "x");
          const answer =
            method === "get"
              ? await w.get(`${adres}?${new URLSearchParams(ids)}`, cookie)
              : await w.post(adres, cookie, filledIn(form, ids));
          const waar = `${method} ${path} as ${naam}: ${answer.status}`;
          // What somebody sent who is not signed in any more waits on the page for him, in hidden fields.
          const text = (await answer.text()).replaceAll(cookie ? "\0" : /<input type="hidden"[^>]*>/g, "");
          assert.ok(answer.status < 500, waar);
          assert.doesNotMatch(text, verboden, waar);
          if (!cookie && method === "get")
            assert.match(`${answer.status} ${answer.headers.get("location")}`, /^303 \/aanmelden\b/, waar);
          else if (!cookie)
            assert.match(`${answer.status} ${text}`, /^403 [^]*Je bent niet meer aangemeld/, waar);
          else if (!magIn[naam]?.includes(toegang))
            assert.ok(answer.status === 403 || answer.headers.get("location") === "/geen-recht", waar);
          else if (heeftParam && /:account/i.test(path)) assert.ok([403, 404].includes(answer.status), waar);
        }
        assert.equal(await stateOf(doel), voor, "nothing of the other school changed");
      });
    }
  });
