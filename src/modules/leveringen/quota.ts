import type { Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { klasinformatieProblemen } from "./problems.ts";
import { bytesInProgress } from "./store-pakket.ts";

/** How long what we know about a quota counts, ms. */
const geldig = 5000;

/**
 * Says whether a package may send another file, by whatever way it comes; asks the database now and then.
 * @param hoogstens bytes of files that may wait or be held
 * @returns a function that throws Problem `te-veel-wachtend` when there are more
 */
export function makeQuota(hoogstens: number): (ctx: Context, pakket: string) => Promise<void> {
  const gezien = new Map<string, { readonly op: number; readonly bytes: Promise<number> }>();
  return async (ctx, pakket) => {
    const nu = performance.now();
    let laatst = gezien.get(pakket);
    if (!laatst || nu - laatst.op > geldig) {
      laatst = { op: nu, bytes: bytesInProgress(ctx, pakket) };
      gezien.set(pakket, laatst);
      laatst.bytes.catch(() => gezien.delete(pakket));
    }
    if ((await laatst.bytes) >= hoogstens)
      throw new Problem(klasinformatieProblemen["te-veel-wachtend"], undefined, { "retry-after": "60" });
  };
}
