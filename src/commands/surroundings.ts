import { access, constants, stat } from "node:fs/promises";
import type { Config } from "#platform/config";
import type { Context } from "#platform/context";
import { end } from "#platform/ending";
import { Problem } from "#platform/problem";
import { openLeerId } from "#open";
import { Refused, UsageError } from "./contract.ts";

/** Does work on the database of the configuration, and closes it afterwards, however it went. */
export async function withContext(config: Config, work: (ctx: Context) => Promise<void>): Promise<void> {
  const opened = await openLeerId(config, { lost: end });
  try {
    await work(opened.ctx);
  } finally {
    await opened.close();
  }
}

/** Reads a file that somebody named, after a look whether it is one. @throws Refused when it is not there, not a file, or not ours to read */
export async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    await access(file, constants.R_OK);
    const found = await stat(file);
    if (!found.isFile())
      throw Object.assign(new Error(), { code: found.isDirectory() ? "EISDIR" : "ENOTREG" });
    return await read();
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Refused(
      `${file}: kan niet gelezen worden (${code ?? "onbekend"}). Kijk de naam en de rechten na.`,
    );
  }
}

/** @throws UsageError when it is no whole number between these */
export function wholeNumber(name: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${name}: een geheel getal van ${min} tot ${max}.`);
  return number;
}
