export type { InschrijvingBericht } from "./contract.ts";
export { listNews, processing, processStaged, stage } from "./store.ts";
