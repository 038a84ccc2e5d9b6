import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readConfig } from "./config.ts";
import { execute } from "./deliver.ts";
import { makeKeyPair, startLeerId, type Disturbance } from "./trial-leerid.ts";

const sluit: (() => Promise<unknown>)[] = [];
let map = "";
beforeEach(async () => {
  const nieuw = await mkdtemp(join(tmpdir(), "leerid-pakket-"));
  map = nieuw;
  sluit.push(() => rm(nieuw, { recursive: true }));
});
after(async () => {
  for (const werk of sluit) await werk();
});

const regels = [
  "INSTELLING;STAMNR;NAAM;VOORNAAM;KLAS;KLASGROEP;VAN;TOT;STATUS",
  "999001;2025-0001;Peeters;Noor;3A;;01/09/2026;31/08/2027;I",
  "999001;2025-0002;Peeters;Noor;5A;Maan;01/09/2026;31/08/2027;I",
  "999001;2025-0009;Bouzid;Amira;6A;;01/09/2026;31/08/2027;I",
];

type OtherOptions = { readonly rest?: object; readonly leerid?: object; readonly sftp?: object };
/** A school with Wisa, beside a LeerID that does what `storing` says. */
async function school(storing: Disturbance = {}, { rest, leerid, sftp }: OtherOptions = {}) {
  const kant = await startLeerId(storing);
  sluit.unshift(kant.stop);
  await writeFile(join(map, "sleutel"), kant.sshSleutel);
  await writeFile(join(map, "export.csv"), regels.join("\r\n"));
  const pad = join(map, "config.json");
  await writeFile(
    pad,
    JSON.stringify({
      instellingsnummer: "999001",
      schooljaar: "2026-2027",
      mapping: "Wisa",
      export: ["export.csv"],
      leerid: {
        api: kant.adres,
        issuer: `${kant.adres}/op`,
        client_id: "pakket",
        client_secret: "geheim",
        ...leerid,
      },
      sftp: {
        host: "127.0.0.1",
        poort: kant.sftpPoort,
        gebruiker: "wisa",
        private_key_bestand: "sleutel",
        hostsleutels: [kant.hostsleutel],
        ...sftp,
      },
      ontvangst: { wacht_seconden: 20 },
      ...rest,
    }),
  );
  const gewacht: number[] = [];
  const doe = async (opdracht: "controleer" | "verstuur" = "verstuur", moment = "2026-11-24T00:05:00Z") =>
    execute(await readConfig(pad), opdracht, {
      now: () => Date.parse(moment),
      wait: async (ms) => void gewacht.push(ms),
      report: () => {},
    });
  return { ...kant, pad, doe, gewacht };
}
const naam = "klasinformatie_999001_2026-2027_20261124T000500Z.csv";

describe("R65: from an export to a receipt", () => {
  test("all pages of identifiers, the sum beside the file, the receipt, and per pupil who was not coupled", async () => {
    const { doe, bestanden, gezien } = await school();
    const verslag = await doe();
    const csv = bestanden.get(`inkomend/${naam}`)?.toString("utf8") ?? "";
    assert.equal(
      csv,
      [
        "leer_id_uuid;account_uuid;klas;subklas;van;tot",
        "018f0000-0000-7000-8000-000000000001;018f0000-0000-7000-9000-000000000001;3A;;;",
        ";018f0000-0000-7000-9000-000000000002;5A;Maan;;",
        "",
      ].join("\n"),
    );
    const som = createHash("sha256").update(csv).digest("hex");
    assert.equal(bestanden.get(`inkomend/${naam}.sha256`)?.toString(), `${som}  ${naam}\n`);
    assert.equal(verslag.uitkomst, "verwerkt");
    assert.deepEqual(
      verslag.niet_gekoppeld.map((one) => [one.rij, one.stamnummer]),
      [[4, "2025-0009"]],
    );
    assert.equal(verslag.aantallen?.zonder_klas, 1);
    assert.deepEqual(
      gezien.filter((regel) => regel.startsWith("GET")).map((regel) => regel.split("?")[1]),
      ["schooljaar=2026-2027 Bearer", "schooljaar=2026-2027&na=een Bearer"],
    );
    assert.deepEqual(JSON.parse(await readFile(join(map, "staat", "verslag.json"), "utf8")), verslag);
  });

  test("controleer sends nothing", async () => {
    const { doe, bestanden } = await school();
    const verslag = await doe("controleer");
    assert.deepEqual([verslag.uitkomst, verslag.aantallen?.gekoppeld, bestanden.size], ["nagekeken", 2, 0]);
  });

  test("a second run in the same second, or with a clock that went back, has a later name", async () => {
    const { doe, bestanden } = await school();
    for (const moment of ["2026-11-24T00:05:00Z", "2026-11-24T00:05:00Z", "2026-11-23T10:00:00Z"])
      await doe("verstuur", moment);
    assert.deepEqual(
      [...bestanden.keys()].filter((one) => one.endsWith(".csv")).map((one) => one.slice(-20, -4)),
      ["20261124T000500Z", "20261124T000501Z", "20261124T000502Z"],
    );
  });
});

