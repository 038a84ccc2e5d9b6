import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Datum } from "#platform/clock";
import {
  attributen,
  attribuutNamen,
  decide,
  divideFeiten,
  chain,
  redenen,
  explanationOf,
  type Feiten,
  type InschrijvingFeit,
  type OngedeeldeFeiten,
  type RegelFeit,
  type ToepassingFeit,
} from "#modules/verstrekking";

const vandaag = "2026-11-24" as Datum;
const d = (datum: string) => datum as Datum;
const gisteren = d("2026-11-23");
const morgen = d("2026-11-25");
const alleScopes = new Set(["openid", "profile", "leerid", "klasinformatie"]);

/** Intervals around today, with whether today lies inside: both ends count (D3). */
const intervallen = [
  { van: gisteren, tot: null, geldt: true },
  { van: vandaag, tot: vandaag, geldt: true },
  { van: morgen, tot: null, geldt: false },
  { van: d("2025-09-01"), tot: gisteren, geldt: false },
] as const;

const inschrijving = (over: Partial<InschrijvingFeit> = {}): InschrijvingFeit => ({
  instellingsnummer: "999001" as never,
  school: "De Regenboog",
  school_van: d("2000-09-01"),
  school_tot: null,
  niveau: "lager",
  leerjaar: 3,
  administratieve_groep: null,
  van: d("2026-09-01"),
  tot: null,
  ...over,
});

const regel = (over: Partial<RegelFeit> = {}): RegelFeit => ({
  instellingsnummer: "999001" as never,
  soort: "school",
  niveau: null,
  leerjaar: null,
  klas: null,
  subklas: null,
  uitgesloten: false,
  van: null,
  tot: null,
  ...over,
});

const toepassing = (over: Partial<ToepassingFeit> = {}): ToepassingFeit => ({
  toepassing: "bingel",
  client_id: "bingel",
  naam: "Bingel",
  omschrijving: "",
  soort: "doeltoepassing",
  start_url: "http://localhost/",
  tint: 1,
  initialen: "Bi",
  integreert_klasinformatie: true,
  keuzes: [{ instellingsnummer: "999001" as never, van: d("2026-09-01"), tot: null }],
  regels: [regel()],
  protocol: {
    protocol: "bingel",
    versie: 1,
    van: d("2024-07-10"),
    tot: null,
    attributen: attribuutNamen.map((attribuut) => ({ attribuut })),
  },
  ...over,
});

const ongedeeld = (over: Partial<OngedeeldeFeiten> = {}): OngedeeldeFeiten => ({
  vandaag,
  account: {
    account_uuid: "11111111-1111-4111-8111-111111111111" as never,
    leer_id_uuid: "22222222-2222-4222-8222-222222222222" as never,
    naam: "Peeters",
    voornaam: "Noor",
    gebruikersnaam: "noor.peeters",
    historiek: [],
    vervangen: false,
  },
  inschrijvingen: [inschrijving()],
  klassen: [],
  toepassingen: [toepassing()],
  ...over,
});

const feiten = (over: Partial<OngedeeldeFeiten> = {}): Feiten => divideFeiten(ongedeeld(over));

const decideOn = (
  over: Partial<OngedeeldeFeiten> = {},
  scopes: ReadonlySet<string> = alleScopes,
  op = vandaag,
) => decide(feiten({ ...over, vandaag: op }), "bingel", { scopes });

/** Every rule that can speak about a pupil of the third year of lager, with whether it makes visible. */
const regelgevallen: { regels: RegelFeit[]; zichtbaar: boolean }[] = [
  { regels: [], zichtbaar: false },
  { regels: [regel()], zichtbaar: true },
  { regels: [regel({ soort: "niveau", niveau: "lager" })], zichtbaar: true },
  { regels: [regel({ soort: "niveau", niveau: "kleuter" })], zichtbaar: false },
  { regels: [regel({ soort: "leerjaar", niveau: "lager", leerjaar: 3 })], zichtbaar: true },
  { regels: [regel({ soort: "leerjaar", niveau: "lager", leerjaar: 4 })], zichtbaar: false },
  { regels: [regel({ soort: "leerjaar", niveau: "secundair", leerjaar: 3 })], zichtbaar: false },
  { regels: [regel({ soort: "leerling" })], zichtbaar: true },
  { regels: [regel({ soort: "leerling", uitgesloten: true })], zichtbaar: false },
  { regels: [regel(), regel({ soort: "leerling", uitgesloten: true })], zichtbaar: false },
  { regels: [regel(), regel({ soort: "leerling", uitgesloten: true, tot: gisteren })], zichtbaar: true },
  { regels: [regel({ instellingsnummer: "999002" as never })], zichtbaar: false },
  { regels: [regel({ van: morgen })], zichtbaar: false },
  { regels: [regel({ tot: gisteren })], zichtbaar: false },
  { regels: [regel({ van: vandaag, tot: vandaag })], zichtbaar: true },
];

