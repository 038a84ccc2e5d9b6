export {
  sharesKlassen,
  findAkkoord,
  findOvereenkomst,
  giveAkkoord,
  listAkkoorden,
  stopSharing,
} from "./akkoord.ts";
export type { Akkoord, AkkoordPeriod } from "./contract.ts";
export { overeenkomst } from "./overeenkomst-text.ts";
export type { Overeenkomst } from "./overeenkomst.ts";
export { listStopped, markGewist, takeStopped } from "./store.ts";
