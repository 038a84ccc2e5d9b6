export {
  discimusProblemen,
  bestandProblemen,
  quarantaineredenen,
  type Quarantainereden,
} from "./problems.ts";
export type { Afkeuring, Bericht } from "./contract.ts";
export { importeer, type Invoer } from "./import.ts";
export { checkFile } from "./lines.ts";
export { ontvang, type Antwoord } from "./receive.ts";
export { listLeveringen, type Levering, type Telling } from "./store.ts";
