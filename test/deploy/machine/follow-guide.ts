// Follows docs/uitbating.md block by block, on the machine that start.sh made; ends with exit code 1 at the first thing that fails.
// What others do for an operator stands here: names, a certificate, the provider of adults, a school that hands out passwords.
import { execFile } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createUpstream } from "#demo/upstream/index";
import { personas } from "#demo/upstream/personas";
import { readPdf } from "#testing/pdf";
import { openBrowser, type Browser } from "./browser.ts";

const guide = readFileSync(new URL("../../../docs/uitbating.md", import.meta.url), "utf8");
const provider = "https://aanmelden.leerid.example:8443";
const loket = "https://mijn.leerid.example";
const school = "https://school.leerid.example";

type Block = {
  readonly heading: string;
  readonly chapter: string;
  readonly text: string;
  readonly line: number;
};

/** Every block of commands, in the order of the page. */
function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let [chapter, heading] = ["", ""];
  let text: string[] | undefined;
  for (const [index, line] of page.split("\n").entries()) {
    if (text !== undefined) {
      if (line === "```") {
        blocks.push({ chapter, heading, text: text.join("\n"), line: index - text.length });
        text = undefined;
      } else text.push(line);
    } else if (line === "```sh") text = [];
    else if (line.startsWith("## ")) [chapter, heading] = [line.slice(3), ""];
    else if (line.startsWith("### ")) heading = line.slice(4);
  }
  return blocks;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

function run({ text, line, chapter, heading }: Block): Promise<void> {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    execFile(
      "/bin/bash",
      ["--norc", "-euo", "pipefail", "-c", text],
      {
        cwd: "/root",
        maxBuffer: 64_000_000,
        env: {
          PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          HOME: "/root",
          LANG: "C.UTF-8",
          DEBIAN_FRONTEND: "noninteractive",
        },
      },
      (error, stdout, stderr) => {
        const where = `docs/uitbating.md:${line}, ${chapter}, ${heading}`;
        if (error) return reject(new Error(`${where}\n${text}\n--\n${stdout}${stderr}${logs()}`));
        say(`✔ ${where} (${Date.now() - started} ms)\n${stdout.replaceAll(/^/gm, "    ").trimEnd()}`);
        return resolve();
      },
    );
  });
}

const logs = (): string =>
  ["leerid-serve", "leerid-worker", "leerid-dropserver", "haproxy"]
    .filter((name) => existsSync(`/run/log/${name}`))
    .map((name) => `\n-- ${name}\n${readFileSync(`/run/log/${name}`, "utf8").slice(-3000)}`)
    .join("");

/** The provider of adults, of somebody else: with the client, scopes, claims and acr that the guide asks for. */
async function startProvider(): Promise<void> {
  appendFileSync(
    "/etc/hosts",
    `\n10.0.0.11 acm.leerid.example mijn.leerid.example school.leerid.example beheer.leerid.example api.leerid.example\n10.0.0.99 aanmelden.leerid.example\n`,
  );
  const listener = await createUpstream({
    issuer: provider,
    clientId: "leerid",
    clientSecret: "geheim-van-de-provider-van-medewerkers",
    redirectUri: "https://acm.leerid.example/op/v1/medewerker/terug",
    personas: personas.map((one) => ({ ...one, acr: "urn:be:vlaanderen:acr:2fa" })),
    now: Date.now,
  });
  const pem = readFileSync("/root/leerid.pem", "utf8");
  createServer({ key: pem, cert: pem }, listener).listen(8443, "10.0.0.99");
}

type Leerling = { readonly gebruikersnaam: string; readonly wachtwoord: string };

/** A beheerder of the school signs in with the key of adults, and prints the password of one pupil. */
async function handOut(): Promise<Leerling> {
  const browser = openBrowser();
  const choice = await browser.open(`${school}/aanmelden`);
  const inside = await browser.send(choice, "login", { login: "nele.segers" });
  expect(
    inside.url.origin === school && inside.status === 200,
    `the beheerder is in the Schoolloket, not at ${inside.url.href} (${inside.status}) ${inside.text}`,
  );
  const list = await browser.open(`${school}/leerid-beheer`);
  const account = /aria-label="Noor Peeters kiezen"|name="leerling" value="([0-9a-f-]{36})"/.exec(
    list.text,
  )?.[1];
  expect(account !== undefined, `a pupil in the list: ${list.status} ${list.text.slice(0, 3000)}`);
  let batch = await browser.post(
    `${school}/leerid-beheer/afdrukken`,
    new URLSearchParams({ soort: "strookjes", account: account ?? "" }),
  );
  for (let tries = 0; tries < 60 && !/Klaar om af te drukken/.test(batch.text); tries++) {
    await sleep(500);
    batch = await browser.open(batch.url.href);
  }
  const { bytes } = await browser.open(`${batch.url.href}/pdf`);
  const texts = readPdf(bytes).paginas.flatMap(({ teksten }) => teksten);
  const at = texts.indexOf("Gebruikersnaam");
  expect(at >= 0, `a strip with a name: ${texts.join("|")}`);
  return { gebruikersnaam: texts[at + 1] ?? "", wachtwoord: texts[at + 3] ?? "" };
}

const eigen = "zeven groene fietsen";

/** Through the proxy, to the launch page; the first time he chooses a password of his own. */
async function signIn(leerling: Leerling, browser: Browser = openBrowser()): Promise<Leerling> {
  const form = await browser.open(`${loket}/aanmelden`);
  let page = await browser.send(form, "wachtwoord", leerling);
  let wachtwoord = leerling.wachtwoord;
  if (/Nieuw wachtwoord/.test(page.text)) {
    const [first = "", second = ""] = [...page.text.matchAll(/<input[^>]*type="?password[^>]*>/g)].map(
      ([tag]) => /name="?(\w+)/.exec(tag)?.[1],
    );
    page = await browser.send(page, first, { [first]: eigen, [second]: eigen });
    wachtwoord = eigen;
  }
  expect(
    page.url.href === `${loket}/` && page.status === 200,
    `the pupil is on the launch page, not at ${page.url.href} (${page.status}): ${page.text.slice(0, 2500)}`,
  );
  return { ...leerling, wachtwoord };
}

function expect(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(`${what}${logs()}`);
}

/** A record of a release is sealed within the minute, and then the anchor has something to say. */
async function waitForSeal(): Promise<void> {
  for (let tries = 0; tries < 180; tries++) {
    if (existsSync("/var/lib/leerid/zegels.txt")) return;
    await sleep(1000);
  }
  expect(false, "no seal in three minutes");
}

await startProvider();
let leerling: Leerling | undefined;
/** What happens when a chapter of the page has been followed to its end. */
const after: Readonly<Record<string, () => Promise<void>>> = {
  "De eerste dag": async () => {
    leerling = await signIn(await handOut());
    say(`✔ the first pupil, ${leerling.gebruikersnaam}, is signed in through the proxy`);
    await waitForSeal();
  },
  Terugzetten: async () => {
    expect(leerling !== undefined, "a pupil");
    await signIn(leerling);
    await handOut();
    say("✔ what was restored serves: the pupil, the school, the provider of adults");
  },
};
const blocks = blocksOf(guide);
for (const [index, block] of blocks.entries()) {
  await run(block);
  if (blocks[index + 1]?.chapter !== block.chapter) await after[block.chapter]?.();
}
say(`${blocks.length} blocks`);
process.exit(0);
