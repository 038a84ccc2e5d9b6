import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { maakBadge, korteVorm, plaatjes, qrTekst, zetBadge } from "#modules/sleutels";
import { authUrl, codeOf, payloadOf, redeem } from "./flow.ts";
import { browser, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

async function kleuter(naam: string) {
  const pupil = await w.addPupil(naam);
  const nieuw = maakBadge();
  const [row] = await w.db.sql<{ account_uuid: string }[]>`
    select account_uuid from leerlingen.account where gebruikersnaam_basis = ${naam}`;
  const nr = await zetBadge(w.db.ctx, row?.account_uuid as never, nieuw, new Date());
  return {
    pupil,
    code: nieuw.code,
    plaatje: plaatjes[nr]?.naam ?? "",
    fout: plaatjes[(nr + 1) % 9]?.naam ?? "",
  };
}

/** From the application to the page that asks the badge, by its link. */
async function naarBadge(visitor = browser()) {
  const form = await visitor.get(authUrl(w));
  const link = /<a class="other-way" href="([^"]+)"/.exec(form.text)?.[1] ?? "";
  const url = new URL(link, w.issuer).href;
  return { visitor, url, page: await visitor.get(url) };
}

test("D7: badge, picture, application: by forms alone, with the QR code or the short form", async () => {
  const { code, plaatje } = await kleuter("lou.badge");
  for (const getypt of [qrTekst(code), korteVorm(code)]) {
    const { visitor, url, page } = await naarBadge();
    assert.equal(page.status, 200);
    const keuze = await visitor.post(url, { badge: getypt });
    assert.equal(keuze.status, 200);
    assert.equal([...keuze.text.matchAll(/name="plaatje"/g)].length, 9);
    const answer = await visitor.post(keuze.action ?? "", { ...keuze.fields, plaatje });
    const tokens = await redeem(w, codeOf(answer));
    assert.equal(payloadOf(String(tokens.body["id_token"]))["acr"], "urn:leerid:acr:badge");
  }
});

test("D7: an unknown badge gets the same page of pictures and the same no", async () => {
  const { code, fout } = await kleuter("fien.badge");
  const gezien = await Promise.all(
    [code, maakBadge().code].map(async (badge) => {
      const { visitor, url } = await naarBadge();
      const keuze = await visitor.post(url, { badge });
      const nee = await visitor.post(url, { badge, plaatje: fout });
      return [keuze, nee].map(({ status, text }) => [
        status,
        text.replaceAll(badge, "(badge)").replaceAll(/aanmelden\/[\w-]+/g, "aanmelden/(uid)"),
      ]);
    }),
  );
  assert.deepEqual(gezien[0], gezien[1]);
  assert.equal(gezien[0]?.[1]?.[0], 422);
});

test("nothing typed, nonsense, another browser: the page says what to do", async () => {
  const { visitor, url } = await naarBadge();
  for (const badge of ["", "  ", "abc", "\u0000", "x".repeat(5000), '"><script>']) {
    const answer = await visitor.post(url, { badge, plaatje: "zon" });
    assert.equal(answer.status, 422, badge.slice(0, 10));
    assert.doesNotMatch(answer.text, /"><script>/);
  }
  assert.equal((await browser().get(url)).status, 400);
  assert.equal((await browser().post(url, { badge: "K7M2P4TR", plaatje: "zon" })).status, 400);
});
