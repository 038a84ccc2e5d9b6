import type { Attributes, FileEntry } from "ssh2";
import type { Map } from "./rules.ts";

const map = 0o040000;
const bestand = 0o100000;
const rechten: Readonly<Record<Map, number>> = { inkomend: 0o755, ontvangst: 0o555 };

/** Attributes as SFTP version 3 has them; times in whole seconds. */
const kenmerken = (mode: number, size: number, ms: number): Attributes => {
  const seconden = Math.floor(ms / 1000);
  return { mode, size, uid: 0, gid: 0, atime: seconden, mtime: seconden };
};

/** A folder; undefined = the root. */
export const mapKenmerken = (naam: Map | undefined, nu: number): Attributes =>
  kenmerken(map | (naam === undefined ? 0o555 : rechten[naam]), 0, nu);

/** A file: one that comes in can be written, a receipt only read. */
export const bestandKenmerken = (waar: Map, bytes: number, op: number): Attributes =>
  kenmerken(bestand | (waar === "inkomend" ? 0o200 : 0o444), bytes, op);

const maanden = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An entry of a listing, with the line that `ls -l` shows. */
export function regelVan(filename: string, attrs: Attributes): FileEntry {
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
