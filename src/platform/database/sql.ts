import type postgres from "postgres";

/** A pool of connections, or a transaction on one of them: queries are tagged templates. */
export type Sql = postgres.Sql<{ bigint: number }>;
