import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Hono } from "hono";
import { importJWK, SignJWT } from "jose";
import { receive } from "#modules/discimus";
import { processLevering } from "#modules/leveringen";
import { verifyChain, zegel } from "#modules/privacylog";
import { importSchoolsoftware } from "#modules/schoolsoftware";
import { openKeyRing, type KeyRing } from "#modules/tokens";
import { createApi } from "#sites/api";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";
import {
  giveTestAkkoord,
  usePakket,
  kop,
  makeSchool,
  fileNameOf,
  stopTestAkkoord,
  type Pupil,
} from "#testing/levering";

const urls = { api: "http://api.example", acm: "http://acm.example" };
let db: TestDatabase;
let api: Hono;
let bos: KeyRing;
let pupils: readonly Pupil[];
before(async () => {
  db = await testDatabase();
  bos = await openKeyRing(db.ctx);
  api = createApi(db.ctx, urls);
  pupils = await makeSchool(db.ctx, "999001", { leerlingen: 5, pakket: "wisa" });
  await makeSchool(db.ctx, "999002", { leerlingen: 2, pakket: "broekx" });
  await makeSchool(db.ctx, "999003", { leerlingen: 2, pakket: "wisa", akkoord: false });
  const pakket = (naam: string, over = {}) => ({
    pakket: naam,
    naam: naam.toUpperCase(),
    levert_klasinformatie: true,
    client_id: `${naam}-machine`,
    publieke_sleutels: [],
    ...over,
  });
  await importSchoolsoftware(
    db.ctx,
    JSON.stringify({
      pakketten: [pakket("wisa"), pakket("broekx"), pakket("oud", { levert_klasinformatie: false })],
    }),
  );
});
after(async () => {
  await bos.close();
  await db.close();
});

const beide = "dropserver:schrijven schoolpakket:identificatie";
async function token(machine: string, scope = beide): Promise<string> {
  const sleutel = bos.sleutels().find((one) => one.alg === "ES256" && one.status === "actief");
  assert.ok(sleutel);
  const nu = Math.floor(db.clock.now() / 1000);
  return new SignJWT({ scope, client_id: machine, jti: randomUUID() })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: sleutel.kid })
    .setIssuer(`${urls.acm}/op`)
    .setAudience(urls.api)
    .setSubject(machine)
    .setIssuedAt(nu)
    .setExpirationTime(nu + 3600)
    .sign(await importJWK(sleutel.prive, "ES256"));
}

type Answer = { status: number; headers: Headers; json: Record<string, unknown>; code: string };
async function request(
  path: string,
  { als = "wisa-machine", scope, ...init }: RequestInit & { als?: string | undefined; scope?: string } = {},
): Promise<Answer> {
  const response = await api.request(path, {
    ...init,
    headers: {
      ...(als && { authorization: `Bearer ${await token(als, scope)}` }),
      ...(init.headers as object),
    },
  });
  const json = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    headers: response.headers,
    json,
    code: `${response.status} ${String(json["code"] ?? "")}`.trim(),
  };
}
const deliver = (naam: string, body: string, over: Parameters<typeof request>[1] = {}) =>
  request(`/dropserver/v1/inkomend/${naam}`, { method: "PUT", body, ...over });
const ontvangst = (naam: string, als?: string) =>
  request(`/dropserver/v1/ontvangst/${naam}.ontvangst.json`, { als });
const list = (klas: string) => [kop, ...pupils.map(({ account }) => `;${account};${klas};;;`), ""].join("\n");
const leveringen = async (naam: string) =>
  (await db.sql<{ status: string }[]>`select status from leveringen.levering where naam = ${naam}`).map(
    (one) => one.status,
  );

