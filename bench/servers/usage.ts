/** What a server process has used since it started. */
export type Usage = {
  readonly cpuMs: number;
  readonly statements: number;
  readonly commits: number;
};

const writes = /\b(insert into|update|delete from)\b/i;

/**
 * Counts statements as the pool sends them. Each is one trip; it is a commit when it writes outside a transaction, or ends one.
 */
export function statementCounter(): { note(text: string): void; usage(): Usage } {
  let statements = 0;
  let commits = 0;
  return {
    note(text) {
      statements++;
      if (/^\s*commit/i.test(text) || writes.test(text)) commits++;
    },
    usage() {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000, statements, commits };
    },
  };
}
