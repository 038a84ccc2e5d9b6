// Follows docs/uitbating.md block by block, on the machine that start.sh made; ends with exit code 1 at the first thing that fails.
// What others do for an operator stands here: names, a certificate, the provider of adults, a school that hands out passwords.
import { execFile } from "node:child_process";
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createUpstream } from "#demo/upstream/index";
import { dovOrganisatie, personas } from "#demo/upstream/personas";
import { blocksOf, type Block } from "#testing/blocks";
import { runTool } from "#testing/debian-tools";
import { readPdf } from "#testing/pdf";
import { openBrowser, type Browser } from "./browser.ts";

const guide = readFileSync(new URL("../../../docs/uitbating.md", import.meta.url), "utf8");
const provider = "https://aanmelden.leerid.example:8443";
const loket = "https://mijn.leerid.example";
const school = "https://school.leerid.example";
const beheer = "https://beheer.leerid.example";

/** The same page, in the order that is followed: restoring begins and ends the same way from a dump and to a moment. */
const restoring = [
  "Oefenen",
  ...["Echt terugzetten: vooraf", "Uit de dump", "Daarna, bij allebei"],
  "Het ogenblik",
  ...["Echt terugzetten: vooraf", "Tot een ogenblik", "Daarna, bij allebei"],
];
function orderOf(blocks: readonly Block[]): readonly Block[] {
  const at = blocks.findIndex(({ chapter }) => chapter === "Terugzetten");
  const restore = blocks.filter(({ chapter }) => chapter === "Terugzetten");
  const lost = restore.filter(({ heading }) => !restoring.includes(heading));
  if (lost.length > 0) throw new Error(`nobody follows ${lost.map(({ heading }) => heading).join(", ")}`);
  return blocks.toSpliced(
    at,
    restore.length,
    ...restoring.flatMap((heading) => restore.filter((block) => block.heading === heading)),
  );
}

const say = (text: string) => process.stdout.write(`${text}\n`);

const isSecond = (kind: string): boolean => kind === "sh tweede-knoop";

/** Where the second machine stands, seen from the first: they share a network. */
const secondRoot = "/mnt";

