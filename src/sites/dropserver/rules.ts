import { readName } from "#modules/leveringen";
import { status, SftpRefusal } from "./contract.ts";

export type Folder = "inkomend" | "ontvangst";

/** A place in the file system of a package: two folders, nothing else. */
export type Spot =
  | { readonly soort: "wortel" }
  | { readonly soort: "map"; readonly map: Folder }
  | { readonly soort: "bestand"; readonly map: Folder; readonly naam: string };

const langstePad = 1024;

/**
 * Where a path points, in this file system that exists nowhere else. `//`, `/./` and a trailing slash mean nothing (OpenSSH sends
 * `/./name`); `..` is refused and not computed.
 * @throws Weigering
 */
export function readPath(path: string): Spot {
  if (path.length > langstePad) throw new SftpRefusal(status.mislukt, "Deze naam is te lang.");
  // oxlint-disable-next-line no-control-regex -- that is what we look for
  if (/[\u0000-\u001f\u007f-\u009f\ufffd\\]/.test(path))
    throw new SftpRefusal(
      status.mislukt,
      "Deze naam heeft een teken dat niet kan. Gebruik letters, cijfers, - _ en .",
    );
  const delen = path.split("/").filter((part) => part !== "" && part !== ".");
  if (delen.includes(".."))
    throw new SftpRefusal(
      status.geenRecht,
      "Een pad met .. kan hier niet. Begin bij /inkomend of /ontvangst.",
    );
  const [map, naam, ...rest] = delen;
  if (map === undefined) return { soort: "wortel" };
  if ((map === "inkomend" || map === "ontvangst") && rest.length === 0)
    return naam === undefined ? { soort: "map", map } : { soort: "bestand", map, naam };
  throw new SftpRefusal(
    status.geenBestand,
    "Dit bestaat niet. Er zijn twee mappen: /inkomend en /ontvangst.",
  );
}

/** The path of a place. */
export const pathOf = (plek: Spot): string =>
  plek.soort === "wortel" ? "/" : plek.soort === "map" ? `/${plek.map}` : `/${plek.map}/${plek.naam}`;

/** What a name in /inkomend is: the file itself, its checksum, or something that will get its name later. */
export type Soort = "bestand" | "som" | "tijdelijk";

const tijdelijk = /\.(?:part|tmp|filepart|deel)$/;
const gewoon = /^[A-Za-z0-9._-]{1,200}$/;

/** @throws Weigering when no file can have this name */
export function kindOf(naam: string): Soort {
  if (readName(naam)) return "bestand";
  if (naam.endsWith(".sha256") && readName(naam.slice(0, -".sha256".length))) return "som";
  if (gewoon.test(naam) && tijdelijk.test(naam)) return "tijdelijk";
  throw new SftpRefusal(
    status.mislukt,
    "Deze naam kan LeerID niet lezen. Zo hoort het: klasinformatie_<instellingsnummer>_<schooljaar>_<tijdstip UTC>.csv of .csv.gz, met ernaast eventueel .sha256. De maker van het schoolpakket kan dit oplossen.",
  );
}

/**
 * The sum in a `.sha256` file, as `sha256sum` writes it or alone; in lower case.
 * @throws Weigering when it is none, or of another file
 */
export function readSum(inhoud: Buffer, file: string): string {
  const [, som, naam] = /^\\?([0-9a-f]{64})(?:[ \t]+\*?(\S+))?\s*$/i.exec(inhoud.toString("latin1")) ?? [];
  if (som === undefined)
    throw new SftpRefusal(
      status.mislukt,
      "Dit is geen controlesom: 64 tekens 0-9 en a-f, zoals sha256sum ze schrijft.",
    );
  if (naam !== undefined && naam.split("/").at(-1) !== file)
    throw new SftpRefusal(status.mislukt, "Deze controlesom is van een bestand met een andere naam.");
  return som.toLowerCase();
}

/** What is there of a file that is being written: parts in any order, and in the end one piece from the begin. */
export type Content = { buffer: Buffer; lengte: number; stukken: [van: number, tot: number][] };

export const emptyContent = (): Content => ({ buffer: Buffer.alloc(0), lengte: 0, stukken: [] });

const meesteStukken = 64;

/**
 * Puts a part in its place. Clients send parts beside each other and in order, some a little out of order.
 * @throws Weigering when it is too large or has too many holes
 */
export function write(inhoud: Content, plaats: number, part: Buffer, hoogstens: number): void {
  const einde = plaats + part.length;
  if (!Number.isSafeInteger(plaats) || einde > hoogstens)
    throw new SftpRefusal(status.mislukt, `Dit bestand is te groot: hoogstens ${hoogstens} bytes, gzip mag.`);
  if (part.length === 0) return;
  if (einde > inhoud.buffer.length) {
    const groter = Buffer.alloc(Math.min(hoogstens, Math.max(einde, inhoud.buffer.length * 2, 65_536)));
    inhoud.buffer.copy(groter, 0, 0, inhoud.lengte);
    inhoud.buffer = groter;
  }
  part.copy(inhoud.buffer, plaats);
  inhoud.lengte = Math.max(inhoud.lengte, einde);
  const last = inhoud.stukken.at(-1);
  if (last && last[1] === plaats) last[1] = einde;
  else {
    inhoud.stukken.push([plaats, einde]);
    inhoud.stukken = mergeRanges(inhoud.stukken);
    if (inhoud.stukken.length > meesteStukken)
      throw new SftpRefusal(
        status.mislukt,
        "Er ontbreken te veel stukken. Stuur het bestand van voren naar achteren.",
      );
  }
}

function mergeRanges(pieces: readonly [number, number][]): [number, number][] {
  const samen: [number, number][] = [];
  for (const [van, tot] of pieces.toSorted((a, b) => a[0] - b[0])) {
    const vorig = samen.at(-1);
    if (vorig && vorig[1] >= van) vorig[1] = Math.max(vorig[1], tot);
    else samen.push([van, tot]);
  }
  return samen;
}

/**
 * The file when it is whole.
 * @throws Weigering when a part is missing: an upload that went on where another one stopped, or one that skipped
 */
export function whole(inhoud: Content): Buffer {
  const [piece] = mergeRanges(inhoud.stukken);
  if (inhoud.lengte > 0 && (piece?.[0] !== 0 || piece[1] !== inhoud.lengte))
    throw new SftpRefusal(
      status.mislukt,
      "Er ontbreekt een stuk van dit bestand. Verdergaan met een half bestand kan niet: stuur het opnieuw van het begin.",
    );
  return inhoud.buffer.subarray(0, inhoud.lengte);
}