describe("files over HTTPS", () => {
  test("R23: a file is put, waits, is handled; its receipt is where Location says; again is no harm", async () => {
    const naam = fileNameOf("999001", "2026-11-21T00:05:00Z");
    const eerst = await deliver(naam, list("3A"));
    assert.equal(eerst.status, 202);
    const plaats = `${urls.api}/dropserver/v1/ontvangst/${naam}.ontvangst.json`;
    assert.equal(eerst.headers.get("location"), plaats);
    assert.deepEqual(eerst.json, { bestand: naam, status: "wacht", ontvangst: plaats });
    const wacht = await ontvangst(naam);
    assert.deepEqual([wacht.status, wacht.json], [202, { bestand: naam, status: "wacht" }]);
    assert.match(wacht.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal((await deliver(naam, list("3A"))).status, 202);
    const [row] = await db.sql<
      { levering: string }[]
    >`select levering from leveringen.levering where naam = ${naam}`;
    await processLevering(db.ctx, row?.levering ?? "");
    const klaar = await ontvangst(naam);
    assert.equal(klaar.status, 200);
    assert.deepEqual(
      [klaar.json["status"], klaar.json["aanvaard"], klaar.json["bestand"]],
      ["verwerkt", 5, naam],
    );
    assert.equal((await deliver(naam, list("3A"))).status, 200, "the receipt is there");
    assert.equal((await deliver(naam, list("3B"))).code, "409 naam-hergebruikt");
  });

  test("D9: a package that has too much waiting hears when to come back; nothing is stored", async () => {
    await deliver(fileNameOf("999001", "2026-11-21T00:05:30Z"), list("3C")); // waits
    const naam = fileNameOf("999001", "2026-11-21T00:05:40Z");
    const ruim = api;
    api = createApi(db.ctx, urls, { quotum: 1 });
    try {
      const answer = await deliver(naam, list("3D"));
      assert.equal(answer.code, "503 te-veel-wachtend");
      assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    } finally {
      api = ruim;
    }
    assert.deepEqual(await leveringen(naam), []);
    assert.equal((await deliver(naam, list("3D"))).status, 202);
  });

  test("D9: a digest must match, a name must be readable, 2 MB is the most; nothing is stored of the rest", async () => {
    const naam = fileNameOf("999001", "2026-11-21T00:06:00Z");
    const digestOf = (inhoud: string) => `sha-256=:${createHash("sha256").update(inhoud).digest("base64")}:`;
    const withSum = (inhoud: string, header: string) =>
      deliver(naam, inhoud, { headers: { "content-digest": header } });
    assert.equal((await withSum(list("4A"), digestOf("iets anders"))).code, "422 sha256-klopt-niet");
    assert.equal((await deliver("klassen.csv", list("4A"))).code, "422 naam-onleesbaar");
    assert.equal((await deliver("..%2f..%2fetc%2fpasswd", "x")).code, "422 naam-onleesbaar");
    assert.equal((await deliver(naam, "x".repeat(2_000_001))).code, "413 te-groot");
    assert.equal(
      (await deliver(naam, "x", { headers: { "content-encoding": "gzip" } })).code,
      "415 verkeerd-formaat",
    );
    const kapot = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(list("4A")));
        controller.error(new Error("gone"));
      },
    });
    assert.equal(
      (await deliver(naam, "", { body: kapot, ...({ duplex: "half" } as object) })).code,
      "400 ongeldige-invoer",
    );
    assert.deepEqual(await leveringen(naam), []);
    assert.equal((await withSum(list("4A"), `sha-512=:x:, ${digestOf(list("4A"))}`)).status, 202);
    assert.deepEqual(await leveringen(naam), ["wacht"]);
  });

  test("D9: another package's school is refused with a receipt, and its receipts do not exist for others", async () => {
    const naam = fileNameOf("999002", "2026-11-21T00:07:00Z");
    assert.equal((await deliver(naam, list("1A"))).json["status"], "geweigerd");
    assert.equal(((await ontvangst(naam)).json["reden"] as { code: string }).code, "ander-pakket");
    assert.equal((await ontvangst(naam, "broekx-machine")).code, "404 niet-gevonden");
    assert.equal((await ontvangst(fileNameOf("999001", "2026-01-01T00:00:00Z"))).code, "404 niet-gevonden");
    assert.equal((await request("/dropserver/v1/ontvangst/x")).code, "404 niet-gevonden");
  });

  test("no token, no scope, no package: nothing", async () => {
    const naam = fileNameOf("999001", "2026-11-21T00:08:00Z");
    assert.equal((await deliver(naam, list("1A"), { als: "" })).code, "401 geen-token");
    assert.equal(
      (await deliver(naam, list("1A"), { scope: "schoolpakket:identificatie" })).code,
      "403 geen-recht",
    );
    for (const als of ["vreemd-machine", "wisa", "oud-machine"])
      assert.equal((await deliver(naam, list("1A"), { als })).code, "403 geen-schoolpakket", als);
    assert.deepEqual(await leveringen(naam), []);
  });
});

