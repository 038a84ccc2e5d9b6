import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { Hono } from "hono";
import { assets } from "./assets.ts";
import type { Asset } from "./assets.ts";

type Encoding = "br" | "gzip" | "identity";

/**
 * A Hono app that serves the static files under `/static/`. Mount it with `app.route('/', staticAssets())`, before
 * the routes that ask who is there: static files are the same for everybody.
 *
 * A file is compressed when it is first asked for, beside what else is answered, and kept for all sites (some 25 kB).
 */
export function staticAssets(): Hono {
  const app = new Hono();

  app.get("/static/:hash/:file", async (c) => {
    const asset = byPath.get(c.req.path);
    if (asset === undefined)
      return c.text("Dit bestand bestaat niet.", 404, { "x-content-type-options": "nosniff" });

    const encoding = encodingFor(asset, c.req.header("accept-encoding") ?? "");
    const etag = `"${asset.hash}-${encoding}"`;
    const headers: Record<string, string> = {
      "cache-control": "public, max-age=31536000, immutable",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      etag,
      ...(asset.compressible ? { vary: "accept-encoding" } : {}),
      // A drawing opened on its own may use the style inside it, and nothing else.
      ...(asset.type === "image/svg+xml"
        ? { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" }
        : {}),
    };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);

    const content = await contentOf(asset, encoding);
    return c.body(content, 200, {
      ...headers,
      "content-type": asset.type,
      "content-length": String(content.byteLength),
      ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
    });
  });
  return app;
}

function encodingFor(asset: Asset, accepted: string): Encoding {
  if (!asset.compressible) return "identity";
  const offers = accepted
    .toLowerCase()
    .split(",")
    .filter((offer) => !/;\s*q=0(\.0*)?\s*$/.test(offer))
    .map((offer) => offer.split(";")[0]?.trim());
  return offers.includes("br") ? "br" : offers.includes("gzip") ? "gzip" : "identity";
}

const byPath = new Map(Array.from(assets.values(), (asset) => [asset.path, asset]));

type Bytes = Buffer<ArrayBuffer>;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const encode: Readonly<Record<Encoding, (plain: Bytes) => Promise<Bytes>>> = {
  br: (plain) => brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  gzip: (plain) => zip(plain, { level: 9 }),
  identity: (plain) => Promise.resolve(plain),
};

const encoded = new Map<string, Promise<Bytes>>();

/** A file in an encoding; all who ask for it while it is made wait for the same one. */
function contentOf({ path, content }: Asset, encoding: Encoding): Promise<Bytes> {
  const key = `${encoding} ${path}`;
  const made = encoded.get(key) ?? encode[encoding](content);
  encoded.set(key, made);
  return made;
}
