import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { Problem } from "#platform/problem";
import { findOntvangst, eraseAllStopped } from "#modules/leveringen";
import { getFeiten } from "#modules/verstrekking";
import { testDatabase, type TestDatabase } from "#testing/database";
import {
  giveTestAkkoord,
  klassenOf,
  kop,
  deliverFile,
  makeSchool,
  fileNameOf,
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
    ...(await makeSchool(db.ctx, school, { leerlingen: 8, akkoord: false })),
    ...(await makeSchool(db.ctx, "999002", { leerlingen: 1, akkoord: false })), // a stranger
  ];
});
after(() => db.close());

/** A row by numbers and the few texts that matter, so that fast-check can shrink it. */
type Row = {
  wie: number;
  via: "leer" | "account" | "beide" | "geen";
  klas: string;
  sub: string;
  van: string;
  tot: string;
};
const row = fc.record<Row>({
  wie: fc.nat(8),
  via: fc.constantFrom("leer", "account", "beide", "leer", "account", "geen"),
  klas: fc.constantFrom("1A", "1B", "1A", "  1A ", "1  A", "", "1\u202eA"),
  sub: fc.constantFrom("", "", "Z", "x".repeat(51)),
  van: fc.constantFrom("", "", "2026-10-01", "2026-08-31", "morgen"),
  tot: fc.constantFrom("", "", "2026-12-24", "2026-09-30"),
});
type Stap =
  | { doe: "lever"; tijd: number; gz: boolean; rijen: Row[] }
  | { doe: "opnieuw"; welke: number }
  | { doe: "stop" | "start" | "wis" };
const list: fc.Arbitrary<Row[]> = fc.oneof(
  { weight: 5, arbitrary: fc.array(row, { maxLength: 10 }) },
  { weight: 1, arbitrary: fc.constant<Row[]>([]) },
);
const step: fc.Arbitrary<Stap> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      doe: fc.constant("lever" as const),
      tijd: fc.nat(6),
      gz: fc.boolean(),
      rijen: list,
    }),
  },
  { weight: 3, arbitrary: fc.record({ doe: fc.constant("opnieuw" as const), welke: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ doe: fc.constantFrom("stop" as const, "start" as const, "wis" as const) }),
  },
);

/** A story with every outcome in it, run before those drawn by lot. */
const goed: Row = { wie: 0, via: "leer", klas: "1A", sub: "", van: "", tot: "" };
const deliverOne = (tijd: number, ...rijen: Row[]): Stap => ({ doe: "lever", tijd, gz: false, rijen });
const allesEens: Stap[] = [
  deliverOne(1, goed), // verwerkt
  deliverOne(0, { ...goed, klas: "1B" }), // verouderd
  deliverOne(1, { ...goed, klas: "1B" }), // naam-hergebruikt
  deliverOne(2, goed, { ...goed, wie: 8 }), // deels
  deliverOne(3), // aangehouden, and gestopt by what follows
  { doe: "stop" },
  deliverOne(4, goed), // geen-akkoord
  { doe: "wis" },
];

