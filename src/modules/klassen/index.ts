export type { Indeling, KlasCount } from "./contract.ts";
export { eraseKlassen, eraseUitgeschreven, listKlassen } from "./store.ts";
