/** What a job is told: ids and counts. Whatever else it needs it reads when it runs. No personal data (they would stay in a log or a table). */
export type Payload = Readonly<Record<string, string | number>>;