const textOf = (rows: readonly Row[]): string =>
  `${[
    kop,
    ...rows.map(({ wie, via, klas, sub, van, tot }) => {
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

function takeRows(rows: readonly Row[]) {
  const goed = new Map<number, string[]>();
  const slecht = new Set<number>();
  let aanvaard = 0;
  for (const one of rows) {
    const klas = one.klas.trim().replace(/ +/g, " ");
    const van = one.van || "2026-09-01";
    const tot = one.tot || "2027-08-31";
    const ok =
      one.via !== "geen" &&
      one.wie < 8 &&
      klas !== "" &&
      !klas.includes("\u202e") &&
      one.sub.length <= 50 &&
      ["2026-09-01", "2026-10-01"].includes(van) &&
      van <= tot;
    const mijn = goed.get(one.wie) ?? [];
    const sleutel = `${klas}|${one.sub}|${van}|`;
    if (ok && !mijn.some((al) => al.startsWith(sleutel))) {
      aanvaard++;
      goed.set(one.wie, [...mijn, sleutel + tot]);
    } else if (one.via !== "geen") slecht.add(one.wie);
  }
  return { goed, slecht, aanvaard };
}

function erase(model: Model): void {
  model.klassen.clear();
  model.stand = undefined;
  model.teWissen = false;
  for (const [naam, one] of model.namen)
    if (one.status === "aangehouden") model.namen.set(naam, { ...one, status: "gestopt" });
}

/** What becomes of a file: its status, or the reason of a refusal. */
function take(model: Model, naam: string, tijd: number, rows: readonly Row[]): string {
  const tekst = textOf(rows);
  const eerder = model.namen.get(naam);
  if (eerder) return eerder.tekst === tekst ? eerder.status : "naam-hergebruikt";
  const finish = (status: string, aanvaard = 0, ontvangen = aanvaard) => {
    if (["verwerkt", "deels", "aangehouden"].includes(status))
      for (const [other, one] of model.namen)
        if (one.status === "aangehouden" && one.tijd < tijd)
          model.namen.set(other, { ...one, status: "verouderd" });
    model.namen.set(naam, { tekst, tijd, status, telt: [ontvangen, aanvaard] });
    return status;
  };
  if (!model.deelt) return finish("geen-akkoord");
  if (model.teWissen) erase(model);
  const { stand } = model;
  if (stand?.volledig && stand.tekst === tekst && tijd >= stand.tijd) {
    stand.tijd = tijd;
    return finish("verwerkt", rows.length);
  }
  if (stand && tijd <= stand.tijd) return finish("verouderd");
  const { goed, slecht, aanvaard } = takeRows(rows);
  const weg = [...model.klassen.keys()].filter((wie) => !goed.has(wie) && !slecht.has(wie));
  if (rows.length === 0 || (aanvaard === 0 && weg.length > 0))
    return finish("aangehouden", aanvaard, rows.length);
  for (const wie of weg) model.klassen.delete(wie);
  for (const [wie, klassen] of goed) model.klassen.set(wie, klassen);
  const volledig = aanvaard === rows.length;
  model.stand = { tijd, tekst, volledig };
  return finish(volledig ? "verwerkt" : "deels", aanvaard, rows.length);
}

let run = 0;
const newName = (tijd: number, gz: boolean) =>
  fileNameOf(school, new Date(Date.UTC(2026, 8, 1) + run * 60_000 + tijd * 1000).toISOString(), { gz });

async function compare(model: Model): Promise<void> {
  const staat = new Map<number, string[]>();
  for (const { account, klas, subklas, van, tot } of await klassenOf(db.ctx, school)) {
    const wie = pupils.findIndex((one) => one.account === account);
    staat.set(wie, [...(staat.get(wie) ?? []), `${klas}|${subklas ?? ""}|${van}|${tot}`]);
  }
  const flat = (klassen: ReadonlyMap<number, string[]>) =>
    [...klassen].map(([wie, rows]) => [wie, rows.toSorted()] as const).toSorted(([a], [b]) => a - b);
  assert.deepEqual(flat(staat), flat(model.klassen));
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
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (stappen) => {
      run++;
      await stopTestAkkoord(db.ctx, school);
      await eraseAllStopped(db.ctx);
      await giveTestAkkoord(db.ctx, school);
      const model: Model = {
        deelt: true,
        teWissen: false,
        klassen: new Map(),
        stand: undefined,
        namen: new Map(),
      };
      const geleverd: { naam: string; tijd: number; rijen: Row[] }[] = [];
      for (const one of stappen) {
        if (one.doe === "stop" && model.deelt) {
          await stopTestAkkoord(db.ctx, school);
          Object.assign(model, { deelt: false, teWissen: true });
        } else if (one.doe === "start" && !model.deelt) {
          await giveTestAkkoord(db.ctx, school);
          model.deelt = true;
        } else if (one.doe === "wis") {
          await eraseAllStopped(db.ctx);
          if (model.teWissen) erase(model);
        } else if (one.doe === "lever" || one.doe === "opnieuw") {
          const dit =
            one.doe === "lever"
              ? { naam: newName(one.tijd, one.gz), tijd: one.tijd, rijen: one.rijen }
              : geleverd[one.welke % geleverd.length];
          if (!dit) continue;
          geleverd.push(dit);
          const text = textOf(dit.rijen);
          const verwacht = take(model, dit.naam, dit.tijd, dit.rijen);
          statussen.add(verwacht);
          const inhoud = dit.naam.endsWith(".gz") ? gzipSync(text) : text;
          const uit = await deliverFile(db.ctx, dit.naam, inhoud).catch((error: unknown) => {
            if (error instanceof Problem) return error.kind.code;
            throw error;
          });
          const zegt =
            typeof uit === "string" ? uit : uit.status === "geweigerd" ? uit.reden?.code : uit.status;
          assert.equal(zegt, verwacht);
        }
      }
      await compare(model);
      if (model.deelt) await stopTestAkkoord(db.ctx, school);
      await eraseAllStopped(db.ctx);
      if (model.deelt || model.teWissen) erase(model);
      model.deelt = false;
      await compare(model);
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
  const goedeRij = row.filter((one) => takeRows([one]).aanvaard === 1);
  const files = fc
    .array(fc.uniqueArray(goedeRij, { minLength: 1, maxLength: 8, selector: ({ wie }) => wie }), {
      minLength: 1,
      maxLength: 4,
    })
    .chain((lijsten) =>
      fc.record({
        lijsten: fc.constant(lijsten),
        volgorde: fc
          .shuffledSubarray([...lijsten.keys()], { minLength: lijsten.length })
          .chain((all) =>
            fc.array(fc.constantFrom(...all), { maxLength: 4 }).map((meer) => [...all, ...meer]),
          ),
      }),
    );
  await fc.assert(
    fc.asyncProperty(files, async ({ lijsten, volgorde }) => {
      run++;
      await stopTestAkkoord(db.ctx, school);
      await eraseAllStopped(db.ctx);
      await giveTestAkkoord(db.ctx, school);
      for (const nr of volgorde) await deliverFile(db.ctx, newName(nr, false), textOf(lijsten[nr] ?? []));
      const nieuwste = takeRows(lijsten.at(-1) ?? []);
      const klassen = await klassenOf(db.ctx, school);
      assert.equal(klassen.length, nieuwste.aanvaard);
      for (const { account, klas } of klassen) {
        const wie = pupils.findIndex((one) => one.account === account);
        assert.ok(nieuwste.goed.get(wie)?.some((one) => one.startsWith(`${klas}|`)));
      }
    }),
    runsOf(30),
  );
});
