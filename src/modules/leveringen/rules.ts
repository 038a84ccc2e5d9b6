import { isVroeger, readDatum, type Datum } from "#platform/clock";
import { isUuid, type AccountUuid } from "#platform/ids";
import { containsInsz } from "#modules/leerlingen";
import type { Indeling } from "#modules/klassen";
import type { WrongRegel } from "./contract.ts";
import { columns, type Row } from "./csv.ts";
import { rijredenen, type Bestandreden, type Rijreden } from "./problems.ts";

/** A row as it is today, with the current account of the pupil. */
export type OldRow = Indeling & { readonly staand: AccountUuid; readonly leerIdUuid: string | null };

/** What is known of a school when a file of it is looked at. */
export type Known = {
  /** Uuids of enrolled pupils, those of their past that the file names too, and the current account of each. */
  readonly leerlingen: readonly {
    readonly accountUuid: AccountUuid;
    readonly leerIdUuid: string | null;
    readonly staand: AccountUuid;
  }[];
  /** The classes that stand for this school year. */
  readonly oud: readonly OldRow[];
  /** Pupils enrolled on the day that counts: what the share of the brake is taken of. */
  readonly ingeschreven: number;
};

/** The school year of a file, and the day on which it is judged. */
export type Period = { readonly van: Datum; readonly tot: Datum; readonly vandaag: Datum };

/** The uuids of a file that are of no pupil we know: they may be of his past. */
export function unknownNames(rows: readonly Row[], { leerlingen }: Known): string[] {
  const { leerId, account } = indexNumbers(leerlingen);
  const vreemd = new Set<string>();
  const note = (text: string, naar: ReadonlyMap<string, AccountUuid>) => {
    if (text === "" || naar.has(text) || text.length > 100) return;
    const id = text.trim().toLowerCase();
    if (isUuid(id) && !naar.has(id)) vreemd.add(id);
  };
  for (const { velden } of rows) {
    note(velden[0] ?? "", leerId);
    note(velden[1] ?? "", account);
  }
  return [...vreemd];
}

/** What a file would do. */
export type Judgement = {
  readonly aanvaard: readonly Indeling[];
  readonly quarantaine: readonly WrongRegel[];
  readonly gewijzigd: { readonly nieuw: number; readonly anders: number; readonly weg: number };
  /** Pupils with a class after it. */
  readonly leerlingen: number;
  /** Accounts (as stored) of whom all rows go, and the rows that come. */
  readonly weg: readonly AccountUuid[];
  readonly nieuw: readonly Indeling[];
  /** Pupils who are taken out of the class they are in, today or on a later day. */
  readonly uitKlas: number;
  /** Why a person of the school should look at it first. */
  readonly rem: Extract<Bestandreden, "leeg" | "niets-bruikbaar" | "veel-leerlingen"> | undefined;
};

const langsteNaam = 50;
const rem = { aandeel: 0.2, minstens: 10 };

/** Judges the rows of a file against what is known, and says what it would change (D9). */
export function judge(rows: readonly Row[], bekend: Known, periode: Period): Judgement {
  const { aanvaard, quarantaine, genoemd } = judgeRow(rows, bekend, periode);
  const nieuwPer = group(aanvaard, ({ accountUuid }) => accountUuid);
  const oudPer = group(bekend.oud, ({ staand }) => staand);
  const gewijzigd = { nieuw: 0, anders: 0, weg: 0 };
  const weg: AccountUuid[] = [];
  const nieuw: Indeling[] = [];
  let uitKlas = 0;
  let behouden = 0;
  for (const [staand, rijenNu] of nieuwPer) {
    const rijenToen = oudPer.get(staand);
    if (!rijenToen) {
      gewijzigd.nieuw++;
      nieuw.push(...rijenNu);
    } else if (!isSame(rijenToen, rijenNu)) {
      gewijzigd.anders++;
      weg.push(...rijenToen.map(({ accountUuid }) => accountUuid));
      nieuw.push(...rijenNu);
      if (rijenToen.some((row) => isLeaving(row, rijenNu, periode))) uitKlas++;
    }
  }
  for (const [staand, rijenToen] of oudPer) {
    if (nieuwPer.has(staand)) continue;
    // Of whom only bad rows are in the file keeps what he had: a typing error takes nobody out of his class.
    if (genoemd.has(staand)) {
      behouden++;
      continue;
    }
    gewijzigd.weg++;
    weg.push(...rijenToen.map(({ accountUuid }) => accountUuid));
    if (rijenToen.some((row) => isLeaving(row, [], periode))) uitKlas++;
  }
  const leerlingen = nieuwPer.size + behouden;
  return {
    aanvaard,
    quarantaine,
    gewijzigd,
    leerlingen,
    weg: [...new Set(weg)],
    nieuw,
    uitKlas,
    rem:
      rows.length === 0
        ? "leeg"
        : aanvaard.length === 0 && gewijzigd.weg > 0
          ? "niets-bruikbaar"
          : uitKlas >= rem.minstens && uitKlas > bekend.ingeschreven * rem.aandeel
            ? "veel-leerlingen"
            : undefined,
  };
}

