import { lookup } from "node:dns";
import { request as plain, type IncomingMessage, type RequestOptions } from "node:http";
import { request as secured } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** How long an application may take to answer, milliseconds. */
const patience = 2500;

export type Reach = {
  /** Lets it reach private addresses; never in production. */
  readonly allowPrivateNetwork: boolean;
};

/**
 * Posts a form to an address of somebody else and gives the status of the answer; redirects are not followed and the body is not read.
 * @throws when there is no answer within 2.5 seconds, or the address leads inside (unless `allowPrivateNetwork`)
 */
export async function postForm(
  url: string,
  form: Readonly<Record<string, string>>,
  reach: Reach,
): Promise<number> {
  const body = new URLSearchParams(form).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
  };
  const answer = await ask(url, { method: "POST", headers }, body, reach);
  answer.destroy(); // however much more it would say
  return answer.statusCode ?? 0;
}

/**
 * Reads a small text at an address of somebody else; redirects are not followed.
 * @throws as `postForm`, and when the status is not 200 or there are more than `largest` bytes
 */
export async function getText(url: string, reach: Reach & { readonly largest: number }): Promise<string> {
  const answer = await ask(url, { headers: { accept: "application/json" } }, "", reach);
  try {
    if (answer.statusCode !== 200) throw wrong(`EHTTP${answer.statusCode}`);
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > reach.largest) throw wrong("ETOOLARGE");
      parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
  } finally {
    answer.destroy();
  }
}

function ask(
  url: string,
  options: RequestOptions,
  body: string,
  { allowPrivateNetwork }: Reach,
): Promise<IncomingMessage> {
  const { protocol, hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (!allowPrivateNetwork && isIP(host) && isInside(host)) return Promise.reject(wrong("EINSIDE"));
  return new Promise((resolve, reject) => {
    const asked = (protocol === "https:" ? secured : plain)(
      url,
      {
        ...options,
        signal: AbortSignal.timeout(patience), // the whole answer counts, not only its beginning
        ...(!allowPrivateNetwork && { lookup: lookupOutside }),
      },
      resolve,
    );
    asked.once("error", reject);
    asked.end(body);
  });
}

/** An answer that is none: `EINSIDE` the address leads inside, `EHTTP404` the status, `ETOOLARGE`. */
const wrong = (code: string) => Object.assign(new Error("no answer that can be used"), { code });

/** Looks an address up and keeps what is outside: it is this answer that is connected to, so a name cannot change in between. */
const lookupOutside: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, found) => {
    if (error) return done(error, []);
    const [first, ...rest] = found.filter(({ address }) => !isInside(address));
    if (!first) return done(wrong("EINSIDE"), []);
    return options.all ? done(null, [first, ...rest]) : done(null, first.address, first.family);
  });
};

/** Networks that are never an application of a provider (IANA special-purpose registries). */
const inside = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  inside.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of [
  ["::", 127],
  ["64:ff9b::", 32],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  inside.addSubnet(net, prefix, "ipv6");

/** An IPv4 address written as IPv6 counts as what it is (BlockList sees to it). */
function isInside(address: string): boolean {
  return inside.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
