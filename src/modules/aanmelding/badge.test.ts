import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { badgeHashVan, maakPoort, meldAanMetBadge, telPogingen } from "#modules/aanmelding";
import { korteVorm, maakBadge, plaatjes, qrTekst, trekBadgeIn, verplaats, zetBadge } from "#modules/sleutels";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

async function kleuter() {
  const accountUuid = randomUUID() as AccountUuid;
  const nu = new Date(db.clock.now());
  await db.sql`insert into leerlingen.account (account_uuid, naam, voornaam, aangemaakt_op, gewijzigd_op)
    values (${accountUuid}, 'Klein', 'Lou', ${nu}, ${nu})`;
  return { accountUuid, ...(await geefBadge(accountUuid)) };
}
async function geefBadge(accountUuid: AccountUuid) {
  const nieuw = maakBadge();
  const nr = await zetBadge(db.ctx, accountUuid, nieuw, new Date(db.clock.now()));
  return {
    code: nieuw.code,
    nr,
    plaatje: plaatjes[nr]?.naam ?? "",
    fout: plaatjes[(nr + 1) % 9]?.naam ?? "",
  };
}
const probeer = (badge: string, plaatje: string, poort = maakPoort()) =>
  meldAanMetBadge(db.ctx, poort, { badge, plaatje, clientId: "bingel" });

test("D7: the QR code or the short form, however typed, with the own picture; first use is noted", async () => {
  const { accountUuid, code, plaatje } = await kleuter();
  const gebruikt = async () =>
    (await db.sql`select eerst_gebruikt_op from sleutels.badge where account_uuid = ${accountUuid}`)[0]?.[
      "eerst_gebruikt_op"
    ];
  assert.equal(await gebruikt(), null);
  for (const getypt of [
    qrTekst(code),
    code,
    korteVorm(code),
    ` ${korteVorm(code).toLowerCase().replace("-", " ")} `,
  ]) {
    const uitkomst = await probeer(getypt, plaatje);
    assert.ok(uitkomst.soort === "gelukt" && uitkomst.accountUuid === accountUuid, getypt);
  }
  assert.ok((await gebruikt()) instanceof Date);
});

test("D7: a wrong picture, half a code, a changed code or no badge at all: one answer, in the same order, however often", async () => {
  const { code, plaatje, fout } = await kleuter();
  const ander = await kleuter();
  const gewijzigd = `${code.slice(0, 25)}${code.endsWith("2") ? "3" : "2"}`;
  assert.equal((await probeer(gewijzigd, plaatje)).soort, "onjuist");
  assert.equal((await probeer(code.slice(0, 7), plaatje)).soort, "onjuist");
  assert.equal((await probeer(`${code.slice(0, 8)}${ander.code.slice(8)}`, plaatje)).soort, "onjuist");
  assert.equal((await probeer(qrTekst(code), "")).soort, "onjuist");
  const reeks = async (badge: string, welk: string) => {
    const antwoorden: string[] = [];
    for (let nr = 0; nr < 7; nr++) {
      const uitkomst = await probeer(badge, welk);
      antwoorden.push(uitkomst.soort === "wachten" ? `wachten ${uitkomst.seconden}` : uitkomst.soort);
    }
    return antwoorden;
  };
  const vers = await kleuter();
  const bekend = await reeks(qrTekst(vers.code), vers.fout);
  assert.deepEqual(await reeks(qrTekst(maakBadge().code), fout), bekend);
  assert.deepEqual(bekend, [
    "onjuist",
    "onjuist",
    "onjuist",
    "onjuist",
    "onjuist",
    "wachten 30",
    "wachten 30",
  ]);
});

test("D7: QR code and short form share one wait; the right picture ends it afterwards", async () => {
  const { code, plaatje, fout } = await kleuter();
  for (let nr = 0; nr < 5; nr++) await probeer(nr % 2 ? code : korteVorm(code), fout);
  for (const vorm of [code, korteVorm(code), qrTekst(code)])
    assert.equal((await probeer(vorm, plaatje)).soort, "wachten");
  db.clock.advance(900_000);
  assert.equal((await probeer(code, plaatje)).soort, "gelukt");
  assert.equal(await telPogingen(db.ctx, badgeHashVan(db.ctx, code)), 0);
});

test("D7: 200 guesses at once on one badge: all counted, at most 10 looked at in ten minutes, on two nodes", async () => {
  const { code, fout } = await kleuter();
  const poorten = [maakPoort(), maakPoort()] as const;
  const salvo = (aantal: number) =>
    Promise.all(
      Array.from({ length: aantal }, (_, nr) =>
        probeer(nr % 3 ? code : korteVorm(code), fout, poorten[nr % 2]),
      ),
    );
  const bekeken = (uitkomsten: { soort: string }[]) =>
    uitkomsten.filter(({ soort }) => soort === "onjuist").length;
  let gezien = bekeken(await salvo(200));
  assert.equal(await telPogingen(db.ctx, badgeHashVan(db.ctx, code)), 200);
  for (let minuut = 0; minuut < 10; minuut++) {
    db.clock.advance(60_000);
    gezien += bekeken(await salvo(4));
  }
  assert.ok(gezien <= 10 && gezien >= 5, `looked at ${gezien}`);
});

test("D7: a reprint or a withdrawal ends the old badge; the picture stays; a merge takes it along", async () => {
  const { accountUuid, code, nr, plaatje } = await kleuter();
  const nieuw = await geefBadge(accountUuid);
  assert.equal(nieuw.nr, nr);
  assert.equal((await probeer(code, plaatje)).soort, "onjuist");
  assert.equal((await probeer(nieuw.code, plaatje)).soort, "gelukt");
  const naar = (await kleuter()).accountUuid;
  assert.equal(await trekBadgeIn(db.ctx, naar), true);
  await verplaats(db.ctx, { van: accountUuid, naar });
  const verhuisd = await probeer(nieuw.code, plaatje);
  assert.ok(verhuisd.soort === "gelukt" && verhuisd.accountUuid === naar);
  assert.equal(await trekBadgeIn(db.ctx, naar), true);
  assert.equal((await probeer(nieuw.code, plaatje)).soort, "onjuist");
  assert.equal(await trekBadgeIn(db.ctx, naar), false);
});

test("hostile badges are just wrong", async () => {
  for (const badge of [
    "",
    "\u0000",
    "LEERID:",
    "x".repeat(100_000),
    "'; drop table sleutels.badge; --",
    "\uD800",
    "００００００００",
  ])
    assert.equal((await probeer(badge, "zon")).soort, "onjuist", badge.slice(0, 20));
});
