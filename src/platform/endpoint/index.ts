import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import type { Context } from "#platform/context";
import { isUnavailable } from "#platform/database";
import { beschrijf, heeftNul } from "#platform/import-file";
import { describeError, isHangUp } from "#platform/log";
import { algemeen, Problem, problemBody, type ProblemKind } from "#platform/problem";

type Shape = z.ZodType<Record<string, unknown>>;
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/**
 * One endpoint of an API, declared once: routing, access, validation and its documentation follow from it.
 * `access` is not optional: an endpoint without a rule does not compile, and a site that does not know the rule refuses to start.
 */
export type Endpoint<
  Access extends string,
  Query extends Shape | undefined,
  Body extends z.ZodType | "stream" | undefined,
  Out extends z.ZodType,
> = {
  readonly id: string;
  readonly method: "get" | "post" | "put";
  /** Hono path: `/datastore/v1/aanmelding`. */
  readonly path: string;
  readonly access: Access;
  readonly titel: string;
  readonly query?: Query;
  /** A schema for JSON of at most 64 kB, or "stream" when the handler reads the body itself. */
  readonly body?: Body;
  /** Media type of a streamed body, for the documentation. */
  readonly bodyType?: string;
  readonly output: Out;
  /** Answers beside 200 that are no refusal: when each is given. The handler sets them with `http.status`. */
  readonly also?: Readonly<Partial<Record<201 | 202, string>>>;
  /** Headers of a request that it looks at, for the documentation: what each is for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly problems: readonly ProblemKind[];
  handle(
    ctx: Context,
    input: {
      /** The machine that asks, as `authorise` found it; empty when access is open. */
      readonly clientId: string;
      readonly query: Output<Query>;
      readonly body: Body extends z.ZodType ? z.output<Body> : undefined;
      readonly http: HonoContext;
    },
  ): Promise<z.input<Out>>;
};

/** Any endpoint, for lists. */
export type AnyEndpoint<Access extends string> = Endpoint<Access, never, never, z.ZodType>;

/** Declares an endpoint; only there to infer its types. */
export function endpoint<
  Access extends string,
  Out extends z.ZodType,
  Query extends Shape | undefined = undefined,
  Body extends z.ZodType | "stream" | undefined = undefined,
>(declaration: Endpoint<Access, Query, Body, Out>): AnyEndpoint<Access> {
  return declaration as unknown as AnyEndpoint<Access>;
}

const langsteBody = 65_536;

/**
 * Puts endpoints on a Hono app: authenticates, authorises, parses in, runs, parses out, maps refusals to RFC 9457.
 * `authorise` gives the client_id of the caller (empty when the endpoint is open), or throws a Problem when the caller may not.
 */
export function mount<Access extends string>(
  app: Hono,
  ctx: Context,
  endpoints: readonly AnyEndpoint<Access>[],
  authorise: (http: HonoContext, access: Access) => Promise<string>,
): void {
  for (const declared of endpoints) {
    app.on(declared.method.toUpperCase(), declared.path, async (http) => {
      const clientId = await authorise(http, declared.access);
      const { query, body } = declared as { query?: Shape; body?: z.ZodType | "stream" };
      const input = {
        clientId,
        query: query ? parse(query, http.req.query(), "vraag") : undefined,
        body:
          body === undefined || body === "stream" ? undefined : parse(body, await readJson(http), "inhoud"),
        http,
      };
      const result = await declared.handle(ctx, input as never);
      // Every answer through its schema: a field that is not declared cannot leak (Hono itself does not strip).
      return http.json(declared.output.parse(result) as never);
    });
  }
  app.notFound((http) => problemResponse(http, new Problem(algemeen["niet-gevonden"])));
  app.onError((error, http) => {
    if (error instanceof Problem) return problemResponse(http, error);
    if (isHangUp(error)) return http.body(null, 400);
    if (isUnavailable(error)) {
      ctx.log.warn({ ...describeError(error), pad: http.req.routePath }, "de databank kon nu niet");
      return problemResponse(http, new Problem(algemeen["te-druk"], undefined, { "retry-after": "5" }));
    }
    ctx.log.error({ ...describeError(error), pad: http.req.routePath }, "onverwachte fout in de API");
    return http.json(
      {
        type: "about:blank",
        title: "Er ging iets mis bij LeerID.",
        status: 500,
        code: "fout",
        detail: "Er ging iets mis bij LeerID. Probeer het later opnieuw.",
        herstel: "De beheerders van LeerID lossen dit op.",
      },
      500,
      {
        "content-type": "application/problem+json",
      },
    );
  });
}

