import type { Context as HonoContext } from "hono";
import { document, html, pageHeaders, type Html } from "#platform/html";

type Operation = {
  summary: string;
  security: Record<string, string[]>[];
  requestBody?: unknown;
  responses: Record<string, { description: string }>;
};

/** The API in readable form, made from its OpenAPI description. */
export function docsPage(http: HonoContext, beschrijving: Record<string, unknown>): Response {
  const paths = beschrijving["paths"] as Record<string, Record<string, Operation>>;
  const part = (path: string, methode: string, operatie: Operation): Html =>
    html` <section class="stack-s">
      <h2><span class="key">${methode.toUpperCase()} ${path}</span></h2>
      <p>${operatie.summary}</p>
      <p>
        Toegang:
        ${
          operatie.security.length === 0
            ? "iedereen"
            : html`token met scope
                <span class="key"
                  >${Object.values(operatie.security[0] ?? {})
                    .flat()
                    .join(" ")}</span
                >`
        }
      </p>
      <ul>
        ${Object.entries(operatie.responses).map(([status, answer]) => html`<li><b>${status}</b> ${answer.description.replaceAll("`", "")}</li>`)}
      </ul>
    </section>`;
  const body = html`<main id="inhoud" class="wrap page stack">
    <h1>LeerID API</h1>
    <p>
      Voor machines: Discimus, een externe ACM en later schoolpakketten en toepassingen. Vraag een token bij
      ACM met <span class="key">client_credentials</span>. De volledige beschrijving staat in
      <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Fouten volgen RFC 9457, met een vaste code en
      een zin die zegt wie het kan oplossen.
    </p>
    ${Object.entries(paths).flatMap(([path, methodes]) => Object.entries(methodes).map(([methode, operatie]) => part(path, methode, operatie)))}
  </main>`;
  return http.html(document({ site: "aanbieder", title: "LeerID API", body }), 200, pageHeaders());
}
