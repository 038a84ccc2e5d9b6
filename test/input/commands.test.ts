import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "#platform/clock";
import { writeRegel, zegel } from "#modules/privacylog";
import { openDatabase } from "#platform/database";
import { newAccountUuid } from "#platform/ids";
import { testDatabase, type TestDatabase } from "#testing/database";
import { makeMainKey } from "#testing/main-key";
import { freePortBase, mainKey, runLeerid, withFolder, type Outcome, type Settings } from "#testing/server";

let db: TestDatabase;
let settings: Settings;
before(async () => {
  db = await testDatabase();
  settings = { LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey };
});
after(() => db?.close());

/** A few at a time: a command is a whole process. */
async function each<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...list];
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one);
  };
  await Promise.all([worker(), worker(), worker()]);
}

const english = /\b(the|error|invalid|unexpected|unknown|expected|failed|cannot|undefined|NaN)\b/i;

/** Lines for a person: Dutch, no frames, no values that may be secret. */
function checkWords(name: string, text: string): void {
  assert.notEqual(text.trim(), "", name);
  assert.doesNotMatch(text, english, name);
  assert.doesNotMatch(text, /\n\s+at |node:internal|node_modules|\.ts:\d/, name);
}

function checkRefused(name: string, outcome: Outcome, ...lines: readonly RegExp[]): void {
  assert.equal(outcome.code, 1, `${name}: ${outcome.code} ${outcome.stdout}${outcome.stderr}`);
  checkWords(name, outcome.stderr);
  for (const line of lines) assert.match(outcome.stderr, line, name);
}

describe("wrong usage: exit code 2, and how it should be", () => {
  it("a file that is not there, no file, or not what its name says: nothing is begun for it, no database and no folder", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      await mkdir(join(folder, "map"));
      await writeFile(join(folder, "geen.ndjson.gz"), "geen gzip");
      const cases = ["discimus", "protocol", "toepassing", "schoolsoftware"].flatMap((kind) =>
        ["weg.json", "map"].map((name) => ["import", kind, join(folder, name)]),
      );
      cases.push(["import", "discimus", join(folder, "geen.ndjson.gz")]);
      cases.push(["log", "verify", "--anker", join(folder, "geen-anker")]);
      await each(cases, async (args) => {
        const outcome = await runLeerid(args, { LEERID_DATAMAP: data });
        checkRefused(args.join(" "), outcome, /kan niet gelezen worden/);
        await assert.rejects(stat(data), /ENOENT/, args.join(" "));
      });
    }));

  it("says so for every command", async () => {
    const cases: readonly [args: string[], line: RegExp][] = [
      [["kwaad"], /^De opdracht "kwaad" bestaat niet\.$/m],
      [["constructor"], /^De opdracht "constructor" bestaat niet\.$/m],
      [["serve", "--kwaad"], /^De optie --kwaad bestaat niet bij deze opdracht\.$/m],
      [["serve", "--sites"], /^De optie --sites heeft geen waarde/m],
      [
        ["serve", "--sites", "acm,kwaad"],
        /^--sites: kies uit acm, leerlingloket, schoolloket, beheer, api, dropserver\.$/m,
      ],
      [["serve", "extra"], /^Er staat een woord te veel achter deze opdracht\.$/m],
      [["import", "discimus"], /ontbreekt een bestand/],
      [["import", "kwaad", "x"], /kies discimus, protocol, toepassing of schoolsoftware/],
      [["import", "discimus", "x", "--force"], /De optie --force bestaat niet/],
      [["log"], /kies verify/],
      [["sleutels", "vernieuw"], /kies roteer/],
      [["demo", "--leerlingen", "veel"], /geheel getal/],
    ];
    await each(cases, async ([args, line]) => {
      const { code, stderr, stdout } = await runLeerid(args, settings);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, line);
      assert.match(stderr, /^Gebruik: leerid /m);
      checkWords(args.join(" "), stderr);
    });
  });
});

