import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  inschrijvingRegel,
  leerlingRegel,
  opdrachtRegel,
  schoolRegel,
  testInsz,
  type Fields,
} from "#testing/discimus";
import { isRejection, langsteRegel, readBericht, type Bericht } from "./contract.ts";
import { glance, readFast } from "./glance.ts";
import { quarantaineredenen } from "./problems.ts";

const geheim = "een geheim";
const read = (regel: string) => readBericht(regel, geheim);
function accepted<S extends Bericht["soort"]>(
  regel: string,
  soort: S,
): Extract<Bericht, { soort: S }>["bericht"] {
  const gelezen = read(regel);
  assert.ok(!isRejection(gelezen), isRejection(gelezen) ? `${gelezen.code} ${gelezen.veld}` : "");
  assert.equal(gelezen.soort, soort);
  return gelezen.bericht as never;
}
function rejected(regel: string, code: string, veld: string | null, id?: string | null): void {
  const gelezen = read(regel);
  assert.ok(isRejection(gelezen), `was taken: ${code} ${veld}`);
  assert.deepEqual([gelezen.code, gelezen.veld], [code, veld]);
  assert.equal(gelezen.melding, quarantaineredenen[gelezen.code]);
  if (id !== undefined) assert.equal(gelezen.id, id);
}
/** A message with one field changed, by its path; undefined removes it. */
function withValue(regel: string, path: string, value: unknown): string {
  const bericht = JSON.parse(regel) as Record<string, unknown>;
  const delen = path.split(".");
  let plaats = bericht;
  for (const part of delen.slice(0, -1)) plaats = plaats[part] as Record<string, unknown>;
  plaats[delen.at(-1) ?? ""] = value;
  return JSON.stringify(bericht);
}
const insz = testInsz("120511");
const lijnen = {
  school: schoolRegel(),
  leerling: leerlingRegel("2024-1", {}, { insz }),
  inschrijving: inschrijvingRegel("2024-1"),
  directeursopdracht: opdrachtRegel("o1"),
};

test("each kind is read", () => {
  assert.deepEqual(
    { ...accepted(lijnen.leerling, "leerling"), inhoud: "" },
    {
      instellingsnummer: "999001",
      stamnummer: "2024-1",
      versie: 1,
      tijdstip: "2026-09-01T07:12:11Z",
      inhoud: "",
      naam: "Peeters",
      voornaam: "Noor",
      geboortedatum: "2017-05-02",
      insz,
    },
  );
  assert.deepEqual(
    { ...accepted(lijnen.inschrijving, "inschrijving"), inhoud: "" },
    {
      instellingsnummer: "999001",
      stamnummer: "2024-1",
      inschrijving: "i1",
      versie: 1,
      inhoud: "",
      vestiging: "1",
      niveau: "lager",
      leerjaar: 3,
      administratieve_groep: null,
      van: "2026-09-01",
      tot: null,
      geannuleerd: false,
    },
  );
  assert.deepEqual(
    { ...accepted(lijnen.directeursopdracht, "directeursopdracht"), inhoud: "" },
    {
      instellingsnummer: "999001",
      opdracht: "o1",
      versie: 1,
      inhoud: "",
      vo_id: "vo-1",
      naam: "Claes",
      voornaam: "An",
      verstuurd_op: "2026-08-20",
      vastbenoemd: false,
      van: "2026-09-01",
      tot: null,
    },
  );
  assert.deepEqual(
    { ...accepted(lijnen.school, "school"), inhoud: "" },
    {
      instellingsnummer: "999001",
      versie: 1,
      inhoud: "",
      naam: "De Regenboog",
      gemeente: "Gent",
      niveaus: ["kleuter", "lager"],
      van: "2000-09-01",
      tot: null,
      opvolger: null,
      vestigingen: [{ vestiging: "1", naam: null, gemeente: null }],
    },
  );
});

