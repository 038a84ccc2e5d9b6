export { leveringstatussen } from "./contract.ts";
export type {
  ReceivedFile,
  WrongRegel,
  Levering,
  LeveringRegel,
  Leveringstatus,
  Ontvangst,
  StandOfParts,
  Difference,
} from "./contract.ts";
export { decideLevering, findKlasbron, findLevering, listLeveringen, standOfParts } from "./school.ts";
export { deliveryReading } from "./figures.ts";
export { eraseAllStopped, eraseExpired } from "./erase.ts";
export { listOntvangsten, receiveFile, type Accepted } from "./intake.ts";
export { readName, nameOfOntvangst, type FileName } from "./names.ts";
export { jobs, upkeep } from "./jobs.ts";
export { klasinformatieProblemen } from "./problems.ts";
export { processLevering } from "./process.ts";
export { findOntvangst } from "./store.ts";
export { resumeLeveringen } from "./store-erase.ts";
export { namesOf, differenceOf } from "./difference.ts";
export { makeQuota } from "./quota.ts";
export { findFile, listWaiting, type Sent } from "./store-pakket.ts";