/** The chain of a case: ticks before the cross that are true, one cross exactly when the answer is no and at its reason. */
function agrees(
  over: Partial<OngedeeldeFeiten>,
  reden: string | null,
  feit: readonly (readonly [string, boolean])[],
): void {
  const { stappen, reden: vanKeten } = chain(feiten(over), "bingel");
  assert.equal(vanKeten, reden);
  const kruis = feit.findIndex(([, waar]) => !waar);
  assert.deepEqual(
    stappen.map(({ stap, stand }) => `${stap} ${stand}`),
    feit.map(([step], index) => {
      if (kruis === -1 || index < kruis) return `${step} ja`;
      return `${step} ${index === kruis ? "nee" : "open"}`;
    }),
  );
  assert.equal(kruis === -1, reden === null);
}

test("D5: yes exactly when account, enrolment, school, agreement, choice and visibility all say yes; the chain says the same, step by step", () => {
  let gevallen = 0;
  for (const vervangen of [false, true])
    for (const ingeschreven of intervallen)
      for (const school of [null, "De Regenboog"])
        for (const open of intervallen)
          for (const protocol of [null, ...intervallen])
            for (const keuze of [null, ...intervallen])
              for (const { regels, zichtbaar } of regelgevallen) {
                const uitgesloten = regels.some((one) => one.uitgesloten && one.tot === null);
                const over = {
                  account: { ...feiten().account, vervangen },
                  inschrijvingen: [
                    inschrijving({
                      school,
                      van: ingeschreven.van,
                      tot: ingeschreven.tot,
                      school_van: open.van,
                      school_tot: open.tot,
                    }),
                  ],
                  toepassingen: [
                    toepassing({
                      regels,
                      keuzes: keuze
                        ? [{ instellingsnummer: "999001" as never, van: keuze.van, tot: keuze.tot }]
                        : [],
                      protocol: protocol && {
                        protocol: "bingel",
                        versie: 1,
                        van: protocol.van,
                        tot: protocol.tot,
                        attributen: [{ attribuut: "Naam" }],
                      },
                    }),
                  ],
                };
                const besluit = decideOn(over);
                const verwacht =
                  !vervangen &&
                  ingeschreven.geldt &&
                  school !== null &&
                  open.geldt &&
                  protocol !== null &&
                  protocol.geldt &&
                  keuze !== null &&
                  keuze.geldt &&
                  zichtbaar;
                assert.equal(besluit.toegang, verwacht);
                gevallen++;
                const feit = [
                  ["account", !vervangen],
                  ["toepassing", true],
                  ["inschrijving", ingeschreven.geldt],
                  ["school", school !== null && open.geldt],
                  ["overeenkomst", protocol?.geldt ?? false],
                  ["keuze", keuze?.geldt ?? false],
                  ["uitzondering", !uitgesloten],
                  ["zichtbaarheid", zichtbaar],
                ] as const;
                agrees(over, besluit.toegang ? null : besluit.reden, feit);
              }
  assert.equal(gevallen, 2 * 4 * 2 * 4 * 5 * 5 * regelgevallen.length);
});

test("the reason names the first thing that is wrong, and every reason has words for a pupil", () => {
  const reason = (over: Partial<OngedeeldeFeiten>) => {
    const besluit = decideOn(over);
    return besluit.toegang ? "ja" : besluit.reden;
  };
  assert.equal(reason({}), "ja");
  assert.equal(reason({ account: { ...feiten().account, vervangen: true } }), "account-vervangen");
  assert.equal(reason({ inschrijvingen: [] }), "niet-ingeschreven");
  assert.equal(reason({ inschrijvingen: [inschrijving({ tot: gisteren })] }), "niet-ingeschreven");
  assert.equal(reason({ inschrijvingen: [inschrijving({ school: null })] }), "school-niet-open");
  assert.equal(reason({ toepassingen: [toepassing({ protocol: null })] }), "geen-protocol");
  assert.equal(reason({ toepassingen: [toepassing({ keuzes: [] })] }), "niet-gekozen");
  assert.equal(reason({ toepassingen: [toepassing({ regels: [] })] }), "niet-zichtbaar");
  assert.equal(
    reason({
      toepassingen: [toepassing({ regels: [regel(), regel({ soort: "leerling", uitgesloten: true })] })],
    }),
    "uitgesloten",
  );
  assert.equal(reason({ toepassingen: [] }), "toepassing-onbekend");
  const onbekend = decide(null, "bingel", { scopes: alleScopes });
  assert.equal(onbekend.toegang, false);
  for (const elke of redenen) {
    const { waarom, wie } = explanationOf({
      toegang: false,
      reden: elke,
      toepassing: "Bingel",
      school: null,
    });
    assert.ok(waarom.length > 20 && wie.length > 20, elke);
  }
});

