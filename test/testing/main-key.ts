import { createHash } from "node:crypto";

/** The main key of all tests: always the same, and as good as one that was drawn. */
export const mainKeyBytes = makeMainKey("de proeven");

/** Another main key for each name. */
export function makeMainKey(name: string): Buffer {
  return createHash("sha256").update(name).digest();
}
