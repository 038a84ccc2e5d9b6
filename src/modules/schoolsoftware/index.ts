export type { Pakket } from "./contract.ts";
export { pakketVan } from "./store.ts";
