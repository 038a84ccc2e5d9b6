import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inBeheer } from "#platform/context";
import { functies, loadRoutes } from "#sites/beheer";
import { beheerwereld, dpo, medewerker, withScholen, type BeheerWorld, type Wie } from "#testing/beheer";

const routes = await loadRoutes();

let w: BeheerWorld;
before(async () => {
  w = await beheerwereld();
  await withScholen(w);
});
after(() => w.close());

const principals: Readonly<Record<string, Wie | undefined>> = {
  nobody: undefined,
  "of the department, without a function": {},
  medewerker,
  dpo,
  "a beheerder of a school": {
    doelgroepcode: "OV",
    orgcodes: ["999001"],
    rollen: ["LeerIDBeheerder:999001"],
  },
  "of a company": {
    doelgroepcode: "EA",
    orgcodes: ["0999999922"],
    rollen: ["LeerIDDienstenleverancier:0999999922"],
  },
  "of another service of the government": {
    orgcodes: ["OVO999902"],
    rollen: ["LeerIDMedewerker:OVO999902"],
  },
  "with a role for the department, working elsewhere": {
    orgcodes: ["OVO999902"],
    rollen: ["LeerIDMedewerker:OVO999901"],
  },
  "of a school that says it is the department": {
    doelgroepcode: "OV",
    rollen: ["LeerIDMedewerker:OVO999901"],
  },
};

const mayEnter = (naam: string): readonly string[] => {
  const rol = { medewerker: "LeerIDMedewerker", dpo: "LeerIDDpo" }[naam];
  const functie = functies.find((one) => one.rol === rol);
  return functie ? [...functie.taken, "functie", "aangemeld"] : ["aangemeld"];
};

describe("R7: staff see by function: every route, every principal", () => {
  for (const [naam, wie] of Object.entries(principals)) {
    test(`R7: ${naam}`, async () => {
      assert.ok(routes.length >= 8);
      for (const { method, path, access } of routes) {
        const cookie = wie && (await w.sessieOf(wie));
        const adres = path.replaceAll(/:\w+/g, "999001");
        const answer = await (method === "get" ? w.get(adres, cookie) : w.post(adres, cookie));
        const waar = `${method} ${path} as ${naam}: ${answer.status}`;
        assert.ok(answer.status < 500, waar);
        if (!cookie && method === "get")
          assert.match(`${answer.status} ${answer.headers.get("location")}`, /^303 \/aanmelden\b/, waar);
        else if (!cookie) assert.equal(answer.status, 403, waar);
        else if (!mayEnter(naam).includes(access)) {
          assert.equal(answer.status, 403, waar);
          assert.match(await answer.text(), /Waarom\?[^]*Wie kan helpen\?/, waar);
        } else assert.notEqual(answer.status, 403, waar);
      }
    });
  }

  test("R7: the only ones with a task are those of the table, and a DPO changes nothing", () => {
    assert.deepEqual(
      functies.map(({ rol, taken }) => [rol, taken.filter((taak) => taak.endsWith("wijzigen"))]),
      [
        ["LeerIDMedewerker", ["schoolsoftware-wijzigen"]],
        ["LeerIDDpo", []],
      ],
    );
  });
});

describe("R7: for the role behind the pages of beheer there are no pupils", () => {
  test("R7: what it may see is this, to the column", async () => {
    const rows = await w.sql<{ naam: string; kolommen: string[] }[]>`
      select n.nspname || '.' || c.relname as naam, array_agg(a.attname::text order by a.attname) as kolommen
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and not a.attisdropped
         and has_column_privilege('leerid_beheer', c.oid, a.attnum, 'select')
       group by 1 order by 1`;
    const geheel = [
      "beheer.wijziging",
      "discimus.levering",
      "scholen.school",
      "schoolsoftware.gebruik",
      "schoolsoftware.pakket",
    ];
    assert.deepEqual(
      rows.filter(({ naam }) => !geheel.includes(naam)),
      [
        {
          naam: "akkoorden.akkoord",
          kolommen: ["akkoord", "gegeven_op", "gestopt_op", "instellingsnummer"],
        },
        { naam: "discimus.quarantaine", kolommen: ["code", "levering_id", "ontvangen_op", "quarantaine_id"] },
        {
          naam: "leveringen.levering",
          kolommen: [
            "besluit",
            "besluit_op",
            "bytes",
            "instellingsnummer",
            "kanaal",
            "klaar_op",
            "levering",
            "ontvangen_op",
            "pakket",
            "schooljaar",
            "status",
            "tijdstip",
          ],
        },
      ],
    );
    assert.deepEqual(
      rows.map(({ naam }) => naam).filter((naam) => geheel.includes(naam)),
      geheel,
    );
  });

  test("R7: it writes the use of packages and what was changed, nothing else, and takes nothing back", async () => {
    const rows = await w.sql<{ naam: string; recht: string }[]>`
      select n.nspname || '.' || c.relname as naam, recht
        from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest(array['insert', 'update', 'delete', 'truncate']) recht
       where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
         and (has_table_privilege('leerid_beheer', c.oid, recht)
              or recht in ('insert', 'update') and has_any_column_privilege('leerid_beheer', c.oid, recht))
       order by 1, 2`;
    assert.deepEqual(
      rows.map(({ naam, recht }) => `${recht} ${naam}`),
      ["insert beheer.wijziging", "insert schoolsoftware.gebruik", "update schoolsoftware.gebruik"],
    );
  });

  test("R7: it really is that role, and only for the transaction", async () => {
    const [binnen] = await inBeheer(w.ctx, (ctx) => ctx.sql<{ rol: string }[]>`select current_user as rol`);
    assert.equal(binnen?.rol, "leerid_beheer");
    await assert.rejects(
      inBeheer(w.ctx, (ctx) => ctx.sql`select 1 from leerlingen.registratie`),
      (error: { code?: string }) => error.code === "42501",
    );
    const [buiten] = await w.sql<{ rol: string }[]>`select current_user as rol`;
    assert.equal(buiten?.rol, "leerid_app");
  });
});
