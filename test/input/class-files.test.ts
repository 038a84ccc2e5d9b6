import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { seeded } from "#demo/random";
import { hash } from "#platform/crypto";
import { Problem } from "#platform/problem";
import { klasinformatieProblemen, receiveFile } from "#modules/leveringen";
import { testDatabase, type TestDatabase } from "#testing/database";
import { testInsz } from "#testing/discimus";
import { klassenOf, kop, deliverFile, makeSchool, fileNameOf, type Pupil } from "#testing/levering";

let db: TestDatabase;
let pupils: Pupil[];
let strangers: Pupil[];
let standing: string;
before(async () => {
  db = await testDatabase();
  pupils = await makeSchool(db.ctx, "999001", { leerlingen: 12 });
  strangers = await makeSchool(db.ctx, "999002", { leerlingen: 2, pakket: "broekx" });
  await makeSchool(db.ctx, "999003", { leerlingen: 2, akkoord: false });
  assert.equal(
    (await deliverFile(db.ctx, fileNameOf("999001", "2026-11-01T00:00:00Z"), list())).status,
    "verwerkt",
  );
  standing = JSON.stringify(await klassenOf(db.ctx, "999001"));
});
after(() => db.close());

const row = ({ leerId }: Pupil, klas: string, rest = ";;") => `${leerId};;${klas};${rest}`;
const list = (...more: string[]) =>
  `${[kop, ...pupils.map((pupil) => row(pupil, "1A")), ...more].join("\n")}\n`;
/** The list with another row for the first pupil. */
const first = (other: (pupil: Pupil) => string) => {
  const [pupil] = pupils;
  assert.ok(pupil);
  return list().replace(row(pupil, "1A"), () => other(pupil));
};
const inKlas = (klas: string) => () => first((pupil) => row(pupil, klas));
const dates = (rest: string) => () => first((pupil) => row(pupil, "1A", rest));

/** A file that is not as it should be, and what must become of it. */
type Spoiled = {
  readonly what: string;
  readonly bytes: () => Buffer | string;
  readonly gz?: boolean;
  readonly school?: string;
  readonly year?: string;
  /** In place of the right name. */
  readonly name?: string;
  readonly at?: string;
  readonly sha256?: () => string;
  /** The problem at the door, the reason in the receipt, or of its rows. */
  readonly ends: string | readonly string[];
};

