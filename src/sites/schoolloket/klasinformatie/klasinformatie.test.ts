import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { sharesKlassen, overeenkomst, stopSharing } from "#modules/akkoorden";
import { opdrachtRegel } from "#testing/discimus";
import { indelen, earlierLevering, withAkkoord, withPakket } from "#testing/klasinformatie";
import { beheerder, directeur, schoolwereld, type SchoolWorld, type Staff } from "#testing/schoolloket";
import { runsOf } from "#testing/runs";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
  await withPakket(w);
});
after(() => w.close());
beforeEach(async () => {
  w.clock.set("2026-11-24T08:30:00Z");
  await w.sql.begin(async (tx) => {
    await tx`set local role none`;
    await tx`delete from leveringen.levering`;
    await tx`delete from akkoorden.akkoord`;
  });
});

const hier = "/schoolinstellingen";
const versie = { versie: String(overeenkomst.versie) };
const read = async (path: string, cookie: string) => {
  const answer = await w.get(path, cookie);
  return { status: answer.status, naar: answer.headers.get("location"), tekst: await answer.text() };
};
const send = async (path: string, cookie: string, velden: Record<string, string> = {}) => {
  const answer = await w.post(path, cookie, velden);
  return { status: answer.status, naar: answer.headers.get("location") };
};
const flat = (text: string): string =>
  text
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ([,.])/g, "$1");
const sharesNow = () => sharesKlassen(w.ctx, ["999001"]);

