import { timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { inTransaction, type Context } from "#platform/context";
import { keyedHash } from "#platform/crypto";
import { transaction } from "#platform/database";
import { sealsIn } from "./anchor.ts";
import {
  findHead,
  findZegel,
  getGezegeldeText,
  getKop,
  insertZegel,
  listZegels,
  takeWaiting,
  tryLock,
  countRegels,
} from "./store.ts";

const geenVorige = Buffer.alloc(32);

type Content = {
  readonly nr: number;
  readonly aantal: number;
  readonly regels: string;
  readonly van: Date;
  readonly tot: Date;
  readonly vorige: Buffer;
};

function zegelOf(ctx: Context, inhoud: Content, text: string): Buffer {
  const hoofd = [
    inhoud.nr,
    inhoud.aantal,
    inhoud.regels,
    inhoud.van.toISOString(),
    inhoud.tot.toISOString(),
    inhoud.vorige.toString("hex"),
  ];
  return keyedHash(ctx.keys.zegel, `${hoofd.join("\n")}\n\n${text}`);
}

const headOf = (ctx: Pick<Context, "keys">, nr: number, aantal: number, zegel: Buffer): Buffer =>
  keyedHash(ctx.keys.zegel, `kop\n${nr}\n${aantal}\n${zegel.toString("hex")}`);

/** Was the head of the chain made with this main key; undefined when nothing is sealed yet, or the chain is not whole. */
export async function matchesKop(ctx: Pick<Context, "sql" | "keys">): Promise<boolean | undefined> {
  const head = await findHead(ctx);
  return head?.kop.equals(headOf(ctx, head.nr, head.aantal, head.zegel));
}

/**
 * Seals the rows that wait (D11): hash of the rows and of the seal before, keyed. Safe on every node at once: the database
 * lets one through.
 * @returns number of rows sealed
 */
export function zegel(ctx: Context, { aantal = 5000 }: { readonly aantal?: number } = {}): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    if (!(await tryLock(tx))) return 0;
    const wachtend = await takeWaiting(tx, aantal);
    if (!wachtend) return 0;
    const kop = await getKop(tx);
    const vorige = kop ? ((await findZegel(tx, kop.nr))?.zegel ?? geenVorige) : geenVorige;
    const { tekst } = await getGezegeldeText(tx, wachtend);
    const inhoud = { ...wachtend, nr: (kop?.nr ?? 0) + 1, vorige };
    const nieuw = zegelOf(tx, inhoud, tekst);
    const totaal = (kop?.aantal ?? 0) + wachtend.aantal;
    await insertZegel(
      tx,
      { ...inhoud, zegel: nieuw },
      { aantal: totaal, kop: headOf(tx, inhoud.nr, totaal, nieuw) },
    );
    return wachtend.aantal;
  });
}

export type Verification = {
  readonly inOrde: boolean;
  readonly zegels: number;
  readonly regels: number;
  readonly wachtend: number;
  /** One line per finding, Dutch. */
  readonly fouten: readonly string[];
};

/**
 * Verifies the whole chain: finds edited, deleted, swapped, added and cut-off rows and seals.
 * With `anker` (the file of an anchor) it also finds a database that was put back to an older state.
 */
export async function verifyChain(
  ctx: Context,
  {
    anker,
    progress,
  }: { readonly anker?: string | undefined; readonly progress?: (regels: number) => void } = {},
): Promise<Verification> {
  const check = async (sql: Context["sql"]): Promise<Verification> => {
    const tx: Context = { ...ctx, sql };
    const fouten: string[] = [];
    let previous: Buffer = geenVorige;
    let nr = 0;
    let gezegeld = 0;
    const ankers = await readAnker(anker);
    for (;;) {
      const part = await listZegels(tx, nr, 500);
      if (part.length === 0) break;
      for (const zegel of part) {
        if (zegel.nr !== nr + 1) fouten.push(`Zegel ${nr + 1} ontbreekt.`);
        if (!zegel.vorige.equals(previous)) fouten.push(`Zegel ${zegel.nr} sluit niet aan op het vorige.`);
        const { tekst, aantal } = await getGezegeldeText(tx, zegel);
        if (aantal < zegel.aantal)
          fouten.push(
            `Onder zegel ${zegel.nr} ontbreken ${zegel.aantal - aantal} van ${zegel.aantal} regels.`,
          );
        const verwacht = zegelOf(tx, zegel, tekst);
        if (!timingSafeEqual(verwacht, zegel.zegel)) {
          fouten.push(
            `De regels onder zegel ${zegel.nr} (${zegel.van.toISOString()} tot ${zegel.tot.toISOString()}) zijn veranderd.`,
          );
        }
        const geankerd = ankers?.get(zegel.nr);
        if (geankerd !== undefined && geankerd !== zegel.zegel.toString("hex"))
          fouten.push(`Zegel ${zegel.nr} verschilt van het ankerbestand.`);
        previous = zegel.zegel;
        nr = zegel.nr;
        gezegeld += zegel.aantal;
        progress?.(gezegeld);
      }
    }
    const [kop] = await tx.sql<
      { nr: number; aantal: number; kop: Buffer }[]
    >`select nr, aantal, kop from privacylog.kop`;
    if (
      (kop?.nr ?? 0) !== nr ||
      (kop?.aantal ?? 0) !== gezegeld ||
      (kop && !kop.kop.equals(headOf(tx, nr, gezegeld, previous)))
    ) {
      fouten.push(
        "Het einde van de log klopt niet met het aantal zegels: er is iets afgeknipt of bijgevoegd.",
      );
    }
    if (!ankers && nr > 0)
      fouten.push(
        "Het ankerbestand kan niet gelezen worden of bevat geen zegels: er is niets mee vergeleken. Kijk de naam en de rechten na.",
      );
    const laatsteAnker = Math.max(0, ...(ankers?.keys() ?? []));
    if (laatsteAnker > nr)
      fouten.push(
        `Het ankerbestand kent zegel ${laatsteAnker}, de databank maar tot ${nr}: er is iets afgeknipt.`,
      );
    const { regels, wachtend, zonder_rij } = await countRegels(tx);
    if (zonder_rij > 0) fouten.push(`${zonder_rij} regels die op hun zegel wachtten zijn weg.`);
    if (regels !== gezegeld + wachtend)
      fouten.push(`Er zijn ${regels} regels, maar ${gezegeld} verzegelde en ${wachtend} wachtende.`);
    return { inOrde: fouten.length === 0, zegels: nr, regels, wachtend, fouten };
  };
  return transaction(ctx.sql, check, "isolation level repeatable read read only");
}

/** What the file holds; undefined when it cannot be read, or holds no seal. Of a number that stands there twice the first counts. */
async function readAnker(anker: string | undefined): Promise<Map<number, string> | undefined> {
  if (!anker) return new Map();
  const seals = new Map<number, string>();
  for (const { nr, zegel } of sealsIn(await readFile(anker, "latin1").catch(() => "")))
    if (!seals.has(nr)) seals.set(nr, zegel);
  return seals.size === 0 ? undefined : seals;
}
