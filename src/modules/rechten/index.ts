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
export { endOf, rechtenOf } from "./rights.ts";
export type { Ending } from "./rules.ts";
export {
  decideToegang,
  loadDirecteursopdrachten,
  listBeheerders,
  listDatabeheerders,
  listOwnScholen,
  listNames,
  listToegangsvragen,
  makeBeheerder,
  rememberMedewerker,
  stopBeheerder,
  processing,
  askToegang,
  type OwnSchool,
} from "./store.ts";