function parse<S extends z.ZodType>(schema: S, value: unknown, wat: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new Problem(algemeen["ongeldige-invoer"], `${wat}: ${beschrijf(parsed.error).join("; ")}`);
  return parsed.data;
}

async function readJson(http: HonoContext): Promise<unknown> {
  if (!/^application\/json\s*(?:;|$)/i.test(http.req.header("content-type") ?? ""))
    throw new Problem(algemeen["verkeerd-formaat"], "Stuur application/json.");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of http.req.raw.body ?? []) {
    size += chunk.length;
    if (size > langsteBody) throw new Problem(algemeen["te-groot"]);
    chunks.push(chunk);
  }
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    value = JSON.parse(text);
  } catch {
    throw new Problem(algemeen["ongeldige-invoer"], "inhoud: dit is geen JSON in UTF-8");
  }
  if (heeftNul(text))
    throw new Problem(algemeen["ongeldige-invoer"], "inhoud: het teken U+0000 kan niet gelezen worden");
  return value;
}

/** A refusal as an RFC 9457 response. */
export function problemResponse(http: HonoContext, problem: Problem): Response {
  return http.json(problemBody(problem.kind, problem.detail), problem.kind.status, {
    ...problem.headers,
    "content-type": "application/problem+json",
  });
}

/** The OpenAPI 3.1 description of a list of endpoints. */
export function openApi<Access extends string>(
  endpoints: readonly AnyEndpoint<Access>[],
  info: {
    readonly title: string;
    readonly version: string;
    readonly server: string;
    readonly tokenUrl: string;
    readonly scopes: Readonly<Record<string, string>>;
  },
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const declared of endpoints) {
    const { query, body, bodyType } = declared as {
      query?: Shape;
      body?: z.ZodType | "stream";
      bodyType?: string;
    };
    const json = (schema: z.ZodType, io: "input" | "output") => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<
        string,
        unknown
      >;
      return rest;
    };
    const querySchema = query
      ? (json(query, "input") as { properties?: Record<string, unknown>; required?: string[] })
      : undefined;
    const responses: Record<string, unknown> = {
      200: {
        description: "Gelukt",
        content: { "application/json": { schema: json(declared.output, "output") } },
      },
    };
    for (const [status, description] of Object.entries(declared.also ?? {})) {
      responses[status] = {
        description,
        content: { "application/json": { schema: json(declared.output, "output") } },
      };
    }
    for (const status of [...new Set(declared.problems.map((kind) => kind.status))].toSorted()) {
      const kinds = declared.problems.filter((kind) => kind.status === status);
      responses[status] = {
        description: kinds.map((kind) => `\`${kind.code}\`: ${kind.titel}`).join(" "),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Probleem" } } },
      };
    }
    (paths[declared.path.replaceAll(/:(\w+)/g, "{$1}")] ??= {})[declared.method] = {
      operationId: declared.id,
      summary: declared.titel,
      ...(declared.access === "open" ? { security: [] } : { security: [{ machine: [declared.access] }] }),
      parameters: [
        ...[...declared.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
          name,
          in: "path",
          required: true,
          schema: { type: "string" },
        })),
        ...Object.entries(querySchema?.properties ?? {}).map(([name, schema]) => ({
          name,
          in: "query",
          required: querySchema?.required?.includes(name) ?? false,
          schema,
        })),
        ...Object.entries(declared.headers ?? {}).map(([name, description]) => ({
          name,
          in: "header",
          required: false,
          description,
          schema: { type: "string" },
        })),
      ],
      ...(body === undefined
        ? {}
        : {
            requestBody: {
              required: true,
              content:
                body === "stream"
                  ? { [bodyType ?? "application/octet-stream"]: { schema: { type: "string" } } }
                  : { "application/json": { schema: json(body, "input") } },
            },
          }),
      responses,
    };
  }
  return {
    openapi: "3.1.0",
    info: { title: info.title, version: info.version },
    servers: [{ url: info.server }],
    paths,
    components: {
      securitySchemes: {
        machine: {
          type: "oauth2",
          flows: { clientCredentials: { tokenUrl: info.tokenUrl, scopes: info.scopes } },
        },
      },
      schemas: {
        Probleem: {
          type: "object",
          required: ["type", "title", "status", "code", "detail", "herstel"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            code: { type: "string" },
            detail: { type: "string" },
            herstel: { type: "string", description: "Wie dit kan oplossen, en hoe." },
          },
        },
      },
    },
  };
}
