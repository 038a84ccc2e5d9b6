export { deelt, findAkkoord, findOvereenkomst, geefAkkoord, listAkkoorden, stopDelen } from "./akkoord.ts";
export { leveringstatussen } from "./contract.ts";
export type {
  Akkoord,
  AkkoordPeriode,
  Bestand,
  FouteRegel,
  Indeling,
  KlasTelling,
  Levering,
  Leveringstatus,
  Ontvangst,
} from "./contract.ts";
export { overeenkomst } from "./overeenkomst-tekst.ts";
export type { Overeenkomst } from "./overeenkomst.ts";
export { findKlasbron, listKlassen } from "./klassen.ts";
