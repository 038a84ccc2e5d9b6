import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
});
after(() => w.close());

/** Columns by which a row belongs to a school or to one pupil. */
const eigenaars = ["instellingsnummer", "account_uuid"];
/** Tables without anybody's data that name a school because they are about schools. */
const openbaar = new Set(["scholen.school", "scholen.vestiging"]);

type TableSource = { readonly naam: string; readonly kolom: string; readonly schrijven: boolean };

/**
 * Every table that the role of a school can touch, with the columns that say whose a row is. A view is walled when it asks its tables
 * in the name of whoever asks it.
 */
const tables = () => w.sql<{ naam: string; rls: boolean; kolommen: string[]; schrijven: boolean }[]>`
  select n.nspname || '.' || c.relname as naam, case when c.relkind = 'v' then coalesce('security_invoker=true' = any (c.reloptions), false)
           else c.relrowsecurity and c.relforcerowsecurity end as rls,
         array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as kolommen,
         has_table_privilege('leerid_school', c.oid, 'insert, update, delete') as schrijven
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
     and (has_table_privilege('leerid_school', c.oid, 'select, insert, update, delete')
          or has_any_column_privilege('leerid_school', c.oid, 'select, insert, update'))
   order by 1`;

describe("the second wall (row-level security), with the first one switched off", () => {
  test("every table that a school can touch and that has somebody's rows is walled, also for its owner", async () => {
    for (const { naam, rls, kolommen } of await tables()) {
      const vanIemand = kolommen.some((column) => eigenaars.includes(column)) && !openbaar.has(naam);
      assert.equal(rls, vanIemand, `${naam}: row-level security and force`);
    }
  });

  test("the vault of INSZ, passwords, sessions, quarantine and other schools' machinery are out of reach", async () => {
    const bereik = new Set((await tables()).map(({ naam }) => naam));
    for (const naam of [
      "leerlingen.insz",
      "acm.sessie",
      "acm.machtiging",
      "discimus.quarantaine",
      "tokens.sleutel",
      "sleutels.poging",
    ])
      assert.ok(!bereik.has(naam), naam);
    await assert.rejects(
      w.inSchool("999001", (ctx) => ctx.sql`select hash from sleutels.sleutel`),
      /permission denied/,
    );
    await assert.rejects(
      w.inSchool("999001", (ctx) => ctx.sql`select geheim_versleuteld from toepassingen.client`),
      /permission denied/,
    );
  });

  test("a select without any condition shows the own school only", async () => {
    const vreemd = await w.accountOf("b1", "999002");
    const eigen = await w.accountOf("a1");
    const alles = await tables();
    const walled: TableSource[] = alles
      .filter(({ rls }) => rls)
      .map(({ naam, kolommen, schrijven }) => ({
        naam,
        kolom: eigenaars.find((column) => kolommen.includes(column)) ?? "",
        schrijven,
      }));
    for (const { naam, kolom } of walled) {
      const rows = await w
        .inSchool("999001", (ctx) => ctx.sql`select ${ctx.sql(kolom)}::text as van from ${ctx.sql(naam)}`)
        .catch((error: { code?: string }) => {
          if (error.code === "42501") return []; // write-only for a school
          throw error as Error;
        });
      for (const { van } of rows)
        assert.ok(van !== "999002" && van !== vreemd, `${naam} shows ${String(van)}`);
    }
    const [mijn] = await w.inSchool("999001", (ctx) => ctx.sql`select count(*) as n from leerlingen.account`);
    assert.equal(mijn?.["n"], 2);
    const [one] = await w.inSchool(
      "999001",
      (ctx) => ctx.sql`select voornaam from leerlingen.account where account_uuid = ${eigen}`,
    );
    assert.equal(one?.["voornaam"], "Noor");
  });

  test("who says no school sees nothing", async () => {
    for (const nummers of ["", "999"]) {
      const [row] = await w.inSchool(
        nummers,
        (ctx) => ctx.sql`select count(*) as n from leerlingen.registratie`,
      );
      assert.equal(row?.["n"], 0);
    }
  });

  test("a row of another school can be neither made, changed nor removed", async () => {
    await w.sql`insert into toepassingen.toepassing (toepassing, naam, omschrijving, aanbieder, soort, start_url, tint, initialen, integreert_klasinformatie, instructies, gewijzigd_op)
      values ('t', 'T', 'T', 'T', 'doeltoepassing', 'https://t.example', 1, 'T', false, '', now())`;
    await w.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values ('999002', 't', '2026-09-01')`;
    await assert.rejects(
      w.inSchool(
        "999001",
        (ctx) =>
          ctx.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values ('999002', 't', '2026-09-01')`,
      ),
      /row-level security/,
    );
    const weg = await w.inSchool("999001", (ctx) => ctx.sql`delete from toepassingen.keuze`);
    const anders = await w.inSchool(
      "999001",
      (ctx) => ctx.sql`update toepassingen.keuze set tot = '2026-09-02'`,
    );
    assert.deepEqual([weg.count, anders.count], [0, 0]);
  });

  test("the wall falls with its transaction: nothing stays on the connection", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        w.inSchool(n % 2 ? "999001" : "999002", (ctx) => ctx.sql`select 1`),
      ),
    );
    const rows = await Promise.all(
      Array.from(
        { length: 20 },
        () => w.sql`select current_user as wie, current_setting('leerid.scholen', true) as scholen`,
      ),
    );
    for (const [row] of rows)
      assert.deepEqual([row?.["wie"], row?.["scholen"] || null], ["leerid_app", null]);
  });
});
