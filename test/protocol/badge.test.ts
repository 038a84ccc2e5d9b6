import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeBadge, shortForm, plaatjes, qrText, setBadge } from "#modules/sleutels";
import { authUrl, codeOf, payloadOf, redeem } from "./flow.ts";
import { browser, world, type Pupil, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const inYear = ({ accountUuid }: Pupil, leerjaar: number) => w.db.sql`
  update inschrijvingen.inschrijving i set leerjaar = ${leerjaar} from leerlingen.registratie r
   where r.account_uuid = ${accountUuid} and i.stamnummer = r.stamnummer and i.instellingsnummer = r.instellingsnummer`;

async function kleuter(naam: string) {
  const pupil = await w.addPupil(naam);
  const nieuw = makeBadge();
  await inYear(pupil, 1);
  const nr = await setBadge(w.db.ctx, pupil.accountUuid, nieuw, new Date());
  return {
    pupil,
    code: nieuw.code,
    plaatje: plaatjes[nr]?.naam ?? "",
    fout: plaatjes[(nr + 1) % 9]?.naam ?? "",
  };
}

/** From the application to the page that asks the badge, by its link. */
async function openBadge(visitor = browser()) {
  const form = await visitor.get(authUrl(w));
  const link = /<a class="other-way" href="([^"]+)"/.exec(form.text)?.[1] ?? "";
  const url = new URL(link, w.issuer).href;
  return { visitor, url, page: await visitor.get(url) };
}

test("D7: badge, picture, application: by forms alone, with the QR code or the short form", async () => {
  const { code, plaatje } = await kleuter("lou.badge");
  for (const getypt of [qrText(code), shortForm(code)]) {
    const { visitor, url, page } = await openBadge();
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
    [code, makeBadge().code].map(async (badge) => {
      const { visitor, url } = await openBadge();
      const keuze = await visitor.post(url, { badge });
      const no = await visitor.post(url, { badge, plaatje: fout });
      return [keuze, no].map(({ status, text }) => [
        status,
        text
          .replaceAll(badge, "(badge)")
          .replaceAll(/aanmelden\/[\w-]+((?:\/badge)?)\?vraag=[\w-]+/g, "aanmelden/(uid)$1?vraag=(vraag)"),
      ]);
    }),
  );
  assert.deepEqual(gezien[0], gezien[1]);
  assert.equal(gezien[0]?.[1]?.[0], 422);
});

test("nothing typed, nonsense, another browser: the page says what to do", async () => {
  const { visitor, url } = await openBadge();
  for (const badge of ["", "  ", "abc", "\u0000", "x".repeat(5000), '"><script>']) {
    const answer = await visitor.post(url, { badge, plaatje: "zon" });
    assert.equal(answer.status, 422, badge.slice(0, 10));
    assert.doesNotMatch(answer.text, /"><script>/);
  }
  const elsewhere = await browser().get(url);
  assert.deepEqual([elsewhere.status, elsewhere.location], [303, "https://bingel.example/"]);
  assert.equal((await browser().post(url, { badge: "K7M2P4TR", plaatje: "zon" })).status, 400);
});

test("D7: a badge opens nothing any more from year 3 on, and the page says what to do instead", async () => {
  const { pupil, code, plaatje, fout } = await kleuter("nu.groot");
  await inYear(pupil, 3);
  const choosePlaatje = async (welk: string) => {
    const { visitor, url } = await openBadge();
    return visitor.post(url, { badge: code, plaatje: welk });
  };
  const groot = await choosePlaatje(plaatje);
  assert.equal(groot.status, 422);
  assert.match(groot.text, /Je badge werkt niet meer/);
  assert.match(groot.text, /Vraag je naam en wachtwoord aan je leerkracht/);
  assert.match(
    (await choosePlaatje(fout)).text,
    /Dat klopt nog niet/,
    "only who has badge and picture hears it",
  );
  await inYear(pupil, 2);
  assert.equal((await choosePlaatje(plaatje)).status, 303);
});
