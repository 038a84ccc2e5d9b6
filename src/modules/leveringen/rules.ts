import { isVroeger, leesDatum, type Datum } from "#platform/clock";
import { isUuid, type AccountUuid } from "#platform/ids";
import { bevatInsz } from "#modules/leerlingen";
import type { Indeling } from "#modules/klassen";
import type { FouteRegel } from "./contract.ts";
import { kolommen, type Rij } from "./csv.ts";
import { rijredenen, type Bestandreden, type Rijreden } from "./problems.ts";

/** A row as it stands today, with the account that stands now for the pupil. */
export type OudeRij = Indeling & { readonly staand: AccountUuid; readonly leerIdUuid: string | null };

/** What is known of a school when a file of it is looked at. */
export type Bekend = {
  /** Uuids of enrolled pupils, those of their past that the file names too, and the account that stands for each. */
  readonly leerlingen: readonly {
    readonly accountUuid: AccountUuid;
    readonly leerIdUuid: string | null;
    readonly staand: AccountUuid;
  }[];
  /** The classes that stand for this school year. */
  readonly oud: readonly OudeRij[];
  /** Pupils enrolled on the day that counts: what the share of the brake is taken of. */
  readonly ingeschreven: number;
};

/** The school year of a file, and the day on which it is judged. */
export type Periode = { readonly van: Datum; readonly tot: Datum; readonly vandaag: Datum };

/** The uuids of a file that are of no pupil we know: they may be of his past. */
export function onbekenden(rijen: readonly Rij[], { leerlingen }: Bekend): string[] {
  const { leerId, account } = wijzer(leerlingen);
  const vreemd = new Set<string>();
  const noteer = (tekst: string, naar: ReadonlyMap<string, AccountUuid>) => {
    if (tekst === "" || naar.has(tekst) || tekst.length > 100) return;
    const id = tekst.trim().toLowerCase();
    if (isUuid(id) && !naar.has(id)) vreemd.add(id);
  };
  for (const { velden } of rijen) {
    noteer(velden[0] ?? "", leerId);
    noteer(velden[1] ?? "", account);
  }
  return [...vreemd];
}

/** What a file would do. */
export type Beoordeling = {
  readonly aanvaard: readonly Indeling[];
  readonly quarantaine: readonly FouteRegel[];
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
export function beoordeel(rijen: readonly Rij[], bekend: Bekend, periode: Periode): Beoordeling {
  const { aanvaard, quarantaine, genoemd } = toets(rijen, bekend, periode);
  const nieuwPer = groepeer(aanvaard, ({ accountUuid }) => accountUuid);
  const oudPer = groepeer(bekend.oud, ({ staand }) => staand);
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
    } else if (!isZelfde(rijenToen, rijenNu)) {
      gewijzigd.anders++;
      weg.push(...rijenToen.map(({ accountUuid }) => accountUuid));
      nieuw.push(...rijenNu);
      if (rijenToen.some((rij) => isUit(rij, rijenNu, periode))) uitKlas++;
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
    if (rijenToen.some((rij) => isUit(rij, [], periode))) uitKlas++;
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
      rijen.length === 0
        ? "leeg"
        : aanvaard.length === 0 && gewijzigd.weg > 0
          ? "niets-bruikbaar"
          : uitKlas >= rem.minstens && uitKlas > bekend.ingeschreven * rem.aandeel
            ? "veel-leerlingen"
            : undefined,
  };
}

/** Is a row that counts today or later not kept whole, in the same class, by the new ones. */
function isUit(rij: Indeling, nieuw: readonly Indeling[], { vandaag }: Periode): boolean {
  if (isVroeger(vandaag, rij.tot)) return false;
  const van = rij.van > vandaag ? rij.van : vandaag;
  return !nieuw.some((een) => een.klas === rij.klas && een.van <= van && een.tot >= rij.tot);
}

const sleutelVan = ({ klas, subklas, van, tot }: Indeling): string =>
  `${klas}\t${subklas ?? ""}\t${van}\t${tot}`;

function isZelfde(een: readonly Indeling[], ander: readonly Indeling[]): boolean {
  if (een.length !== ander.length) return false;
  const [a, b] = [een[0], ander[0]];
  if (een.length === 1 && a && b) return sleutelVan(a) === sleutelVan(b);
  const links = een.map(sleutelVan).toSorted();
  const rechts = ander.map(sleutelVan).toSorted();
  return links.every((sleutel, nr) => sleutel === rechts[nr]);
}

function groepeer<T, K>(rijen: readonly T[], sleutel: (rij: T) => K): Map<K, T[]> {
  const groepen = new Map<K, T[]>();
  for (const rij of rijen) {
    const groep = groepen.get(sleutel(rij));
    if (groep) groep.push(rij);
    else groepen.set(sleutel(rij), [rij]);
  }
  return groepen;
}

type Fout = { readonly veld: string | null; readonly code: Rijreden };