describe("settings and surroundings: exit code 1, a line per problem", () => {
  it("settings that do not exist or cannot be", async () => {
    const wrong = {
      LEERID_ONZIN: "1",
      LEERID_PORT_BASE: "zeg-ik-niet",
      LEERID_DATABASE_URL: "mysql://zeg-ik-niet",
      LEERID_DATABASE_VERBINDINGEN: "1000",
      LEERID_HOOFDSLEUTEL: "zeg-ik-niet",
      LEERID_LOG: "hard",
      LEERID_PRODUCTIE: "ja",
      LEERID_SITES: "acm,kwaad",
      LEERID_ACM_URL: "zeg ik niet",
    };
    const outcome = await runLeerid(["migrate"], wrong);
    checkRefused("settings", outcome);
    assert.deepEqual(
      outcome.stderr
        .trim()
        .split("\n")
        .map((line) => line.slice(0, line.indexOf(":")))
        .toSorted(),
      Object.keys(wrong).toSorted(),
    );
    assert.doesNotMatch(outcome.stderr, /zeg-ik-niet|zeg ik niet/);
    const production = await runLeerid(["serve"], { LEERID_PRODUCTIE: "1" });
    checkRefused("production", production, /^LEERID_HOOFDSLEUTEL: verplicht/m, /^LEERID_ACM_URL: .*https/m);
  });

  it("a database that is not there, not ours, or not PostgreSQL", async () => {
    const held: Socket[] = [];
    const silent = createServer((socket) => void held.push(socket)).listen(0, "127.0.0.1");
    const rude = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    await Promise.all([silent, rude].map((server) => once(server, "listening")));
    const portOf = (server: typeof silent) => String((server.address() as AddressInfo).port);
    const [silentPort, rudePort] = [silent, rude].map(portOf);
    const change = (edit: (url: URL) => void) => {
      const url = new URL(db.url);
      edit(url);
      return url.href;
    };
    const cases: readonly [name: string, url: string, line: RegExp][] = [
      ["nobody listens", change((url) => (url.port = "1")), /antwoordt niet/],
      ["a silent port", change((url) => (url.port = silentPort ?? "")), /antwoordt niet/],
      ["another protocol", change((url) => (url.port = rudePort ?? "")), /antwoordt niet/],
      ["no such machine", change((url) => (url.hostname = "nergens.invalid")), /antwoordt niet/],
      ["a wrong password", change((url) => (url.password = "zeg-ik-niet")), /dit wachtwoord niet/],
      ["an unknown user", change((url) => (url.username = "niemand")), /deze gebruiker/],
      [
        "an unknown database",
        change((url) => (url.pathname = "/bestaat_niet")),
        /Deze databank bestaat niet/,
      ],
    ];
    const commands = [["migrate"], ["log", "verify"], ["serve"]];
    try {
      await each(cases, async ([name, url, line]) => {
        const command = commands[name.length % commands.length] ?? [];
        const outcome = await runLeerid(command, { ...settings, LEERID_DATABASE_URL: url });
        checkRefused(`${name}, ${command.join(" ")}`, outcome, line, /LEERID_DATABASE_URL/);
        assert.doesNotMatch(outcome.stderr, /zeg-ik-niet/);
      });
      const production = await runLeerid(["serve"], {
        ...settings,
        LEERID_DATABASE_URL: cases[4]?.[1] ?? "",
        LEERID_PRODUCTIE: "1",
        LEERID_ACM_URL: "https://a.example",
        LEERID_LEERLINGLOKET_URL: "https://b.example",
        LEERID_SCHOOLLOKET_URL: "https://d.example",
        LEERID_BEHEER_URL: "https://e.example",
        LEERID_API_URL: "https://c.example",
      });
      checkRefused("production, a wrong password", production, /dit wachtwoord niet/);
    } finally {
      for (const socket of held) socket.destroy();
      silent.close();
      rude.close();
    }
  });

  it("a port that is taken, an address that is not ours, another main key: and it ends", async () => {
    const base = await freePortBase();
    const taken = createServer().listen(base + 4, "127.0.0.1");
    await once(taken, "listening");
    try {
      const busy = await runLeerid(["serve"], { ...settings, LEERID_PORT_BASE: String(base) });
      checkRefused("a busy port", busy, new RegExp(`Poort ${base + 4} is al in gebruik`), /LEERID_PORT_BASE/);
    } finally {
      taken.close();
    }
    const elsewhere = { ...settings, LEERID_PORT_BASE: String(base), LEERID_HOST: "203.0.113.7" };
    checkRefused("an address of another", await runLeerid(["serve"], elsewhere), /LEERID_HOST/);
    const rotated = await runLeerid(["sleutels", "roteer"], settings);
    assert.equal(rotated.code, 0, rotated.stderr);
    const otherKey = { ...settings, LEERID_HOOFDSLEUTEL: makeMainKey("een andere").toString("base64") };
    await each([["sleutels", "roteer"], ["serve"]], async (args) => {
      const begun = Date.now();
      checkRefused(
        args.join(" "),
        await runLeerid(args, { ...otherKey, LEERID_PORT_BASE: String(base) }),
        /LEERID_HOOFDSLEUTEL/,
      );
      assert.ok(Date.now() - begun < 40_000, `${args.join(" ")} hangs`);
    });
  });
});

