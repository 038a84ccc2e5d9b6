import { createHash } from "node:crypto";
import type { KoaContextWithOIDC } from "oidc-provider";
import { document, formTargets, html, pageHeaders, trusted } from "#platform/html";

const script = "document.forms[0].submit()";
const scriptHash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;

/**
 * The provider's page for `response_mode=form_post`, as one of ours: Dutch, with a button for whoever has no JavaScript. The
 * fields are taken over as the provider escaped them.
 */
export function dressFormPost(ctx: KoaContextWithOIDC): void {
  const { body } = ctx;
  const target = ctx.oidc.params?.["redirect_uri"];
  if (ctx.oidc.responseMode !== "form_post" || typeof body !== "string" || typeof target !== "string") return;
  if (!body.includes("<title>Submitting Callback</title>")) return;
  const fields = body.match(/<input type="hidden" name="[a-z_]+" value="[^"<>]*"\/>/g) ?? [];
  const page = document({
    site: "leerling",
    title: "Je gaat verder naar de toepassing",
    body: html`<main class="door" id="inhoud">
      <div class="door-card">
        <h1>Even geduld</h1>
        <p>Je gaat verder naar de toepassing.</p>
        <form class="stack" method="post" action="${target}">
          ${trusted(fields.join(""))}
          <button class="button block">Verder</button>
        </form>
      </div>
      ${trusted(`<script>${script}</script>`)}
    </main>`,
  });
  const headers = pageHeaders({ formAction: formTargets([target]) });
  ctx.set({
    ...headers,
    "content-security-policy": (headers["content-security-policy"] ?? "").replace(
      "script-src 'self'",
      `script-src 'self' ${scriptHash}`,
    ),
  });
  ctx.type = "html";
  ctx.body = page;
}
