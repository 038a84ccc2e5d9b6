import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { Problem } from "#platform/problem";
import { importProtocol } from "#modules/protocollen";
import { importToepassing, saveKeuze, listClients } from "#modules/toepassingen";
import { onOtherDay } from "#testing/days";
import { testDatabase, type TestDatabase } from "#testing/database";
import { toepassingText } from "#testing/toepassing";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const partij = {
  naam: "Uitgeverij Voorbeeld",
  kbo: "0123.456.789",
  vestigingsnummer: "2.123.456.789",
  adres: "Dorpsstraat 1, 9000 Gent",
  vertegenwoordiger: { naam: "A. Voorbeeld", functie: "directeur" },
};
const protocol = (over: Record<string, unknown> = {}) => ({
  protocol: "voorbeeld",
  versie: 1,
  toepassing: "voorbeeld",
  titel: "Toegang tot LeerID",
  partijen: { dov: partij, dienstenleverancier: partij },
  dpo_adviezen: [
    { partij: "dov", datum: "2024-05-01" },
    { partij: "dienstenleverancier", datum: "2024-07-03" },
  ],
  ondertekend_op: "2024-07-10",
  van: "2024-07-10",
  tot: null,
  doeleinden: { oorsprong: "aanmelden", ontvangst: "herkennen" },
  rechtsgronden: { dov: "AVG 6.1.c", dienstenleverancier: "AVG 6.1.f" },
  attributen: [{ attribuut: "Naam", verantwoording: "aanspreken", bewaartermijn: "3 jaar" }],
  ontvangers: ["toegangscontrole"],
  periodiciteit: "bij elke aanmelding",
  bewaring: { jaren: 3, vanaf: "laatste aanmelding" },
  maatregelen: ["DPO"],
  verwerkers: [],
  artikelen: [{ nummer: 1, titel: "Onderwerp", tekst: "Wat wordt meegedeeld." }],
  ...over,
});
const weigering = async (inhoud: string): Promise<string> => {
  try {
    await importProtocol(db.ctx, inhoud);
  } catch (error) {
    assert.ok(error instanceof Problem, "a refusal, not a crash");
    return `${error.kind.code}: ${error.detail ?? ""}`;
  }
  return "ingevoerd";
};

test("D14: an agreement of an application that is not there is refused, and says what to import first", async () => {
  assert.match(
    await weigering(JSON.stringify(protocol())),
    /^toepassing-onbekend: toepassing: voorbeeld is niet ingevoerd\.$/,
  );
  assert.deepEqual([...(await db.sql`select from protocollen.protocol`)], []);
});

test("R45, R83, R84: an agreement as a file; the same file again changes nothing, a signed version never changes", async () => {
  for (const naam of ["voorbeeld", "ander"]) await importToepassing(db.ctx, toepassingText(naam));
  assert.equal((await importProtocol(db.ctx, JSON.stringify(protocol()))).nieuw, true);
  assert.equal((await importProtocol(db.ctx, `\uFEFF${JSON.stringify(protocol())}`)).nieuw, false);
  assert.match(await weigering(JSON.stringify(protocol({ titel: "Anders" }))), /^versie-bestaat/);
  assert.match(
    await weigering(JSON.stringify(protocol({ toepassing: "ander", versie: 2 }))),
    /^toepassing-van-ander/,
  );
  assert.equal((await importProtocol(db.ctx, JSON.stringify(protocol({ versie: 3 })))).nieuw, true);
  assert.match(await weigering(JSON.stringify(protocol({ versie: 2 }))), /^versie-te-laag/);
});

test("R11: no agreement without the dated advice of both DPOs before the signature", async () => {
  assert.match(
    await weigering(
      JSON.stringify(protocol({ protocol: "a", dpo_adviezen: [{ partij: "dov", datum: "2024-05-01" }] })),
    ),
    /dpo_adviezen: elke partij/,
  );
  assert.match(
    await weigering(
      JSON.stringify(protocol({ protocol: "a", ondertekend_op: "2024-07-01", van: "2024-07-10" })),
    ),
    /dpo_adviezen/,
  );
});

