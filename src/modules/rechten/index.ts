export type { OpdrachtBericht } from "./contract.ts";
export { verwerking } from "./store.ts";
