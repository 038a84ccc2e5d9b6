export {
  runningPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "./embedded.ts";
export { keepEmbeddedPostgres, type KeptPostgres } from "./keep.ts";
export { EmbeddedPostgresError } from "./problems.ts";
