export type { OpdrachtBericht, Recht, School } from "./contract.ts";
export { rechtenVan } from "./rights.ts";
export { verwerking } from "./store.ts";