describe("sharing class information", () => {
  test("R47 R48: the start screen, word for word where the manual has labels", async () => {
    const { tekst } = await read(hier, await w.sessieOf(directeur));
    assert.match(tekst, /<h1>Delen van klasinformatie met LeerID<\/h1>/);
    const woorden = flat(tekst);
    for (const woord of [
      "Let op: dit is mogelijk als je school werkt met één van deze administratieve pakketten: Broekx Informat Wisa",
      "Extra informatie delen met LeerID en applicaties aangesloten op LeerID",
      "Momenteel deelt je school geen klasinformatie met LeerID",
      "Leerlingen filteren en zoeken op (sub)klas",
      "Applicaties eenvoudig toekennen per (sub)klas",
      "Nieuwe of aangepaste LeerID-account(s) groeperen per (sub)klas voor een vlotte verdeling",
      'De Regenboog kan de klasinformatie ophalen uit Wisa, de administratieve software die geconfigureerd staat in "Mijn Schoolsoftware"',
    ])
      assert.ok(woorden.includes(woord), woord);
    assert.match(woorden, /Dan krijgt die applicatie ook de klasinformatie .* heeft geïntegreerd/);
    assert.match(
      tekst,
      /<a class="button" href="\/schoolinstellingen\/delen" data-dialog="delen"[^>]*>Deel klasinformatie met LeerID<\/a/,
    );
  });

  test("R49: dialog and page hold the school, the whole agreement and the one button", async () => {
    const cookie = await w.sessieOf(directeur);
    const dialoog = (await read(hier, cookie)).tekst.split("<dialog")[1] ?? "";
    assert.match(dialoog, /^[^>]*aria-labelledby/);
    const pagina = (await read(`${hier}/delen`, cookie)).tekst.split("<main")[1] ?? "";
    for (const part of [dialoog, pagina]) {
      const woorden = flat(part);
      assert.match(woorden, /Deel klasinformatie met LeerID De Regenboog, 999001/);
      assert.match(woorden, /De Regenboog, instellingsnummer 999001/);
      for (const { nummer, titel } of overeenkomst.artikelen)
        assert.ok(woorden.includes(`Artikel ${nummer}: ${titel}`), titel);
      for (const { doel } of overeenkomst.doelen) assert.ok(woorden.includes(doel));
      assert.match(woorden, /KBO 0316\.380\.841, vestiging 2\.199\.310\.989/);
      assert.match(woorden, /opgemaakt op 15 november 2023.*ondertekend op 17 juli 2024/);
      assert.match(part, /<button class="button">\s*Deel klasinformatie\s*<\/button>/);
    }
    assert.match(
      dialoog,
      /class="body" tabindex="0" autofocus role="region" aria-label="Tekst van het protocol"/,
    );
  });

  test("R50: what the beheerders can do now, and the agreement always readable again as it was agreed to", async () => {
    const cookie = await w.sessieOf(directeur);
    assert.equal((await send(`${hier}/delen`, cookie, versie)).naar, `${hier}?klaar=gedeeld`);
    const { tekst } = await read(`${hier}?klaar=gedeeld`, cookie);
    assert.match(
      flat(tekst),
      /Klasinformatie wordt gedeeld met LeerID Sinds 24 november 2026, akkoord van Kim Janssens/,
    );
    const path = /href="([^"]+)"[^>]*>Toon details van het goedgekeurde protocol</.exec(tekst)?.[1] ?? "";
    await w.sql`update akkoorden.akkoord set school_naam = 'De Oude Regenboog'`;
    for (const wie of [directeur, beheerder]) {
      const protocol = await read(path, await w.sessieOf(wie));
      assert.equal(protocol.status, 200);
      assert.match(flat(protocol.tekst), /Kim Janssens ging op 24 november 2026 akkoord met versie 1/);
      assert.match(protocol.tekst, /De Oude Regenboog/);
      assert.match(protocol.tekst, /Artikel 12/);
    }
    const vreemd = await w.sessieOf({ voId: "vo-2" });
    assert.equal((await read(path, vreemd)).status, 404);
    assert.equal((await read(`${hier}/protocol/${randomUUID()}`, cookie)).status, 404);
    assert.equal((await read(`${hier}/protocol/x`, cookie)).status, 404);
  });

  test("R51 R52: stopping says what changes, and leads to the start screen; starting again is a new akkoord", async () => {
    const cookie = await w.sessieOf(directeur);
    await withAkkoord(w);
    const dialoog = (await read(hier, cookie)).tekst.split("<dialog")[1] ?? "";
    const pagina = (await read(`${hier}/stoppen`, cookie)).tekst.split("<main")[1] ?? "";
    for (const part of [dialoog, pagina]) {
      assert.match(flat(part), /Stop het delen van klasinformatie met LeerID De Regenboog, 999001/);
      assert.match(flat(part), /niet meer in het LeerID Schoolloket.*filteren.*toekennen.*groeperen/);
      assert.match(flat(part), /wist de klassen van je school binnen vijf minuten/);
      assert.match(part, />Annuleer<\/a/);
      assert.match(part, />\s*Stop het delen van klasinformatie\s*<\/button>/);
    }
    assert.equal((await send(`${hier}/stoppen`, cookie)).naar, `${hier}?klaar=gestopt`);
    const { tekst } = await read(`${hier}?klaar=gestopt`, cookie);
    assert.match(tekst, /Momenteel deelt je school geen klasinformatie/);
    assert.match(flat(tekst), /Vroegere akkoorden \(1\)/);
    assert.equal((await send(`${hier}/stoppen`, cookie)).naar, `${hier}?klaar=deelt-niet`);
    assert.equal((await read(`${hier}/stoppen`, cookie)).naar, `${hier}?klaar=deelt-niet`);
    // What stood before the stop does not come back with the new akkoord, also when nobody erased it yet.
    const [leerling] =
      await w.sql`select account_uuid from leerlingen.registratie where instellingsnummer = '999001' limit 1`;
    await indelen(w, "999001", [[String(leerling?.["account_uuid"]), "1A"]]);
    await send(`${hier}/delen`, cookie, versie);
    assert.equal((await w.sql`select from klassen.indeling`).length, 0);
    assert.equal((await send(`${hier}/delen`, cookie, versie)).naar, `${hier}?klaar=deelt-al`);
    assert.equal((await w.sql`select from akkoorden.akkoord`).length, 2);
  });

  test("R53: a beheerder sees both controls without effect and why, and cannot start or stop", async () => {
    const cookie = await w.sessieOf(beheerder);
    const button = /<button[^>]*aria-disabled="true"[^>]*aria-describedby="waarom-niet-delen"[^>]*>\s*/
      .source;
    const voor = (await read(hier, cookie)).tekst;
    assert.match(voor, new RegExp(`${button}Deel klasinformatie met LeerID`));
    assert.match(flat(voor), /Alleen een databeheerder van de school begint hiermee/);
    assert.doesNotMatch(voor, /<dialog|href="\/schoolinstellingen\/delen"/);
    for (const path of ["delen", "stoppen"]) {
      assert.equal((await send(`${hier}/${path}`, cookie, versie)).status, 403);
      assert.equal((await read(`${hier}/${path}`, cookie)).status, 403);
    }
    assert.equal(await sharesNow(), false);
    await withAkkoord(w);
    const na = (await read(hier, cookie)).tekst;
    assert.match(na, new RegExp(`${button}Stop het delen van klasinformatie met LeerID`));
    assert.doesNotMatch(na, /<dialog|href="\/schoolinstellingen\/stoppen"/);
    assert.equal((await send(`${hier}/stoppen`, cookie)).status, 403);
    assert.equal(await sharesNow(), true);
  });

  test("R21 R48: without a package that delivers classes: why not, who can change it, and no way to start", async () => {
    const bo = await w.sessieOf({ voId: "vo-2" });
    const leeg = (await read(hier, bo)).tekst;
    assert.match(
      flat(leeg),
      /Sint-Jozef kan nu geen klasinformatie ophalen.*staat voor je school geen administratief pakket/,
    );
    assert.match(leeg, /aria-disabled="true"[^>]*aria-describedby="bron"/);
    assert.doesNotMatch(leeg, /<dialog/);
    await w.sql`insert into schoolsoftware.gebruik (instellingsnummer, van, pakket, gewijzigd_op) values ('999002', '2026-09-01', 'papier', now())`;
    assert.match(
      flat((await read(hier, bo)).tekst),
      /staat Papierwinkel\. Dat pakket levert geen klasinformatie/,
    );
    assert.equal((await send(`${hier}/delen`, bo, versie)).naar, `${hier}?klaar=geen-pakket`);
    assert.equal((await read(`${hier}/delen`, bo)).naar, `${hier}?klaar=geen-pakket`);
    assert.equal(await sharesKlassen(w.ctx, ["999002"]), false);
    await w.sql`delete from schoolsoftware.gebruik where instellingsnummer = '999002'`;
  });

  test("R49: who did not see the agreement of today agrees to nothing", async () => {
    const cookie = await w.sessieOf(directeur);
    for (const gestuurd of ["0", "2"])
      assert.equal(
        (await send(`${hier}/delen`, cookie, { versie: gestuurd })).naar,
        `${hier}?klaar=andere-versie`,
      );
    for (const gestuurd of ["", "x", "1e0e"])
      assert.equal((await send(`${hier}/delen`, cookie, { versie: gestuurd })).status, 400);
    assert.equal(await sharesNow(), false);
  });

  test("R60 R64: the akkoord stays when the director's assignment ends; he himself starts and stops nothing any more", async () => {
    await w.deliver(
      opdrachtRegel(
        "kort",
        {},
        { persoon: { vo_id: "vo-kort", naam: "Nys", voornaam: "Eef" }, tot: "2026-11-24" },
      ),
    );
    await w.load();
    w.clock.set("2026-11-24T22:30:00Z");
    const cookie = await w.sessieOf({ voId: "vo-kort", instellingsnummer: "999001" });
    await send(`${hier}/delen`, cookie, versie);
    w.clock.set("2026-11-24T23:00:00Z"); // midnight in Brussels
    assert.equal(await sharesNow(), true);
    assert.equal((await send(`${hier}/stoppen`, cookie)).status, 403);
    assert.equal(await sharesNow(), true);
    assert.equal((await send(`${hier}/stoppen`, await w.sessieOf(directeur))).naar, `${hier}?klaar=gestopt`);
  });

  test("R53 R59-R63: on any day, whoever it is, start and stop work exactly for a databeheerder of that school on that day", async () => {
    await w.deliver(
      opdrachtRegel(
        "a",
        {},
        { persoon: { vo_id: "vo-a", naam: "Aa", voornaam: "A" }, van: "2026-09-01", tot: "2027-01-31" },
      ),
      opdrachtRegel(
        "b",
        {},
        { persoon: { vo_id: "vo-b", naam: "Bb", voornaam: "B" }, van: "2027-02-01", tot: "2027-06-30" },
      ),
    );
    await w.load();
    const perioden: Readonly<Record<string, readonly [string, string]>> = {
      "vo-a": ["2026-09-01", "2027-01-31"],
      "vo-b": ["2027-02-01", "2027-06-30"],
    };
    const dag = (nr: number) => new Date(Date.UTC(2026, 10, 24, 11) + nr * 86_400_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("vo-a", "vo-b", "vo-beheerder", "vo-2", "vo-niemand"),
        fc.integer({ min: 0, max: 260 }),
        fc.boolean(),
        fc.boolean(),
        async (voId, nr, deelde, ookBeheerder) => {
          await w.sql.begin(async (tx) => {
            await tx`set local role none`;
            await tx`delete from akkoorden.akkoord`;
          });
          w.clock.set("2026-11-24T08:30:00Z");
          if (deelde) await withAkkoord(w);
          w.clock.set(dag(nr).toISOString());
          const vandaag = dag(nr).toISOString().slice(0, 10);
          const [van, tot] = perioden[voId] ?? ["9", "0"];
          const mag = van <= vandaag && vandaag <= tot;
          const rollen = ookBeheerder ? ["LeerIDBeheerder:999001"] : [];
          const cookie = await w.sessieOf({ voId, rollen, instellingsnummer: "999001" });
          await send(`${hier}/${deelde ? "stoppen" : "delen"}`, cookie, deelde ? {} : versie);
          assert.equal(await sharesNow(), mag ? !deelde : deelde, `${voId} on ${vandaag}`);
        },
      ),
      runsOf(120),
    );
  });
});

