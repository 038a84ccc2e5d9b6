import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { describe, test } from "node:test";
import { longFiles, moved, outside, packages, rooms, type Room } from "#architecture";
import { testDatabase } from "#testing/database";
import { importsOf, migrationText, ringsOf, root, sourceFiles, sqlNames, type SourceFile } from "./source.ts";

const source = sourceFiles("src");
const production = source.filter((file) => !file.test);
const around = outside
  .filter((folder) => existsSync(`${root}${folder}`))
  .flatMap((folder) => sourceFiles(folder));
const migrations = readdirSync(`${root}migrations`).toSorted();
const schemas = Object.values(rooms).flatMap((room) => room.schema ?? []);
const forAll = new Set(Object.values(rooms).flatMap((room) => (room.schemaForAll && room.schema) || []));

const layer = (room: string): number =>
  ["platform", "modules", "sites"].indexOf(room.split("/")[0] ?? "") + 1 ||
  { open: 4, registration: 4, leerid: 4, processes: 4, commands: 5, main: 6 }[room] ||
  0;

/** `#modules/tokens` → `modules/tokens`; undefined for packages and for files of the room itself. */
function roomBehind(specifier: string): string | undefined {
  if (!specifier.startsWith("#")) return undefined;
  return specifier.slice(1);
}

/** What is wrong with the imports of a file, one line per finding. */
function wrongImports(file: Pick<SourceFile, "path" | "room" | "text" | "test">): string[] {
  return importsOf(file.text).flatMap((specifier) => {
    const line = (what: string) => [`${file.path}: ${specifier}: ${what}`];
    if (specifier.includes("../")) {
      // A folder of a subject reaches what its room shares; further up is another room.
      const inside = posix.join(dirname(file.path), specifier).startsWith(`src/${file.room}/`);
      return inside ? [] : line("goes through the wall; use a door (#platform/x, #modules/x, #sites/x)");
    }
    const target = roomBehind(specifier);
    if (target === undefined || target === file.room) return [];
    const [head = ""] = target.split("/");
    if (head === "architecture" || head === "testing" || (outside as readonly string[]).includes(head)) {
      if (file.test || (file.room === "commands" && head !== "testing")) return [];
      return line("the product does not lean on what stands beside it");
    }
    const lent = packages[target];
    if (lent) return file.test || lent.usedBy.includes(file.room) ? [] : line("not for this room");
    const there = rooms[target];
    if (!there) return line("no such room, or a deep import");
    if (layer(target) > layer(file.room))
      return line("points up: platform ← modules ← sites ← leerid ← commands ← main");
    if (layer(target) === 1 && layer(file.room) > 1)
      return there.only && !file.test && !there.only.includes(file.room) ? line("not for this room") : [];
    // A test may set up its world through any module below it; the product may not.
    if (file.test) return [];
    return rooms[file.room]?.uses.includes(target) ? [] : line("not an edge of architecture.ts");
  });
}

/** SQL that touches a schema of another room without being declared. */
function wrongSql(room: string, path: string, names: readonly string[]): string[] {
  const { schema, alsoSql = {} } = rooms[room] ?? ({} as Room);
  return names
    .filter((name) => {
      const [there = ""] = name.split(".");
      return there !== schema && !forAll.has(there) && !Object.hasOwn(alsoSql, name);
    })
    .map((name) => `${path}: ${name} belongs to another room`);
}

/** Whose migration it is: of the schema that it is named after, and of those in which it makes something (again). */
function schemasOf(name: string): string[] {
  const named = /^\d{4}_(\w+)\.sql$/.exec(name)?.[1] ?? "";
  // A file that only changes (later migrations) is named after what it changes: 0014_leerlingen_….sql.
  const owner = [
    ...schemas.filter((one) => named === one || named.startsWith(`${one}_`)),
    ...Object.entries(moved).flatMap(([left, places]) =>
      named === left || named.startsWith(`${left}_`) ? Object.keys(places) : [],
    ),
  ];
  const text = migrationText(name);
  const made = [...text.matchAll(/^create (?:or replace )?(?:schema|function|view) (\w+)/gm)];
  return owner.length === 0 ? [] : [...new Set([...owner, ...made.map(([, one]) => one ?? "")])];
}

