export * from "./contract.ts";
export { upkeep } from "./jobs.ts";
export { controleer, zegel, type Controle } from "./seal.ts";
export { listRegelsVan, logInzage, maakPartities, regelSql, regelsSql, schrijfRegel } from "./store.ts";
