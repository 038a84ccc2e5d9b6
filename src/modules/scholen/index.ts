export type { Niveau, School, SchoolBericht } from "./contract.ts";
export { getHoofd, verwerking, vindSchool } from "./store.ts";