describe("deliveries", () => {
  test("R74: a school of which nothing came for 24 hours is told, with who can act; one minute earlier it is not", async () => {
    const currentText = async () => (await read(hier, await w.sessieOf(directeur))).tekst;
    const quiet = async () => /Er komt geen klasinformatie meer binnen/.test(await currentText());
    w.clock.set("2026-11-23T08:00:00Z");
    await withAkkoord(w);
    w.clock.set("2026-11-24T08:00:00Z");
    assert.equal(await quiet(), false, "it has just begun");
    w.clock.set("2026-11-24T08:01:00Z");
    assert.equal(await quiet(), true);
    assert.match(flat(await currentText()), /nog geen levering.*Wie Wisa beheert in je school/);
    await earlierLevering(w, "2026-11-24T07:00:00Z", "verwerkt");
    assert.equal(await quiet(), false);
    w.clock.set("2026-11-25T07:00:00Z");
    assert.equal(await quiet(), false);
    await earlierLevering(w, "2026-11-25T06:59:00Z", "geweigerd");
    w.clock.set("2026-11-25T07:01:00Z");
    assert.equal(await quiet(), true, "what was refused is no delivery");
    await w.inSchool("999001", (ctx) =>
      stopSharing(ctx, { lijn: ["999001"], wie: { voId: "vo-1", naam: "An" } }),
    );
    assert.equal(await quiet(), false, "who does not share owes nothing");
  });

  test("D9: the receipt: what became of the file, and of each bad row line, field and reason", async () => {
    await withAkkoord(w);
    const nr = await earlierLevering(w, "2026-11-23T23:07:00Z", "deels", {
      ontvangen: 412,
      aanvaard: 411,
      quarantaine: [{ regel: 118, veld: "tot", code: "x", melding: "De einddatum ligt voor de begindatum." }],
    });
    for (const wie of [directeur, beheerder]) {
      const cookie = await w.sessieOf(wie);
      const list = (await read(hier, cookie)).tekst;
      assert.match(flat(list), /Leveringen uit Wisa.*vandaag, 0\.07 uur Deels 412 411 1 Bekijk/);
      assert.match(list, new RegExp(`href="/schoolinstellingen/leveringen/${nr}"`));
      const bewijs = await read(`${hier}/leveringen/${nr}`, cookie);
      assert.equal(bewijs.status, 200);
      assert.match(flat(bewijs.tekst), /Regel 118 tot De einddatum ligt voor de begindatum\..*/);
      assert.match(flat(bewijs.tekst), /Verbeter de gegevens in Wisa/);
    }
    for (const id of [randomUUID(), "x", nr.toUpperCase()])
      assert.equal((await read(`${hier}/leveringen/${id}`, await w.sessieOf(directeur))).status, 404, id);
    assert.equal((await read(`${hier}/leveringen/${nr}`, await w.sessieOf({ voId: "vo-2" }))).status, 404);
  });

  test("a file with thousands of bad rows is told in one page that stays small", async () => {
    await withAkkoord(w);
    const quarantaine = Array.from({ length: 20_000 }, (_, n) => ({
      regel: n + 2,
      veld: "klas",
      code: "leeg",
      melding: "De klas is leeg.",
    }));
    const nr = await earlierLevering(w, "2026-11-23T23:07:00Z", "deels", { ontvangen: 20_000, quarantaine });
    const { tekst } = await read(`${hier}/leveringen/${nr}`, await w.sessieOf(directeur));
    assert.match(flat(tekst), /de eerste 200 van 20\.000 rijen/);
    assert.ok(tekst.length < 70_000, String(tekst.length));
  });
});

