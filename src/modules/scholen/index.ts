export type { Niveau, School, SchoolBericht } from "./contract.ts";
export { getHead, processing, findSchool } from "./store.ts";
