import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wacht } from "node:timers/promises";
import { withoutBrowser, type Page } from "#testing/browser";
import { openExaminer, type Examiner } from "#testing/examine";
import { eerdereLevering, metAkkoord, metLeerlingen, metPakket } from "#testing/klasinformatie";
import { lever, naamVan } from "#testing/levering";
import {
  beheerder,
  directeur,
  eigenAdres,
  schoolwereld,
  type Schoolwereld,
  type Staf,
} from "#testing/schoolloket";

const skip = withoutBrowser();
const zonderPakket: Staf = { voId: "vo-2" };
let uit: Schoolwereld;
let aan: Schoolwereld;
let kijkUit: Examiner;
let kijkAan: Examiner;
let aangehouden: string;
let deels: string;
let protocol: string;

before(async () => {
  [uit, aan] = await Promise.all([schoolwereld(), schoolwereld()]);
  await Promise.all([metPakket(uit), metPakket(aan)]);
  aan.clock.set("2026-11-20T08:30:00Z");
  await metAkkoord(aan);
  const lijst = await metLeerlingen(aan, 40);
  const naam = (op: string) => naamVan("999001", op);
  await lever(
    aan.ctx,
    naam("2026-11-20T08:30:00Z"),
    lijst((nr) => `${1 + (nr % 3)}A`),
  );
  aan.clock.set("2026-11-22T09:15:00Z");
  await lever(
    aan.ctx,
    naam("2026-11-22T09:15:00Z"),
    lijst((nr) => (nr < 9 ? null : nr < 13 ? "Rode panda's" : `${1 + (nr % 3)}A`)),
  );
  const [vast] = await aan.sql<
    { levering: string }[]
  >`select levering from leveringen.levering where status = 'aangehouden'`;
  aangehouden = vast?.levering ?? "";
  aan.clock.set("2026-11-24T08:30:00Z");
  await eerdereLevering(aan, "2026-11-21T23:05:00Z", "verwerkt", { ontvangen: 412, aanvaard: 412 });
  deels = await eerdereLevering(aan, "2026-11-22T23:07:00Z", "deels", {
    ontvangen: 412,
    aanvaard: 410,
    quarantaine: [
      { regel: 118, veld: "tot", code: "einde-voor-begin", melding: "De einddatum ligt voor de begindatum." },
      {
        regel: 1240,
        veld: null,
        code: "onbekend",
        melding: "Deze leerling is niet ingeschreven in je school.",
      },
    ],
  });
  await eerdereLevering(aan, "2026-11-23T23:07:00Z", "geweigerd", {
    ontvangen: 0,
    reden: {
      code: "ander-pakket",
      melding: "Dit pakket is niet dat van je school.",
      herstel: "Kijk Mijn Schoolsoftware na.",
    },
  });
  const [akkoord] = await aan.sql<{ akkoord: string }[]>`select akkoord from akkoorden.akkoord`;
  protocol = akkoord?.akkoord ?? "";
  if (skip !== false) return;
  [kijkUit, kijkAan] = await Promise.all([
    openExaminer(uit.app.fetch, { as: eigenAdres }),
    openExaminer(aan.app.fetch, { as: eigenAdres }),
  ]);
});
after(async () => {
  if (skip === false) await Promise.all([kijkUit.close(), kijkAan.close()]);
  await Promise.all([uit.close(), aan.close()]);
});

/** Within a second; a page of ours refuses the polling that a browser driver would do in it. */
async function gescrold(page: Page): Promise<boolean> {
  for (let n = 0; n < 40; n += 1) {
    if (Number(await page.evaluate("document.querySelector('dialog[open] .body').scrollTop")) > 0)
      return true;
    await wacht(25);
  }
  return false;
}