/** Is a row that counts today or later not kept whole, in the same class, by the new ones. */
function isLeaving(row: Indeling, nieuw: readonly Indeling[], { vandaag }: Period): boolean {
  if (isVroeger(vandaag, row.tot)) return false;
  const van = row.van > vandaag ? row.van : vandaag;
  return !nieuw.some((one) => one.klas === row.klas && one.van <= van && one.tot >= row.tot);
}

const sleutelOf = ({ klas, subklas, van, tot }: Indeling): string =>
  `${klas}\t${subklas ?? ""}\t${van}\t${tot}`;

function isSame(one: readonly Indeling[], other: readonly Indeling[]): boolean {
  if (one.length !== other.length) return false;
  const [a, b] = [one[0], other[0]];
  if (one.length === 1 && a && b) return sleutelOf(a) === sleutelOf(b);
  const links = one.map(sleutelOf).toSorted();
  const rechts = other.map(sleutelOf).toSorted();
  return links.every((sleutel, nr) => sleutel === rechts[nr]);
}

function group<T, K>(rows: readonly T[], sleutel: (row: T) => K): Map<K, T[]> {
  const groepen = new Map<K, T[]>();
  for (const row of rows) {
    const groep = groepen.get(sleutel(row));
    if (groep) groep.push(row);
    else groepen.set(sleutel(row), [row]);
  }
  return groepen;
}

type FieldError = { readonly veld: string | null; readonly code: Rijreden };

/** Which rows can be taken and which not; `genoemd`: pupils whom a bad row is about. */
function judgeRow(
  rows: readonly Row[],
  { leerlingen, oud }: Known,
  periode: Period,
): { aanvaard: Indeling[]; quarantaine: WrongRegel[]; genoemd: Set<AccountUuid> } {
  const ingeschreven = indexNumbers(leerlingen);
  const gekend = indexNumbers(oud);
  const naam = remember(readKlas);
  const dag = remember((text) => readDay(text, periode));
  const gezien = new Set<string>();
  const genoemd = new Set<AccountUuid>();
  const aanvaard: Indeling[] = [];
  const quarantaine: WrongRegel[] = [];

  const take = ({ velden }: Row): Indeling | FieldError => {
    if (velden.length !== columns) return { veld: null, code: "kolommen" };
    const [leerId = "", account = "", klas = "", subklas = "", van = "", tot = ""] = velden;
    const leerling = identify(leerId, account, ingeschreven);
    if (typeof leerling !== "string") return leerling;
    if (isEmpty(klas)) return { veld: "klas", code: "klas-ontbreekt" };
    const gelezenKlas = naam(klas);
    if (typeof gelezenKlas !== "string") return { veld: "klas", ...gelezenKlas };
    const gelezenSub = isEmpty(subklas) ? null : naam(subklas);
    if (gelezenSub !== null && typeof gelezenSub !== "string") return { veld: "subklas", ...gelezenSub };
    const begin = isEmpty(van) ? periode.van : dag(van);
    if (typeof begin !== "string") return { veld: "van", ...begin };
    const einde = isEmpty(tot) ? periode.tot : dag(tot);
    if (typeof einde !== "string") return { veld: "tot", ...einde };
    if (einde < begin) return { veld: "tot", code: "datum-volgorde" };
    const sleutel = `${leerling}\t${gelezenKlas}\t${gelezenSub ?? ""}\t${begin}`;
    if (gezien.has(sleutel)) return { veld: null, code: "dubbel" };
    gezien.add(sleutel);
    return { accountUuid: leerling, klas: gelezenKlas, subklas: gelezenSub, van: begin, tot: einde };
  };

  for (const row of rows) {
    const outcome = take(row);
    if (!("code" in outcome)) {
      aanvaard.push(outcome);
      continue;
    }
    quarantaine.push({ regel: row.regel, ...outcome, melding: rijredenen[outcome.code] });
    // Also who stands in the wrong column is named.
    for (const veld of row.velden.slice(0, 2))
      for (const { leerId, account } of [ingeschreven, gekend])
        for (const staand of [findAccount("", veld, leerId), findAccount("", veld, account)])
          if (typeof staand === "string") genoemd.add(staand);
  }
  return { aanvaard, quarantaine, genoemd };
}