/** Which rows can be taken and which not; `genoemd`: pupils whom a bad row is about. */
function toets(
  rijen: readonly Rij[],
  { leerlingen, oud }: Bekend,
  periode: Periode,
): { aanvaard: Indeling[]; quarantaine: FouteRegel[]; genoemd: Set<AccountUuid> } {
  const ingeschreven = wijzer(leerlingen);
  const gekend = wijzer(oud);
  const naam = onthoud(leesKlas);
  const dag = onthoud((tekst) => leesDag(tekst, periode));
  const gezien = new Set<string>();
  const genoemd = new Set<AccountUuid>();
  const aanvaard: Indeling[] = [];
  const quarantaine: FouteRegel[] = [];

  const neem = ({ velden }: Rij): Indeling | Fout => {
    if (velden.length !== kolommen) return { veld: null, code: "kolommen" };
    const [leerId = "", account = "", klas = "", subklas = "", van = "", tot = ""] = velden;
    const leerling = wie(leerId, account, ingeschreven);
    if (typeof leerling !== "string") return leerling;
    if (isLeeg(klas)) return { veld: "klas", code: "klas-ontbreekt" };
    const gelezenKlas = naam(klas);
    if (typeof gelezenKlas !== "string") return { veld: "klas", ...gelezenKlas };
    const gelezenSub = isLeeg(subklas) ? null : naam(subklas);
    if (gelezenSub !== null && typeof gelezenSub !== "string") return { veld: "subklas", ...gelezenSub };
    const begin = isLeeg(van) ? periode.van : dag(van);
    if (typeof begin !== "string") return { veld: "van", ...begin };
    const einde = isLeeg(tot) ? periode.tot : dag(tot);
    if (typeof einde !== "string") return { veld: "tot", ...einde };
    if (einde < begin) return { veld: "tot", code: "datum-volgorde" };
    const sleutel = `${leerling}\t${gelezenKlas}\t${gelezenSub ?? ""}\t${begin}`;
    if (gezien.has(sleutel)) return { veld: null, code: "dubbel" };
    gezien.add(sleutel);
    return { accountUuid: leerling, klas: gelezenKlas, subklas: gelezenSub, van: begin, tot: einde };
  };

  for (const rij of rijen) {
    const uitkomst = neem(rij);
    if (!("code" in uitkomst)) {
      aanvaard.push(uitkomst);
      continue;
    }
    quarantaine.push({ regel: rij.regel, ...uitkomst, melding: rijredenen[uitkomst.code] });
    // Also who stands in the wrong column is named.
    for (const veld of rij.velden.slice(0, 2))
      for (const { leerId, account } of [ingeschreven, gekend])
        for (const staand of [zoek("", veld, leerId), zoek("", veld, account)])
          if (typeof staand === "string") genoemd.add(staand);
  }
  return { aanvaard, quarantaine, genoemd };
}

type Wijzer = {
  readonly leerId: ReadonlyMap<string, AccountUuid>;
  readonly account: ReadonlyMap<string, AccountUuid>;
};

/** From each uuid of a pupil to the account that stands for him. */
function wijzer(rijen: Bekend["leerlingen"]): Wijzer {
  const leerId = new Map<string, AccountUuid>();
  const account = new Map<string, AccountUuid>();
  for (const { accountUuid, leerIdUuid, staand } of rijen) {
    account.set(accountUuid, staand);
    if (staand !== accountUuid) account.set(staand, staand);
    if (leerIdUuid !== null) leerId.set(leerIdUuid, staand);
  }
  return { leerId, account };
}

/** The pupil of a row: one of the two uuids is enough, and two must be of the same pupil. */
function wie(leerId: string, account: string, ingeschreven: Wijzer): AccountUuid | Fout {
  const een = isLeeg(leerId) ? undefined : zoek("leer_id_uuid", leerId, ingeschreven.leerId);
  const ander = isLeeg(account) ? undefined : zoek("account_uuid", account, ingeschreven.account);
  if (typeof een === "object") return een;
  if (typeof ander === "object") return ander;
  if (een !== undefined && ander !== undefined && een !== ander)
    return { veld: "account_uuid", code: "leerlingen-verschillen" };
  return een ?? ander ?? { veld: "leer_id_uuid", code: "geen-leerling" };
}

function zoek(veld: string, tekst: string, naar: ReadonlyMap<string, AccountUuid>): AccountUuid | Fout {
  // Nearly always it is one that we know, as we wrote it ourselves.
  const staand = naar.get(tekst);
  if (staand !== undefined) return staand;
  const id = tekst.length > 100 ? "" : tekst.trim().toLowerCase();
  if (!isUuid(id)) return { veld, code: "uuid-ongeldig" };
  return naar.get(id) ?? { veld, code: "leerling-niet-ingeschreven" };
}

const isLeeg = (tekst: string): boolean => tekst === "" || (tekst.length < 1000 && tekst.trim() === "");

// Control, format (bidi, zero width), private, unassigned and broken characters, and separators of lines: each makes a screen lie.
const verboden = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The name of a class: trimmed, spaces made one, normal form C; upper and lower case as the school writes them. */
function leesKlas(tekst: string): string | { readonly code: Rijreden } {
  if (tekst.length > 1000) return { code: "te-lang" };
  const vorm = tekst
    .normalize("NFC")
    .replaceAll(/\p{Zs}+/gu, " ")
    .trim();
  if (verboden.test(vorm)) return { code: "teken-ongeldig" };
  if ([...vorm].length > langsteNaam) return { code: "te-lang" };
  return bevatInsz(vorm) ? { code: "insz-op-verkeerde-plaats" } : vorm;
}

function leesDag(tekst: string, { van, tot }: Periode): Datum | { readonly code: Rijreden } {
  const datum = tekst.length > 1000 ? undefined : leesDatum(tekst.trim());
  if (datum === undefined) return { code: "datum-ongeldig" };
  return datum < van || datum > tot ? { code: "datum-buiten-schooljaar" } : datum;
}

/** The same few classes and dates stand in every row: read each once. */
function onthoud<T>(lees: (tekst: string) => T): (tekst: string) => T {
  const gelezen = new Map<string, T>();
  return (tekst) => {
    const al = gelezen.get(tekst);
    if (al !== undefined) return al;
    const uitkomst = lees(tekst);
    gelezen.set(tekst, uitkomst);
    return uitkomst;
  };
}
