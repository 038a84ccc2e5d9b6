import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readJson } from "./config.ts";
import { readExport, readText, mappingSchema, type Mapping } from "./mapping.ts";
import { PakketError } from "./problem.ts";

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const bundled = (naam: string): Mapping =>
  readJson(readFileSync(here(`pakketten/${naam}.json`), "utf8"), mappingSchema, naam);
const preview = (naam: string, file: string, school: string) =>
  readExport(readFileSync(here(`voorbeelden/${file}`)), bundled(naam), school);
const short = ({ regels }: ReturnType<typeof readExport>) =>
  regels.map(({ rij, stamnummer, klas, subklas, van, tot }) => [rij, stamnummer, klas, subklas, van, tot]);

/** A mapping with a header row, and what a test changes in it. */
const mapping = (anders: Record<string, unknown> = {}): Mapping =>
  mappingSchema.parse({
    pakket: "Proef",
    codering: "utf-8",
    scheiding: ";",
    stamnummer: "Nr",
    klas: { kolommen: ["Klas"] },
    subklas: { kolommen: ["Sub"] },
    van: "Van",
    tot: "Tot",
    ...anders,
  });
const read = (text: string, anders?: Record<string, unknown>) =>
  readExport(Buffer.from(text, "utf8"), mapping(anders), "999001");
const kop = "Nr;Klas;Sub;Van;Tot\n";

describe("R25b: the sample export of each package, by the mapping that comes along", () => {
  test("Wisa: windows-1252, a semicolon, quotes, dates with slashes, only this school and who is enrolled", () => {
    const gelezen = preview("wisa", "wisa.csv", "999001");
    assert.deepEqual(short(gelezen), [
      [2, "2025-0001", "3A", null, "2026-09-01", "2027-08-31"],
      [3, "2025-0002", "5A", "Zonnebloem", "2026-09-01", "2027-08-31"],
      [4, "2025-0004", "5A", "Vélo", "2026-09-01", null],
      [5, "2025-0009", "6A", 'groep "blauw"', "2026-10-15", "2027-08-31"],
    ]);
    assert.deepEqual([gelezen.fouten, gelezen.overgeslagen], [[], 2]);
  });

  test("Informat: UTF-16, tabs, a title above the header row, a class of two columns", () => {
    const gelezen = preview("informat", "informat.txt", "999002");
    assert.deepEqual(short(gelezen), [
      [3, "2026-0101", "1A", "LAT", "2026-09-01", null],
      [4, "2026-0102", "1B", null, "2026-09-01", null],
      [5, "2025-0141", "2C", "WET", "2026-09-01", "2027-01-31"],
    ]);
    assert.equal(gelezen.overgeslagen, 1);
  });

  test("Broekx: ISO 8859-15, commas, no header row, dates without a sign, class and subclass in one column", () => {
    assert.deepEqual(short(preview("broekx", "broekx.csv", "999003")), [
      [1, "2025-0010", "1A", "LAT", "2026-09-01", "2027-08-31"],
      [2, "2026-0101", "1A", "MOW €", "2026-09-01", "2027-08-31"],
      [3, "2026-0102", "1B", null, "2026-09-01", null],
      [4, "2025-0135", "2B", "STEM/1", "2026-09-01", "2027-08-31"],
    ]);
  });
});

test("every mapping that comes along reads its own sample, and every sample has one", () => {
  const samples = readdirSync(here("voorbeelden")).map(
    (bestand) => [bestand.replace(/\.[^.]+$/, ""), bestand] as const,
  );
  const mappings = readdirSync(here("pakketten")).map((bestand) => bestand.replace(/\.json$/, ""));
  assert.deepEqual(samples.map(([naam]) => naam).toSorted(), mappings.toSorted());
  for (const [naam, bestand] of samples)
    assert.deepEqual(preview(naam, bestand, "999001").fouten, [], bestand);
});

describe("encodings", () => {
  test("the same name out of four encodings", () => {
    const naam = "Vélo";
    assert.equal(readText(Buffer.from(naam, "utf8"), "utf-8"), naam);
    assert.equal(readText(Buffer.from(`\uFEFF${naam}`, "utf8"), "utf-8"), naam);
    assert.equal(readText(Buffer.from(naam, "utf16le"), "utf-16le"), naam);
    assert.equal(readText(Buffer.from(naam, "latin1"), "windows-1252"), naam);
    assert.equal(readText(Buffer.from(naam, "latin1"), "iso-8859-15"), naam);
    assert.equal(readText(Buffer.of(0x80, 0x8a), "windows-1252"), "€Š");
    assert.equal(readText(Buffer.of(0xa4, 0xa6), "iso-8859-15"), "€Š");
  });

  test("an export in another encoding than declared is refused whole: nothing of it is guessed", () => {
    const refuses = (bytes: Uint8Array, codering: Mapping["codering"], text: RegExp) =>
      assert.throws(
        () => readText(bytes, codering),
        (fout: unknown) => fout instanceof PakketError && text.test(fout.message),
      );
    refuses(Buffer.from("Zoë", "latin1"), "utf-8", /niet te lezen als utf-8/);
    refuses(Buffer.from("Zoë", "utf8"), "windows-1252", /lijkt utf-8/);
    refuses(Buffer.from("\uFEFFZoë", "utf8"), "iso-8859-15", /is utf-8/);
    refuses(Buffer.from("\uFEFFZoë", "utf16le"), "windows-1252", /is utf-16le/);
    refuses(Buffer.of(0x41, 0x00, 0x42), "utf-16le", /niet te lezen/);
  });
});

