export * from "./contract.ts";
export { openAnchor } from "./anchor.ts";
export { anchorReading, backlogReading } from "./figures.ts";
export { upkeep } from "./jobs.ts";
export { matchesKop, verifyChain, zegel, type Verification } from "./seal.ts";
export { listRegelsOf, logInzage, makePartitions, regelSql, regelsSql, writeRegel } from "./store.ts";
