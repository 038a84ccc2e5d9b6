import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { authenticateBadge, makeGate } from "#modules/aanmelding";
import { makeBadge, plaatjes, setBadge, shortForm } from "#modules/sleutels";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { beheerder, schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
});
after(() => w.close());

const giveBadge = async (account: AccountUuid) => {
  const badge = makeBadge();
  const plaatje = await setBadge(w.ctx, account, badge, new Date(w.clock.now()));
  return { kort: shortForm(badge.code), fout: plaatjes[(plaatje + 1) % 9]?.naam ?? "" };
};

/** A pupil of this school, with a badge. */
async function kleuter(stamnummer: string, voornaam: string, school = "999001") {
  await w.deliver(
    leerlingRegel(stamnummer, { id: `l-${school}-${stamnummer}`, school }, { naam: "Plaatjes", voornaam }),
    inschrijvingRegel(
      stamnummer,
      { id: `i-${school}-${stamnummer}`, school },
      { inschrijving: `i-${stamnummer}`, niveau: "lager", leerjaar: 1 },
    ),
  );
  const account = (await w.accountOf(stamnummer, school)) as AccountUuid;
  return { account, ...(await giveBadge(account)) };
}
async function guess({ kort, fout }: { kort: string; fout: string }, times: number): Promise<void> {
  for (let nr = 0; nr < times; nr++)
    await authenticateBadge(w.ctx, makeGate(), { badge: kort, plaatje: fout, clientId: "" });
}
const read = async (path: string) => (await w.get(path, await w.sessieOf(beheerder))).text();

test("D24: the school sees on whose badge wrong pictures were tried, what to do, and nothing of another school; another badge ends it", async () => {
  const lou = await kleuter("b1", "Lou");
  const an = await kleuter("b2", "An");
  const elders = await kleuter("b3", "Elders", "999002");
  await guess(an, 2);
  assert.doesNotMatch(await read("/leerid-beheer"), /verkeerd plaatje/);
  await guess(lou, 9);
  await guess(elders, 9);

  const list = await read("/leerid-beheer");
  assert.match(list, /Met 1 badge\s+is te vaak een verkeerd plaatje\s+gekozen/);
  assert.match(list, /Druk dan een nieuwe badge af/);
  assert.match(list, new RegExp(`href="/leerid-beheer/leerlingen/${lou.account}"[^>]*>[^]*?Lou Plaatjes`));
  assert.match(list, /Badge: verkeerde plaatjes/);
  assert.doesNotMatch(list, /Elders/);
  const page = await read(`/leerid-beheer/leerlingen/${lou.account}`);
  assert.match(page, /Met deze badge is te vaak een verkeerd plaatje gekozen: vandaag/);
  assert.match(page, /Badge afdrukken/);
  assert.doesNotMatch(await read(`/leerid-beheer/leerlingen/${an.account}`), /verkeerd plaatje/);

  await giveBadge(lou.account);
  assert.doesNotMatch(await read("/leerid-beheer"), /verkeerd plaatje/);
  assert.doesNotMatch(await read(`/leerid-beheer/leerlingen/${lou.account}`), /verkeerd plaatje/);
});

test("D24: after two weeks without, the school is not told any more", async () => {
  const { account, ...badge } = await kleuter("b4", "Fien");
  await guess(badge, 3);
  assert.match(await read("/leerid-beheer"), /Fien Plaatjes/);
  w.clock.advance(14 * 86_400_000);
  assert.doesNotMatch(await read(`/leerid-beheer/leerlingen/${account}`), /verkeerd plaatje/);
  assert.doesNotMatch(await read("/leerid-beheer"), /verkeerd plaatje/);
});
