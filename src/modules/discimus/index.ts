export {
  discimusProblemen,
  bestandProblemen,
  quarantaineredenen,
  type Quarantainereden,
} from "./problems.ts";
export type { Rejection, Bericht } from "./contract.ts";
export { feedReading } from "./figures.ts";
export { importFile, type Invoer } from "./import.ts";
export { checkFile } from "./lines.ts";
export { receive, type Answer } from "./receive.ts";
export { listZendingen, type Levering, type Tally } from "./store.ts";
