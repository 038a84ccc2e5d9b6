export { leveringstatussen } from "./contract.ts";
export type {
  Bestand,
  FouteRegel,
  Levering,
  LeveringRegel,
  Leveringstatus,
  Ontvangst,
  StandVanDelen,
  Verschil,
} from "./contract.ts";
export { beslisLevering, findKlasbron, findLevering, listLeveringen, standVanDelen } from "./school.ts";
export { wisGestopte, wisVerlopen } from "./erase.ts";
export { listOntvangsten, ontvangBestand, type Aangenomen } from "./intake.ts";
export { leesNaam, naamVanOntvangst, type Naam } from "./names.ts";
export { jobs, upkeep } from "./jobs.ts";
export { klasinformatieProblemen } from "./problems.ts";
export { verwerkLevering } from "./process.ts";
export { findOntvangst } from "./store.ts";
export { hervatLeveringen } from "./store-erase.ts";
export { namenVan, verschilVan } from "./verschil.ts";
export { maakQuotum } from "./quotum.ts";
export { findBestand, listWachtende, type Gestuurd } from "./store-pakket.ts";