test("sites: texts, or objects with vestiging or nummer", () => {
  const school = accepted(
    schoolRegel(
      {},
      {
        vestigingen: ["1", { vestiging: "2", naam: " Noord " }, { nummer: "3", gemeente: "Gent", fax: 1 }],
        opvolger: "999002",
      },
    ),
    "school",
  );
  assert.deepEqual(school.vestigingen, [
    { vestiging: "1", naam: null, gemeente: null },
    { vestiging: "2", naam: "Noord", gemeente: null },
    { vestiging: "3", naam: null, gemeente: "Gent" },
  ]);
  assert.equal(school.opvolger, "999002");
  assert.deepEqual(accepted(schoolRegel({}, { vestigingen: undefined }), "school").vestigingen, []);
  rejected(schoolRegel({}, { vestigingen: ["1", "1"] }), "veld-ongeldig", "gegevens.vestigingen.1.vestiging");
  rejected(schoolRegel({}, { vestigingen: [{}] }), "veld-ontbreekt", "gegevens.vestigingen.0.nummer");
  rejected(schoolRegel({}, { vestigingen: [7] }), "veld-ongeldig", "gegevens.vestigingen.0.vestiging");
  rejected(schoolRegel({}, { vestigingen: "1" }), "veld-ongeldig", "gegevens.vestigingen");
  rejected(schoolRegel({}, { opvolger: "999001" }), "veld-ongeldig", "gegevens.opvolger");
});

test("tolerance: unknown fields, absent optional ones, spaces around, a byte order mark, volgnummer of any kind", () => {
  const bericht = accepted(
    `\uFEFF ${withValue(withValue(leerlingRegel(" 2024-1 ", {}, { naam: " Peeters", extra: { diep: [1, 2] } }), "volgnummer", "x"), "gegevens.insz", undefined)} \r`,
    "leerling",
  );
  assert.deepEqual([bericht.stamnummer, bericht.naam, bericht.insz], ["2024-1", "Peeters", null]);
  accepted(withValue(lijnen.inschrijving, "volgnummer", undefined), "inschrijving");
  assert.equal(
    accepted(withValue(lijnen.inschrijving, "gegevens.administratieve_groep", ""), "inschrijving")
      .administratieve_groep,
    null,
  );
  accepted(withValue(lijnen.directeursopdracht, "gegevens.tot", undefined), "directeursopdracht");
});

test("real names in any script are names", () => {
  for (const naam of [
    "李小龍",
    "محمد",
    "Ştefănescu",
    "O'Neill-Ó Briain",
    "ʻAkahi",
    "می‌خواهم",
    "👩‍👧",
    "X Æ A-12",
    "N",
  ]) {
    assert.equal(accepted(leerlingRegel("1", {}, { naam }), "leerling").naam, naam.normalize("NFC"));
  }
  assert.equal(
    accepted(leerlingRegel("1", {}, { naam: "Zoe\u0308" }), "leerling").naam,
    "Zoë",
    "stored composed",
  );
});

test("every field that must be there is asked for", () => {
  const verplicht: Record<Bericht["soort"], readonly string[]> = {
    school: [
      "sleutel.instellingsnummer",
      "gegevens.naam",
      "gegevens.gemeente",
      "gegevens.niveaus",
      "gegevens.van",
    ],
    leerling: [
      "sleutel.instellingsnummer",
      "sleutel.stamnummer",
      "gegevens.naam",
      "gegevens.voornaam",
      "gegevens.geboortedatum",
    ],
    inschrijving: [
      "sleutel.instellingsnummer",
      "sleutel.stamnummer",
      "gegevens.inschrijving",
      "gegevens.vestiging",
      "gegevens.niveau",
      "gegevens.leerjaar",
      "gegevens.van",
      "gegevens.status",
    ],
    directeursopdracht: [
      "sleutel.instellingsnummer",
      "gegevens.opdracht",
      "gegevens.persoon",
      "gegevens.persoon.vo_id",
      "gegevens.persoon.naam",
      "gegevens.persoon.voornaam",
      "gegevens.verstuurd_op",
      "gegevens.vastbenoemd",
      "gegevens.van",
    ],
  };
  for (const [soort, velden] of Object.entries(verplicht)) {
    const regel = lijnen[soort as Bericht["soort"]];
    for (const veld of ["id", "soort", "versie", "tijdstip", "sleutel", "gegevens", ...velden]) {
      for (const value of [undefined, null]) rejected(withValue(regel, veld, value), "veld-ontbreekt", veld);
      for (const value of veld.endsWith("naam") || veld === "id" ? ["", "  "] : [])
        rejected(withValue(regel, veld, value), "veld-ontbreekt", veld);
      for (const value of [{ a: 1 }, [[]], true, -1.5]) {
        if (value === true && veld === "gegevens.vastbenoemd") continue;
        const gelezen = read(withValue(regel, veld, value));
        assert.ok(isRejection(gelezen), `${soort} ${veld} ${JSON.stringify(value)}`);
        assert.ok(gelezen.veld?.startsWith(veld), `${soort} ${veld}: ${gelezen.veld}`);
      }
    }
  }
});

