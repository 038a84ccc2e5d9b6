import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { onOtherDay } from "#testing/days";
import { opdrachtRegel } from "#testing/discimus";
import { beheerder, directeur, eigenAdres, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
});
after(() => w.close());

describe("the way in", () => {
  test("nobody signed in: to the sign-in, and after it to the page that was asked for", async () => {
    for (const [path, location] of [
      ["/", "/aanmelden"],
      ["/hulp", "/aanmelden?naar=%2Fhulp"],
      ["/leerid-beheer?q=noor&klas=3A", "/aanmelden?naar=%2Fleerid-beheer%3Fq%3Dnoor%26klas%3D3A"],
      [`/leerid-beheer?q=${"a".repeat(700)}`, "/aanmelden?naar=%2Fleerid-beheer"],
    ] as const) {
      const answer = await w.get(path);
      assert.deepEqual([answer.status, answer.headers.get("location")], [303, location]);
    }
  });

  test("a form whose session had ended is not lost: it waits until he has signed in beside it", async () => {
    const sent = { instellingsnummer: "999001", opmerking: `<b>"x"</b>` };
    const page = await w.post("/school?a=1", undefined, sent);
    assert.equal(page.status, 403);
    const text = await page.text();
    assert.match(text, /Je bent niet meer aangemeld/);
    assert.match(text, /<form action="\/school\?a=1" method="post">/);
    assert.match(text, /name="opmerking" value="&lt;b&gt;&quot;x&quot;&lt;\/b&gt;"/);
    assert.match(text, /href="\/weer-aangemeld" target="_blank"/);
    assert.equal(
      (await w.get("/weer-aangemeld")).headers.get("location"),
      "/aanmelden?naar=%2Fweer-aangemeld",
    );
    const cookie = await w.sessieOf(beheerder);
    assert.match(await (await w.get("/weer-aangemeld", cookie)).text(), /Verstuur opnieuw/);
    assert.equal((await w.post("/school", cookie, { instellingsnummer: "999001" })).status, 303);
    // What cannot be kept is said not to be.
    const tooMuch = await w.post("/school", undefined, { opmerking: "a".repeat(300_000) });
    assert.match(await tooMuch.text(), /is niet bewaard/);
  });

  test("a page that answers a form names the page of the form for Back and reload; no other page does", async () => {
    const cookie = await w.sessieOf(beheerder);
    const from = `${eigenAdres}/leerid-beheer?q=noor`;
    const post = async (referer: string) =>
      (
        await w.post("/school", cookie, { instellingsnummer: "zomaar" }, { origin: eigenAdres, referer })
      ).text();
    assert.match(await post(from), /data-address="\/leerid-beheer\?q=noor"/);
    assert.doesNotMatch(await post("https://elders.example/x"), /data-address/);
    assert.doesNotMatch(await (await w.get("/hulp", cookie)).text(), /data-address/);
  });

  test("signing out while ACM is away ends the session here all the same, and says when to come back", async () => {
    const cookie = await w.sessieOf(beheerder);
    const answer = await w.post("/afmelden", cookie);
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    assert.match(await answer.text(), /Dit lukt nu even niet/);
    assert.equal((await w.get("/hulp", cookie)).status, 303);
  });

  test("R20, R46: header and exactly the three tabs, with the school of the session", async () => {
    const text = await (await w.get("/hulp", await w.sessieOf(beheerder))).text();
    assert.match(text, /De Regenboog/);
    assert.deepEqual(
      [...(/<nav class="wrap tabs"[^]*?<\/nav>/.exec(text)?.[0] ?? "").matchAll(/>\s*([^<>]+?)\s*<\/a/g)].map(
        ([, naam]) => naam,
      ),
      ["LeerID-beheer", "Applicatiebeheer", "Schoolinstellingen"],
    );
  });

  test("signed in without a right: no school is shown", async () => {
    const answer = await w.get("/hulp", await w.sessieOf({}));
    assert.equal(answer.status, 200);
    assert.doesNotMatch(await answer.text(), /Regenboog|Sint-Jozef|class="wrap tabs"/);
    assert.equal((await w.get("/", await w.sessieOf({}))).headers.get("location"), "/geen-recht");
  });

  test("a form of another site does nothing", async () => {
    const cookie = await w.sessieOf(beheerder);
    for (const headers of [
      { origin: "https://elders.example" },
      {},
      { "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[])
      assert.equal((await w.post("/school", cookie, { instellingsnummer: "999001" }, headers)).status, 403);
  });
});

describe("D10: a right is looked at in every request", () => {
  test(
    "R60: the assignment's last day counts, the day after the open tab is told",
    { skip: onOtherDay() },
    async () => {
      await w.deliver(
        opdrachtRegel(
          "kort",
          {},
          { persoon: { vo_id: "vo-kort", naam: "Nys", voornaam: "Eef" }, tot: "2026-11-24" },
        ),
      );
      await w.load();
      w.clock.set("2026-11-24T22:30:00Z"); // half an hour before midnight in Brussels
      try {
        const cookie = await w.sessieOf({ voId: "vo-kort", instellingsnummer: "999001" });
        assert.equal((await w.get("/", cookie)).headers.get("location"), "/schoolinstellingen");
        w.clock.set("2026-11-24T23:00:00Z");
        const answer = await w.get("/", cookie);
        assert.equal(answer.status, 403);
        assert.match(await answer.text(), /Je recht is voorbij/);
      } finally {
        w.clock.set("2026-11-24T08:30:00Z");
      }
    },
  );

  test("a director of two schools chooses one; another one is not there", async () => {
    const cookie = await w.sessieOf({ ...directeur, rollen: ["LeerIDBeheerder:999002"] });
    await w.get("/", cookie);
    assert.equal((await w.post("/school", cookie, { instellingsnummer: "999002" })).status, 303);
    assert.match(await (await w.get("/hulp", cookie)).text(), /<summary>[^]*Sint-Jozef/);
    assert.equal((await w.post("/school", cookie, { instellingsnummer: "999003" })).status, 404);
  });
});