test("a temporary name: the whole file is there before it has its own", async () => {
  const { doe, bestanden, gezien } = await school({}, { sftp: { tijdelijke_naam: true } });
  assert.equal((await doe()).uitkomst, "verwerkt");
  assert.ok(gezien.includes(`open inkomend/${naam}.part`) && !gezien.includes(`open inkomend/${naam}`));
  assert.ok(bestanden.has(`inkomend/${naam}`));
});

describe("what may go better in a moment is tried again", () => {
  test("R74: too busy: waits as long as LeerID says", async () => {
    const { doe, gewacht } = await school({ api: 2 });
    assert.equal((await doe()).uitkomst, "verwerkt");
    assert.deepEqual(gewacht, [1000, 1000]);
  });

  test("a connection that breaks halfway: the same file once more, whole", async () => {
    const { doe, bestanden, gewacht } = await school({ breuk: 2 });
    assert.equal((await doe()).uitkomst, "verwerkt");
    assert.equal(gewacht.length, 2);
    assert.deepEqual(
      [...bestanden.keys()].filter((one) => one.endsWith(".csv")),
      [`inkomend/${naam}`],
    );
  });

  test("a receipt that comes later is waited for, but not forever", async () => {
    assert.equal((await (await school({ later: 2 })).doe()).uitkomst, "verwerkt");
    const { doe } = await school({ later: 1000 }, { rest: { ontvangst: { wacht_seconden: 0 } } });
    assert.match((await doe()).melding, /nog geen ontvangst/);
  });

  test("after the last attempt it says what was the matter", async () => {
    const { doe, stop } = await school({}, { rest: { pogingen: 3 } });
    await stop();
    const verslag = await doe();
    assert.equal(verslag.uitkomst, "mislukt");
    assert.match(verslag.melding, /antwoordt niet\. Na 3 pogingen gestopt/);
  });
});

describe("what a person must look at is not tried again, and nothing is sent", () => {
  const expectFailure = async (wat: Awaited<ReturnType<typeof school>>, melding: RegExp) => {
    const verslag = await wat.doe();
    assert.equal(verslag.uitkomst, "mislukt");
    assert.match(verslag.melding, melding);
    assert.deepEqual(
      [wat.gewacht, [...wat.bestanden.keys()].filter((one) => one.endsWith(".csv"))],
      [[], []],
    );
  };
  test("another key than that of LeerID", async () => {
    await expectFailure(
      await school({}, { sftp: { hostsleutels: [`SHA256:${"A".repeat(43)}`] } }),
      /toont een andere sleutel.*SHA256:/,
    );
  });
  test("a key or a secret that LeerID does not know", async () => {
    const wat = await school();
    await writeFile(join(map, "sleutel"), makeKeyPair().private);
    await expectFailure(wat, /aanvaardt de sleutel van wisa niet/);
    await expectFailure(
      await school({}, { leerid: { client_secret: "fout" } }),
      /aanvaardt client pakket niet/,
    );
  });
  test("a school that LeerID refuses, in the words of LeerID", async () => {
    await expectFailure(
      await school(
        {},
        { rest: { instellingsnummer: "999002", mapping: { ...kaal, instellingsnummer: undefined } } },
      ),
      /Deze school deelt geen klasinformatie/,
    );
  });
  test("a file that the dropserver refuses, in its words; the code that may mean 'not now' is tried again", async () => {
    await expectFailure(
      await school({ weigert: { code: 3, melding: "Hier mag je niet schrijven." } }),
      /neemt klasinformatie_.*niet aan\. Hier mag je niet schrijven/,
    );
    const druk = await school({ weigert: { code: 4, melding: "Te druk." } }, { rest: { pogingen: 3 } });
    assert.match((await druk.doe()).melding, /niet aan\. Te druk\. Na 3 pogingen gestopt/);
    assert.equal(druk.gewacht.length, 2);
  });
  test("an export without pupils, of other pupils, or that is not there", async () => {
    const wat = await school();
    await writeFile(join(map, "export.csv"), regels[0] ?? "");
    await expectFailure(wat, /geen enkele leerling met een klas/);
    await writeFile(join(map, "export.csv"), [regels[0], regels[3]].join("\n"));
    await expectFailure(wat, /Geen enkele leerling van de export is bij LeerID bekend/);
    await rm(join(map, "export.csv"));
    await expectFailure(wat, /bestaat niet/);
  });
});