describe("files of applications and agreements", () => {
  const counts = async () =>
    (
      await db.sql`select (select count(*) from toepassingen.toepassing) as toepassingen, (select count(*) from toepassingen.client) as clients,
      (select count(*) from protocollen.protocol) as protocollen`
    )[0];
  const world = new URL("../../demo/bestanden/", import.meta.url);

  it("are taken whole or not at all, with a line per field", () =>
    withFolder(async (folder) => {
      const application = (await readFile(new URL("toepassing-bingel.json", world), "utf8"))
        .replaceAll("{{url}}", "https://bingel.example")
        .replaceAll("{{geheim}}", "een-geheim-van-minstens-32-tekens-lang");
      const agreement = await readFile(new URL("protocol-bingel.json", world), "utf8");
      const parsed = JSON.parse(application) as { clients: object[] };
      const second = {
        client_id: "tweede",
        naam: "Tweede",
        soort: "web",
        redirect_uris: ["geen adres"],
        rol: "baas",
      };
      const files: Record<string, string | Buffer> = {
        "leeg.json": "",
        "half.json": application.slice(0, 200),
        "bytes.json": Buffer.from([0xff, 0xfe, 0x00, 0x01]),
        "ander.json": agreement,
        "groot.json": `${" ".repeat(5_100_000)}{}`,
        "tweede.json": JSON.stringify({ ...parsed, clients: [...parsed.clients, second] }),
        "nul.json": application.replace("Oefenen", "\\u0000"),
      };
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      await mkdir(join(folder, "map.json"));
      const before = await counts();
      const expected: Record<string, RegExp> = {
        "bestaat-niet.json": /kan niet gelezen worden \(ENOENT\)/,
        "map.json": /kan niet gelezen worden \(EISDIR\)/,
        "tweede.json": /clients\.\d+.*redirect_uris[^]*clients\.\d+: onbekend veld "rol"/,
      };
      await each([...Object.keys(files), "bestaat-niet.json", "map.json"], async (name) => {
        const outcome = await runLeerid(["import", "toepassing", join(folder, name)], settings);
        checkRefused(
          name,
          outcome,
          expected[name] ?? /Het bestand is niet goed opgebouwd\. Er is niets van ingevoerd\./,
        );
      });
      await each(["half.json", "tweede.json", "bestaat-niet.json"], async (name) => {
        checkRefused(name, await runLeerid(["import", "protocol", join(folder, name)], settings));
      });
      assert.deepEqual(await counts(), before);

      await writeFile(join(folder, "goed.json"), `\uFEFF${application}`);
      await writeFile(join(folder, "protocol.json"), agreement);
      await writeFile(
        join(folder, "gewijzigd.json"),
        agreement.replace('"tot": null', '"tot": "2099-12-31"'),
      );
      const run = (kind: string, name: string) => runLeerid(["import", kind, join(folder, name)], settings);
      const good = await run("toepassing", "goed.json");
      assert.deepEqual([good.code, good.stderr], [0, ""]);
      assert.match(good.stdout, /^Toepassing bingel ingevoerd, met 1 clients\.$/m);
      assert.match((await run("protocol", "protocol.json")).stdout, /versie 2, ingevoerd/);
      const again = await run("protocol", "protocol.json");
      assert.equal(again.code, 0);
      assert.match(again.stdout, /^Er verandert niets: .*\nProtocol bingel, versie 2, was al ingevoerd\.\n$/);
      checkRefused(
        "a signed version that changed",
        await run("protocol", "gewijzigd.json"),
        /bestaat al, met een andere inhoud/,
      );
    }));
});

describe("the privacy log", () => {
  it("is verified: 0 when whole, 1 with a line per finding when somebody was at it", async () => {
    const ctx = { ...db.ctx, clock: systemClock() };
    for (let n = 0; n < 3; n += 1)
      await writeRegel(ctx, {
        tijdstip: ctx.clock.now(),
        soort: "verstrekking",
        accountUuid: newAccountUuid(),
        attributen: ["Naam"],
        ontvanger: "bingel",
        protocol: "bingel@1",
        aanleiding: "aanmelding",
      });
    await zegel(ctx);
    const whole = await runLeerid(["log", "verify"], settings);
    assert.deepEqual([whole.code, whole.stderr], [0, ""]);
    assert.match(
      whole.stdout,
      /^3 regels, 1 zegels, 0 regels wachten op hun zegel\.\nDe keten is ongeschonden\.\n$/,
    );
    const [{ nr = 0 } = {}] = await db.sql<{ nr: number }[]>`select max(nr) as nr from privacylog.regel`;
    const sql = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
    await sql`alter table privacylog.regel disable trigger all`;
    await sql`update privacylog.regel set ontvanger = 'niemand' where nr = ${nr}`;
    await sql.end();
    checkRefused(
      "an edited line",
      await runLeerid(["log", "verify"], settings),
      /^De regels onder zegel 1 .* zijn veranderd\.$/m,
    );
  });
});