test("a file that is not right gets a line per field and nothing of it is stored", async () => {
  assert.match(await weigering("geen json"), /^bestand-ongeldig: Dit is geen JSON/);
  assert.match(await weigering('{"protocol": "a", }'), /kijk na rond teken 18/);
  assert.match(await weigering("[]"), /^bestand-ongeldig: het bestand/);
  const fouten = await weigering(
    JSON.stringify(
      protocol({
        protocol: "A B",
        attributen: [{ attribuut: "Geslacht", verantwoording: "x", bewaartermijn: "y" }],
        van: "2024-02-30",
        extra: 1,
      }),
    ),
  );
  assert.match(fouten, /protocol: /);
  assert.match(fouten, /attributen\.0\.attribuut: kies uit Naam/);
  assert.match(fouten, /van: geen bestaande datum/);
  assert.match(fouten, /onbekend veld "extra"/);
  assert.match(
    await weigering(JSON.stringify(protocol({ protocol: "a", tot: "2020-01-01" }))),
    /tot: ligt voor van/,
  );
  const [tel] = await db.sql<
    { n: number }[]
  >`select count(*) as n from protocollen.protocol where protocol in ('a', 'A B')`;
  assert.equal(tel?.n, 0);
});

test("any JSON at all: a refusal with a reason, never a crash", () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .record({ protocol: fc.anything(), attributen: fc.anything() })
          .map((value) => JSON.stringify(value) ?? ""),
      ),
      async (inhoud) => {
        assert.match(await weigering(inhoud), /^bestand-ongeldig: ./);
      },
    ),
    { numRuns: 200 },
  ));

const toepassing = (over: Record<string, unknown> = {}) => ({
  toepassing: "voorbeeld",
  naam: "Voorbeeld",
  omschrijving: "Oefenen",
  aanbieder: "Uitgeverij Voorbeeld",
  start_url: "https://app.example/",
  tint: 2,
  initialen: "Vo",
  clients: [
    {
      client_id: "voorbeeld-prod",
      naam: "productie",
      soort: "web",
      client_secret: "s".repeat(43),
      redirect_uris: ["https://app.example/terug"],
    },
  ],
  ...over,
});
const refuseToepassing = (over: Record<string, unknown>) =>
  importToepassing(db.ctx, JSON.stringify(toepassing(over))).then(
    () => "ingevoerd",
    (error: unknown) => (error instanceof Problem ? `${error.kind.code}: ${error.detail}` : "crash"),
  );

test("an application with its clients, whole or not at all; secrets are not readable in the database", async () => {
  await importToepassing(db.ctx, JSON.stringify(toepassing()));
  const client = (await listClients(db.ctx)).find((kandidaat) => kandidaat.clientId === "voorbeeld-prod");
  assert.equal(client?.geheim, "s".repeat(43));
  assert.equal(client?.metadata["scope"], "openid profile leerid");
  const [row] = await db.sql<
    { tekst: string }[]
  >`select encode(geheim_versleuteld, 'escape') || metadata as tekst from toepassingen.client where client_id = 'voorbeeld-prod'`;
  assert.doesNotMatch(row?.tekst ?? "", /ssss/);

  assert.match(
    await refuseToepassing({ toepassing: "dief" }),
    /^client-van-ander: client voorbeeld-prod: staat al/,
  );
  const [dief] = await db.sql`select 1 from toepassingen.toepassing where toepassing = 'dief'`;
  assert.equal(dief, undefined);
  const client0 = toepassing().clients[0];
  assert.match(
    await refuseToepassing({ clients: [{ ...client0, redirect_uris: ["javascript:alert(1)"] }] }),
    /redirect_uris/,
  );
  assert.match(
    await refuseToepassing({ clients: [{ ...client0, redirect_uris: ["https://a.example/#x"] }] }),
    /redirect_uris/,
  );
  assert.match(
    await refuseToepassing({ clients: [{ ...client0, scope: "openid discimus:schrijven" }] }),
    /scope/,
  );
  assert.match(
    await refuseToepassing({ clients: [{ ...client0, client_secret: undefined }] }),
    /client_secret: ontbreekt voor/,
  );
  assert.match(await refuseToepassing({ start_url: "file:///etc/passwd" }), /start_url/);
});

test(
  "R54: a school chooses an application; choosing again for the same first day only moves the last",
  { skip: onOtherDay() },
  async () => {
    await saveKeuze(db.ctx, {
      instellingsnummer: "999001",
      toepassing: "voorbeeld",
      van: db.clock.vandaag(),
    });
    await saveKeuze(db.ctx, {
      instellingsnummer: "999001",
      toepassing: "voorbeeld",
      van: db.clock.vandaag(),
      tot: db.clock.vandaag(),
    });
    const rows = await db.sql`select tot from toepassingen.keuze where instellingsnummer = '999001'`;
    assert.deepEqual(
      rows.map((row) => row["tot"]),
      ["2026-11-24"],
    );
  },
);