const hier = { instellingsnummer: "999001" as never, klas: "3A", subklas: null };
const elders = { instellingsnummer: "999002" as never, klas: "5B", subklas: null };

test("released attributes = agreement today ∩ scopes, for every agreement and every set of scopes (D4)", () => {
  fc.assert(
    fc.property(
      fc.subarray([...attribuutNamen], { minLength: 1 }),
      fc.subarray(["profile", "leerid", "klasinformatie"]),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.constantFrom(hier, elders)),
      (inProtocol, scopes, geidentificeerd, integreert, klassen) => {
        const besluit = decideOn(
          {
            klassen,
            account: {
              ...feiten().account,
              leer_id_uuid: geidentificeerd ? feiten().account.leer_id_uuid : null,
            },
            toepassingen: [
              toepassing({
                integreert_klasinformatie: integreert,
                protocol: {
                  protocol: "p",
                  versie: 2,
                  van: gisteren,
                  tot: null,
                  attributen: inProtocol.map((attribuut) => ({ attribuut })),
                },
              }),
            ],
          },
          new Set(["openid", ...scopes]),
        );
        assert.ok(besluit.toegang);
        const verwacht = inProtocol.filter(
          (attribuut) =>
            scopes.includes(attributen[attribuut].scope) &&
            (attribuut !== "Leer_id_uuid" || geidentificeerd) && // R35
            // R56, R64: integrated, and from a school that shares its classes and through which it is visible
            (attribuut !== "Klasinformatie" || (integreert && klassen.includes(hier))),
        );
        assert.deepEqual([...besluit.attributen].toSorted(), verwacht.toSorted());
        assert.deepEqual(
          Object.keys(besluit.claims).toSorted(),
          verwacht.map((attribuut) => attributen[attribuut].claim).toSorted(),
        );
        assert.equal(besluit.subIsAccount, inProtocol.includes("Account_uuid"));
        assert.equal(besluit.protocol, "p@2");
      },
    ),
  );
});

test("R41, R56: the classes of the schools through which it is visible, and of no other; a class without a subklas has none", () => {
  const inschrijvingen = [inschrijving(), inschrijving({ instellingsnummer: "999002" as never })];
  const klassen = [hier, { ...hier, subklas: "Latijn" }, elders];
  const besluit = decideOn({ inschrijvingen, klassen });
  assert.ok(besluit.toegang);
  assert.deepEqual(besluit.claims["klasinformatie"], [
    { instellingsnummer: "999001", klas: "3A" },
    { instellingsnummer: "999001", klas: "3A", subklas: "Latijn" },
  ]);
});

test("R54, D6: a rule on a klas or subklas shows it to who sits in it in that school, and sleeps while the school shares nothing", () => {
  const withValue = (over: Partial<RegelFeit>, klassen: Feiten["klassen"]) => {
    const besluit = decideOn({ klassen, toepassingen: [toepassing({ regels: [regel(over)] })] });
    return besluit.toegang ? "ja" : besluit.reden;
  };
  const latijn = { ...hier, subklas: "Latijn" };
  const klas = { soort: "klas", klas: "3A" } as const;
  const subklas = { soort: "subklas", klas: "3A", subklas: "Latijn" } as const;
  assert.equal(withValue(klas, [hier]), "ja");
  assert.equal(withValue(klas, [latijn]), "ja");
  assert.equal(withValue(klas, [{ ...hier, klas: "3B" }]), "niet-zichtbaar");
  assert.equal(withValue(klas, [{ ...hier, instellingsnummer: "999002" as never }]), "niet-zichtbaar");
  assert.equal(withValue(klas, []), "niet-zichtbaar");
  assert.equal(withValue(subklas, [latijn]), "ja");
  assert.equal(withValue(subklas, [hier]), "niet-zichtbaar");
  assert.equal(withValue(subklas, [{ ...latijn, klas: "3B" }]), "niet-zichtbaar");
});

