export type {
  Beheerder,
  Databeheerder,
  Medewerker,
  OpdrachtBericht,
  Recht,
  School,
  Toegangsvraag,
} from "./contract.ts";
export { upkeep } from "./jobs.ts";
export { eindeVan, rechtenVan } from "./rights.ts";
export type { Einde } from "./rules.ts";
export {
  beslisToegang,
  laadOpdrachtenOp,
  listBeheerders,
  listDatabeheerders,
  listEigenScholen,
  listNamen,
  listToegangsvragen,
  maakBeheerder,
  onthoudMedewerker,
  stopBeheerder,
  verwerking,
  vraagToegang,
  type EigenSchool,
} from "./store.ts";
