import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { processLevering, type Ontvangst } from "#modules/leveringen";
import { importSchoolsoftware } from "#modules/schoolsoftware";
import type { Dropserver } from "#sites/dropserver";
import {
  deliveries,
  freshName,
  list,
  makeWorld,
  open,
  run,
  school,
  school2,
  sftp,
  type World,
} from "./setting.ts";

let world: World;
let server: Dropserver;
before(async () => {
  world = await makeWorld();
  server = await open(world);
});
after(async () => {
  await server?.stop();
  await world?.close();
});

const at = (name: string) => join(world.folder, name);
const wisa = (...commands: string[]) => sftp(world, server, "wisa", commands);
const put = async (name: string, content: string | Buffer): Promise<string> => {
  await writeFile(at(name), content);
  return `put ${at(name)}`;
};
async function handleAll(): Promise<void> {
  const waiting = await world.db.sql<{ levering: string }[]>`
    select levering from leveringen.levering where status = 'wacht' order by tijdstip`;
  for (const { levering } of waiting) await processLevering(world.ctx, levering);
}

describe("with the sftp program of OpenSSH", () => {
  test("R23: a class list is put, waits, is handled, and its receipt is fetched", async () => {
    const name = freshName();
    const sent = await wisa("cd inkomend", await put(name, list(world)), "ls -l", "ls -l /", "pwd");
    assert.equal(sent.code, 0, sent.out);
    assert.match(
      sent.out,
      new RegExp(`--w------- .* ${Buffer.byteLength(list(world))} .*${name}`),
      "it waits",
    );
    assert.match(sent.out, /drwxr-xr-x .*inkomend/);
    assert.match(sent.out, /dr-xr-xr-x .*ontvangst/);
    assert.match(sent.out, /Remote working directory: \/inkomend/);
    assert.deepEqual(await deliveries(world, name), [
      { naam: name, status: "wacht", bytes: Buffer.byteLength(list(world)) },
    ]);
    const early = await wisa(`get ontvangst/${name}.ontvangst.json ${at("early.json")}`);
    assert.equal(early.code, 1);
    assert.match(early.out, /not found/i);
    await handleAll();
    const receipt = at("receipt.json");
    const got = await wisa(
      "ls inkomend",
      "ls -l ontvangst",
      `get ontvangst/${name}.ontvangst.json ${receipt}`,
    );
    assert.equal(got.code, 0, got.out);
    assert.doesNotMatch(got.out, new RegExp(`inkomend/${name}`), "it waits no more");
    const text = await readFile(receipt, "utf8");
    assert.match(
      got.out,
      new RegExp(` ${Buffer.byteLength(text)} .*${name}.ontvangst.json`),
      "as long as its listing says",
    );
    const { status, ontvangen, aanvaard, bestand } = JSON.parse(text) as Ontvangst;
    assert.deepEqual(
      { status, ontvangen, aanvaard, bestand },
      { status: "verwerkt", ontvangen: 3, aanvaard: 3, bestand: name },
    );
  });

  test("R23: packed, twice, with times kept, and under a temporary name first", async () => {
    const packed = freshName(school, true);
    const content = gzipSync(list(world, "4A"));
    const plain = freshName();
    const first = await wisa(
      "cd inkomend",
      await put(packed, content),
      `put -p ${at(packed)}`,
      `${await put(plain, list(world, "5A"))} ${plain}.part`,
      `rename ${plain}.part ${plain}`,
    );
    assert.equal(first.code, 0, first.out);
    assert.deepEqual(
      (await deliveries(world, packed)).map((one) => one.status),
      ["wacht"],
    );
    assert.deepEqual(
      (await deliveries(world, plain)).map((one) => one.status),
      ["wacht"],
    );
    assert.deepEqual(
      (await deliveries(world)).filter((one) => one.naam.endsWith(".part")),
      [],
    );
    const other = await wisa("cd inkomend", await put(packed, gzipSync(list(world, "6A"))));
    assert.equal(other.code, 1, "the same name with other content");
    const lost = await wisa("cd inkomend", `put ${at(plain)} ${plain}.tmp`);
    assert.equal(lost.code, 0);
    const late = await wisa("cd inkomend", `rename ${plain}.tmp ${plain}`);
    assert.equal(late.code, 1, "a temporary name lives as long as its session");
  });

  test("a large file of random bytes arrives as it was sent, 2 MB and not a byte more", async () => {
    const name = freshName();
    const content = Buffer.alloc(2_000_000, "3A;");
    const sent = await wisa("cd inkomend", await put(name, content));
    assert.equal(sent.code, 0, sent.out);
    assert.deepEqual(
      (await deliveries(world, name)).map((one) => one.bytes),
      [2_000_000],
    );
    const more = freshName();
    const refused = await wisa("cd inkomend", await put(more, Buffer.alloc(2_000_001)));
    assert.equal(refused.code, 1);
    assert.deepEqual(await deliveries(world, more), []);
  });

  test("D9: a .sha256 beside it, before or after, in one session or two", async () => {
    const sum = (content: string) => createHash("sha256").update(content).digest("hex");
    const [good, bad, later] = [freshName(), freshName(), freshName()];
    const content = list(world, "1B");
    const before = await wisa(
      "cd inkomend",
      await put(`${good}.sha256`, `${sum(content)}  ${good}\n`),
      await put(good, content),
    );
    assert.equal(before.code, 0, before.out);
    assert.equal((await wisa("cd inkomend", await put(`${bad}.sha256`, sum("iets anders")))).code, 0);
    const broken = await wisa("cd inkomend", await put(bad, content));
    assert.equal(broken.code, 1, "the file is not the one that was announced");
    assert.deepEqual(await deliveries(world, bad), []);
    assert.equal((await wisa("cd inkomend", await put(later, content))).code, 0);
    assert.equal(
      (await wisa("cd inkomend", await put(`${later}.sha256`, sum(content).toUpperCase()))).code,
      0,
    );
    assert.equal((await wisa("cd inkomend", await put(`${later}.sha256`, sum("iets anders")))).code, 1);
    assert.equal((await wisa("cd inkomend", await put(`${later}.sha256`, "geen som"))).code, 1);
    // The announced one may still come.
    assert.equal(
      (await wisa("cd inkomend", await put(`${bad}.sha256`, sum(content)), await put(bad, content))).code,
      0,
    );
    assert.equal((await deliveries(world, bad)).length, 1);
  });

  test("what is not possible is refused, and the session goes on", async () => {
    const name = freshName();
    await writeFile(at(name), list(world, "2B"));
    for (const command of [
      `put ${at(name)} /${name}`,
      `put ${at(name)} /inkomend/klassen.csv`,
      `put ${at(name)} /ontvangst/${name}`,
      `put ${at(name)} /inkomend/../${name}`,
      `put ${at(name)} /etc/cron.d/${name}`,
      `put -a ${at(name)} /inkomend/${name}.part`,
      `get /inkomend/${name} ${at("x")}`,
      "get /etc/passwd /tmp/leerid-nooit",
      "cd ..",
      "ls ../..",
      "mkdir /inkomend/a",
      "rmdir /ontvangst",
      "rm /ontvangst/x",
      "symlink /etc/passwd /inkomend/x.part",
      "ln /inkomend /inkomend/y.part",
      "chmod 777 /inkomend",
      "rename /inkomend /weg",
      `rename /inkomend/${name} /ontvangst/${name}`,
    ]) {
      const answer = await wisa(`-${command}`, "ls /");
      assert.equal(answer.code, 0, `${command}: ${answer.out}`);
      assert.match(
        answer.out,
        /denied|failure|no such file|unsupported|not found|couldn't|can't|kan hier niet|does not support/i,
        command,
      );
      assert.match(answer.out, /ontvangst/, `${command}: the session ended`);
    }
    assert.deepEqual(await deliveries(world, name), []);
  });

  test("no shell, no command, no forwarding, no password", async () => {
    const args = (...more: string[]) => [
      ...[
        "-F",
        "none",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        `UserKnownHostsFile=${at("k")}`,
        "-o",
        "IdentitiesOnly=yes",
      ],
      ...[
        "-o",
        "ExitOnForwardFailure=yes",
        "-o",
        "BatchMode=yes",
        "-i",
        at("wisa"),
        "-p",
        String(server.poort),
      ],
      ...more,
    ];
    for (const more of [
      ["-T", "wisa@127.0.0.1"],
      ["-tt", "wisa@127.0.0.1"],
      ["wisa@127.0.0.1", "id"],
      ["-s", "wisa@127.0.0.1", "netconf"],
      ["-R", "127.0.0.1:0:127.0.0.1:1", "-N", "wisa@127.0.0.1"],
      ["-W", `127.0.0.1:${server.poort}`, "wisa@127.0.0.1"],
    ]) {
      const ended = await run("/usr/bin/ssh", args(...more));
      assert.notEqual(ended.code, 0, more.join(" "));
      assert.match(ended.out, /failed|refused|prohibited|forwarding/i, `${more.join(" ")}: ${ended.out}`);
      assert.doesNotMatch(ended.out, /uid=|SSH-2/);
    }
    const denied = await run("/usr/bin/ssh", args("-v", "-o", "PubkeyAuthentication=no", "wisa@127.0.0.1"));
    assert.match(denied.out, /Authentications that can continue: publickey\s/);
  });

  test("D9: only the key of the package opens its place, and a package sees only its own", async () => {
    for (const [user, key] of [
      ["wisa", "vreemd"],
      ["wisa", "broekx"],
      ["broekx", "wisa"],
      ["root", "wisa"],
      ["", "wisa"],
    ] as const) {
      const refused = await sftp(world, server, user, ["ls"], { key });
      assert.equal(refused.code, 255, `${user} with the key of ${key}: ${refused.out}`);
      assert.match(refused.out, /Permission denied \(publickey\)|Connection closed|disconnect/i);
    }
    const mine = freshName();
    const theirs = freshName(school2);
    assert.equal((await wisa("cd inkomend", await put(mine, list(world, "1C")))).code, 0);
    // A file of a school that uses another package is refused, with a receipt that says so, and nothing of it is kept.
    assert.equal((await wisa("cd inkomend", await put(theirs, list(world, "1C")))).code, 0);
    const [row] = await world.db.sql<{ status: string; inhoud: Buffer | null; ontvangst: string }[]>`
      select status, inhoud, ontvangst from leveringen.levering where naam = ${theirs}`;
    assert.deepEqual([row?.status, row?.inhoud], ["geweigerd", null]);
    assert.match(row?.ontvangst ?? "", /ander-pakket/);
    const look = await sftp(world, server, "broekx", [
      "ls -l inkomend",
      "ls -l ontvangst",
      `-get ontvangst/${theirs}.ontvangst.json ${at("stolen")}`,
      `-ls -l inkomend/${mine}`,
    ]);
    assert.equal(look.code, 0, look.out);
    assert.doesNotMatch(
      look.out.replaceAll(/^sftp>.*$/gm, "").replaceAll(/.*not found.*/gi, ""),
      new RegExp(`${mine}|Fetching`),
    );
  });

  test("a key that is taken away opens nothing any more", async () => {
    const importSleutels = (sleutels: string[]) =>
      importSchoolsoftware(
        world.ctx,
        JSON.stringify({
          pakketten: [
            { pakket: "broekx", naam: "b", levert_klasinformatie: true, publieke_sleutels: sleutels },
          ],
        }),
      );
    const [row] = await world.db.sql<{ sleutel: string }[]>`
      select publieke_sleutel as sleutel from schoolsoftware.sleutel where pakket = 'broekx'`;
    await importSleutels([]);
    assert.equal((await sftp(world, server, "broekx", ["ls"])).code, 255);
    await importSleutels([row?.sleutel ?? ""]);
    assert.equal((await sftp(world, server, "broekx", ["ls"])).code, 0);
  });
});

test("every node shows the same host key, which is sealed in the database", async () => {
  const other = await open(world);
  try {
    assert.equal(other.vingerafdruk, server.vingerafdruk);
    assert.match(server.vingerafdruk, /^SHA256:[A-Za-z0-9+/]{43}$/);
    const [row] = await world.db.sql<{ prive: Buffer }[]>`
      select prive_versleuteld as prive from dropserver.hostsleutel`;
    assert.doesNotMatch(row?.prive.toString("latin1") ?? "", /OPENSSH|ssh-ed25519/);
    const scanned = await sftp(world, { poort: other.poort, hostSleutel: server.hostSleutel }, "wisa", [
      "pwd",
    ]);
    assert.equal(scanned.code, 0, scanned.out);
  } finally {
    await other.stop();
  }
});