test("what is wrong gets its code and field, and its id when that can be read", () => {
  const l = lijnen.leerling;
  const i = lijnen.inschrijving;
  for (const regel of [
    "",
    "{",
    "null",
    "1",
    '"x"',
    "[]",
    "[1,2]",
    "{}{}",
    "\u0000",
    "not json",
    `[${"[".repeat(50_000)}`,
  ])
    rejected(regel, regel === "{}" ? "x" : "geen-json", null, null);
  rejected(withValue(l, "soort", "leraar"), "onbekende-soort", "soort", "leerling-1");
  rejected(withValue(l, "soort", "toString"), "onbekende-soort", "soort");
  rejected(withValue(l, "soort", "__proto__"), "onbekende-soort", "soort");
  rejected(withValue(l, "sleutel.instellingsnummer", "99900"), "veld-ongeldig", "sleutel.instellingsnummer");
  rejected(withValue(l, "sleutel.instellingsnummer", 999001), "veld-ongeldig", "sleutel.instellingsnummer");
  rejected(withValue(l, "sleutel.stamnummer", "x".repeat(51)), "veld-te-lang", "sleutel.stamnummer");
  rejected(withValue(l, "gegevens.naam", "x".repeat(201)), "veld-te-lang", "gegevens.naam");
  for (const teken of [
    "\u0000",
    "\n",
    "\t",
    "\u007f",
    "\u0085",
    "\u2028",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufffd",
    "\uffff",
    "\ud800",
  ]) {
    rejected(withValue(l, "gegevens.naam", `a${teken}b`), "teken-ongeldig", "gegevens.naam");
  }
  for (const datum of [
    "2017-02-29",
    "2017-13-01",
    "2017-00-10",
    "2017-1-1",
    "02/05/2017",
    "0017-05-02",
    "2017-05-02T00:00:00Z",
    " 2017-05-02",
  ]) {
    rejected(withValue(l, "gegevens.geboortedatum", datum), "datum-ongeldig", "gegevens.geboortedatum");
  }
  for (const tijd of [
    "2026-09-01",
    "2026-09-01T07:12:33",
    "2026-02-30T07:12:33Z",
    "2026-09-01T24:00:00Z",
    "2026-09-01T07:60:00Z",
    "gisteren",
  ]) {
    rejected(withValue(l, "tijdstip", tijd), "datum-ongeldig", "tijdstip");
  }
  for (const versie of [1.5, -1, 2_147_483_648, "3", null])
    rejected(withValue(l, "versie", versie), versie === null ? "veld-ontbreekt" : "veld-ongeldig", "versie");
  for (const fout of [insz.slice(0, 10) + ((Number(insz.at(-1)) + 1) % 10), "1", "", 12, {}])
    rejected(withValue(l, "gegevens.insz", fout), "insz-ongeldig", "gegevens.insz");
  rejected(withValue(l, "sleutel.stamnummer", insz), "insz-op-verkeerde-plaats", "sleutel.stamnummer");
  rejected(
    withValue(l, "gegevens.voornaam", `Noor ${insz}`),
    "insz-op-verkeerde-plaats",
    "gegevens.voornaam",
  );
  rejected(withValue(l, "id", insz), "insz-op-verkeerde-plaats", "id", null);
  rejected(withValue(i, "gegevens.tot", "2026-08-31"), "datum-volgorde", "gegevens.tot");
  rejected(withValue(i, "gegevens.niveau", "hoger"), "veld-ongeldig", "gegevens.niveau");
  rejected(withValue(i, "gegevens.leerjaar", 10), "veld-ongeldig", "gegevens.leerjaar");
  rejected(withValue(i, "gegevens.status", "x"), "veld-ongeldig", "gegevens.status");
  rejected(withValue(lijnen.school, "gegevens.niveaus", []), "veld-ongeldig", "gegevens.niveaus");
  rejected(withValue(lijnen.school, "gegevens.niveaus", ["hoger"]), "veld-ongeldig", "gegevens.niveaus");
  rejected(`{"id":"${"x".repeat(langsteRegel)}"}`, "regel-te-lang", null, null);
  rejected(l.replace('"versie":1', '"versie":1,"versie":2'), "dubbel-veld", null, "leerling-1");
  rejected(l.replace('"naam":', '"n\\u0061am":"Maes","naam":'), "dubbel-veld", null);
});

