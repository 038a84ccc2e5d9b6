import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readConfig } from "#platform/config";
import { testDatabase, type TestDatabase } from "#testing/database";
import { mainKey, runLeerid, startServer, type ServerNode } from "#testing/server";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db?.close());

const right = {
  LEERID_ACM_URL: "http://acm.leerid.test",
  LEERID_LEERLINGLOKET_URL: "http://mijn.leerid.test",
  LEERID_SCHOOLLOKET_URL: "http://school.leerid.test",
  LEERID_BEHEER_URL: "http://beheer.leerid.test",
  LEERID_API_URL: "http://api.leerid.test",
};
const wrong = {
  ...right,
  LEERID_LEERLINGLOKET_URL: "http://fout.leerid.test",
  LEERID_ACM_URL: "http://acm2.leerid.test",
};
const settings = () => ({ LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey });

/** Does ACM at this node let the loket at that address sign a pupil in? */
async function signInFor(node: ServerNode, loket: string): Promise<number> {
  const query = new URLSearchParams({
    client_id: "leerlingloket",
    redirect_uri: `${loket}/terug`,
    response_type: "code",
    scope: "openid leerid",
    state: "x",
    nonce: "y",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  const answer = await fetch(`${node.acm}/op/v1/auth?${query}`, { redirect: "manual" });
  await answer.text();
  return answer.status;
}

describe("the addresses of our own sites", () => {
  it("are registered by the first start; one process that was set up with others says so and changes nothing", async () => {
    const first = await startServer({ ...settings(), ...right });
    try {
      assert.equal(await signInFor(first, right.LEERID_LEERLINGLOKET_URL), 200);
      const second = await startServer({ ...settings(), ...wrong });
      try {
        const lines = second
          .output()
          .split("\n")
          .filter((line) => line.includes("ander adres"));
        assert.deepEqual(
          lines.map((line) => {
            const { site, geregistreerd, hier, level } = JSON.parse(line) as Record<string, unknown>;
            return { site, geregistreerd, hier, level };
          }),
          [
            { site: "acm", geregistreerd: right.LEERID_ACM_URL, hier: wrong.LEERID_ACM_URL, level: 40 },
            {
              site: "leerlingloket",
              geregistreerd: right.LEERID_LEERLINGLOKET_URL,
              hier: wrong.LEERID_LEERLINGLOKET_URL,
              level: 40,
            },
          ],
        );
        assert.match(lines.join(), /leerid adressen zet/);
        for (const node of [first, second]) {
          assert.equal(await signInFor(node, right.LEERID_LEERLINGLOKET_URL), 200);
          assert.equal(await signInFor(node, wrong.LEERID_LEERLINGLOKET_URL), 400);
        }
      } finally {
        await second.end();
      }

      const shown = await runLeerid(["adressen", "toon"], { ...settings(), ...right });
      assert.equal(shown.code, 0, shown.stderr);
      assert.match(shown.stdout, /^leerlingloket +http:\/\/mijn\.leerid\.test$/m);
      const differs = await runLeerid(["adressen", "toon"], { ...settings(), ...wrong });
      assert.equal(differs.code, 1);
      assert.match(
        differs.stdout,
        /mijn\.leerid\.test +\(de instellingen hier zeggen http:\/\/fout\.leerid\.test\)$/m,
      );
      assert.match(differs.stderr, /Pas de instellingen aan, of geef leerid adressen zet\.$/m);

      // Changing is a command, and a node that runs takes it over.
      const set = await runLeerid(["adressen", "zet"], { ...settings(), ...wrong });
      assert.equal(set.code, 0, set.stderr);
      let status = 0;
      for (let n = 0; n < 200 && status !== 200; n += 1)
        status = await signInFor(first, wrong.LEERID_LEERLINGLOKET_URL);
      assert.equal(status, 200);
      assert.equal(await signInFor(first, right.LEERID_LEERLINGLOKET_URL), 400);
    } finally {
      await first.end();
    }
  });

  it("an address with more than a name behind it, or of two sites, stops the start", () => {
    const problem = (over: Record<string, string>): string => {
      try {
        readConfig({ ...right, ...over });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const name of Object.keys(right)) {
      for (const value of [
        "https://a.example/acm",
        "https://a.example/?x=1",
        "https://a.example?",
        "https://a.example/#",
        "https://wie:wat@a.example",
        "ftp://a.example",
      ]) {
        const text = problem({ [name]: value });
        assert.match(text, new RegExp(`^${name}: `), `${name}=${value}`);
        assert.equal(text.split("\n").length, 1);
        assert.doesNotMatch(text, /a\.example/);
      }
    }
    assert.match(
      problem({ LEERID_ACM_URL: "https://a.example/acm" }),
      /^LEERID_ACM_URL: alleen het adres zelf, zonder pad, vraagteken of gebruiker, zoals https:/,
    );
    assert.match(
      problem({ LEERID_API_URL: `${right.LEERID_ACM_URL}/` }),
      /^LEERID_API_URL: hetzelfde adres als LEERID_ACM_URL\. Geef elke site een eigen adres\.$/,
    );
    assert.match(
      problem({ LEERID_BEHEER_URL: "HTTP://Acm.LeerID.test:80" }),
      /^LEERID_BEHEER_URL: hetzelfde adres/,
    );
    assert.equal(readConfig({ LEERID_ACM_URL: "https://acm.example/" }).urls.acm, "https://acm.example");
  });
});