const text = (what: string, bytes: () => Buffer | string, ends: Spoiled["ends"]): Spoiled => ({
  what,
  bytes,
  ends,
});
const packed = (what: string, bytes: () => Buffer, ends: Spoiled["ends"]): Spoiled => ({
  ...text(what, bytes, ends),
  gz: true,
});
const bytesOf = (...parts: (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
const insz = testInsz("080101");

const structure: Spoiled[] = [
  ...[",", "\t", "|", ":", " ;", "; "].map((mark) =>
    text(`columns by ${JSON.stringify(mark)}`, () => list().replaceAll(";", mark), "kop"),
  ),
  ...["\r", "\u2028", "\u0085", "\v"].map((mark) =>
    text(`lines by ${JSON.stringify(mark)}`, () => list().replaceAll("\n", mark), "kop"),
  ),
  ...[
    kop.toUpperCase(),
    ` ${kop}`,
    `${kop} `,
    `${kop};naam`,
    kop.slice(0, -4),
    kop.split(";").toReversed().join(";"),
    kop.replace("klas", "klass"),
    `#${kop}`,
    `sep=;\n${kop}`,
    "{'leerlingen':[]}",
    "<?xml version='1.0'?>",
    "\u200b",
    "PK\u0003\u0004",
  ].map((head) => text(`header ${JSON.stringify(head)}`, () => list().replace(kop, () => head), "kop")),
  text("no header", () => list().slice(kop.length + 1), "kop"),
  text("two BOMs", () => `\uFEFF\uFEFF${list()}`, "kop"),
  text("a quote that is not closed", () => first(({ leerId }) => `${leerId};;"1A;;;`), "aanhalingstekens"),
  text("a quote inside", inKlas('1"A'), "aanhalingstekens"),
  text("text behind a quote", inKlas('"1A"B'), "aanhalingstekens"),
  text("quotes in the header that do not fit", () => `"${list()}`, "aanhalingstekens"),
  text("only rows of five columns", () => `${kop}\n${"a;b;c;d;e\n".repeat(20)}`, "kolommen"),
  text("only rows of seven columns", () => `${kop}\n${"a;b;c;d;e;f;g\n".repeat(20)}`, "kolommen"),
  text("one row of five columns", () => first(({ leerId }) => `${leerId};;1A;;`), ["kolommen"]),
  text("one row of a million columns", () => first(({ leerId }) => `${leerId}${";".repeat(1_000_000)}`), [
    "kolommen",
  ]),
  text("one row of words", () => list("dit is geen rij"), ["kolommen"]),
  text("a sum below", () => list("totaal;12;;;;"), ["uuid-ongeldig"]),
  text("the header twice", () => list(kop), ["uuid-ongeldig"]),
  text("20,001 rows", () => list(...Array.from({ length: 20_000 }, () => ";;;;;")), "te-veel-rijen"),
  text("nothing", () => "", "leeg"),
  text("a BOM only", () => "\uFEFF", "leeg"),
  text("a header only", () => kop, "leeg"),
  text("empty lines only", () => `${kop}${"\r\n".repeat(1000)}`, "leeg"),
  text("a million empty lines", () => `${list().trimEnd()}${"\n".repeat(1_000_000)}`, []),
  text("spaces for a row", () => list("   "), ["kolommen"]),
];

const encodings: Spoiled[] = [
  text("UTF-16 LE", () => bytesOf([0xff, 0xfe], [...Buffer.from(list(), "utf16le")]), "codering"),
  text("UTF-16 BE", () => bytesOf([0xfe, 0xff], [...Buffer.from(list(), "utf16le").swap16()]), "codering"),
  text("UTF-16 without a BOM", () => Buffer.from(list(), "utf16le"), "kop"),
  text("Latin 1", () => Buffer.from(list().replaceAll("1A", "1é"), "latin1"), "codering"),
  ...(
    [
      [0x80],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
      [0xff],
      [0xf0, 0x80, 0x80, 0x80],
    ] as const
  ).map((bytes) =>
    text(`bytes ${bytes.map((one) => one.toString(16)).join(" ")}`, () => bytesOf(list(), bytes), "codering"),
  ),
  ...[
    "\0",
    "\u0001",
    "\u0007",
    "\u001b[31m",
    "\u007f",
    "\u0085",
    "\u00ad",
    "\u061c",
    "\u200b",
    "\u200e",
    "\u200f",
    "\u2028",
    "\u202a",
    "\u202e",
    "\u2060",
    "\u2066",
    "\ud7ff\ufff9",
    "\ue000",
    "\ufdd0",
    "\u{e0001}",
    "\u{10ffff}",
    "1\tA",
  ].map((sign) => text(`a class with ${JSON.stringify(sign)}`, inKlas(`1${sign}A`), ["teken-ongeldig"])),
  text("a class of two lines", inKlas('"1\nA"'), ["teken-ongeldig"]),
  text("a class that ends a line in it", inKlas('"1A\r\n2A"'), ["teken-ongeldig"]),
  text("NUL before every row", () => list().replaceAll("\n", "\n\0"), "niets-bruikbaar"),
];

const fields: Spoiled[] = [
  text("a class of 51 signs", inKlas("1".repeat(51)), ["te-lang"]),
  text("a class of 51 emoji", inKlas("😀".repeat(51)), ["te-lang"]),
  text("a class of a megabyte", inKlas("1".repeat(1_000_000)), ["te-lang"]),
  text("a quoted class of a megabyte of quotes", inKlas(`"${'""'.repeat(500_000)}"`), ["te-lang"]),
  text("a megabyte of spaces", inKlas(" ".repeat(1_000_000)), ["te-lang"]),
  text("a megabyte of accents on one letter", inKlas(`e${"\u0301".repeat(400_000)}`), ["te-lang"]),
  text("a uuid of a megabyte", () => list(`${"a".repeat(1_000_000)};;1A;;;`), ["uuid-ongeldig"]),
  text("a date of a megabyte", dates(`;${"2".repeat(1_000_000)};`), ["datum-ongeldig"]),
  text("no class", inKlas(""), ["klas-ontbreekt"]),
  text("a class of spaces", inKlas(" \u00a0 "), ["klas-ontbreekt"]),
  text("a national number for a class", inKlas(insz), ["insz-op-verkeerde-plaats"]),
  text("a national number in a subclass", () => first((pupil) => row(pupil, "1A", `nr ${insz};;`)), [
    "insz-op-verkeerde-plaats",
  ]),
  text("no pupil", () => list(";;1A;;;"), ["geen-leerling"]),
  text("a national number for a pupil", () => list(`${insz};;1A;;;`), ["uuid-ongeldig"]),
  text("a name for a pupil", () => list("Noor Peeters;;1A;;;"), ["uuid-ongeldig"]),
  ...["{x}", "urn:uuid:x", "x-", "'x'", "=x"].map((form) =>
    text(`a uuid as ${form}`, () => list(`${form.replace("x", pupils[0]?.leerId ?? "")};;1A;;;`), [
      "uuid-ongeldig",
    ]),
  ),
  text("an unknown uuid", () => list("0f2d2c8e-6d0e-4f6e-9d44-7f8f3d8f7a11;;1A;;;"), [
    "leerling-niet-ingeschreven",
  ]),
  text("the nil uuid", () => list("00000000-0000-0000-0000-000000000000;;1A;;;"), [
    "leerling-niet-ingeschreven",
  ]),
  text("a pupil of another school", () => list(...strangers.map((pupil) => row(pupil, "1A"))), [
    "leerling-niet-ingeschreven",
    "leerling-niet-ingeschreven",
  ]),
  text("an account_uuid in the column of leer_id_uuid", () => first(({ account }) => `${account};;1A;;;`), [
    "leerling-niet-ingeschreven",
  ]),
  text("two pupils in one row", () => first(({ leerId }) => `${leerId};${pupils[1]?.account ?? ""};1A;;;`), [
    "leerlingen-verschillen",
  ]),
  ...[
    "2026-13-01",
    "2027-02-29",
    "01/09/2026",
    "2026-9-1",
    "20260901",
    "2026-09-01T00:00:00Z",
    "morgen",
    "46266",
    "2026-09-0١",
    "1899-12-30",
  ].map((date) => text(`a date as ${date}`, dates(`;${date};`), ["datum-ongeldig"])),
  ...["2026-08-31", "2027-09-01", "1999-09-01", "2199-01-01"].map((date) =>
    text(`from ${date}`, dates(`;${date};`), ["datum-buiten-schooljaar"]),
  ),
  text("an end before the begin", dates(";2026-10-02;2026-10-01"), ["datum-volgorde"]),
  text("every row twice", () => list(...pupils.map((pupil) => row(pupil, "1A"))), pupils12("dubbel")),
  text("the same row with another end", () => list(row(pupils[0] as Pupil, "1A", ";2026-09-01;2026-12-24")), [
    "dubbel",
  ]),
];
function pupils12(code: string): string[] {
  return Array.from({ length: 12 }, () => code);
}

const random = seeded(20_261_124);
const cuts = Array.from({ length: 25 }, () => random.below(1000) / 1000);
const gz = () => gzipSync(list());
const archives: Spoiled[] = [
  packed("no gzip at all", () => Buffer.from(list()), "uitpakken"),
  packed("an empty file", () => Buffer.alloc(0), "uitpakken"),
  packed("a zip", () => bytesOf("PK\u0003\u0004", list()), "uitpakken"),
  packed("gzip in gzip", () => gzipSync(gz()), "codering"),
  packed("text behind the end", () => bytesOf([...gz()], "meer"), "uitpakken"),
  packed("zeros behind the end", () => bytesOf([...gz()], [0, 0, 0]), "uitpakken"),
  packed("a wrong checksum", () => flip(gz(), -6), "uitpakken"),
  packed("a wrong length", () => flip(gz(), -2), "uitpakken"),
  packed("200 MB of zeros", () => gzipSync(Buffer.alloc(200_000_000), { level: 1 }), "te-groot-uitgepakt"),
  packed("20 MB of empty lines", () => gzipSync(`${list()}${"\n".repeat(19_000_000)}`), []),
  packed("20 MB of semicolons", () => gzipSync(`${list()}${";".repeat(19_000_000)}`), ["kolommen"]),
  packed("20 MB of quotes", () => gzipSync(`${list()}${'"'.repeat(19_000_000)}`), ["kolommen"]),
  packed("20 MB of letters", () => gzipSync(`${list()}${"x".repeat(19_000_000)}`), ["kolommen"]),
  packed("20 MB of NUL", () => gzipSync(`${list()}${"\0".repeat(19_000_000)}`), ["kolommen"]),
  packed("one byte over 20 MB", () => gzipSync(Buffer.alloc(20_000_001, 10)), "te-groot-uitgepakt"),
  packed("a million rows", () => gzipSync(`${kop}\n${";;;;;\n".repeat(1_000_000)}`), "te-veel-rijen"),
  ...cuts.map((part) =>
    packed(`broken off at ${part}`, () => gz().subarray(0, Math.floor(part * gz().length)), "uitpakken"),
  ),
  ...cuts
    .slice(0, 15)
    .map((part) =>
      packed(
        `one byte turned at ${part}`,
        () => flip(gz(), 10 + Math.floor(part * (gz().length - 20))),
        ["uitpakken"].join(),
      ),
    ),
  ...cuts.map((part) => ({
    ...text(
      `broken off at ${part}, with its checksum`,
      () => list().slice(0, Math.floor(part * list().length)),
      "sha256-klopt-niet",
    ),
    sha256: () => hash(list()).toString("hex"),
  })),
];
function flip(bytes: Buffer, at: number): Buffer {
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 0x55;
  return bytes;
}

const door: Spoiled[] = [
  text("over 2 MB", () => "x".repeat(2_000_001), "te-groot"),
  packed("over 2 MB, packed", () => Buffer.alloc(2_000_001), "te-groot"),
  { ...text("a school that does not exist", list, "onbekende-school"), school: "000000" },
  { ...text("a school of another package", list, "ander-pakket"), school: "999002" },
  { ...text("a school without akkoord", list, "geen-akkoord"), school: "999003" },
  ...["2024-2025", "2027-2028", "1026-1027", "9998-9999"].map((year) => ({
    ...text(`school year ${year}`, list, "schooljaar"),
    year,
  })),
  { ...text("last year", () => kop, "leeg"), year: "2025-2026" },
  { ...text("from the past", list, "verouderd"), at: "2026-10-31T23:59:59Z" },
  { ...text("from before the year 0", list, "naam-onleesbaar"), at: "-000001-01-01T00:00:00Z" },
  { ...text("from the future", list, "tijdstip-in-toekomst"), at: "2026-11-26T00:00:00Z" },
  {
    ...text("the same name with another content", () => list("x"), "naam-hergebruikt"),
    at: "2026-11-01T00:00:00Z",
  },
  ...[
    "",
    ".",
    "..",
    "/etc/passwd",
    "klasinformatie_999001_2026-2027_20261120T000000Z.csv/../../x",
    "klasinformatie_999001_2026-2027_20261120T000000Z.csv\0.gz",
    "klasinformatie_999001_2026-2027_20261120T000000Z.csv.gz.gz",
    "klasinformatie_999001_2026-2027_20261131T000000Z.csv",
    `klasinformatie_999001_2026-2027_20261120T000000Z.csv${" ".repeat(100_000)}`,
  ].map((name) => ({ ...text(`named ${JSON.stringify(name.slice(0, 80))}`, list, "naam-onleesbaar"), name })),
];

const all = [...structure, ...encodings, ...fields, ...archives, ...door];
let minute = 0;

/** Delivers it: the code of the problem or of the reason, or the codes of its rows. */
async function outcome(one: Spoiled): Promise<string | readonly string[]> {
  const at = one.at ?? new Date(Date.UTC(2026, 10, 2, 0, ++minute)).toISOString();
  const name =
    one.name ??
    fileNameOf(one.school ?? "999001", at, { schooljaar: one.year ?? "2026-2027", gz: one.gz ?? false });
  try {
    if (one.sha256) {
      const file = {
        pakket: "wisa",
        naam: name,
        inhoud: Buffer.from(one.bytes()),
        kanaal: "sftp",
      } as const;
      await receiveFile(db.ctx, { ...file, sha256: one.sha256() });
      return "taken";
    }
    const receipt = await deliverFile(db.ctx, name, one.bytes());
    assert.equal(receipt.ontvangen, receipt.aanvaard + receipt.quarantaine.length, "the counts add up");
    assert.equal(
      receipt.status === "geweigerd" || receipt.status === "aangehouden",
      receipt.reden !== undefined,
    );
    return receipt.reden?.code ?? receipt.quarantaine.map(({ code }) => code);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    assert.ok(Object.hasOwn(klasinformatieProblemen, error.kind.code));
    return error.kind.code;
  }
}

describe("200 spoiled files", () => {
  test("there are 200", () => assert.ok(all.length >= 200, `${all.length}`));

  for (const [kind, files] of Object.entries({ structure, encodings, fields, archives, door })) {
    test(`D9: ${kind}: each is refused, held or set apart with its reason, and no class changes`, async () => {
      for (const one of files) {
        assert.deepEqual(await outcome(one), one.ends, one.what);
        assert.equal(JSON.stringify(await klassenOf(db.ctx, "999001")), standing, one.what);
      }
      assert.deepEqual(await klassenOf(db.ctx, "999002"), []);
    });
  }

  test("R67: no receipt holds a value of a row, and of what was refused nothing is kept", async () => {
    const [row] = await db.sql<{ alles: string; open: number }[]>`
      select string_agg(ontvangst, ' ') as alles, count(inhoud) filter (where status <> 'aangehouden') as open from leveringen.levering`;
    assert.ok(row);
    assert.equal(row.open, 0);
    for (const value of [
      insz,
      "Noor",
      "\u202e",
      "xxxx",
      ...pupils.flatMap(({ leerId, account }) => [leerId, account]),
    ])
      assert.ok(!row.alles.includes(value));
  });

  test("bombs take no more memory than what they are allowed to unpack, a few times", async () => {
    const bombs = archives.filter(({ what }) => /MB|million/.test(what));
    const before = process.memoryUsage().rss;
    let most = 0;
    for (const bomb of bombs) {
      await outcome(bomb);
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    assert.ok(most < 400_000_000, `${Math.round(most / 1e6)} MB more`);
  });
});
