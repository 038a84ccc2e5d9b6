import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { authUrl } from "./flow.ts";
import { password, world, type World } from "./world.ts";

// D24: behind one proxy of ours, the sign-in sees whom the proxy saw.
let w: World;
before(async () => {
  w = await world({ proxies: 1 });
});
after(() => w.close());

/** One sign-in of a fresh browser that our proxy sees at this address; what a stranger wrote stands left of it. */
async function signIn(address: string, gebruikersnaam: string, wachtwoord: string, path = "") {
  const headers = { "x-forwarded-for": `203.0.113.1, ${address}` };
  const page = await fetch(authUrl(w), { headers });
  const action = /<form[^>]*action="([^"]*)"/.exec(await page.text())?.[1] ?? "";
  const cookie = page.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const badge = { badge: gebruikersnaam, plaatje: wachtwoord };
  const { status } = await fetch(`${w.origin}${action.replace("?", `${path}?`)}`, {
    method: "POST",
    headers: { ...headers, cookie },
    redirect: "manual",
    body: new URLSearchParams(path === "" ? { gebruikersnaam, wachtwoord } : badge),
  });
  return status;
}
const letters = (nr: number) => [...String(nr)].map((digit) => "abcdefghij"[Number(digit)]).join("");

test("30 pupils at once behind one address, one in ten mistypes first: 30 in, nobody waits", async () => {
  const namen = await Promise.all(
    Array.from({ length: 30 }, async (_, nr) => {
      const naam = `klas.${letters(nr)}`;
      await w.addPupil(naam);
      return naam;
    }),
  );
  const answers = await Promise.all(
    namen.map(async (naam, nr) => {
      if (nr % 10 === 0) assert.equal(await signIn("192.0.2.7", naam, "typfout"), 422);
      return signIn("192.0.2.7", naam, password);
    }),
  );
  assert.deepEqual(
    answers,
    Array.from({ length: 30 }, () => 303),
  );
  assert.deepEqual(w.acm.gate.sproei.stand(w.clock.now()), { namen: 0, alarm: false });
});

test("many names from one address are seen as such, from as many addresses not; badges too", async () => {
  const stand = () => w.acm.gate.sproei.stand(w.clock.now());
  for (let nr = 0; nr < 60; nr++) await signIn(`198.51.100.${nr}`, `over.${letters(nr)}`, "Welkom123");
  assert.deepEqual(stand(), { namen: 60, alarm: false });
  for (let nr = 0; nr < 50; nr++)
    if (nr % 2) await signIn("192.0.2.66", `een.${letters(nr)}`, "Welkom123");
    else await signIn("192.0.2.66", `K7M2-P${String(nr + 222).replaceAll(/[01]/g, "9")}`, "zon", "/badge");
  assert.equal(stand().alarm, false);
  await signIn("192.0.2.66", "een.meer", "Welkom123");
  assert.equal(stand().alarm, true);
});
