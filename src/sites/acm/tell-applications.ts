import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import { describeError } from "#platform/log";
import { readOndertekenaar, type Sign } from "#modules/tokens";
import { findAfmeldadres } from "#modules/toepassingen";
import { nowInSeconds } from "./machine-clock.ts";
import { postForm } from "#platform/outgoing";
import {
  claimAfmeldingen,
  deleteAfmeldingen,
  dropHopeless,
  enqueueRest,
  findLastTry,
  type Afmelding,
} from "./store-afmelding.ts";
import { sidOf } from "./who.ts";

export type TellOptions = {
  /** Address of ACM to the outside with `/op`: who signs. */
  readonly issuer: string;
  /** Lets it reach private addresses; never in production. */
  readonly allowPrivateNetwork: boolean;
  /** Our own sites, by origin: those may stand inside. */
  readonly own?: readonly string[];
};

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Between two tries. Together with the first one eight tries in seven and three quarter hours: about as long as a session lives. */
const delays = [30 * second, 2 * minute, 10 * minute, 30 * minute, hour, 2 * hour, 4 * hour];
const tries = delays.length + 1;
/** An application that does not answer is left alone so long, whatever else there is to tell it. */
const quiet = 30 * second;
/** At once to one application. */
const limit = 20;
/** A run that has more to tell than this lets other work come between. */
const longest = 5 * second;
/** Seconds that a logout token counts (Back-Channel Logout 1.0, 2.4: two minutes at most). */
const lifetime = 120;

/**
 * Tells one application which sessions ended (OpenID Connect Back-Channel Logout 1.0). One run at a time per application: one that
 * hangs or is away costs everybody else one wait of 2.5 seconds, twice a minute at most. What it does not confirm is told again with a
 * fresh token, later and later, and given up after eight tries. Told twice is harmless, for it as for us.
 * @param rij the queue of the application: `acm.afmelding.rij`
 */
export async function tellApplication(ctx: Context, options: TellOptions, rij: string): Promise<void> {
  const busyOrAway = async () => {
    const last = await findLastTry(ctx, rij);
    return last !== undefined && last + quiet > ctx.clock.now() ? last + quiet : 0;
  };
  const until = performance.now() + longest;
  const sign = await readOndertekenaar(ctx);
  let quietUntil = await busyOrAway();
  while (quietUntil === 0 && performance.now() < until) {
    const taken = await claimAfmeldingen(ctx, rij, { limit, delays });
    if (taken.length === 0) break;
    const answers = await Promise.all(taken.map((one) => tell(ctx, options, sign, one)));
    await deleteAfmeldingen(
      ctx,
      taken.flatMap(({ nr }, n) => (answers[n] ? [nr] : [])),
    );
    quietUntil = await busyOrAway();
  }
  const given = await dropHopeless(ctx, rij, tries);
  if (given > 0) ctx.log.warn({ rij, aantal: given }, "back-channel logout given up");
  await enqueueRest(ctx, rij, quietUntil);
}

/** True when nothing is left to do for this one. */
async function tell(
  ctx: Context,
  { issuer, allowPrivateNetwork, own = [] }: TellOptions,
  sign: Sign,
  afmelding: Afmelding,
): Promise<boolean> {
  const { clientId, sub, sessieUid, pogingen } = afmelding;
  const log = (wat: Record<string, unknown>) =>
    ctx.log.warn({ client: clientId, poging: pogingen, ...wat }, "back-channel logout did not arrive");
  const adres = await findAfmeldadres(ctx, clientId);
  if (!adres) return true; // gone, or it never asked to be told
  try {
    const token = await sign(
      adres.alg,
      {
        iss: issuer,
        sub,
        aud: clientId,
        iat: nowInSeconds(),
        exp: nowInSeconds() + lifetime,
        jti: randomUUID(),
        events: { "http://schemas.openid.net/event/backchannel-logout": {} },
        sid: sidOf(sessieUid, clientId),
      },
      "logout+jwt",
    );
    const status = await postForm(
      adres.uri,
      { logout_token: token },
      {
        allowPrivateNetwork: allowPrivateNetwork || own.includes(new URL(adres.uri).origin),
      },
    );
    if (status === 200 || status === 204) return true;
    log({ status });
    return status === 400; // 2.8: it heard us and refuses; so it would the next time
  } catch (error) {
    log(describeError(error));
    return false;
  }
}
