import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
import type { AccountUuid, Instellingsnummer } from "#platform/ids";
import {
  assemble,
  readAanbod,
  readSchoolregels,
  schoolsOf,
  versieOf,
  type Aanbod,
  type Leerlingfeiten,
  type Schoolregels,
} from "./assemble.ts";
import type { Feiten } from "./contract.ts";
import { findFeiten, findWhole, getRegels, type RegelsAnswer } from "./store.ts";

/** Schools of which a process keeps the rules: more than there are in Flanders. */
const most = 5000;
/** Different choices and rules of which one copy serves all schools; above that it begins again. */
const mostKnown = 10_000;

/** What a process holds of one database. Each thing has its version, so that it is never wrong for who asks for that version. */
type Held = {
  /** The one that was asked for last stands last. */
  readonly scholen: Map<Instellingsnummer, Schoolregels>;
  /** Choices and rules by their text. */
  readonly known: Map<string, object>;
  aanbod?: Aanbod;
};

/** By what a pool and all of its transactions have in common. */
const heldOf = new WeakMap<Context["sql"]["options"], Held>();

function heldBy({ sql }: Context): Held {
  const held: Held = heldOf.get(sql.options) ?? { scholen: new Map(), known: new Map() };
  heldOf.set(sql.options, held);
  return held;
}

function keep(held: Held, answer: RegelsAnswer): void {
  if (held.known.size > mostKnown) held.known.clear();
  for (const [nummer, regels] of readSchoolregels(answer.scholen, held.known))
    holdSchool(held, nummer, regels);
  if (answer.aanbod !== null) held.aanbod = readAanbod(answer.aanbod);
}

function holdSchool({ scholen }: Held, nummer: Instellingsnummer, regels: Schoolregels): void {
  scholen.delete(nummer);
  scholen.set(nummer, regels);
  const [oldest] = scholen.keys();
  if (scholen.size > most && oldest !== undefined) scholen.delete(oldest);
}

const texts = new WeakMap<Feiten, string>();

/**
 * SHA-256 of the text that these facts were opened from: another one as soon as any of them, or the day, is another. SQL has the same by
 * `sha256(convert_to(verstrekking.feiten(…), 'UTF8'))`.
 */
export function digestOf(feiten: Feiten): Buffer {
  const text = texts.get(feiten);
  if (text === undefined) throw new Error("these facts were not read from the database");
  return hash(text);
}

/** The facts with what is held, as far as it is of the versions that they name; else what is lacking. */
function tryToAssemble(held: Held, feiten: Leerlingfeiten) {
  const { aanbod } = held;
  const named = [...schoolsOf(feiten)];
  const schools = named.flatMap(([nummer, { hoofd, versie }]) => {
    const regels = held.scholen.get(nummer);
    if (regels?.versie !== versie) return [];
    holdSchool(held, nummer, regels);
    return [{ nummer, hoofd, regels }];
  });
  if (schools.length === named.length && aanbod?.versie === versieOf(feiten.aanbod))
    return { feiten: assemble(feiten, schools, aanbod) };
  const there = new Set(schools.map(({ nummer }) => nummer));
  return {
    lacking: {
      nummers: named.flatMap(([nummer]) => (there.has(nummer) ? [] : [nummer])),
      aanbod: aanbod?.versie !== versieOf(feiten.aanbod),
    },
  };
}

/**
 * The facts from the answer of the SQL function `verstrekking.feiten`, of the day that it was asked for; null = no such account.
 * The rules of schools and what is offered come from this process as far as it holds the versions that the answer names; what it lacks
 * is read in one trip. All is of one moment: when something changed since the answer was given, its question is asked again.
 */
export async function openFeiten(ctx: Context, json: string | null): Promise<Feiten | null> {
  if (json === null) return null;
  const feiten = JSON.parse(json) as Leerlingfeiten;
  const held = heldBy(ctx);
  const first = tryToAssemble(held, feiten);
  if (first.feiten) return openedFrom(json, first.feiten);
  keep(held, await getRegels(ctx, first.lacking));
  const second = tryToAssemble(held, feiten);
  return second.feiten ? openedFrom(json, second.feiten) : openWhole(ctx, held, feiten);
}

/** The same question again, with all that belongs to the answer in the same snapshot. */
async function openWhole(
  ctx: Context,
  held: Held,
  { account, client, vandaag }: Leerlingfeiten,
): Promise<Feiten | null> {
  const answer = await findWhole(ctx, account.account_uuid, client, vandaag);
  if (!answer) return null;
  keep(held, answer);
  const { feiten } = tryToAssemble(held, JSON.parse(answer.feiten) as Leerlingfeiten);
  if (!feiten) throw new Error("facts and rules of one snapshot have different versions");
  return openedFrom(answer.feiten, feiten);
}

function openedFrom(text: string, feiten: Feiten): Feiten {
  texts.set(feiten, text);
  return feiten;
}

/** The facts of a day about one pupil for one client, or (clientId null) for all applications that his schools chose. */
export async function getFeiten(
  ctx: Context,
  accountUuid: AccountUuid,
  clientId: string | null,
  vandaag: Datum,
): Promise<Feiten | null> {
  return openFeiten(ctx, await findFeiten(ctx, accountUuid, clientId, vandaag));
}
