import assert from "node:assert/strict";
import { it } from "node:test";
import { progressBar } from "#platform/process";

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 60, write: (text: string) => written.push(text) };
}

it("a terminal gets one line that changes at most ten times a second", () => {
  const tty = screen(true);
  let ms = 0;
  const bar = progressBar("berichten", tty, () => ms);
  for (; ms <= 1000; ms += 10) bar.to(ms, 2000);
  assert.equal(tty.written.length, 10);
  assert.equal(tty.written.at(-1), "\r████████████░░░░░░░░░░░░  50 %  1.000 berichten, 1.000 per \u001B[K");
  bar.done();
  assert.equal(tty.written.at(-1), "\n");
});

it("a file gets plain lines, ten seconds apart, and the last state", () => {
  const file = screen(false);
  let ms = 0;
  const bar = progressBar("leerlingen", file, () => ms);
  for (; ms <= 25_000; ms += 1000) bar.to(ms * 2);
  bar.done();
  assert.deepEqual(file.written, [
    "20.000 leerlingen, 2.000 per seconde\n",
    "40.000 leerlingen, 2.000 per seconde\n",
    "50.000 leerlingen, 2.000 per seconde\n",
  ]);
});

it("a command that did nothing leaves nothing", () => {
  const tty = screen(true);
  progressBar("berichten", tty).done();
  assert.deepEqual(tty.written, []);
});
