export * from "./contract.ts";
export { upkeep } from "./jobs.ts";
export { matchesKop, verifyChain, zegel, type Verification } from "./seal.ts";
export { listRegelsOf, logInzage, makePartitions, regelSql, regelsSql, writeRegel } from "./store.ts";
