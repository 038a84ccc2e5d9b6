import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { testInsz } from "#testing/discimus";
import {
  containsInsz,
  isBis,
  isTransition,
  readInsz,
  splitGebruikersnaam,
  formatGebruikersnaam,
  foldGebruikersnaam,
} from "./rules.ts";

const valid = (text: string) => {
  const insz = readInsz(text);
  assert.ok(insz);
  return insz;
};

test("an INSZ is checked modulo 97, for both centuries", () => {
  for (const eeuw of [19, 20] as const) {
    const insz = testInsz("120511", { eeuw });
    assert.equal(readInsz(insz), insz);
    const last = Number(insz.at(-1));
    for (let cijfer = 0; cijfer < 10; cijfer++) {
      if (cijfer !== last) assert.equal(readInsz(insz.slice(0, 10) + cijfer), undefined);
    }
  }
});

test("two digits that changed places, or one that is wrong, do not pass for the same century", () => {
  const insz = testInsz("120511", { eeuw: 19 });
  let door = 0;
  for (let plaats = 0; plaats < 9; plaats++) {
    for (let cijfer = 0; cijfer < 10; cijfer++) {
      const other = insz.slice(0, plaats) + cijfer + insz.slice(plaats + 1);
      if (other !== insz && readInsz(other)) door++;
    }
  }
  assert.ok(door <= 2, "hardly any: only where the other century happens to fit");
});

test("bis numbers: months + 20 and + 40; unknown parts of the birth date are 00", () => {
  for (const bis of [20, 40] as const) assert.ok(isBis(valid(testInsz("120511", { bis }))));
  for (const datum of ["120000", "120500", "000001", "129900"]) {
    assert.equal(readInsz(testInsz(datum)) !== undefined, datum !== "129900", datum);
  }
  for (const datum of ["121311", "120532", "120231", "121900", "125300", "126011"])
    assert.equal(readInsz(testInsz(datum)), undefined, datum);
  assert.ok(readInsz(testInsz("120229")), "a leap year");
  assert.equal(readInsz(testInsz("130229")), undefined, "no leap year");
});

test("the usual way of writing is read too, other texts are not", () => {
  const insz = testInsz("120511");
  const punten = `${insz.slice(0, 2)}.${insz.slice(2, 4)}.${insz.slice(4, 6)}-${insz.slice(6, 9)}.${insz.slice(9)}`;
  assert.equal(readInsz(punten), insz);
  for (const text of [
    "",
    "1",
    ` ${insz}`,
    `${insz}0`,
    insz.slice(1),
    "abcdefghijk",
    "٠٠٠٠٠٠٠٠٠٠٠",
    `${insz}\n`,
  ])
    assert.equal(readInsz(text), undefined);
  assert.equal(readInsz("00000000097"), undefined, "no sequence number");
});

test("an INSZ in another field is noticed, other long numbers and uuids are not", () => {
  const insz = testInsz("120511");
  for (const text of [insz, `nr ${insz}.`, `(${insz})`]) assert.ok(containsInsz(text), "found");
  for (const text of [
    `1${insz}`,
    `a${insz}`,
    "2024-0113",
    "018f1b2c-aaaa-7bbb-8ccc-012345678901",
    "99999999999",
  ])
    assert.ok(!containsInsz(text), text);
});

test("a bis number and a number with the same birth date may be one person; anything else needs people's eyes", () => {
  const nummer = valid(testInsz("120511"));
  const bis20 = valid(testInsz("120511", { bis: 20 }));
  const bis40 = valid(testInsz("120511", { bis: 40 }));
  assert.ok(isTransition(bis20, nummer) && isTransition(nummer, bis20) && isTransition(bis20, bis40));
  assert.ok(!isTransition(nummer, nummer));
  assert.ok(!isTransition(nummer, valid(testInsz("120512"))), "two national numbers");
  assert.ok(!isTransition(bis20, valid(testInsz("120512"))), "another birth date");
  assert.ok(!isTransition(bis20, valid(testInsz("120500"))), "a birth date that is not known");
  assert.ok(!isTransition(bis20, valid(testInsz("120511", { eeuw: 19 }))), "a hundred years older");
});

test("names fold to ASCII letters", () => {
  const namen: readonly (readonly [string, string, string])[] = [
    ["Noor", "Peeters", "noor.peeters"],
    ["Zoë", "D'Hondt", "zoe.dhondt"],
    ["Łukasz", "Wójcik", "lukasz.wojcik"],
    ["Søren", "Bjørnsen", "soren.bjornsen"],
    ["Đorđe", "Ćirić", "dorde.ciric"],
    ["Weiß", "Œuvre", "weiss.oeuvre"],
    ["Ægir", "Yılmaz", "aegir.yilmaz"],
    ["İpek", "Şahin", "ipek.sahin"],
    ["Nguyễn", "Văn Đức", "nguyen.vanduc"],
    ["Anne-Marie", "Van den Broeck", "annemarie.vandenbroeck"],
    ["李", "小龍", "leerling"],
    ["محمد", "Peeters", "peeters"],
    ["ﬁona", "x", "fiona.x"],
    ["-", "Suharto", "suharto"],
    ["a".repeat(200), "b".repeat(200), `${"a".repeat(30)}.${"b".repeat(30)}`],
  ];
  for (const [voornaam, naam, verwacht] of namen) assert.equal(foldGebruikersnaam(voornaam, naam), verwacht);
});

test("a username parts into base and number, and back", () => {
  assert.deepEqual(splitGebruikersnaam("noor.peeters"), { basis: "noor.peeters", nr: 1 });
  assert.deepEqual(splitGebruikersnaam("noor.peeters2"), { basis: "noor.peeters", nr: 2 });
  for (const text of [
    "",
    "noor.peeters1",
    "noor.peeters02",
    "noor.peeters0",
    "Noor",
    "a.b.c",
    "a..b",
    ".a",
    "a.",
    "2",
    "a b",
    "noor.peeters\n",
    "a1234567890",
  ]) {
    assert.equal(splitGebruikersnaam(text), undefined, JSON.stringify(text));
  }
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 99_999 }),
      (voornaam, naam, nr) => {
        const basis = foldGebruikersnaam(voornaam, naam);
        assert.match(basis, /^[a-z]{1,30}(\.[a-z]{1,30})?$/);
        assert.deepEqual(splitGebruikersnaam(formatGebruikersnaam(basis, nr)), { basis, nr });
      },
    ),
  );
});

test("no text makes these fail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      readInsz(text);
      containsInsz(text);
      splitGebruikersnaam(text);
      foldGebruikersnaam(text, text);
    }),
  );
});
