import type { IncomingMessage, ServerResponse } from "node:http";
import { sendThrough, json } from "../answer.ts";
import type { Acm } from "../contract.ts";
import { faultAnswer } from "../errors.ts";
import { saveWork } from "../store.ts";
import { makeProvider } from "./provider.ts";
import { beginWork, type UnitOfWork } from "./unit-of-work.ts";

export type Library = (req: IncomingMessage, res: ServerResponse) => unknown;

/** The OpenID library with the clients and keys of this moment; `renew` makes another, and the one before drains. */
export function makeLibrary(acm: Acm): { readonly handle: Library; renew(): void } {
  const { host, protocol } = new URL(acm.issuer);
  let callback = makeCallback(acm);
  return {
    renew: () => void (callback = makeCallback(acm)),
    handle(req, res) {
      // It builds addresses from the request, so those say what we say, whatever the outside sent.
      for (const name of Object.keys(req.headers)) {
        if (name.startsWith("x-forwarded-") || name === "forwarded") delete req.headers[name];
      }
      req.headers.host = host;
      req.headers["x-forwarded-proto"] = protocol.slice(0, -1);
      // Only machines come here: no page, and no other answer for a browser's script.
      req.headers.accept = "application/json";
      delete req.headers.origin;
      const url = req.url ?? "/";
      (req as { originalUrl?: string }).originalUrl = url;
      req.url = url.slice(3).startsWith("/") ? url.slice(3) : `/${url.slice(3)}`;
      return callback(req, res);
    },
  };
}

function makeCallback(acm: Acm): Library {
  const provider = makeProvider(acm);
  provider.use((ctx, next) => commitBeforeAnswer(acm, ctx, next));
  return provider.callback();
}

/** Begins the unit of work and commits it before anything leaves; what cannot be committed is a 500 and no answer. */
async function commitBeforeAnswer(
  acm: Acm,
  ctx: Parameters<typeof sendThrough>[0] & {
    readonly path: string;
    readonly state: { werk?: UnitOfWork; fault?: unknown };
  },
  next: () => Promise<unknown>,
): Promise<void> {
  const werk = beginWork();
  ctx.state.werk = werk;
  try {
    await next();
    if (ctx.state.fault !== undefined) return sendThrough(ctx, faultAnswer(acm, ctx.path, ctx.state.fault));
    if (ctx.status === 404 && !ctx.body) return sendThrough(ctx, json(404, { error: "not_found" }));
    if (!(await saveWork(acm.ctx, werk))) {
      const refused = { error: "invalid_client", error_description: "client authentication failed" };
      return sendThrough(ctx, json(401, refused));
    }
    if (ctx.path.startsWith("/.well-known/") && ctx.body && typeof ctx.body === "object")
      Object.assign(ctx.body, {
        response_modes_supported: ["query", "form_post"],
        // Where an agreement holds no Account_uuid the subject is a pseudonym (D4).
        subject_types_supported: ["public", "pairwise"],
        prompt_values_supported: ["none", "login", "consent", "select_account"],
      });
    ctx.set("x-content-type-options", "nosniff");
    ctx.set("referrer-policy", "no-referrer");
  } catch (error) {
    sendThrough(ctx, faultAnswer(acm, ctx.path, error));
  } finally {
    // Scripts of other sites read what is public, and that alone; the library lets them read a refusal before it knows the client.
    if (!isPublic(ctx.path))
      for (const name of ["allow-origin", "expose-headers"]) ctx.remove(`access-control-${name}`);
  }
}

const isPublic = (path: string): boolean => path === "/v1/keys" || path.startsWith("/.well-known/");
