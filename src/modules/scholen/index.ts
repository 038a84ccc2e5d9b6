export type { Niveau, School, SchoolBericht } from "./contract.ts";
export { getHead, listKnown, processing, findSchool } from "./store.ts";
