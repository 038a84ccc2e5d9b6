#!/usr/bin/env node
// npm test                      everything: types, lint, format, unused code, and beside them all tests
// npm run check                 only the quick checks
// npm run test:lang             all tests, with the whole of what npm test does a tenth of
// npm test -- src/modules/x     only the tests in these folders or files
//   --test-name-pattern=…       only the tests with such a name
//   --seed=…                    draws by lot what the run with this seed drew
import { randomInt } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { capture, ensureInstalled, findNode, follow, refuse, root, run } from "./runtime.mjs";

const args = process.argv.slice(2);
const checkOnly = args[0] === "check" && args.length === 1;
const whole = args[0] === "lang";
if (whole) args.shift();
const filters = args.filter((arg) => !arg.startsWith("-"));
const options = args.filter((arg) => arg.startsWith("-"));
const seed = option("seed") ?? randomInt(2 ** 31);
const pattern = option("test-name-pattern");
const everything = filters.length === 0 && pattern === undefined && !whole;

await ensureInstalled();
const node = findNode();
process.chdir(root);

const checking = everything || checkOnly ? check() : Promise.resolve([]);
const code = checkOnly ? 0 : await test();
if (code > 128) process.exit(code);
const failed = [...(await checking), ...(code === 0 ? [] : ["tests"])];
if (failed.length > 0) refuse(`\nNiet in orde: ${failed.join(", ")}.`);

/** The value of `--name=value` among the options. */
function option(name) {
  const start = `--${name}=`;
  return options.find((one) => one.startsWith(start))?.slice(start.length);
}

/** Runs the quick checks side by side; returns the names of those that found something. */
async function check() {
  const steps = [
    { name: "types", command: ["tsc", "--noEmit"] },
    { name: "lint", command: ["oxlint"] },
    { name: "opmaak", command: ["oxfmt", "--check"] },
    { name: "ongebruikt", command: ["knip"] },
  ];
  const bin = join(root, "node_modules", ".bin");
  const results = steps.map(async ({ command: [tool, ...rest] }) => {
    const started = Date.now();
    const env = { PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
    const { code, output } = await capture(node, [join(bin, tool), ...rest], env);
    return { code, output, seconds: ((Date.now() - started) / 1000).toFixed(1) };
  });
  const bad = [];
  for (const [index, { name, command }] of steps.entries()) {
    const { code, output, seconds } = await results[index];
    console.log(`${code === 0 ? "✔" : "✖"} ${name} (${command.join(" ")}, ${seconds} s)`);
    if (code === 0) continue;
    bad.push(name);
    console.log(output.trimEnd().replaceAll(/^/gm, "  "));
  }
  return bad;
}

/** Runs the tests on one shared database; returns the exit code. */
async function test() {
  const files = findTests();
  if (files.length === 0)
    refuse(`Geen tests gevonden voor: ${filters.join(" ") || "src, test, demo, packages"}.`);
  const browser = await ensureBrowser();
  await ensureSftp(files);
  const database = await startDatabase();
  try {
    console.log(
      `Lotgetal ${seed}. Opnieuw dezelfde trekkingen: npm ${whole ? "run test:lang" : "test"} -- --seed=${seed}`,
    );
    return await run(node, [join("bin", "run-tests.mjs"), ...files], {
      env: {
        LEERID_TEST_DATABASE_URL: database.url,
        LEERID_TEST_SEED: String(seed),
        ...(whole ? { LEERID_TEST_LANG: "1" } : {}),
        ...(pattern === undefined ? {} : { LEERID_TEST_PATTERN: pattern }),
        ...(browser ? { LEERID_CHROMIUM: browser } : {}),
      },
    });
  } finally {
    await database.stop();
  }
}

function findTests() {
  const all = ["src", "test", "demo", "packages"].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true })
          .filter((name) => name.endsWith(".test.ts"))
          .map((name) => join(folder, name))
      : [],
  );
  const wanted = filters.map((filter) => filter.replace(/^\.\//, "").replace(/\/$/, ""));
  return all
    .filter(
      (file) =>
        wanted.length === 0 ||
        wanted.some((part) => file === part || file.startsWith(`${part}/`) || file.includes(part)),
    )
    .sort();
}

/** The path of a Chromium, installed from Debian when this machine has none and we may. */
async function ensureBrowser() {
  const chosen = process.env.LEERID_CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    refuse(`LEERID_CHROMIUM wijst naar ${chosen}, maar daar staat niets.`);
  }
  const places = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map(
    (name) => `/usr/bin/${name}`,
  );
  const find = () => places.find((path) => existsSync(path));
  if (find()) return find();
  let reason = "Als root installeert npm test hem zelf op Debian.";
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    process.stderr.write("Chromium wordt geïnstalleerd voor de browsertests (apt-get)…\n");
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const waitForOthers = ["-o", "DPkg::Lock::Timeout=300"];
    await capture("apt-get", [...waitForOthers, "update"], env);
    // fonts-dejavu-core: without any font Chromium draws no text.
    const wanted = ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
    const { output } = await capture("apt-get", [...waitForOthers, ...wanted], env);
    if (find()) return find();
    reason = `De installatie is niet gelukt:\n${output.trim().split("\n").slice(-8).join("\n")}`;
  }
  const message =
    "De browsertests hebben Chromium nodig. Installeer hem (apt-get install chromium), of zet LEERID_CHROMIUM op het pad " +
    `van een Chromium of Chrome. ${reason}`;
  if (everything) refuse(`${message}\nTests zonder browser: npm test -- src`);
  process.stderr.write(`${message}\n`);
  return undefined;
}

/** The sftp program of OpenSSH, with which the dropserver is tested; installed from Debian when it is not there and we may. */
async function ensureSftp(files) {
  const find = () => existsSync("/usr/bin/sftp") && existsSync("/usr/bin/ssh");
  if (find() || !files.some((file) => file.includes("dropserver"))) return;
  let reason = "Als root installeert npm test het zelf op Debian.";
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    process.stderr.write("OpenSSH wordt geïnstalleerd voor de tests van de dropserver (apt-get)…\n");
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const waitForOthers = ["-o", "DPkg::Lock::Timeout=300"];
    await capture("apt-get", [...waitForOthers, "update"], env);
    const wanted = ["install", "-y", "--no-install-recommends", "openssh-client"];
    const { output } = await capture("apt-get", [...waitForOthers, ...wanted], env);
    if (find()) return;
    reason = `De installatie is niet gelukt:\n${output.trim().split("\n").slice(-8).join("\n")}`;
  }
  refuse(
    `De tests van de dropserver hebben het programma sftp van OpenSSH nodig (apt-get install openssh-client). ${reason}`,
  );
}

/** One embedded PostgreSQL for the whole run, or the one LEERID_TEST_DATABASE_URL points at. */
async function startDatabase() {
  const given = process.env.LEERID_TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const server = follow(node, [join("packages", "embedded-postgres", "src", "serve.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const url = await new Promise((resolve) => {
    let printed = "";
    server.stdout.setEncoding("utf8").on("data", (part) => {
      printed += part;
      if (printed.includes("\n")) resolve(printed.trim());
    });
    void ended.then(() => resolve(undefined));
  });
  if (!url) refuse("De databank voor de tests start niet.");
  return {
    url,
    async stop() {
      server.kill("SIGTERM");
      await ended;
    },
  };
}
