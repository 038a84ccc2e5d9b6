import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { withoutBrowser } from "#testing/browser";
import { openSetting, schooljaarOfNow, type Setting } from "./setting.ts";

type Leerling = {
  readonly stamnummer: string;
  readonly leer_id_uuid: string | null;
  readonly account_uuid: string;
};
type Ontvangst = {
  readonly status: string;
  readonly ontvangen: number;
  readonly aanvaard: number;
  readonly quarantaine: readonly { readonly regel: number; readonly veld: string | null }[];
  readonly reden?: { readonly code: string; readonly melding: string };
};

const kop = "leer_id_uuid;account_uuid;klas;subklas;van;tot";
const program = "/usr/bin/sftp";
const skip = withoutBrowser() || (!existsSync(program) && "OpenSSH sftp is not installed");

/** A package without our program: its own requests to the API, and the sftp of OpenSSH. */
describe("R22, R23: a package with the sftp of OpenSSH", { skip }, () => {
  let setting: Setting;
  let map = "";
  before(async () => {
    setting = await openSetting();
    map = await mkdtemp(join(tmpdir(), "leerid-sftp-"));
  });
  after(async () => {
    await setting.close();
    await rm(map, { recursive: true });
  });

  /** Runs commands of sftp as the package Wisa. */
  function sftp(...opdrachten: string[]): Promise<{ code: number | null; fout: string }> {
    const { host, port, pakketten } = setting.demo.dropserver;
    const wisa = pakketten.find((one) => one.pakket === "wisa") ?? assert.fail("no key");
    const opties = [
      "StrictHostKeyChecking=accept-new",
      `UserKnownHostsFile=${join(map, "bekend")}`,
      "IdentitiesOnly=yes",
    ];
    const kind = spawn(program, [
      ...["-q", "-b", "-", "-P", String(port), "-i", wisa.private_key_file],
      ...opties.flatMap((optie) => ["-o", optie]),
      `${wisa.user}@${host}`,
    ]);
    kind.stdin.end(`${opdrachten.join("\n")}\n`);
    let fout = "";
    kind.stderr.setEncoding("utf8").on("data", (part: string) => (fout += part));
    kind.stdout.resume();
    return new Promise((klaar) => kind.once("close", (code) => klaar({ code, fout })));
  }

  const schooljaar = () => `${schooljaarOfNow()}-${schooljaarOfNow() + 1}`;
  let last = 0;
  const newName = (school: string): string => {
    last = Math.max(Date.now(), last + 1000);
    const tijdstip = new Date(last).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
    return `klasinformatie_${school}_${schooljaar()}_${tijdstip}.csv`;
  };

  /** The identifiers of the school, all pages. */
  async function leerlingen(school: string): Promise<readonly Leerling[]> {
    const { sites, machine_clients: clients } = setting.demo;
    const { client_id: id, client_secret: geheim } =
      clients.find((one) => one.naam === "Wisa") ?? assert.fail("no client");
    const token = await fetch(`${sites.acm}/v1/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${id}:${geheim}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "schoolpakket:identificatie" }),
    });
    const { access_token: bewijs } = (await token.json()) as { access_token: string };
    const found: Leerling[] = [];
    let url: string | undefined =
      `${sites.api}/schoolpakket/v1/instellingen/${school}/leerlingen?schooljaar=${schooljaar()}`;
    while (url !== undefined) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${bewijs}` } });
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      const blad = (await answer.json()) as { leerlingen: Leerling[]; volgende?: string };
      found.push(...blad.leerlingen);
      url = blad.volgende === undefined ? undefined : new URL(blad.volgende, url).href;
    }
    return found;
  }

  async function deliver(
    naam: string,
    regels: readonly string[],
  ): Promise<{ code: number | null; fout: string }> {
    await writeFile(join(map, naam), `${regels.join("\n")}\n`);
    return sftp(`put ${join(map, naam)} inkomend/${naam}`);
  }
  /** The receipt, once it is there. */
  async function ontvangst(naam: string, klaar = (_: Ontvangst) => true): Promise<Ontvangst> {
    const hier = join(map, `${naam}.ontvangst.json`);
    for (let poging = 0; poging < 60; poging++) {
      await rm(hier, { force: true });
      await sftp(`-get ontvangst/${naam}.ontvangst.json ${hier}`);
      const text = await readFile(hier, "utf8").catch(() => undefined);
      if (text !== undefined) {
        const gelezen = JSON.parse(text) as Ontvangst;
        if (klaar(gelezen)) return gelezen;
      }
      await new Promise((straks) => setTimeout(straks, 250));
    }
    return assert.fail(`no receipt of ${naam}`);
  }
  const row = (one: Leerling, klas: string) => `${one.leer_id_uuid ?? ""};${one.account_uuid};${klas};;;`;

  test("D9: a file with one bad row: the others count, the receipt says which row and why", async () => {
    const all = await leerlingen("999001");
    assert.ok(all.length > 150);
    const naam = newName("999001");
    const [first, ...rest] = all;
    assert.ok(first);
    const { code, fout } = await deliver(naam, [kop, row(first, ""), ...rest.map((one) => row(one, "3A"))]);
    // Nearly everybody changes class: that is what the brake is for.
    assert.equal(code, 0, fout);
    const vast = await ontvangst(naam);
    assert.equal(vast.status, "aangehouden", JSON.stringify(vast.reden));

    // A beheerder sees the difference, and confirms.
    const beheerder = await setting.staff("nele.segers");
    await beheerder.goto(`${setting.demo.sites.schoolloket}/schoolinstellingen`);
    await beheerder.getByRole("link", { name: "Toon het verschil per leerling" }).click();
    await beheerder.getByRole("heading", { level: 1 }).waitFor();
    await setting.look(beheerder);
    await beheerder.getByRole("button", { name: "Toch verwerken" }).click();
    await beheerder.getByText("De levering wordt nu verwerkt").waitFor();
    await beheerder.context().close();

    const deels = await ontvangst(naam, ({ status }) => status !== "aangehouden");
    assert.deepEqual([deels.status, deels.ontvangen, deels.aanvaard], ["deels", all.length, all.length - 1]);
    assert.deepEqual(
      deels.quarantaine.map(({ regel, veld }) => [regel, veld]),
      [[2, "klas"]],
    );

    // The same file again: no change, the same receipt.
    assert.equal((await sftp(`put ${join(map, naam)} inkomend/${naam}`)).code, 0);
    assert.deepEqual(await ontvangst(naam), deels);
  });

  test("D9: a list that is nearly empty is held, and the school can refuse it", async () => {
    const [one] = await leerlingen("999001");
    assert.ok(one);
    const naam = newName("999001");
    await deliver(naam, [kop, row(one, "3A")]);
    assert.equal((await ontvangst(naam)).status, "aangehouden");
    const beheerder = await setting.staff("nele.segers");
    await beheerder.goto(`${setting.demo.sites.schoolloket}/schoolinstellingen`);
    await beheerder.getByRole("button", { name: "Weigeren" }).first().click();
    await beheerder.getByText("De levering wordt geweigerd").waitFor();
    await beheerder.context().close();
    assert.equal((await ontvangst(naam, ({ status }) => status !== "aangehouden")).status, "geweigerd");
  });

  test("D9: a school of another package, and one without a package: refused, with the reason", async () => {
    for (const school of ["999002", "999004"]) {
      const naam = newName(school);
      await deliver(naam, [kop]);
      const { status, reden } = await ontvangst(naam);
      assert.equal(status, "geweigerd");
      assert.ok((reden?.melding.length ?? 0) > 20);
    }
    await assert.rejects(leerlingen("999002"), /^Error: 40[34]/);
  });

  test("D9: a name that is not one, a file that breaks off, another's key: nothing is taken", async () => {
    await writeFile(join(map, "x.csv"), kop);
    assert.notEqual((await sftp(`put ${join(map, "x.csv")} inkomend/klassen.csv`)).code, 0);
    assert.notEqual((await sftp(`put ${join(map, "x.csv")} ontvangst/x.csv`)).code, 0);
    assert.notEqual((await sftp("get ../../etc/passwd")).code, 0);
  });
});