test("no value of a message ever stands in what is said of it", () => {
  const gezegd = Object.values(quarantaineredenen).join(" ");
  assert.ok(!/\d/.test(gezegd) && !gezegd.includes("!"));
});

test("the content hash covers key, content and time, not id, sequence number, order of fields, spaces or escapes", () => {
  const hash = (regel: string) => accepted(regel, "leerling").inhoud;
  const one = hash(lijnen.leerling);
  assert.match(one, /^-?\d{1,19}$/);
  assert.equal(BigInt.asIntN(64, BigInt(one)), BigInt(one), "fits a bigint column");
  const bericht = JSON.parse(lijnen.leerling) as Record<string, Fields>;
  const anders = JSON.stringify(
    {
      ...Object.fromEntries(Object.entries(bericht).toReversed()),
      id: "x",
      volgnummer: 9,
      gegevens: Object.fromEntries(Object.entries(bericht["gegevens"] ?? {}).toReversed()),
    },
    null,
    1,
  );
  assert.equal(hash(anders), one);
  assert.equal(hash(lijnen.leerling.replace("Noor", "\\u004eoor")), one);
  assert.equal(hash(withValue(lijnen.leerling, "tijdstip", "2026-09-01T09:12:11.000+02:00")), one);
  const gegevens = { naam: "X", voornaam: "X", geboortedatum: "2017-05-03", insz: null };
  for (const [veld, value] of Object.entries(gegevens))
    assert.notEqual(hash(withValue(lijnen.leerling, `gegevens.${veld}`, value)), one, veld);
  for (const [veld, value] of [
    ["sleutel.stamnummer", "2"],
    ["sleutel.instellingsnummer", "999002"],
    ["tijdstip", "2026-09-01T07:12:12Z"],
  ] as const) {
    assert.notEqual(hash(withValue(lijnen.leerling, veld, value)), one, veld);
  }
  const other = readBericht(lijnen.leerling, "een ander geheim");
  assert.ok(!isRejection(other) && other.bericht.inhoud !== one, "keyed");
  assert.notEqual(
    hash(leerlingRegel("1", {}, { naam: "a", voornaam: "b c" })),
    hash(leerlingRegel("1", {}, { naam: "a b", voornaam: "c" })),
  );
});

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e300,
    "",
    "2026-09-01",
    "999001",
    insz,
    [],
    {},
    "lager",
    "x".repeat(300),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const path = fc.constantFrom(
  "id",
  "volgnummer",
  "tijdstip",
  "soort",
  "versie",
  "sleutel",
  "sleutel.instellingsnummer",
  "sleutel.stamnummer",
  "gegevens",
  "gegevens.naam",
  "gegevens.voornaam",
  "gegevens.insz",
  "gegevens.geboortedatum",
  "gegevens.van",
  "gegevens.tot",
  "gegevens.vestigingen",
  "gegevens.niveaus",
  "gegevens.inschrijving",
  "gegevens.persoon",
  "gegevens.verstuurd_op",
  "gegevens.__proto__",
  "gegevens.administratieve_groep",
  "gegevens.status",
);