describe("the help for who sets the package", () => {
  test("R69 R71 R72 R73: which clicks in Wisa, word for word, and the time that never runs", async () => {
    const { status, tekst } = await read("/hulp/klasinformatie", await w.sessieOf({} as Staff));
    assert.equal(status, 200);
    const woorden = flat(tekst);
    for (const woord of [
      "Schoolstructuur › Instellingen › Fiche",
      "Extra › Allerlei",
      "Synchroniseren met Leerid",
      "Extra › Onderhoud server › Beheer scheduling",
      "Invoegen",
      "Leerid synchronisatie",
      "Tijdstip instellen",
      "OK",
      "Bewaren",
      "Dagelijks om 00:00, of een ander uur tussen 0 en 9 uur",
      "Eenmalig, op 1899-12-30 00:00",
      "Tijdelijk niet actief",
      "Elk uur",
      "Elke N minuten",
      "Broekx en Informat",
    ])
      assert.ok(woorden.includes(woord), woord);
  });

  test("R9: a package that Mijn Schoolsoftware gets stands on both pages by itself; one that delivers no classes on neither", async () => {
    await w.sql`insert into schoolsoftware.pakket (pakket, naam, levert_klasinformatie, gewijzigd_op) values ('questi', 'Questi', true, now())`;
    const wie = await w.sessieOf(directeur);
    const [settings, help] = [
      flat((await read(hier, wie)).tekst),
      flat((await read("/hulp/klasinformatie", wie)).tekst),
    ];
    assert.match(settings, /pakketten: Broekx Informat Questi Wisa/);
    assert.match(help, /Broekx, Informat en Questi/);
    assert.doesNotMatch(settings + help, /Papierwinkel/);
  });
});
