import { randomBytes } from "node:crypto";
import type { Context } from "#platform/context";
import { keyedHash, seal, unseal } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";

/** Days after which a browser is not one of the pupil any more (D24). */
const dagen = 90;
/** Seconds for which a browser keeps the cookie: its `Max-Age`. */
export const toestelMaxAge = dagen * 86_400;
/** So many pupils are known of one browser, the last ones: a class that shares tablets. */
const meeste = 30;

const binding = "toestel";
const idLength = 8;
const wieLength = 8;
const rowLength = wieLength + 2;
/** base64url of the id, the rows, and what sealing adds. */
const longest = Math.ceil(((idLength + meeste * rowLength + 28) * 4) / 3);

/** What a browser brings along: who signed in there, so that only we can read it, and when. It opens nothing. */
export type Toestel = {
  /** Drawn by lot: which browser, so that one cannot use up what is kept for another. */
  readonly id: Buffer;
  /** The last pupils, newest first. */
  readonly leerlingen: readonly { readonly wie: Buffer; readonly dag: number }[];
};

/** Reads the cookie that `rememberLeerling` made; undefined for anything else, and for one of another main key. */
export function readToestel({ keys }: Context, cookie: string | undefined): Toestel | undefined {
  if (cookie === undefined || cookie.length > longest || !/^[\w-]+$/.test(cookie)) return undefined;
  const plain = unseal(keys.cookies, Buffer.from(cookie, "base64url"), binding);
  if (!plain) return undefined;
  const leerlingen = [];
  for (let at = idLength; at < plain.length; at += rowLength)
    leerlingen.push({ wie: plain.subarray(at, at + wieLength), dag: plain.readUInt16BE(at + wieLength) });
  return { id: plain.subarray(0, idLength), leerlingen };
}

const hashOf = ({ keys }: Context, accountUuid: AccountUuid): Buffer =>
  keyedHash(keys.naamHash, `toestel:${accountUuid}`).subarray(0, wieLength);
const today = ({ clock }: Context): number => Math.floor(clock.now() / 86_400_000);
const isKept = (ctx: Context, dag: number): boolean => dag > today(ctx) - dagen;

/** Did this pupil sign in here in the last 90 days? */
export function isToestelOf(ctx: Context, { leerlingen }: Toestel, accountUuid: AccountUuid): boolean {
  const hash = hashOf(ctx, accountUuid);
  return leerlingen.some(({ wie, dag }) => isKept(ctx, dag) && wie.equals(hash));
}

/** The cookie after this pupil signed in; undefined when the one that came says so already. At most 460 signs. */
export function rememberLeerling(
  ctx: Context,
  toestel: Toestel | undefined,
  accountUuid: AccountUuid,
): string | undefined {
  const wie = hashOf(ctx, accountUuid);
  const dag = today(ctx);
  const known = toestel?.leerlingen ?? [];
  if (known.some((one) => one.dag === dag && one.wie.equals(wie))) return undefined;
  const others = known.filter((one) => isKept(ctx, one.dag) && !one.wie.equals(wie));
  const rows = [{ wie, dag }, ...others].slice(0, meeste).map((one) => {
    const day = Buffer.alloc(2);
    day.writeUInt16BE(one.dag);
    return Buffer.concat([one.wie, day]);
  });
  const plain = Buffer.concat([toestel?.id ?? randomBytes(idLength), ...rows]);
  return seal(ctx.keys.cookies, plain, binding).toString("base64url");
}
