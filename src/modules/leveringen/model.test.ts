import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { Problem } from "#platform/problem";
import { findOntvangst, wisGestopte } from "#modules/leveringen";
import { getFeiten } from "#modules/verstrekking";
import { testDatabase, type TestDatabase } from "#testing/database";
import {
  geefTestAkkoord,
  klassenVan,
  kop,
  lever,
  maakSchool,
  naamVan,
  stopTestAkkoord,
  type Pupil,
} from "#testing/levering";
import { runsOf } from "#testing/runs";
import { gzipSync } from "node:zlib";

const school = "999001";
let db: TestDatabase;
let pupils: Pupil[];
before(async () => {
  db = await testDatabase();
  pupils = [
    ...(await maakSchool(db.ctx, school, { leerlingen: 8, akkoord: false })),
    ...(await maakSchool(db.ctx, "999002", { leerlingen: 1, akkoord: false })), // a stranger
  ];
});
after(() => db.close());

/** A row by numbers and the few texts that matter, so that fast-check can shrink it. */
type Rij = {
  wie: number;
  via: "leer" | "account" | "beide" | "geen";
  klas: string;
  sub: string;
  van: string;
  tot: string;
};
const rij = fc.record<Rij>({
  wie: fc.nat(8),
  via: fc.constantFrom("leer", "account", "beide", "leer", "account", "geen"),
  klas: fc.constantFrom("1A", "1B", "1A", "  1A ", "1  A", "", "1\u202eA"),
  sub: fc.constantFrom("", "", "Z", "x".repeat(51)),
  van: fc.constantFrom("", "", "2026-10-01", "2026-08-31", "morgen"),
  tot: fc.constantFrom("", "", "2026-12-24", "2026-09-30"),
});
type Stap =
  | { doe: "lever"; tijd: number; gz: boolean; rijen: Rij[] }
  | { doe: "opnieuw"; welke: number }
  | { doe: "stop" | "start" | "wis" };
const lijst: fc.Arbitrary<Rij[]> = fc.oneof(
  { weight: 5, arbitrary: fc.array(rij, { maxLength: 10 }) },
  { weight: 1, arbitrary: fc.constant<Rij[]>([]) },
);
const stap: fc.Arbitrary<Stap> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      doe: fc.constant("lever" as const),
      tijd: fc.nat(6),
      gz: fc.boolean(),
      rijen: lijst,
    }),
  },
  { weight: 3, arbitrary: fc.record({ doe: fc.constant("opnieuw" as const), welke: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ doe: fc.constantFrom("stop" as const, "start" as const, "wis" as const) }),
  },
);

/** A story with every outcome in it, run before those drawn by lot. */
const goed: Rij = { wie: 0, via: "leer", klas: "1A", sub: "", van: "", tot: "" };
const lever1 = (tijd: number, ...rijen: Rij[]): Stap => ({ doe: "lever", tijd, gz: false, rijen });
const allesEens: Stap[] = [
  lever1(1, goed), // verwerkt
  lever1(0, { ...goed, klas: "1B" }), // verouderd
  lever1(1, { ...goed, klas: "1B" }), // naam-hergebruikt
  lever1(2, goed, { ...goed, wie: 8 }), // deels
  lever1(3), // aangehouden, and gestopt by what follows
  { doe: "stop" },
  lever1(4, goed), // geen-akkoord
  { doe: "wis" },
];

const tekstVan = (rijen: readonly Rij[]): string =>
  `${[
    kop,
    ...rijen.map(({ wie, via, klas, sub, van, tot }) => {
      const { leerId, account } = pupils[wie] as Pupil;
      const ids = `${via === "leer" || via === "beide" ? leerId : ""};${via === "account" || via === "beide" ? account : ""}`;
      return `${ids};${klas};${sub};${van};${tot}`;
    }),
  ].join("\n")}\n`;

/** What we think it does, as plainly as it can be said. */
type Model = {
  deelt: boolean;
  teWissen: boolean;
  klassen: Map<number, string[]>;
  stand: { tijd: number; tekst: string; volledig: boolean } | undefined;
  namen: Map<string, { tekst: string; tijd: number; status: string; telt: readonly [number, number] }>;
};

