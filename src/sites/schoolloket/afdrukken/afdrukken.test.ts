import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { makeBadge, setBadge } from "#modules/sleutels";
import { processBatch } from "#modules/uitreiking";
import { onOtherDay } from "#testing/days";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { readPdf } from "#testing/pdf";
import { beheerder, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
let cookie: string;
before(async () => {
  w = await schoolwereld();
  cookie = await w.sessieOf({ ...beheerder, instellingsnummer: "999001" });
});
after(() => w.close());

const list = "/leerid-beheer/afdrukken";
const fields = (soort: string, ...accounts: string[]) =>
  new URLSearchParams([
    ["soort", soort],
    ...accounts.map((account) => ["account", account] as [string, string]),
  ]);

test(
  "D7: from a selection to progress to the PDF, and when it goes away",
  { skip: onOtherDay() },
  async () => {
    const accounts = [await w.accountOf("a1"), await w.accountOf("a2")];
    const gemaakt = await w.post(list, cookie, fields("strookjes", ...accounts));
    assert.equal(gemaakt.status, 303);
    const adres = gemaakt.headers.get("location") ?? "";
    assert.match(adres, /^\/leerid-beheer\/afdrukken\/[0-9a-f-]{36}$/);
    const asked = await w.sql`
    select b.xmin = j.xmin as samen from uitreiking.batch b, jobs.job j
     where b.batch = ${adres.slice(-36)} and j.key = ${`uitreiking-${adres.slice(-36)}`}`;
    assert.deepEqual([...asked], [{ samen: true }], "the batch and its job are one commit");
    const [job] = await w.sql`select count(*)::int as n from jobs.job`;
    assert.equal(job?.["n"], 1, "somebody will do it");

    const bezig = await w.get(adres, cookie);
    assert.equal(bezig.headers.get("refresh"), "2");
    assert.match(await bezig.text(), /0 van 2 leerlingen[\s\S]*<progress/);
    assert.equal((await w.get(`${adres}/pdf`, cookie)).status, 409);

    await processBatch(w.ctx, adres.slice(-36), async () => {});
    const klaar = await w.get(adres, cookie);
    assert.equal(klaar.headers.get("refresh"), null);
    assert.match(await klaar.text(), /Klaar om af te drukken[\s\S]*woensdag 25 november 2026, 9\.30 uur/);
    const pdf = await w.get(`${adres}/pdf`, cookie);
    assert.equal(pdf.headers.get("content-type"), "application/pdf");
    assert.equal(pdf.headers.get("cache-control"), "no-store");
    const gelezen = readPdf(Buffer.from(await pdf.arrayBuffer()));
    const teksten = gelezen.paginas.flatMap((pagina) => pagina.teksten);
    assert.ok(teksten.includes("Noor Peeters") && teksten.includes("Ga naar leerid.test"));
    assert.match(await (await w.get(adres, cookie)).text(), /dinsdag 24 november 2026, 10\.30 uur/);

    w.clock.advance(3_600_000);
    assert.equal((await w.get(`${adres}/pdf`, cookie)).status, 410);
    const voorbij = await (await w.get(adres, cookie)).text();
    assert.match(voorbij, /Deze afdruk is voorbij/);
    assert.doesNotMatch(voorbij, /\/pdf"/);
    assert.match(await (await w.get(list, cookie)).text(), /A-2611-\d{4}[\s\S]*Voorbij/);
    w.clock.set("2026-11-24T08:30:00Z");
  },
);

test("isolation: a pupil of another school in the form, or his batch in the address: not there, nothing made", async () => {
  const [eigen, vreemd] = [await w.accountOf("a1"), await w.accountOf("b1", "999002")];
  const tally = async () => (await w.sql`select count(*)::int as n from uitreiking.batch`)[0]?.["n"];
  const voor = await tally();
  for (const [verkeerd, status] of [
    [vreemd, 404],
    ["geen-uuid", 400],
    ["", 400],
  ] as const) {
    const answer = await w.post(list, cookie, fields("strookjes", eigen, verkeerd));
    assert.equal(answer.status, status);
    assert.match(await answer.text(), /Wie kan helpen\?/);
  }
  assert.equal((await w.post(list, cookie, fields("strookjes"))).status, 422);
  assert.equal((await w.post(list, cookie, fields("badges", eigen))).status, 422);
  assert.equal(await tally(), voor);
  const other = await w.sessieOf({
    voId: "vo-9",
    rollen: ["LeerIDBeheerder:999002"],
    instellingsnummer: "999002",
  });
  const { headers } = await w.post(list, other, fields("strookjes", vreemd));
  const adres = headers.get("location") ?? "";
  for (const path of [adres, `${adres}/pdf`]) assert.equal((await w.get(path, cookie)).status, 404);
  assert.equal((await w.post(`/leerid-beheer/leerlingen/${vreemd}/venster`, cookie)).status, 404);
  assert.equal((await w.post(`/leerid-beheer/leerlingen/${vreemd}/badge-intrekken`, cookie)).status, 404);
  const [venster] = await w.sql`select count(*)::int as n from sleutels.venster`;
  assert.equal(venster?.["n"], 0);
});

test("D7, D11: a badge is withdrawn where there is one, and that is in the log for school and pupil", async () => {
  await w.deliver(leerlingRegel("k9", {}, { voornaam: "Lou" }), inschrijvingRegel("k9", {}, { leerjaar: 1 }));
  const account = (await w.accountOf("k9")) as AccountUuid;
  const pagina = `/leerid-beheer/leerlingen/${account}`;
  const view = async () => (await w.get(pagina, cookie)).text();
  const revoke = () => w.post(`${pagina}/badge-intrekken`, cookie);
  const regels = async () =>
    (
      await w.sql`select aanleiding from privacylog.regel where account_uuid = ${account} and aanleiding = 'badge-ingetrokken'`
    ).length;
  assert.doesNotMatch(await view(), /Badge intrekken/);
  await revoke();
  const taken = async () =>
    (await w.sql`select payload from jobs.job where task = 'sessies-beeindigen'`).map(
      (row) => row["payload"] as unknown,
    );
  assert.equal(await regels(), 0, "there was none");
  assert.deepEqual(await taken(), []);
  await setBadge(w.ctx, account, makeBadge(), new Date(w.clock.now()));
  assert.match(await view(), /Badge intrekken/);
  assert.equal((await revoke()).status, 303);
  assert.equal(await regels(), 1);
  assert.deepEqual(await taken(), [{ account }], "who was signed in with it goes out");
  const daarna = await view();
  assert.doesNotMatch(daarna, /Badge intrekken/);
  assert.match(daarna, /trok de badge in/);
});

test("D7: the window shows a code for the pupil, once, and no password", async () => {
  const answer = await w.post(`/leerid-beheer/leerlingen/${await w.accountOf("a1")}/venster`, cookie);
  assert.equal(answer.status, 200);
  const [regel] =
    await w.sql`select count(*)::int as n from privacylog.regel where aanleiding = 'wachtwoord-hersteld'`;
  assert.equal(regel?.["n"], 1);
  assert.match(await answer.text(), /noor\.peeters[\s\S]*\d{3} \d{3}[\s\S]*5 minuten/);
});
