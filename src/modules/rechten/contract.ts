import type { Datum } from "#platform/clock";
import type { Instellingsnummer } from "#platform/ids";

/** What one message of Discimus says of a director's assignment (R6). */
export type OpdrachtBericht = {
  readonly instellingsnummer: Instellingsnummer;
  readonly opdracht: string;
  readonly versie: number;
  /** 64-bit signed number in decimals: keyed hash of the content. */
  readonly inhoud: string;
  readonly vo_id: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly verstuurd_op: Datum;
  readonly vastbenoemd: boolean;
  readonly van: Datum;
  readonly tot: Datum | null;
};

/** A school as its staff meet it: the number of today, and all numbers it ever had (D3). */
export type School = {
  readonly instellingsnummer: string;
  readonly naam: string;
  readonly lijn: readonly string[];
};

/** What someone may in one school today (R4, R5). Both at once is possible, none is no Recht. */
export type Recht = {
  readonly school: School;
  /** `tot` is the last day, inclusive (R60). */
  readonly databeheerder: { readonly van: Datum; readonly tot: Datum | null } | null;
  readonly beheerder: { readonly bron: "rol" | "directeur"; readonly tot: Datum | null } | null;
};

/** A member of a school's staff as ACM told us at sign-in (D8). */
export type Medewerker = {
  readonly voId: string;
  readonly naam: string;
  readonly voornaam: string;
  /** `vo_orgcode`: schools where he works. */
  readonly orgcodes: readonly string[];
  /** `leerid_rol_3d`. */
  readonly rollen: readonly string[];
};

/** Who is or will be databeheerder of a school, by which assignment. */
export type Databeheerder = {
  readonly voId: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly vastbenoemd: boolean;
  /** First day of the right; after today when it has yet to begin. */
  readonly van: Datum;
  /** Last day, inclusive. */
  readonly tot: Datum | null;
};

export type Beheerder = {
  /** Names a beheerder whom a director named; null for whoever has it by a role, which cannot be ended here. */
  readonly beheerder: string | null;
  readonly voId: string;
  readonly naam: string;
  readonly voornaam: string;
  /** Named on; for a role: when he last signed in with it. */
  readonly sinds: Datum;
};

export type Toegangsvraag = {
  readonly vraag: string;
  readonly voId: string;
  readonly naam: string;
  readonly voornaam: string;
  /** Epoch milliseconds. */
  readonly gevraagdOp: number;
};
