export {
  discimusProblemen,
  bestandProblemen,
  quarantaineProblemen,
  quarantaineredenen,
  type Quarantainereden,
} from "./problems.ts";
export type { Rejection, Bericht } from "./contract.ts";
export { feedReading } from "./figures.ts";
export { importFile, type Invoer } from "./import.ts";
export { checkFile } from "./lines.ts";
export { listQuarantaine, listReasons, type Choice, type InQuarantaine } from "./store-quarantine.ts";
export { readLine, replay } from "./quarantine.ts";
export { receive, type Answer } from "./receive.ts";
export { listZendingen, type Levering, type Tally } from "./store.ts";