describe("the pages of sharing class information in a browser", { skip }, () => {
  const klik = (naam: string) => (page: Page) => page.getByRole("link", { name: naam }).click();
  const paginas: Readonly<Record<string, () => readonly [Examiner, Schoolwereld, Staf, string, string?]>> = {
    uit: () => [kijkUit, uit, directeur, "/schoolinstellingen"],
    "uit-beheerder": () => [kijkUit, uit, beheerder, "/schoolinstellingen"],
    "uit-zonder-pakket": () => [kijkUit, uit, zonderPakket, "/schoolinstellingen"],
    "delen-dialoog": () => [kijkUit, uit, directeur, "/schoolinstellingen", "Deel klasinformatie met LeerID"],
    "delen-pagina": () => [kijkUit, uit, directeur, "/schoolinstellingen/delen"],
    aan: () => [kijkAan, aan, directeur, "/schoolinstellingen"],
    "aan-beheerder": () => [kijkAan, aan, beheerder, "/schoolinstellingen"],
    "stoppen-dialoog": () => [
      kijkAan,
      aan,
      directeur,
      "/schoolinstellingen",
      "Stop het delen van klasinformatie met LeerID",
    ],
    "stoppen-pagina": () => [kijkAan, aan, directeur, "/schoolinstellingen/stoppen"],
    protocol: () => [kijkAan, aan, beheerder, `/schoolinstellingen/protocol/${protocol}`],
    "levering-deels": () => [kijkAan, aan, directeur, `/schoolinstellingen/leveringen/${deels}`],
    "levering-aangehouden": () => [kijkAan, aan, beheerder, `/schoolinstellingen/leveringen/${aangehouden}`],
    verschil: () => [kijkAan, aan, beheerder, `/schoolinstellingen/leveringen/${aangehouden}/verschil`],
    hulp: () => [kijkAan, aan, beheerder, "/hulp/klasinformatie"],
  };
  for (const [naam, wat] of Object.entries(paginas)) {
    test(`R47-R53 ${naam}: accessible in both themes, down to 320 pixels`, async () => {
      const [kijk, w, staf, pad, opent] = wat();
      const cookie = await w.sessieVan({
        ...staf,
        instellingsnummer: staf === zonderPakket ? "999002" : "999001",
      });
      assert.deepEqual(
        await kijk.examine(naam, pad, { cookie, ...(opent !== undefined && { verder: klik(opent) }) }),
        [],
      );
    });
  }

  test("R49 R51: a dialog holds the focus, scrolls by keyboard, and gives the focus back; nothing is sent by closing", async () => {
    const cookie = await uit.sessieVan(directeur);
    const page = await kijkUit.open("/schoolinstellingen", { cookie });
    const knop = page.getByRole("link", { name: "Deel klasinformatie met LeerID" });
    await knop.press("Enter");
    const tekst = page.getByRole("region", { name: "Tekst van het protocol" });
    assert.equal(
      await tekst.evaluate("document.activeElement.getAttribute('aria-label')"),
      "Tekst van het protocol",
    );
    await page.keyboard.press("End");
    assert.ok(await gescrold(page), "the text moved under the keys");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Deel klasinformatie met LeerID");
    await knop.click();
    await page.getByRole("link", { name: "Annuleer" }).click();
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.match(page.url(), /\/schoolinstellingen$/);
    await page.context().close();
  });

  test("R49: at 400 % of a small screen the whole agreement and its button are reached", async () => {
    const cookie = await uit.sessieVan(directeur);
    const page = await kijkUit.open("/schoolinstellingen", { cookie, width: 320, height: 256 });
    await page.getByRole("link", { name: "Deel klasinformatie met LeerID" }).click();
    const laatste = page.getByRole("heading", { name: "Artikel 12: Wanneer begint en eindigt het?" });
    const knop = page.getByRole("button", { name: "Deel klasinformatie", exact: true });
    for (const deel of [laatste, knop]) {
      await deel.scrollIntoViewIfNeeded();
      const vak = await deel.boundingBox();
      assert.ok(vak && vak.y >= 0 && vak.y + vak.height <= 256, JSON.stringify(vak));
    }
    const tekst = await page.getByRole("region", { name: "Tekst van het protocol" }).boundingBox();
    assert.ok(tekst && tekst.height > 1000, "not a slit between head and foot");
    await page.context().close();
  });

  test("R49-R52: sharing and stopping, with and without script, end in the same screens", async () => {
    for (const javaScript of [true, false]) {
      const cookie = await uit.sessieVan(directeur);
      const page = await kijkUit.open("/schoolinstellingen", { cookie, javaScript });
      await page.getByRole("link", { name: "Deel klasinformatie met LeerID" }).click();
      assert.equal(await page.getByRole("dialog").count(), javaScript ? 1 : 0);
      await page.getByRole("button", { name: "Deel klasinformatie", exact: true }).click();
      await page.getByRole("heading", { name: "Klasinformatie wordt gedeeld met LeerID" }).waitFor();
      await page.getByRole("link", { name: "Stop het delen van klasinformatie met LeerID" }).click();
      assert.equal(await page.getByRole("dialog").count(), javaScript ? 1 : 0);
      await page.getByRole("button", { name: "Stop het delen van klasinformatie", exact: true }).click();
      await page
        .getByRole("heading", { name: "Momenteel deelt je school geen klasinformatie met LeerID" })
        .waitFor();
      await page.context().close();
    }
  });
});
