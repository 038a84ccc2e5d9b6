export type { Indeling, KlasTelling } from "./contract.ts";
export { eraseKlassen, eraseUitgeschreven, listKlassen } from "./store.ts";