function neemRijen(rijen: readonly Rij[]) {
  const goed = new Map<number, string[]>();
  const slecht = new Set<number>();
  let aanvaard = 0;
  for (const een of rijen) {
    const klas = een.klas.trim().replace(/ +/g, " ");
    const van = een.van || "2026-09-01";
    const tot = een.tot || "2027-08-31";
    const ok =
      een.via !== "geen" &&
      een.wie < 8 &&
      klas !== "" &&
      !klas.includes("\u202e") &&
      een.sub.length <= 50 &&
      ["2026-09-01", "2026-10-01"].includes(van) &&
      van <= tot;
    const mijn = goed.get(een.wie) ?? [];
    const sleutel = `${klas}|${een.sub}|${van}|`;
    if (ok && !mijn.some((al) => al.startsWith(sleutel))) {
      aanvaard++;
      goed.set(een.wie, [...mijn, sleutel + tot]);
    } else if (een.via !== "geen") slecht.add(een.wie);
  }
  return { goed, slecht, aanvaard };
}

function wis(model: Model): void {
  model.klassen.clear();
  model.stand = undefined;
  model.teWissen = false;
  for (const [naam, een] of model.namen)
    if (een.status === "aangehouden") model.namen.set(naam, { ...een, status: "gestopt" });
}

/** What becomes of a file: its status, or the reason of a refusal. */
function neem(model: Model, naam: string, tijd: number, rijen: readonly Rij[]): string {
  const tekst = tekstVan(rijen);
  const eerder = model.namen.get(naam);
  if (eerder) return eerder.tekst === tekst ? eerder.status : "naam-hergebruikt";
  const klaar = (status: string, aanvaard = 0, ontvangen = aanvaard) => {
    if (["verwerkt", "deels", "aangehouden"].includes(status))
      for (const [ander, een] of model.namen)
        if (een.status === "aangehouden" && een.tijd < tijd)
          model.namen.set(ander, { ...een, status: "verouderd" });
    model.namen.set(naam, { tekst, tijd, status, telt: [ontvangen, aanvaard] });
    return status;
  };
  if (!model.deelt) return klaar("geen-akkoord");
  if (model.teWissen) wis(model);
  const { stand } = model;
  if (stand?.volledig && stand.tekst === tekst && tijd >= stand.tijd) {
    stand.tijd = tijd;
    return klaar("verwerkt", rijen.length);
  }
  if (stand && tijd <= stand.tijd) return klaar("verouderd");
  const { goed, slecht, aanvaard } = neemRijen(rijen);
  const weg = [...model.klassen.keys()].filter((wie) => !goed.has(wie) && !slecht.has(wie));
  if (rijen.length === 0 || (aanvaard === 0 && weg.length > 0))
    return klaar("aangehouden", aanvaard, rijen.length);
  for (const wie of weg) model.klassen.delete(wie);
  for (const [wie, klassen] of goed) model.klassen.set(wie, klassen);
  const volledig = aanvaard === rijen.length;
  model.stand = { tijd, tekst, volledig };
  return klaar(volledig ? "verwerkt" : "deels", aanvaard, rijen.length);
}

let run = 0;
const nieuweNaam = (tijd: number, gz: boolean) =>
  naamVan(school, new Date(Date.UTC(2026, 8, 1) + run * 60_000 + tijd * 1000).toISOString(), { gz });

async function vergelijk(model: Model): Promise<void> {
  const staat = new Map<number, string[]>();
  for (const { account, klas, subklas, van, tot } of await klassenVan(db.ctx, school)) {
    const wie = pupils.findIndex((een) => een.account === account);
    staat.set(wie, [...(staat.get(wie) ?? []), `${klas}|${subklas ?? ""}|${van}|${tot}`]);
  }
  const plat = (klassen: ReadonlyMap<number, string[]>) =>
    [...klassen].map(([wie, rijen]) => [wie, rijen.toSorted()] as const).toSorted(([a], [b]) => a - b);
  assert.deepEqual(plat(staat), plat(model.klassen));
  for (const [naam, { status, telt }] of model.namen) {
    const ontvangst = await findOntvangst(db.ctx, "wisa", naam);
    assert.ok(typeof ontvangst === "object", "every file has its receipt");
    const zegt = ontvangst.status === "geweigerd" ? ontvangst.reden?.code : ontvangst.status;
    assert.equal(zegt, status, naam);
    assert.deepEqual([ontvangst.ontvangen, ontvangst.aanvaard], telt);
    assert.equal(ontvangst.ontvangen, ontvangst.aanvaard + ontvangst.quarantaine.length);
  }
  // Release: a class of a pupil is a fact only while the school shares (R68).
  const feiten = await getFeiten(db.ctx, pupils[0]?.account as Pupil["account"], null, db.clock.vandaag());
  if (!model.deelt) assert.deepEqual(feiten?.klassen, []);
}

