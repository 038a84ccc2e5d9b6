import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { readRows, type Row } from "./csv.ts";

const kop = "leer_id_uuid;account_uuid;klas;subklas;van;tot";
const rows = (text: string): readonly Row[] => {
  const gelezen = readRows(text);
  assert.ok("rijen" in gelezen, JSON.stringify(gelezen));
  return gelezen.rijen;
};
const errorOf = (text: string) => {
  const gelezen = readRows(text);
  return "fout" in gelezen ? [gelezen.fout, gelezen.regel] : undefined;
};

test("D9: the structure of a file: header, quotes, line ends, empty lines, and where a row begins", () => {
  assert.deepEqual(rows(`\uFEFF${kop}\r\n\r\na;b;c;d;e;f\r\n\n"x\n1";"y""2";;;;\n;;;;;`), [
    { regel: 3, velden: ["a", "b", "c", "d", "e", "f"] },
    { regel: 5, velden: ["x\n1", 'y"2', "", "", "", ""] },
    { regel: 7, velden: ["", "", "", "", "", ""] },
  ]);
  assert.deepEqual(rows(""), []);
  assert.deepEqual(rows("\n\r\n"), []);
  assert.deepEqual(rows(kop), []);
  assert.deepEqual(rows(`"leer_id_uuid";account_uuid;klas;subklas;van;"tot"\n`), []);
  assert.deepEqual(
    rows(`${kop}\n;;;;;\na;b\n`).map(({ velden }) => velden.length),
    [6, 2],
  );
  assert.deepEqual(errorOf(kop.replaceAll(";", ",")), ["kop", 1]);
  assert.deepEqual(errorOf(`${kop};extra\n`), ["kop", 1]);
  assert.deepEqual(errorOf(` ${kop}\n`), ["kop", 1]);
  assert.deepEqual(errorOf(`account_uuid;leer_id_uuid;klas;subklas;van;tot\n`), ["kop", 1]);
  assert.deepEqual(errorOf(kop.replaceAll(";", "\r")), ["kop", 1]);
  assert.deepEqual(errorOf(`${kop}\n;;"1A;;;\n`), ["aanhalingstekens", 2]);
  assert.deepEqual(errorOf(`${kop}\n\n;;1"A;;;\n`), ["aanhalingstekens", 3]);
  assert.deepEqual(errorOf(`${kop}\n;;"1"A;;;\n`), ["aanhalingstekens", 2]);
  assert.deepEqual(errorOf(`${kop}\na,b,c\nd,e,f\n`), ["kolommen", undefined]);
  assert.deepEqual(errorOf(`${kop}\n${";;;;;\n".repeat(20_001)}`), ["te-veel-rijen", undefined]);
  assert.equal(rows(`${kop}\n${";;;;;\n".repeat(20_000)}`).length, 20_000);
});

test("D9: any table that a package writes, quoted or not, is read as it was written", () => {
  const veld = fc.string({ unit: fc.constantFrom("a", "é", " ", ";", '"', "\n", "\r", "1", "=", "😀") });
  const eind = fc.constantFrom("\n", "\r\n");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.array(veld, { minLength: 6, maxLength: 6 }), fc.boolean(), eind)),
      (tabel) => {
        const text = tabel.map(([velden, altijd, einde]) => {
          const row = velden.map((one) =>
            altijd || /[";\r\n]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one,
          );
          return row.join(";") + einde;
        });
        assert.deepEqual(
          rows(`${kop}\n${text.join("")}`).map(({ velden }) => velden),
          tabel.map(([velden]) => velden),
        );
      },
    ),
  );
});

test("D9: whatever stands in a file, it is read as another reader of CSV does, or not at all", () => {
  const soep = fc.string({ unit: fc.constantFrom("a", ";", '"', "\n", "\r\n", "b") });
  let gelijk = 0;
  fc.assert(
    fc.property(soep, (text) => {
      const gelezen = readRows(`${kop}\n${text}`);
      let other: string[][] | undefined;
      try {
        other = parse(`${kop}\n${text}`, {
          delimiter: ";",
          record_delimiter: ["\r\n", "\n"],
          relax_column_count: true,
          skip_empty_lines: true,
        }).slice(1);
      } catch {
        other = undefined;
      }
      if ("fout" in gelezen && gelezen.fout === "kolommen") return;
      assert.equal("rijen" in gelezen, other !== undefined);
      if (!("rijen" in gelezen) || !other) return;
      gelijk++;
      assert.deepEqual(
        gelezen.rijen.map(({ velden }) => velden.slice(0, 7)),
        other.map((velden) => velden.slice(0, 7)),
      );
    }),
    { numRuns: 2000 },
  );
  assert.ok(gelijk > 100, `${gelijk} of them could be read`);
});
