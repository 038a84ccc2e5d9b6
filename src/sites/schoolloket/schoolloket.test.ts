import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { onOtherDay } from "#testing/days";
import { opdrachtRegel } from "#testing/discimus";
import { beheerder, directeur, schoolwereld, type Schoolwereld } from "#testing/schoolloket";

let w: Schoolwereld;
before(async () => {
  w = await schoolwereld();
});
after(() => w.close());

describe("the way in", () => {
  test("nobody signed in: to the sign-in", async () => {
    const antwoord = await w.get("/hulp");
    assert.deepEqual([antwoord.status, antwoord.headers.get("location")], [303, "/aanmelden"]);
  });

  test("R20, R46: header and exactly the three tabs, with the school of the session", async () => {
    const tekst = await (await w.get("/hulp", await w.sessieVan(beheerder))).text();
    assert.match(tekst, /De Regenboog/);
    assert.deepEqual(
      [
        ...(/<nav class="wrap tabs"[^]*?<\/nav>/.exec(tekst)?.[0] ?? "").matchAll(/>\s*([^<>]+?)\s*<\/a/g),
      ].map(([, naam]) => naam),
      ["LeerID-beheer", "Applicatiebeheer", "Schoolinstellingen"],
    );
  });

  test("signed in without a right: no school is shown", async () => {
    const antwoord = await w.get("/hulp", await w.sessieVan({}));
    assert.equal(antwoord.status, 200);
    assert.doesNotMatch(await antwoord.text(), /Regenboog|Sint-Jozef|class="wrap tabs"/);
    assert.equal((await w.get("/", await w.sessieVan({}))).headers.get("location"), "/geen-recht");
  });

  test("a form of another site does nothing", async () => {
    const cookie = await w.sessieVan(beheerder);
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
      await w.lever(
        opdrachtRegel(
          "kort",
          {},
          { persoon: { vo_id: "vo-kort", naam: "Nys", voornaam: "Eef" }, tot: "2026-11-24" },
        ),
      );
      await w.laad();
      w.clock.set("2026-11-24T22:30:00Z"); // half an hour before midnight in Brussels
      try {
        const cookie = await w.sessieVan({ voId: "vo-kort", instellingsnummer: "999001" });
        assert.equal((await w.get("/", cookie)).headers.get("location"), "/schoolinstellingen");
        w.clock.set("2026-11-24T23:00:00Z");
        const antwoord = await w.get("/", cookie);
        assert.equal(antwoord.status, 403);
        assert.match(await antwoord.text(), /Je recht is voorbij/);
      } finally {
        w.clock.set("2026-11-24T08:30:00Z");
      }
    },
  );

  test("a director of two schools chooses one; another one is not there", async () => {
    const cookie = await w.sessieVan({ ...directeur, rollen: ["LeerIDBeheerder:999002"] });
    await w.get("/", cookie);
    assert.equal((await w.post("/school", cookie, { instellingsnummer: "999002" })).status, 303);
    assert.match(await (await w.get("/hulp", cookie)).text(), /<summary>[^]*Sint-Jozef/);
    assert.equal((await w.post("/school", cookie, { instellingsnummer: "999003" })).status, 404);
  });
});
