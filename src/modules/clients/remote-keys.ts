import type { JWK } from "jose";
import { describeError } from "#platform/log";
import { wrongKey } from "#modules/toepassingen";
import type { Checking } from "./contract.ts";
import { getText } from "#platform/outgoing";

const second = 1000;
/** A key that its owner took away counts so long at most, as long as his server answers. */
const fresh = 600 * second;
/** Between two times that an unknown key makes us look, and between two tries at a server that does not answer. */
const pause = { known: 60 * second, away: 5 * second };
/** A server that is away stops nobody whose keys we know; but not for ever. */
const longest = 24 * 3600 * second;
const largest = 65_536;
const most = 50;

/**
 * Keys that a client keeps at an address of its own (`jwks_uri`), remembered for ten minutes. An unknown `kid` makes us look again,
 * once a minute at most: that is how a client begins with a new key. What is no public key is left out.
 * @returns the keys that a `kid` may mean; all of them without one
 */
export function remoteKeys(
  acm: Pick<Checking, "ctx" | "allowPrivateNetwork">,
  { clientId, uri }: { readonly clientId: string; readonly uri: string },
): (kid: string | undefined) => Promise<readonly JWK[]> {
  const { clock, log } = acm.ctx;
  let known: { readonly keys: readonly JWK[]; readonly at: number } | undefined;
  let triedAt = -Infinity;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    triedAt = clock.now();
    try {
      const { allowPrivateNetwork } = acm;
      known = { keys: readKeys(await getText(uri, { allowPrivateNetwork, largest })), at: triedAt };
    } catch (error) {
      log.warn({ client: clientId, ...describeError(error) }, "the keys of a client could not be read");
    }
  };
  const look = (): Promise<void> => (reading ??= read().finally(() => (reading = undefined)));
  const mayLook = (): boolean => clock.now() - triedAt >= (known?.at === triedAt ? pause.known : pause.away);
  const age = (): number => clock.now() - (known?.at ?? -Infinity);

  return async (kid) => {
    const meant = () =>
      age() > longest ? [] : (known?.keys ?? []).filter((key) => kid === undefined || key.kid === kid);
    if (reading) await reading;
    if ((age() > fresh || meant().length === 0) && mayLook()) await look();
    return meant();
  };
}

/** @throws SyntaxError, TypeError when it is no JSON Web Key Set (RFC 7517 5) */
function readKeys(text: string): readonly JWK[] {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new TypeError("no JSON Web Key Set");
  return keys
    .slice(0, most)
    .filter(
      (key): key is JWK =>
        typeof key === "object" &&
        key !== null &&
        wrongKey(key as JWK & Record<string, unknown>) === undefined,
    );
}