test("R64, R68, D9: whatever files come in whatever order, and whenever the school stops and starts, the classes are as the model says", async () => {
  const statussen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(stap, { minLength: 1, maxLength: 14 }), async (stappen) => {
      run++;
      await stopTestAkkoord(db.ctx, school);
      await wisGestopte(db.ctx);
      await geefTestAkkoord(db.ctx, school);
      const model: Model = {
        deelt: true,
        teWissen: false,
        klassen: new Map(),
        stand: undefined,
        namen: new Map(),
      };
      const geleverd: { naam: string; tijd: number; rijen: Rij[] }[] = [];
      for (const een of stappen) {
        if (een.doe === "stop" && model.deelt) {
          await stopTestAkkoord(db.ctx, school);
          Object.assign(model, { deelt: false, teWissen: true });
        } else if (een.doe === "start" && !model.deelt) {
          await geefTestAkkoord(db.ctx, school);
          model.deelt = true;
        } else if (een.doe === "wis") {
          await wisGestopte(db.ctx);
          if (model.teWissen) wis(model);
        } else if (een.doe === "lever" || een.doe === "opnieuw") {
          const dit =
            een.doe === "lever"
              ? { naam: nieuweNaam(een.tijd, een.gz), tijd: een.tijd, rijen: een.rijen }
              : geleverd[een.welke % geleverd.length];
          if (!dit) continue;
          geleverd.push(dit);
          const tekst = tekstVan(dit.rijen);
          const verwacht = neem(model, dit.naam, dit.tijd, dit.rijen);
          statussen.add(verwacht);
          const inhoud = dit.naam.endsWith(".gz") ? gzipSync(tekst) : tekst;
          const uit = await lever(db.ctx, dit.naam, inhoud).catch((error: unknown) => {
            if (error instanceof Problem) return error.kind.code;
            throw error;
          });
          const zegt =
            typeof uit === "string" ? uit : uit.status === "geweigerd" ? uit.reden?.code : uit.status;
          assert.equal(zegt, verwacht);
        }
      }
      await vergelijk(model);
      if (model.deelt) await stopTestAkkoord(db.ctx, school);
      await wisGestopte(db.ctx);
      if (model.deelt || model.teWissen) wis(model);
      model.deelt = false;
      await vergelijk(model);
      for (const { status } of model.namen.values()) statussen.add(status);
    }),
    { ...runsOf(60), examples: [[allesEens]] },
  );
  assert.deepEqual([...statussen].toSorted(), [
    "aangehouden",
    "deels",
    "geen-akkoord",
    "gestopt",
    "naam-hergebruikt",
    "verouderd",
    "verwerkt",
  ]);
});

test("D9: any order and any repetition of files ends in the state of the newest", async () => {
  const goedeRij = rij.filter((een) => neemRijen([een]).aanvaard === 1);
  const bestanden = fc
    .array(fc.uniqueArray(goedeRij, { minLength: 1, maxLength: 8, selector: ({ wie }) => wie }), {
      minLength: 1,
      maxLength: 4,
    })
    .chain((lijsten) =>
      fc.record({
        lijsten: fc.constant(lijsten),
        volgorde: fc
          .shuffledSubarray([...lijsten.keys()], { minLength: lijsten.length })
          .chain((alle) =>
            fc.array(fc.constantFrom(...alle), { maxLength: 4 }).map((meer) => [...alle, ...meer]),
          ),
      }),
    );
  await fc.assert(
    fc.asyncProperty(bestanden, async ({ lijsten, volgorde }) => {
      run++;
      await stopTestAkkoord(db.ctx, school);
      await wisGestopte(db.ctx);
      await geefTestAkkoord(db.ctx, school);
      for (const nr of volgorde) await lever(db.ctx, nieuweNaam(nr, false), tekstVan(lijsten[nr] ?? []));
      const nieuwste = neemRijen(lijsten.at(-1) ?? []);
      const klassen = await klassenVan(db.ctx, school);
      assert.equal(klassen.length, nieuwste.aanvaard);
      for (const { account, klas } of klassen) {
        const wie = pupils.findIndex((een) => een.account === account);
        assert.ok(nieuwste.goed.get(wie)?.some((een) => een.startsWith(`${klas}|`)));
      }
    }),
    runsOf(30),
  );
});