type NummerIndex = {
  readonly leerId: ReadonlyMap<string, AccountUuid>;
  readonly account: ReadonlyMap<string, AccountUuid>;
};

/** From each uuid of a pupil to the current account of him. */
function indexNumbers(rows: Known["leerlingen"]): NummerIndex {
  const leerId = new Map<string, AccountUuid>();
  const account = new Map<string, AccountUuid>();
  for (const { accountUuid, leerIdUuid, staand } of rows) {
    account.set(accountUuid, staand);
    if (staand !== accountUuid) account.set(staand, staand);
    if (leerIdUuid !== null) leerId.set(leerIdUuid, staand);
  }
  return { leerId, account };
}

/** The pupil of a row: one of the two uuids is enough, and two must be of the same pupil. */
function identify(leerId: string, account: string, ingeschreven: NummerIndex): AccountUuid | FieldError {
  const one = isEmpty(leerId) ? undefined : findAccount("leer_id_uuid", leerId, ingeschreven.leerId);
  const other = isEmpty(account) ? undefined : findAccount("account_uuid", account, ingeschreven.account);
  if (typeof one === "object") return one;
  if (typeof other === "object") return other;
  if (one !== undefined && other !== undefined && one !== other)
    return { veld: "account_uuid", code: "leerlingen-verschillen" };
  return one ?? other ?? { veld: "leer_id_uuid", code: "geen-leerling" };
}

function findAccount(
  veld: string,
  text: string,
  naar: ReadonlyMap<string, AccountUuid>,
): AccountUuid | FieldError {
  // Nearly always it is one that we know, as we wrote it ourselves.
  const staand = naar.get(text);
  if (staand !== undefined) return staand;
  const id = text.length > 100 ? "" : text.trim().toLowerCase();
  if (!isUuid(id)) return { veld, code: "uuid-ongeldig" };
  return naar.get(id) ?? { veld, code: "leerling-niet-ingeschreven" };
}

const isEmpty = (text: string): boolean => text === "" || (text.length < 1000 && text.trim() === "");

// Control, format (bidi, zero width), private, unassigned and broken characters, and separators of lines: each makes a screen lie.
const verboden = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The name of a class: trimmed, spaces made one, normal form C; upper and lower case as the school writes them. */
function readKlas(text: string): string | { readonly code: Rijreden } {
  if (text.length > 1000) return { code: "te-lang" };
  const vorm = text
    .normalize("NFC")
    .replaceAll(/\p{Zs}+/gu, " ")
    .trim();
  if (verboden.test(vorm)) return { code: "teken-ongeldig" };
  if ([...vorm].length > langsteNaam) return { code: "te-lang" };
  return containsInsz(vorm) ? { code: "insz-op-verkeerde-plaats" } : vorm;
}

function readDay(text: string, { van, tot }: Period): Datum | { readonly code: Rijreden } {
  const datum = text.length > 1000 ? undefined : readDatum(text.trim());
  if (datum === undefined) return { code: "datum-ongeldig" };
  return datum < van || datum > tot ? { code: "datum-buiten-schooljaar" } : datum;
}

/** The same few classes and dates stand in every row: read each once. */
function remember<T>(read: (text: string) => T): (text: string) => T {
  const gelezen = new Map<string, T>();
  return (text) => {
    const al = gelezen.get(text);
    if (al !== undefined) return al;
    const outcome = read(text);
    gelezen.set(text, outcome);
    return outcome;
  };
}
