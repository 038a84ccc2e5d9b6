import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Hono } from "hono";
import { assets } from "./assets.ts";
import type { Asset } from "./assets.ts";

type Encoding = "br" | "gzip" | "identity";

/**
 * A Hono app that serves the static files under `/static/`. Mount it with `app.route('/', staticAssets())`, before
 * the routes that ask who is there: static files are the same for everybody.
 *
 * Everything is compressed here, once, and kept in memory (some 25 kB). Make one and mount it on every site.
 */
export function staticAssets(): Hono {
  const byPath = new Map(Array.from(assets.values(), (asset) => [asset.path, asset]));
  const variants = new Map(Array.from(assets.values(), (asset) => [asset.path, variantsOf(asset)]));
  const app = new Hono();

  app.get("/static/:hash/:file", (c) => {
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

    const content = variants.get(asset.path)?.[encoding];
    if (content === undefined) return c.notFound();
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

/** The same bytes in each encoding; a file that is compressed already has only itself. */
function variantsOf(asset: Asset): Partial<Record<Encoding, Buffer<ArrayBuffer>>> {
  const identity = Buffer.from(asset.content);
  if (!asset.compressible) return { identity };
  return {
    identity,
    br: Buffer.from(brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })),
    gzip: Buffer.from(gzipSync(identity, { level: 9 })),
  };
}
