import type { Attributes, FileEntry } from "ssh2";
import type { Folder } from "./rules.ts";

const map = 0o040000;
const file = 0o100000;
const rechten: Readonly<Record<Folder, number>> = { inkomend: 0o755, ontvangst: 0o555 };

/** Attributes as SFTP version 3 has them; times in whole seconds. */
const attributes = (mode: number, size: number, ms: number): Attributes => {
  const seconden = Math.floor(ms / 1000);
  return { mode, size, uid: 0, gid: 0, atime: seconden, mtime: seconden };
};

/** A folder; undefined = the root. */
export const folderAttributes = (naam: Folder | undefined, nu: number): Attributes =>
  attributes(map | (naam === undefined ? 0o555 : rechten[naam]), 0, nu);

/** A file: one that comes in can be written, a receipt only read. */
export const fileAttributes = (waar: Folder, bytes: number, op: number): Attributes =>
  attributes(file | (waar === "inkomend" ? 0o200 : 0o444), bytes, op);

const maanden = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An entry of a listing, with the line that `ls -l` shows. */
export function regelOf(filename: string, attrs: Attributes): FileEntry {
  const soort = (attrs.mode & map) === map ? "d" : "-";
  const letters = [6, 3, 0]
    .map((schuif) => ["r", "w", "x"].map((l, i) => ((attrs.mode >> schuif) & (4 >> i) ? l : "-")).join(""))
    .join("");
  const op = new Date(attrs.mtime * 1000);
  const tijd = op.toISOString().slice(11, 16);
  const dag = `${maanden[op.getUTCMonth()] ?? ""} ${String(op.getUTCDate()).padStart(2)} ${tijd}`;
  return {
    filename,
    attrs,
    longname: `${soort}${letters} 1 leerid leerid ${String(attrs.size).padStart(10)} ${dag} ${filename}`,
  };
}
