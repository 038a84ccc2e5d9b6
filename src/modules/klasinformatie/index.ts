export { leveringstatussen } from "./contract.ts";
export type {
  Akkoord,
  Bestand,
  FouteRegel,
  Indeling,
  KlasTelling,
  Levering,
  Leveringstatus,
  Ontvangst,
} from "./contract.ts";
