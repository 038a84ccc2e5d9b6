import { createPublicKey, type JsonWebKey } from "node:crypto";

const secretParts = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

type Key = Readonly<Record<string, unknown>>;

/** What is wrong with one key of a `jwks`; undefined when nothing is. The parts of a key are never in what it says. */
export function wrongKey(key: Key): string | undefined {
  const secret = secretParts.find((name) => name in key);
  if (secret !== undefined || key["kty"] === "oct")
    return "is een geheime sleutel; zet hier alleen de publieke, en maak een nieuw paar: deze is niet meer geheim";
  if (key["kty"] !== "RSA" && key["kty"] !== "EC") return undefined; // another use than ours
  try {
    const read = createPublicKey({ key: key as JsonWebKey, format: "jwk" });
    return (read.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048
      ? "is te kort: een RSA-sleutel heeft minstens 2048 bits"
      : undefined;
  } catch {
    return "is geen publieke sleutel die we kunnen lezen";
  }
}

/** Can a signature of RS256 or ES256 be checked with one of these? */
export const hasSigningKey = (keys: readonly Key[]): boolean =>
  keys.some((key) => key["use"] !== "enc" && (key["kty"] === "RSA" || key["crv"] === "P-256"));

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** What of a file stands at an address. */
type Addresses = {
  readonly start_url: string;
  readonly clients: readonly {
    readonly soort: string;
    readonly redirect_uris?: readonly string[];
    readonly post_logout_redirect_uris?: readonly string[];
    readonly backchannel_logout_uri?: string | undefined;
  }[];
};

/** Addresses of a file that anybody on the way could read or change: a line per field. On the machine itself nobody is on the way. */
export function plainAddresses({ start_url, clients }: Addresses): string[] {
  const named = clients.flatMap((client, index) => [
    ...(client.redirect_uris ?? []).map((uri, nr) => [`clients.${index}.redirect_uris.${nr}`, uri] as const),
    ...(client.post_logout_redirect_uris ?? []).map(
      (uri, nr) => [`clients.${index}.post_logout_redirect_uris.${nr}`, uri] as const,
    ),
    [`clients.${index}.backchannel_logout_uri`, client.backchannel_logout_uri] as const,
  ]);
  return [["start_url", start_url] as const, ...named].flatMap(([field, address]) => {
    const url = address === undefined ? undefined : new URL(address);
    return url?.protocol === "http:" && !loopback.has(url.hostname)
      ? [`${field}: in productie met https`]
      : [];
  });
}
