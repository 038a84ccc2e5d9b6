import { hash as argon2, verify } from "@node-rs/argon2";
import type { Keys } from "#platform/crypto";
import { langste, type Sleutel } from "./contract.ts";
import { normalize } from "./rules.ts";

/** How a hash of today's cost begins. */
const prefix = ({ argon2: cost }: Keys): string =>
  `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;

/** argon2id with the pepper as its secret. Runs on the thread pool. */
export function makeHash(keys: Keys, wachtwoord: string): Promise<string> {
  // 2 = Algorithm.Argon2id, a const enum that type stripping cannot read.
  return argon2(normalize(wachtwoord), { ...keys.argon2, outputLen: 32, algorithm: 2, secret: keys.peper });
}

/**
 * Is this the password? Always one argon2 evaluation, also for an unknown name (`sleutel` undefined) and for an absurdly
 * long password, so that every answer takes equally long (D7).
 */
export async function matches(
  keys: Keys,
  sleutel: Sleutel | undefined,
  wachtwoord: string,
): Promise<boolean> {
  const bruikbaar = wachtwoord.length <= langste * 4;
  const kandidaat = normalize(bruikbaar ? wachtwoord : wachtwoord.slice(0, langste));
  try {
    const goed = await verify(
      sleutel?.hash ??
        `${prefix(keys)}bGVlcmlkLWdlZW4tYWNjb3VudA$FcaTU2yZhDOqpE0eCwRPoSBTYcJWJOmyPY4Y6Hq09nU`,
      kandidaat,
      {
        secret: keys.peper,
      },
    );
    return goed && sleutel !== undefined && bruikbaar;
  } catch {
    return false; // a hash that argon2 cannot read
  }
}

/** Was it made with other costs or another pepper than today's? Then it is made anew at sign-in. */
export const isOutdated = (keys: Keys, sleutel: Sleutel): boolean =>
  !sleutel.hash.startsWith(prefix(keys)) || sleutel.peper !== keys.peperId;
