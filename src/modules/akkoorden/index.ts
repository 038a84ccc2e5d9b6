export { deelt, findAkkoord, findOvereenkomst, geefAkkoord, listAkkoorden, stopDelen } from "./akkoord.ts";
export type { Akkoord, AkkoordPeriode } from "./contract.ts";
export { overeenkomst } from "./overeenkomst-tekst.ts";
export type { Overeenkomst } from "./overeenkomst.ts";
export { listGestopte, markGewist, neemGestopt } from "./store.ts";
