import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";

/** What is read of a request. Its headers as they came: a site may have taken some out of `headers` for a library. */
type Asked = Pick<IncomingMessage, "rawHeaders"> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

/**
 * The address that a request comes from, through so many proxies that are ours (D24): each of them adds whom it saw at the right end of
 * `X-Forwarded-For`, or of `Forwarded` (RFC 7239) where that is the one it writes. What stands further left anyone may have written.
 * Where the entry is absent or no address: the other end of the connection.
 * @param proxies how many proxies stand before this process (`LEERID_VERTROUWDE_PROXYS`); 0: no header is believed
 * @returns an IPv4 address, or the /64 of an IPv6 address (one home or school has at least that), or "" when the connection is gone
 */
export function clientAddress({ rawHeaders, socket }: Asked, proxies: number): string {
  const own = sourceOf(socket.remoteAddress ?? "") ?? "";
  if (proxies === 0) return own;
  const said = entriesOf(rawHeaders, "x-forwarded-for") ?? forwardedFor(rawHeaders) ?? [];
  return sourceOf(said.at(-proxies) ?? "") ?? own;
}

/** All entries of a header, in the order in which they were added, however many lines it came in. */
function entriesOf(rawHeaders: readonly string[], name: string): string[] | undefined {
  const lines = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
  return lines.length === 0 ? undefined : lines.flatMap((line) => line.split(","));
}

const forwardedFor = (rawHeaders: readonly string[]): string[] | undefined =>
  entriesOf(rawHeaders, "forwarded")?.map(
    (entry) => /(?:^|;)\s*for=("?)([^";]*)\1\s*(?:;|$)/i.exec(entry)?.[2] ?? "",
  );

/** The address in an entry: with a port or without, in brackets or bare. */
function sourceOf(entry: string): string | undefined {
  const text = entry.trim();
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text.replace(/%.*$/, "");
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  const address = mapped ?? bare;
  if (isIP(address) === 0) return undefined;
  return isIPv6(address) ? networkOf(address) : address;
}

/** The first 64 bits, written in one way. */
function networkOf(address: string): string {
  const [left = "", right] = address.split("::");
  const groups = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  // Two groups may be written as an IPv4 address; always behind the first four.
  const length = groups.length + tail.length + (address.includes(".") ? 1 : 0);
  const all = right === undefined ? groups : [...groups, ...Array<string>(8 - length).fill("0"), ...tail];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