describe("identifiers of a school", () => {
  const path = (nummer: string, meer = "") =>
    `/schoolpakket/v1/instellingen/${nummer}/leerlingen?schooljaar=2026-2027${meer}`;
  type Leerling = {
    stamnummer: string;
    leer_id_uuid: string | null;
    account_uuid: string;
    administratieve_groep: string | null;
  };
  const leerlingen = async (nummer: string, als?: string) =>
    (await request(path(nummer), { als })).json["leerlingen"] as Leerling[];
  const regels = async (account?: string) => {
    const rows = await db.sql<
      { account: string; ontvanger: string; attributen: string[]; aanleiding: string }[]
    >`
      select account_uuid as account, ontvanger, attributen, aanleiding from privacylog.regel
       where soort = 'identificatie' ${account === undefined ? db.sql`` : db.sql`and account_uuid = ${account}`} order by nr`;
    return rows.map((row) => ({ ...row }));
  };

  test("R22, ADR 0015: pupils of the school; one record each the first time, none the second, in two fetches at once too", async () => {
    const [one, two] = await Promise.all([request(path("999001")), request(path("999001"))]);
    assert.equal(one.status, 200);
    assert.deepEqual(one.json, two.json);
    assert.deepEqual(
      one.json["leerlingen"],
      pupils.map(({ stamnummer, leerId, account }) => ({
        stamnummer,
        leer_id_uuid: leerId,
        account_uuid: account,
        administratieve_groep: null,
      })),
    );
    assert.equal(one.json["volgende"], undefined);
    const eerst = await regels();
    assert.deepEqual(eerst.map((row) => row.account).toSorted(), pupils.map((row) => row.account).toSorted());
    assert.deepEqual(eerst[0], {
      account: eerst[0]?.account,
      ontvanger: "wisa",
      attributen: ["Account_uuid", "Leer_id_uuid"],
      aanleiding: "schoolpakket",
    });
    const voor = await db.sql`select xmin, ctid, xmax from schoolsoftware.meegedeeld order by account_uuid`;
    await request(path("999001"));
    assert.equal((await regels()).length, 5);
    assert.deepEqual(
      await db.sql`select xmin, ctid, xmax from schoolsoftware.meegedeeld order by account_uuid`,
      voor,
      "nothing was written",
    );
    await zegel(db.ctx);
    assert.equal((await verifyChain(db.ctx)).inOrde, true);
  });

  test("R22: enrolled in a part of the year counts, before and after it not; not identified has no leer_id_uuid; a change is logged", async () => {
    const school = { school: "999001" };
    const ingeschreven = (stam: string, gegevens: Record<string, unknown>) => [
      leerlingRegel(stam, school),
      inschrijvingRegel(stam, school, gegevens),
    ];
    await receive(
      db.ctx,
      [
        ...ingeschreven("a-vroeg", { van: "2025-09-01", tot: "2026-08-31" }),
        ...ingeschreven("b-even", { van: "2026-09-01", tot: "2026-09-03", administratieve_groep: "311" }),
        ...ingeschreven("c-straks", { van: "2027-08-31", tot: null }),
        ...ingeschreven("d-later", { van: "2027-09-01", tot: null }),
        ...ingeschreven("e-niet", { status: "geannuleerd" }),
        leerlingRegel("f-zonder", school),
      ],
      { bron: "http" },
    );
    const bij = (await leerlingen("999001")).filter((one) => /^[a-f]-/.test(one.stamnummer));
    assert.deepEqual(
      bij.map((one) => [one.stamnummer, one.leer_id_uuid, one.administratieve_groep]),
      [
        ["b-even", null, "311"],
        ["c-straks", null, null],
      ],
    );
    const tijdelijk = bij[0]?.account_uuid ?? "";
    assert.deepEqual(
      (await regels(tijdelijk)).map((row) => row.attributen),
      [["Account_uuid", "Administratieve_groep"]],
    );
    const insz = testInsz("170502");
    await receive(db.ctx, [leerlingRegel("b-even", { ...school, versie: 2 }, { insz })], { bron: "http" });
    const nu = (await leerlingen("999001")).find((one) => one.stamnummer === "b-even");
    assert.ok(nu?.leer_id_uuid);
    assert.deepEqual((await regels(nu.account_uuid)).at(-1)?.attributen, [
      "Account_uuid",
      "Leer_id_uuid",
      "Administratieve_groep",
    ]);
  });

  test("R22: page by page, each pupil once, and a page only where it belongs", async () => {
    const all = await leerlingen("999001");
    const gezien: Leerling[] = [];
    let next: string | undefined = path("999001", "&aantal=2");
    let bladen = 0;
    while (next !== undefined) {
      const { json } = await request(next.replace(urls.api, ""));
      gezien.push(...(json["leerlingen"] as Leerling[]));
      next = json["volgende"] as string | undefined;
      const merk = new URL(next ?? urls.api).searchParams.get("na") ?? "";
      for (const { stamnummer } of json["leerlingen"] as Leerling[])
        assert.ok(!Buffer.from(merk, "base64url").includes(`"${stamnummer}"`), "no stamnummer in an address");
      bladen += 1;
    }
    assert.deepEqual(gezien, all);
    assert.equal(bladen, Math.ceil(all.length / 2));
    const { json } = await request(path("999001", "&aantal=2"));
    const na = new URL(String(json["volgende"])).searchParams.get("na") ?? "";
    assert.equal(
      (await request(path("999002", `&na=${na}`), { als: "broekx-machine" })).code,
      "400 bladzijde-ongeldig",
    );
    assert.equal((await request(path("999001", `&na=${na.slice(0, -2)}AA`))).code, "400 bladzijde-ongeldig");
    assert.equal((await request(path("999001", "&aantal=0"))).code, "400 ongeldige-invoer");
  });

  test("R22: no such school, another package, nothing shared: the same answer, and nothing is logged", async () => {
    const voor = (await regels()).length;
    const answers = await Promise.all(
      ["999999", "999002", "999003", "12", "999001'--"].map((nummer) =>
        request(path(encodeURIComponent(nummer))),
      ),
    );
    for (const { status, json } of answers) {
      assert.equal(status, 404);
      assert.deepEqual(json, answers[0]?.json);
    }
    assert.equal((await request(path("999001"), { als: "broekx-machine" })).code, "404 school-niet-van-jou");
    assert.equal((await request(path("999001"), { als: "oud-machine" })).code, "403 geen-schoolpakket");
    assert.equal((await request(path("999001"), { scope: "dropserver:schrijven" })).code, "403 geen-recht");
    for (const jaar of ["2025-2026", "2028-2029", "2026-2028"])
      assert.equal((await request(path("999001").replace("2026-2027", jaar))).code, "422 schooljaar-niet");
    assert.equal((await request(path("999001").replace("2026-2027", "nu"))).code, "400 ongeldige-invoer");
    assert.equal((await regels()).length, voor);
  });

  test("R68: from the commit of a stop nothing goes out; R40: under any number of the school", async () => {
    await stopTestAkkoord(db.ctx, "999001");
    assert.equal((await request(path("999001"))).code, "404 school-niet-van-jou");
    await giveTestAkkoord(db.ctx, "999001");
    assert.equal((await request(path("999001"))).status, 200);
    await receive(
      db.ctx,
      [
        schoolRegel({ school: "999010" }),
        schoolRegel({ school: "999001", versie: 2 }, { tot: "2026-10-31", opvolger: "999010" }),
        leerlingRegel("z-nieuw", { school: "999010" }),
        inschrijvingRegel("z-nieuw", { school: "999010" }),
      ],
      { bron: "http" },
    );
    for (const nummer of ["999001", "999010"]) {
      const stamnummers = (await leerlingen(nummer)).map((one) => one.stamnummer);
      assert.ok(stamnummers.includes("z-nieuw") && stamnummers.includes("s0"), nummer);
    }
  });

  test("R22: another package for the school: the former gets nothing more, the new one its own records", async () => {
    await db.sql`delete from schoolsoftware.gebruik where instellingsnummer = '999001'`;
    await usePakket(db.ctx, "999001", "broekx");
    assert.equal((await request(path("999001"))).code, "404 school-niet-van-jou");
    assert.equal((await request(path("999001"), { als: "broekx-machine" })).status, 200);
    const [first] = pupils;
    assert.deepEqual(
      (await regels(first?.account ?? "")).map((row) => row.ontvanger),
      ["wisa", "broekx"],
    );
  });
});

test("the API describes what packages may ask, with the answers that are no refusal", async () => {
  const { json } = await request("/openapi.json");
  const paths = json["paths"] as Record<
    string,
    Record<string, { security: unknown; responses: object; parameters: { name: string; in: string }[] }>
  >;
  const put = paths["/dropserver/v1/inkomend/{naam}"]?.["put"];
  assert.deepEqual(put?.security, [{ machine: ["dropserver:schrijven"] }]);
  assert.deepEqual(Object.keys(put?.responses ?? {}).slice(0, 2), ["200", "202"]);
  assert.ok(put?.parameters.some((one) => one.in === "header" && one.name === "Content-Digest"));
  assert.deepEqual(
    paths["/schoolpakket/v1/instellingen/{instellingsnummer}/leerlingen"]?.["get"]?.parameters.map(
      (one) => one.name,
    ),
    ["instellingsnummer", "schooljaar", "aantal", "na"],
  );
});