test("whatever the line holds, reading it gives a message or a reason, never an exception", () => {
  const mutatie = fc
    .tuple(fc.constantFrom(...Object.values(lijnen)), path, value)
    .map(([regel, plek, nieuw]) => withValue(regel, plek, nieuw));
  const kapot = fc
    .tuple(
      fc.constantFrom(...Object.values(lijnen)),
      fc.nat(400),
      fc.string({ unit: "binary", maxLength: 5 }),
      fc.nat(5),
    )
    .map(([regel, plek, tussen, weg]) => regel.slice(0, plek) + tussen + regel.slice(plek + weg));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json(), mutatie, kapot), (regel) => {
      const gelezen = read(regel);
      if (isRejection(gelezen)) assert.equal(gelezen.melding, quarantaineredenen[gelezen.code]);
      else assert.match(gelezen.bericht.inhoud, /^-?\d+$/);
    }),
    { numRuns: 3000 },
  );
});

test("a glance sees nothing that reading in full would see otherwise", () => {
  const naam = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: "grapheme", maxLength: 6 }),
    fc.constantFrom("Peeters", "Zoë", insz, " x", "D'Hondt", 'a"b', "a\\b"),
  );
  const kop = fc.record({
    versie: fc.integer({ min: 0, max: 40 }),
    id: fc.constantFrom("a-1", "018f1b2c-aaaa-7bbb-8ccc-012345678901", insz, `x-${insz}`, "é", ""),
  });
  const leerling = fc
    .tuple(
      fc.oneof(naam, fc.constant("2024-1")),
      kop,
      fc.record({ naam, voornaam: naam, insz: fc.constantFrom(null, insz, "12345678901") }),
    )
    .map(([stam, k, gegevens]) => leerlingRegel(stam, k, gegevens));
  const inschrijving = fc
    .tuple(
      kop,
      fc.record({
        administratieve_groep: fc.oneof(naam, fc.constant(null)),
        tot: fc.constantFrom(null, "2027-06-30"),
        inschrijving: naam,
        status: fc.constantFrom("gerealiseerd", "geannuleerd", "x"),
      }),
    )
    .map(([k, gegevens]) => inschrijvingRegel("2024-1", k, gegevens));
  let gezien = 0;
  fc.assert(
    fc.property(fc.oneof(leerling, inschrijving, fc.constantFrom(...Object.values(lijnen))), (regel) => {
      const kort = glance(regel, geheim);
      const heel = read(regel);
      const snel = readFast(regel, geheim);
      if (snel) assert.deepEqual(snel, heel);
      if (snel || (kort && !isRejection(heel))) assert.ok(kort && snel, "who sees it also reads it");
      if (!kort) return;
      // A wrong value may be seen, but then with a hash that no stored message has: it covers the value.
      if (isRejection(heel))
        return assert.ok(
          [
            "insz-ongeldig",
            "veld-ongeldig",
            "insz-op-verkeerde-plaats",
            "veld-ontbreekt",
            "datum-ongeldig",
          ].includes(heel.code),
          heel.code,
        );
      gezien++;
      assert.ok(heel.soort === "leerling" || heel.soort === "inschrijving");
      const { bericht } = heel;
      assert.deepEqual(kort, {
        soort: heel.soort,
        instellingsnummer: bericht.instellingsnummer,
        stamnummer: bericht.stamnummer,
        inschrijving: "inschrijving" in bericht ? bericht.inschrijving : "",
        versie: bericht.versie,
        inhoud: bericht.inhoud,
      });
      assert.notEqual(heel.id, "");
      return undefined;
    }),
    { numRuns: 3000 },
  );
  assert.ok(gezien > 300, `it does see many: ${gezien}`);
  for (const regel of [
    leerlingRegel("1", { id: insz }),
    leerlingRegel(insz),
    leerlingRegel("1", {}, { naam: insz }),
  ]) {
    const kort = glance(regel, geheim);
    assert.ok(!kort || isRejection(read(regel)));
  }
});