describe("quotes, columns and rows", () => {
  test("what is between quotes may hold the separator, quotes and a line end; rows after it keep their line", () => {
    const gelezen = read(`${kop}1;"3;A";"een ""twee""";;\n2;"3\nB";;;\n3;3C;;;\n`);
    assert.deepEqual(
      gelezen.regels.map(({ stamnummer, klas, subklas }) => [stamnummer, klas, subklas]),
      [
        ["1", "3;A", 'een "twee"'],
        ["2", "3 B", null],
        ["3", "3C", null],
      ],
    );
    assert.equal(gelezen.regels.at(-1)?.rij, 5);
  });

  test("broken quotes spoil the whole file, and say where", () => {
    assert.throws(() => read(`${kop}1;"3A;;;\n2;3B;;;\n`), /aanhalingstekens/);
    assert.throws(() => read(`${kop}1;3"A";;;\n`), /aanhalingstekens.*regel 2/);
  });

  test("a row with more or fewer columns is not used, the others are", () => {
    const gelezen = read(`${kop}1;3A;;;\n2;3B\n3;3C;;;;extra\n4;3D;;;\n`);
    assert.deepEqual(
      gelezen.regels.map((one) => one.stamnummer),
      ["1", "4"],
    );
    assert.deepEqual(
      gelezen.fouten.map((one) => one.rij),
      [3, 4],
    );
  });

  test("columns that are not there are named, all at once", () => {
    assert.throws(
      () => read("Nr,Klas,Sub,Van,Tot\n1,3A,,,\n"),
      /ontbreken de kolommen "Nr", "Van", "Tot", "Klas", "Sub".*scheiding ";"/,
    );
    assert.throws(() => read("Nr;Klas;Sub;Van;Tot;Klas\n1;3A;;;;\n"), /"Klas" staat tweemaal/);
    assert.throws(() => read(""), /leeg/);
  });

  test("a row that says too little, or what no class is called, is reported with its stamnummer", () => {
    const expectError = (row: string, melding: RegExp) => {
      const { regels, fouten } = read(`${kop}${row}\n`);
      assert.equal(regels.length, 0, row);
      assert.match(fouten[0]?.melding ?? "", melding);
    };
    expectError(";3A;;;", /geen stamnummer/);
    expectError("1; ;;;", /geen klas/);
    expectError(`1;${"x".repeat(51)};;;`, /langer dan 50/);
    expectError("1;3\u202EA;;;", /onzichtbaar/);
    expectError("1;3A;;31/06/2026;", /kolom "Van".*dd\/mm\/jjjj/);
    expectError("1;3A;;;2027-06-30", /kolom "Tot"/);
    expectError("1;3A;;01/10/2026;30/09/2026", /einde ligt voor het begin/);
  });

  test("spaces are put right, case stays", () => {
    assert.deepEqual(read(`${kop} 1 ; 3 \u00a0 a ;  ;;\n`).regels[0], {
      rij: 2,
      stamnummer: "1",
      klas: "3 a",
      subklas: null,
      van: null,
      tot: null,
    });
  });

  test("half of a composed class is no class", () => {
    const part = { klas: { kolommen: ["Klas", "Sub"], tussen: "-" }, subklas: undefined };
    assert.equal(read(`${kop}1;3;A;;\n`, part).regels[0]?.klas, "3-A");
    assert.match(read(`${kop}1;;A;;\n`, part).fouten[0]?.melding ?? "", /geen klas/);
  });

  test("any text in the cells comes out as it was written by the rules of RFC 4180", () => {
    const cel = fc.stringMatching(/^[A-Za-z0-9;"éë]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cel, cel), { minLength: 1, maxLength: 8 }), (rows) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map(([klas, sub], nr) => `${nr};${quoted(klas)};${quoted(sub)};;`).join("\r\n");
        assert.deepEqual(
          read(kop + text).regels.map(({ klas, subklas }) => [klas, subklas]),
          rows,
        );
      }),
    );
  });
});

test("a mapping that contradicts itself is refused with the field", () => {
  const refuses = (anders: Record<string, unknown>, text: RegExp) =>
    assert.throws(
      () => readJson(JSON.stringify({ ...mapping(), ...anders }), mappingSchema, "m.json"),
      (fout: unknown) => {
        assert.ok(fout instanceof PakketError && fout.uitgang === 2);
        assert.match(fout.message, text);
        return true;
      },
    );
  refuses({ splits: "/" }, /splits: gebruik splits of subklas/);
  refuses({ kop: false }, /kop: zonder kop/);
  refuses({ datum: "dd/mm" }, /datum: schrijf de vorm/);
  refuses({ codering: "latin1" }, /codering: kies uit "utf-8", "windows-1252"/);
  refuses({ klassen: 1 }, /"klassen" is geen bekend veld/);
});
