export * from "./contract.ts";
export { controleer, zegel, type Controle } from "./seal.ts";
export { listRegelsVan, maakPartities, regelSql, schrijfRegel } from "./store.ts";