test("R77: an attribute is released up to and including its last day, by the agreement's data", () => {
  const metDatum = {
    toepassingen: [
      toepassing({
        protocol: {
          protocol: "p",
          versie: 1,
          van: gisteren,
          tot: null,
          attributen: [{ attribuut: "Gebruikersnaam" as const, tot: d("2027-12-31") }],
        },
      }),
    ],
  };
  const decisionOn = (datum: string) => decideOn(metDatum, alleScopes, d(datum));
  const claims = (datum: string) => {
    const besluit = decisionOn(datum);
    return besluit.toegang ? besluit.claims : "nee";
  };
  assert.deepEqual(claims("2027-12-31"), { preferred_username: "noor.peeters" });
  assert.deepEqual(claims("2028-01-01"), {});
});

test("R40: the schools where the pupil is enrolled today, each once, whichever of them shows the application", () => {
  const besluit = decideOn({
    inschrijvingen: [
      inschrijving(),
      inschrijving({ leerjaar: 4 }),
      inschrijving({ instellingsnummer: "999002" as never, niveau: "secundair" }),
      inschrijving({ instellingsnummer: "999003" as never, tot: gisteren }),
    ],
  });
  assert.ok(besluit.toegang);
  assert.deepEqual(besluit.claims["instellingsnummer"], ["999001", "999002"]);
  assert.deepEqual(besluit.via, ["999001"]);
});

test("R42, R43: nothing but the eight declared attributes can be released", () => {
  assert.deepEqual(
    Object.values(attributen)
      .map((attribuut) => attribuut.claim)
      .toSorted(),
    [
      "account_uuid",
      "family_name",
      "given_name",
      "historiek_account_uuid",
      "instellingsnummer",
      "klasinformatie",
      "leer_id_uuid",
      "preferred_username",
    ],
  );
});

test("a loket of LeerID opens for every enrolled pupil and receives no attributes", () => {
  const loket = toepassing({ soort: "loket", protocol: null, keuzes: [], regels: [] });
  const ja = decideOn({ toepassingen: [loket] });
  assert.ok(ja.toegang);
  assert.deepEqual(ja.claims, {});
  assert.equal(decideOn({ toepassingen: [loket], inschrijvingen: [] }).toegang, false); // R31
});

test("D5, R31: the chain of a pupil of several schools is about the enrolment nearest to a yes, with what counts there", () => {
  const tweede = { instellingsnummer: "999002" as never, school: "Sint-Jozef" };
  const inschrijvingen = [inschrijving(), inschrijving({ ...tweede, leerjaar: 5 })];
  const keuzes = [
    { instellingsnummer: "999001" as never, van: gisteren, tot: null },
    { instellingsnummer: "999002" as never, van: gisteren, tot: null },
  ];
  const walkChain = (over: Partial<ToepassingFeit>) => {
    const {
      reden,
      inschrijving: over_,
      keuze,
      regels,
    } = chain(
      feiten({ inschrijvingen, toepassingen: [toepassing({ keuzes, regels: [], ...over })] }),
      "bingel",
    );
    return [reden, over_?.instellingsnummer, keuze?.instellingsnummer, regels.length];
  };
  const uitsluiting = regel({ ...tweede, soort: "leerling", uitgesloten: true });
  assert.deepEqual(walkChain({}), ["niet-zichtbaar", "999001", "999001", 0]);
  assert.deepEqual(walkChain({ keuzes: [] }), ["niet-gekozen", "999001", undefined, 0]);
  assert.deepEqual(walkChain({ keuzes: keuzes.slice(1) }), ["niet-zichtbaar", "999002", "999002", 0]);
  assert.deepEqual(walkChain({ regels: [uitsluiting] }), ["uitgesloten", "999002", "999002", 1]);
  const jaar = regel({ ...tweede, soort: "leerjaar", niveau: "lager", leerjaar: 5 });
  assert.deepEqual(walkChain({ regels: [jaar, regel({ ...tweede, tot: gisteren })] }), [
    null,
    "999002",
    "999002",
    1,
  ]);
});

test("D5: the chain of what is not there stops where the decision stops", () => {
  const cross = (...[feit, client]: [Feiten | null, string]) => {
    const { reden, stappen } = chain(feit, client);
    return [reden, stappen.find(({ stand }) => stand === "nee")?.stap];
  };
  assert.deepEqual(cross(null, "bingel"), ["account-onbekend", "account"]);
  assert.deepEqual(cross(feiten(), "elders"), ["toepassing-onbekend", "toepassing"]);
  const loket = toepassing({ soort: "loket", protocol: null, keuzes: [], regels: [] });
  assert.deepEqual(
    chain(feiten({ toepassingen: [loket] }), "bingel").stappen.map(({ stand }) => stand),
    ["ja", "ja", "ja", "ja"],
  );
});