function run({ text, line, chapter, heading, kind }: Block): Promise<void> {
  const second = isSecond(kind);
  return new Promise((resolve, reject) => {
    const started = Date.now();
    execFile(
      second ? "/usr/sbin/chroot" : "/bin/bash",
      [
        ...(second ? [secondRoot, "/bin/bash"] : []),
        ...["--norc", "-euo", "pipefail", "-c", `cd /root\n${text}`],
      ],
      {
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
  ["", secondRoot]
    .flatMap((root) =>
      ["leerid-serve", "leerid-worker", "leerid-dropserver", "haproxy"].map(
        (name) => `${root}/run/log/${name}`,
      ),
    )
    .filter((path) => existsSync(path))
    .map((path) => `\n-- ${path}\n${readFileSync(path, "utf8").slice(-3000)}`)
    .join("");

/** What must not go well: ends with exit code 1 and a line that says why. */
async function refuses(what: string, text: string, why: RegExp): Promise<void> {
  const { code, said } = await runTool("/bin/bash", ["--norc", "-euo", "pipefail", "-c", text]);
  expect(code === 1 && why.test(said), `refused: ${what} (${code})\n${said}`);
  say(`✔ refused: ${what}`);
}

/** The provider of adults, of somebody else: with the client, scopes, claims and acr that the guide asks for. */
async function startProvider(): Promise<void> {
  const names = ["acm", "mijn", "school", "beheer", "api"].map((name) => `${name}.leerid.example`).join(" ");
  for (const root of ["", secondRoot])
    appendFileSync(`${root}/etc/hosts`, `\n10.0.0.11 ${names}\n10.0.0.99 aanmelden.leerid.example\n`);
  const listener = await createUpstream({
    issuer: provider,
    clientId: "leerid",
    clientSecret: "geheim-van-de-provider-van-medewerkers",
    redirectUri: "https://acm.leerid.example/op/v1/medewerker/terug",
    personas: personas.map(({ claims, ...one }) => ({
      ...one,
      // The department has the number that the guide gives it.
      claims: JSON.parse(JSON.stringify(claims).replaceAll(dovOrganisatie, "OVO000000")) as typeof claims,
      acr: "urn:be:vlaanderen:acr:2fa",
    })),
    now: Date.now,
  });
  const pem = readFileSync("/root/leerid.pem", "utf8");
  createServer({ key: pem, cert: pem }, listener).listen(8443, "10.0.0.99");
}

type Leerling = { readonly gebruikersnaam: string; readonly wachtwoord: string };

/** A beheerder of the school signs in with the key of adults, and prints the passwords of her pupils. */
async function handOut(): Promise<readonly Leerling[]> {
  const browser = openBrowser();
  const choice = await browser.open(`${school}/aanmelden`);
  const inside = await browser.send(choice, "login", { login: "nele.segers" });
  expect(
    inside.url.origin === school && inside.status === 200,
    `the beheerder is in the Schoolloket, not at ${inside.url.href} (${inside.status}) ${inside.text}`,
  );
  const list = await browser.open(`${school}/leerid-beheer?niveau=lager`);
  const accounts = [...list.text.matchAll(/name="leerling" value="([0-9a-f-]{36})"/g)].map(
    ([, one = ""]) => one,
  );
  expect(accounts.length > 0, `pupils in the list: ${list.status} ${list.text.slice(0, 3000)}`);
  const strips: Leerling[] = [];
  for (const account of accounts) strips.push(...(await print(browser, account)));
  expect(strips.length > 1, `strips with a name, from ${accounts.length} pupils`);
  return strips;
}

/** What is on the strip of one pupil; nothing for who left the school. */
async function print(browser: Browser, account: string): Promise<readonly Leerling[]> {
  const form = new URLSearchParams({ soort: "strookjes", account });
  let batch = await browser.post(`${school}/leerid-beheer/afdrukken`, form);
  if (batch.status !== 200) return [];
  for (let tries = 0; tries < 60 && !/Klaar om af te drukken/.test(batch.text); tries++) {
    await sleep(500);
    batch = await browser.open(batch.url.href);
  }
  const { bytes } = await browser.open(`${batch.url.href}/pdf`);
  const texts = readPdf(bytes).paginas.flatMap(({ teksten }) => teksten);
  return texts.flatMap((text, at) =>
    text === "Gebruikersnaam"
      ? [{ gebruikersnaam: texts[at + 1] ?? "", wachtwoord: texts[at + 3] ?? "" }]
      : [],
  );
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

/** Each pupil for the first time, one after the other. */
async function choosePasswords(strips: readonly Leerling[]): Promise<readonly Leerling[]> {
  const chosen: Leerling[] = [];
  for (const strip of strips) chosen.push(await signIn(strip));
  return chosen;
}

function expect(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(`${what}${logs()}`);
}

/** SFTP goes through the proxy as it is: the first that comes is the greeting of SSH. */
function greetDropserver(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "10.0.0.11", port: 22022 });
    socket.setTimeout(10_000, () => socket.destroy(new Error("no greeting of the dropserver")));
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      if (data.toString().startsWith("SSH-2.0-")) resolve();
      else reject(new Error("this is not the dropserver"));
    });
  });
}

/** A record of a release is sealed within the minute, and then the anchor has something to say. */
async function waitForSeal(): Promise<void> {
  for (let tries = 0; tries < 180; tries++) {
    if (existsSync("/var/lib/leerid/zegels.txt")) return;
    await sleep(1000);
  }
  expect(false, "no seal in three minutes");
}

