/** Where the launcher tells what it does; never a password. The log of the caller fits as it is. */
export type Log = {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
};

/** Tells nobody. */
export const silent: Log = { info() {}, warn() {}, error() {} };