const kaal = {
  pakket: "Wisa",
  codering: "windows-1252",
  scheiding: ";",
  stamnummer: "STAMNR",
  klas: { kolommen: ["KLAS"] },
};

const programma = fileURLToPath(new URL("../bin/leerid-pakket.mjs", import.meta.url));
function command(...args: string[]): Promise<{ code: number | null; uit: string; fout: string }> {
  return new Promise((klaar) => {
    const kind = spawn(process.execPath, [programma, ...args]);
    let [uit, fout] = ["", ""];
    kind.stdout.on("data", (part: Buffer) => (uit += part.toString()));
    kind.stderr.on("data", (part: Buffer) => (fout += part.toString()));
    kind.once("close", (code) => klaar({ code, uit, fout }));
  });
}

describe("the command", () => {
  test("exit code 0 with a report, 1 when somebody must look, 2 for wrong usage", async () => {
    const { pad, ontvangst } = await school();
    const goed = await command("verstuur", pad);
    assert.equal(goed.code, 0, goed.fout);
    assert.match(
      goed.uit,
      /gekoppeld +2[\s\S]*stamnummer 2025-0009[\s\S]*LeerID heeft alle klassen verwerkt/,
    );
    ontvangst.status = "aangehouden";
    const vast = await command("verstuur", pad);
    assert.equal(vast.code, 1);
    assert.match(vast.fout, /houdt het bestand vast/);
    assert.equal((await command("planning", pad)).code, 0);
    assert.equal((await command("verstuur")).code, 2);
    assert.equal((await command("--help")).code, 0);
  });

  test("a wrong configuration: every field in Dutch, no value, exit code 2", async () => {
    const { pad } = await school();
    const config = JSON.parse(await readFile(pad, "utf8")) as Record<string, Record<string, unknown>>;
    await writeFile(
      pad,
      JSON.stringify({
        ...config,
        instellingsnummer: "12",
        schooljar: 1,
        leerid: { ...config["leerid"], api: "http://voorbeeld.be", client_id: undefined },
      }),
    );
    const { code, fout } = await command("verstuur", pad);
    assert.equal(code, 2);
    for (const regel of [
      /instellingsnummer: zes cijfers/,
      /"schooljar" is geen bekend veld/,
      /leerid\.api: moet met https/,
      /leerid\.client_id: ontbreekt/,
    ])
      assert.match(fout, regel);
    assert.doesNotMatch(fout, /voorbeeld|geheim/);
    await writeFile(pad, "{,}");
    assert.match((await command("verstuur", pad)).fout, /geen JSON/);
    assert.match((await command("verstuur", join(map, "weg.json"))).fout, /bestaat niet/);
  });

  test("two at once for one school: the second says that the first is busy", async () => {
    const { pad } = await school({ later: 3 }, { rest: { ontvangst: { wacht_seconden: 30 } } });
    const [one, two] = await Promise.all([command("verstuur", pad), command("verstuur", pad)]);
    assert.deepEqual([one.code, two.code].toSorted(), [0, 1]);
    assert.match(one.fout + two.fout, /loopt al voor deze school/);
    assert.equal((await command("controleer", pad)).code, 0);
  });
});