/** Pupils who keep signing in, each time in a fresh browser; `end` goes on to 500 and says how it went. */
function keepSigningIn(leerlingen: readonly Leerling[]): { end(): Promise<void> } {
  const visits = { done: 0, ending: false, failures: [] as string[] };
  const started = Date.now();
  // One at a time per name: LeerID makes who tries the same name twice at once wait.
  const visitors = leerlingen.map(async (leerling) => {
    while (!visits.ending || visits.done < 500) {
      await signIn(leerling).catch((error: unknown) =>
        visits.failures.push(`after ${Date.now() - started} ms: ${describe(error).slice(0, 400)}`),
      );
      visits.done += 1;
    }
  });
  return {
    async end() {
      visits.ending = true;
      await Promise.all(visitors);
      const { done, failures } = visits;
      say(
        `✔ ${done} sign-ins in ${Date.now() - started} ms while nodes were replaced, ${failures.length} failed`,
      );
      expect(failures.length === 0, failures.slice(0, 20).join("\n"));
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Error
    ? `${error.message} ${error.cause === undefined ? "" : describe(error.cause)}`
    : String(error);

/** What was made at one machine and has to be at the other is carried there, as the guide says. */
function carry(): void {
  for (const path of ["/root/leerid-knoop.tar.gz", "/etc/leerid/geheim/hoofdsleutel"])
    if (existsSync(path)) cpSync(path, `${secondRoot}${path}`);
}

/** Every site shows what only the database knows: a page that merely answers may stand on an empty one. */
async function visitEverySite(): Promise<void> {
  for (const leerling of leerlingen) await signIn(leerling);
  const beheerder = openBrowser();
  await beheerder.send(await beheerder.open(`${school}/aanmelden`), "login", { login: "nele.segers" });
  const pupils = await beheerder.open(`${school}/leerid-beheer?niveau=lager`);
  expect(
    /name="leerling" value=/.test(pupils.text),
    `the school sees its pupils ${pupils.text.slice(0, 3000)}`,
  );
  const department = openBrowser();
  await department.send(await department.open(`${beheer}/aanmelden`), "login", { login: "sofie.maes" });
  const packages = await department.open(`${beheer}/schoolsoftware/999001`);
  expect(
    packages.status === 200 && packages.text.includes("Voorbeeldpakket"),
    `the department sees which package a school uses, not ${packages.url.href} (${packages.status}) ${packages.text.slice(0, 3000)}`,
  );
  say("✔ what was restored serves: a pupil, his school and the department see what the database knows");
}

const sql = async (text: string): Promise<string> => {
  const { code, said } = await runTool("runuser", [
    ...["-u", "postgres", "--", "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", "leerid", "-c", text],
  ]);
  expect(code === 0, `${text}: ${said}`);
  return said.trim();
};

/** A message of Discimus that nobody can read, so that there is one in quarantine. */
async function sendBadMessage(): Promise<void> {
  writeFileSync("/tmp/kapot.ndjson", `{"kapot": "${Date.now()}"}\n`);
  const { said } = await runTool("leerid", ["import", "discimus", "/tmp/kapot.ndjson"]);
  expect(said.includes("1 in quarantaine"), said);
}

await startProvider();
let leerlingen: readonly Leerling[] = [];
let visits: { end(): Promise<void> } | undefined;
let quarantine = "";
/** What happens when the page comes to a chapter or a heading. */
const before: Readonly<Record<string, () => Promise<void>>> = {
  "Elke dag": async () => {
    leerlingen = await choosePasswords(await handOut());
    say(
      `✔ the first pupils, ${leerlingen.map((one) => one.gebruikersnaam).join(", ")}, are signed in through the proxy`,
    );
    await greetDropserver();
    say("✔ the dropserver greets through the proxy");
    await waitForSeal();
  },
  "De quarantaine": sendBadMessage,
  "Het ogenblik": async () => {
    // This is in the log only, not in the copy.
    await sendBadMessage();
    quarantine = await sql("select count(*), max(nr) from discimus.quarantaine");
    await sleep(1100); // the moment is written in whole seconds
  },
  Bijwerken: async () => {
    await refuses(
      "a rehearsal of a copy that lost a row",
      `cp -a /var/lib/postgresql/kopie/$(date +%F) /tmp/kopie
       sed -i 's/^leerlingen.account|.*/leerlingen.account|99/' /tmp/kopie/tellingen
       runuser -u postgres -- /usr/share/leerid/herstel/rehearse.sh /tmp/kopie`,
      /niet evenveel rijen/,
    );
    await refuses(
      "a provider that knows another secret",
      `secret=/etc/leerid/geheim/medewerkers-client-secret
       cp -p $secret /tmp/secret
       trap 'cp -p /tmp/secret $secret' EXIT
       echo 'een-heel-ander-geheim' > $secret
       leerid medewerkers toets`,
      /✖ het geheim klopt niet/,
    );
  },
  "Een nieuwe versie": async () => {
    visits = keepSigningIn(leerlingen);
  },
  "Een andere hoofdsleutel": async () => {
    await visits?.end();
  },
};
/** What happens when the blocks under a heading were followed. */
const after: Readonly<Record<string, () => Promise<void>>> = {
  "Daarna, bij allebei": visitEverySite,
  "Het ogenblik": async () => {
    await sleep(1100);
    await sql("truncate inschrijvingen.inschrijving cascade");
    say("✔ somebody emptied a table");
  },
  "Tot een ogenblik": async () => {
    const now = await sql("select count(*), max(nr) from discimus.quarantaine");
    expect(now === quarantine, `${now} in quarantine, not ${quarantine}: what came after the copy is lost`);
    say("✔ what the log knew of after the copy is back");
  },
};
const blocks = orderOf(blocksOf(guide).filter(({ kind }) => /^sh\b/.test(kind)));
for (const [index, block] of blocks.entries()) {
  const { chapter, heading } = blocks[index - 1] ?? { chapter: "", heading: "" };
  if (block.chapter !== chapter) await before[block.chapter]?.();
  if (block.heading !== heading) await before[block.heading]?.();
  if (isSecond(block.kind)) carry();
  await run(block);
  if (blocks[index + 1]?.heading !== block.heading) await after[block.heading]?.();
}
leerlingen = await choosePasswords(await handOut());
await visitEverySite();
say(`${blocks.length} blocks`);
process.exit(0);
