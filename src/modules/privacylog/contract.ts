/** What is logged: one declaration per kind, from which the documentation is made (D11). */
export const logsoorten = {
  verstrekking: "Attributen in een ID-token aan een toepassing, bij het inwisselen van de code.",
  userinfo: "Attributen aan een toepassing via userinfo.",
  datastore: "Attributen aan een externe ACM via de datastore-API.",
} as const;
export type Logsoort = keyof typeof logsoorten;

/** One record: who, whose data, which attributes (names), to whom, under which agreement, when, why. Never values. */
export type Logregel = {
  /** Epoch milliseconds. */
  readonly tijdstip: number;
  readonly soort: Logsoort;
  readonly accountUuid: string;
  readonly attributen: readonly string[];
  /** client_id of the receiver. */
  readonly ontvanger: string;
  /** `bingel@3`. */
  readonly protocol: string | null;
  readonly aanleiding: "aanmelding" | "volgende-toepassing" | "userinfo" | "datastore";
};
