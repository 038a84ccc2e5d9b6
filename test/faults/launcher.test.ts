import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, it } from "node:test";

const launcher = new URL("../../bin/runtime.mjs", import.meta.url).href;
const script = `import { run, findNode } from ${JSON.stringify(launcher)};
  process.exitCode = await run(findNode(), process.argv.slice(1));`;

// A program that tells its id and every signal, and ends at the asked exit code half a second after the first signal.
const program = `
  const code: number = Number(process.argv[2]);
  let told = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      console.log(signal);
      if (!told) setTimeout(() => process.exit(code), 500);
      told = true;
    });
  }
  console.log(process.pid);
  setInterval(() => {}, 60_000);`;

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "leerid-proef-"));
  await writeFile(join(folder, "program.ts"), program);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Starts the program through the launcher, in a process group of its own, and waits until it runs. */
async function launch(code: number) {
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", script, join(folder, "program.ts"), String(code)],
    { stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  const said: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => said.push(line));
  const closed = once(output, "close");
  const exited = once(child, "exit");
  await Promise.race([once(output, "line"), exited]);
  const heard = () => once(output, "line");
  return { pid: child.pid ?? 0, said, heard, closed, exited };
}

it("a command passes on the exit code, and one signal as one however often it arrives", async () => {
  const { pid, said, heard, closed, exited } = await launch(7);
  process.kill(-pid, "SIGINT"); // what a terminal does, to the whole group
  await heard(); // two at the same moment are one to the kernel, too
  process.kill(pid, "SIGINT"); // what npm adds
  const [code] = (await exited) as [number | null];
  await closed;
  assert.equal(code, 7);
  assert.deepEqual(said.slice(1), ["SIGINT"]);
});

it("a program is told to stop when its launcher is killed with signal 9", async () => {
  const { pid, said, closed } = await launch(0);
  process.kill(-pid, "SIGKILL");
  await closed; // its output closes when the program has ended
  assert.deepEqual(said.slice(1), ["SIGTERM"]);
});