const ownerOf = (schema: string): string =>
  Object.entries(rooms).find(([, room]) => room.schema === schema)?.[0] ?? "";

describe("the code is as architecture.ts says", () => {
  test("the test saw the code", () => {
    assert.ok(production.length > 60, `${production.length} files`);
    assert.ok(production.flatMap((file) => importsOf(file.text)).length > 200);
    assert.ok(around.length > 10, `${around.length} files beside src`);
    assert.ok(migrations.length >= 13);
    assert.ok(production.flatMap((file) => sqlNames(file.text, schemas, "ts")).length > 30);
  });

  test("every room is declared, and every declared room exists", () => {
    assert.deepEqual([...new Set(source.map((file) => file.room))].toSorted(), Object.keys(rooms).toSorted());
  });

  test("rooms are entered by their door, downwards, along declared edges", () => {
    assert.deepEqual(source.flatMap(wrongImports), []);
  });

  test("every declared edge is used", () => {
    const unused = Object.entries(rooms).flatMap(([name, room]) => {
      const used = new Set(
        production
          .filter((file) => file.room === name)
          .flatMap((file) => importsOf(file.text).map(roomBehind)),
      );
      return room.uses.filter((target) => !used.has(target)).map((target) => `${name} → ${target}`);
    });
    assert.deepEqual(unused, []);
  });

  test("the graph has no ring", () => {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      assert.ok(!path.includes(name), [...path, name].join(" → "));
      if (done.has(name)) return;
      for (const target of rooms[name]?.uses ?? []) visit(target, [...path, name]);
      done.add(name);
    };
    for (const name of Object.keys(rooms)) visit(name, []);
    assert.equal(done.size, Object.keys(rooms).length);
  });

  test("no files import one another in a circle, by types neither", () => {
    assert.deepEqual(ringsOf([...source, ...around]), []);
    const file = (path: string, ...to: string[]) => ({
      path,
      text: to.map((one) => `import type { X } from "${one}";`).join("\n"),
    });
    const planted = [
      file("src/a/a.ts", "./b.ts"),
      file("src/a/b.ts", "./deep/c.ts", "./d.ts"),
      file("src/a/deep/c.ts", "./../a.ts"),
      file("src/a/d.ts"),
    ];
    assert.deepEqual(ringsOf(planted), [["src/a/a.ts", "src/a/b.ts", "src/a/deep/c.ts"]]);
  });

  test("what stands beside the product also goes in by the doors", () => {
    const wrong = around.flatMap((file) =>
      importsOf(file.text).flatMap((specifier) => {
        const target = roomBehind(specifier);
        const pages = /^sites\/\w+\/pages$/.test(target ?? ""); // pages are shown and checked one by one
        const known =
          target === undefined ||
          pages ||
          target in rooms ||
          target in packages ||
          target === "architecture" ||
          ["testing", ...outside].includes(target.split("/")[0] ?? "");
        return specifier.includes("../") || !known ? [`${file.path}: ${specifier}`] : [];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  test("a package stands alone: its own files, Node, and the packages that it names", () => {
    const files = around.filter((file) => file.path.startsWith("packages/"));
    assert.ok(files.length > 10);
    assert.deepEqual(readdirSync(`${root}packages`).toSorted(), Object.keys(packages).toSorted());
    type Named = Readonly<Record<string, Record<string, string> | undefined>>;
    const named = (path: string): Named => JSON.parse(readFileSync(path, "utf8")) as Named;
    const strange = (path: string, text: string) => {
      const [home = ""] = /^packages\/[^/]+\//.exec(path) ?? [];
      const { dependencies, devDependencies } = named(`${root}${home}package.json`);
      const known = Object.keys({ ...dependencies, ...devDependencies });
      return importsOf(text).filter(
        (from) =>
          !from.startsWith("./") &&
          !from.startsWith("node:") &&
          !known.some((name) => from === name || from.startsWith(`${name}/`)),
      );
    };
    assert.deepEqual(
      files.flatMap((file) => strange(file.path, file.text)),
      [],
    );
    const planted = 'import "#platform/clock"; import "pg"; import "zod"; import "./x.ts";';
    assert.deepEqual(strange("packages/leerid-pakket/src/x.ts", planted), ["#platform/clock", "pg"]);
    const versions = (path: string): Record<string, string> => {
      const { dependencies, devDependencies, optionalDependencies } = named(path);
      return { ...dependencies, ...devDependencies, ...optionalDependencies };
    };
    const ours = versions(`${root}package.json`);
    for (const one of Object.keys(packages))
      for (const [name, version] of Object.entries(versions(`${root}packages/${one}/package.json`)))
        assert.equal(version, ours[name], `${one}: ${name}: tested here with another version`);
  });

  test("the client of PostgreSQL is loaded by the room of the database only (ADR 0017)", () => {
    const loads = (text: string) => importsOf(text).some((from) => /^(pg|pg-.*|postgres)$/.test(from));
    const loaders = [...source, ...around].filter(({ text }) => loads(text)).map(({ path }) => path);
    assert.ok(loaders.length > 0);
    assert.deepEqual(
      loaders.filter((path) => !path.startsWith("src/platform/database/")),
      ["packages/embedded-postgres/src/trial.ts"], // tests of what calls nothing of us
    );
    assert.ok(loads('import pg from "pg";') && loads('import { from } from "pg-copy-streams";'));
  });

  test("a web site is opened by the room of the ports only, so that none is without health", () => {
    const serves = (text: string) => /import {[^}]*\bcreateServer\b[^}]*} from "node:https?"/.test(text);
    const product = [...production, ...around.filter((file) => file.path.startsWith("demo/") && !file.test)];
    assert.deepEqual(
      product.filter(({ text }) => serves(text)).map(({ path }) => path),
      ["src/platform/listening/index.ts"],
    );
  });

  test("a planted violation is found", () => {
    const plantFault = (room: string, text: string) =>
      wrongImports({ path: `src/${room}/folder/planted.ts`, room, text, test: false }).length;
    assert.equal(plantFault("platform/clock", 'import { decide } from "#modules/verstrekking";'), 1);
    assert.equal(plantFault("modules/scholen", 'import { authenticate } from "#modules/aanmelding";'), 1);
    assert.equal(plantFault("modules/tokens", 'import { store } from "#modules/tokens/store";'), 1);
    assert.equal(plantFault("modules/tokens", 'import { x } from "../../scholen/store.ts";'), 1);
    assert.equal(plantFault("modules/tokens", 'import { x } from "../folder/../../scholen/store.ts";'), 1);
    assert.equal(plantFault("modules/tokens", 'import { x } from "../store.ts";'), 0);
    assert.equal(plantFault("modules/tokens", 'export * from "#sites/api";'), 1);
    assert.equal(plantFault("sites/api", 'const x = await import("#modules/scholen");'), 1);
    assert.equal(plantFault("sites/api", 'import { x } from "#testing/database";'), 1);
    assert.equal(plantFault("sites/api", 'const x = await import("#embedded-postgres");'), 1);
    assert.equal(plantFault("open", 'const x = await import("#embedded-postgres");'), 0);
    assert.equal(
      plantFault("modules/tokens", '// import { x } from "#sites/api";\nconst s = `from "#sites/api"`;'),
      0,
    );
    const sql = (text: string) =>
      wrongSql("modules/tokens", "planted.ts", sqlNames(text, schemas, "ts")).length;
    assert.equal(
      sql("ctx.sql`select 1 from leerlingen.account where x = ${y(`a`)} and z in (select from acm.sessie)`"),
      2,
    );
    assert.equal(sql("const r = /`/; leerlingen.map((l) => l); ctx.sql`select 1 from tokens.sleutel`"), 0);
  });
});

describe("the database is divided like the code", () => {
  test("SQL in the code touches its own schema only, or what is declared", () => {
    assert.deepEqual(
      production.flatMap((file) => wrongSql(file.room, file.path, sqlNames(file.text, schemas, "ts"))),
      [],
    );
  });

  test("a migration stays in the schema it is named after, or what is declared", () => {
    const wrong = migrations.flatMap((name) => {
      const text = migrationText(name);
      const owners = schemasOf(name);
      if (owners.length === 0) return name === "0001_rollen.sql" ? [] : [`${name}: belongs to no room`];
      return sqlNames(text, schemas, "sql")
        .filter((one) => owners.every((mine) => wrongSql(ownerOf(mine), name, [one]).length > 0))
        .map((one) => `${name}: ${one} belongs to another room`);
    });
    assert.deepEqual(wrong, []);
  });

  test("every declared foreign object is really used by the room that declares it", () => {
    const unused = Object.entries(rooms).flatMap(([name, room]) => {
      const used = new Set([
        ...production
          .filter((file) => file.room === name)
          .flatMap((file) => sqlNames(file.text, schemas, "ts")),
        ...migrations
          .filter((file) => room.schema !== undefined && schemasOf(file).includes(room.schema))
          .flatMap((file) => sqlNames(migrationText(file), schemas, "sql")),
      ]);
      return Object.keys(room.alsoSql ?? {})
        .filter((one) => !used.has(one))
        .map((one) => `${name}: ${one}`);
    });
    assert.deepEqual(unused, []);
  });

  test("migrations have a number each", () => {
    for (const name of migrations) assert.match(name, /^\d{4}_[a-z_]+\.sql$/);
    assert.equal(new Set(migrations.map((name) => name.slice(0, 4))).size, migrations.length);
  });

  test("every table says what it is for, and every schema has its room", async () => {
    const db = await testDatabase();
    try {
      const tables = await db.sql<{ tabel: string; uitleg: string | null }[]>`
        select n.nspname || '.' || c.relname as tabel, obj_description(c.oid, 'pg_class') as uitleg
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema')`;
      assert.ok(tables.length >= 20, `${tables.length} tables`);
      assert.deepEqual(
        tables.filter((row) => !row.uitleg).map((row) => row.tabel),
        [],
      );
      const found = await db.sql<{ nspname: string }[]>`
        select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`;
      assert.deepEqual(found.map(({ nspname }) => nspname).toSorted(), ["public", ...schemas].toSorted());
    } finally {
      await db.close();
    }
  });
});

describe("the house stays readable", () => {
  const everything = [...source, ...around];

  test("no file is longer than 400 lines (a test: 500), except those that say why", () => {
    const most = (path: string) => (path.endsWith(".test.ts") ? 500 : 400);
    const long = everything
      .filter((file) => file.text.split("\n").length > most(file.path) + 1)
      .map((file) => file.path);
    assert.deepEqual(long.toSorted(), Object.keys(longFiles).toSorted());
  });

  test("no drawers: utils, helpers, services, managers", () => {
    const drawer = /(?:^|[/-])(?:utils?|helpers?|common|misc|services?|managers?)(?:[/.-]|$)/;
    assert.deepEqual(
      everything.map((file) => file.path).filter((path) => drawer.test(path)),
      [],
    );
    assert.ok(drawer.test("src/modules/x/utils.ts") && drawer.test("src/platform/string-helpers.ts"));
  });

  test("files are in kebab-case", () => {
    assert.deepEqual(
      everything.map((file) => file.path).filter((path) => !/^[a-z0-9/-]+(?:\.test)?\.ts$/.test(path)),
      [],
    );
  });

  test("every module and site has a door and says what it is", () => {
    const missing = Object.keys(rooms)
      .filter((room) => room.startsWith("modules/") || room.startsWith("sites/"))
      .flatMap((room) => ["index.ts", "README.md"].map((name) => `src/${room}/${name}`))
      .filter((path) => !existsSync(`${root}${path}`));
    assert.deepEqual(missing, []);
  });

  test("rules never wait", () => {
    const rules = production.filter((file) => file.path.endsWith("/rules.ts"));
    assert.ok(rules.length >= 5);
    assert.deepEqual(
      rules.filter((file) => /\b(?:await|async|Promise)\b/.test(file.text)).map((file) => file.path),
      [],
    );
  });
});
