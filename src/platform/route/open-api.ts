import { z } from "zod";
import type { ProblemKind } from "#platform/problem";
import type { AnyRoute } from "./index.ts";
import type { Fields } from "./read.ts";

/** What the documentation of a route for machines says besides. */
export type Endpoint = {
  /** Its `operationId`. */
  readonly id: string;
  /** Answers beside 200 that are no refusal: when each is given. The handler sets them with `http.status`. */
  readonly also?: Readonly<Partial<Record<201 | 202, string>>>;
  /** Headers of a request that it looks at: what each is for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly output: z.ZodType;
  readonly problems: readonly ProblemKind[];
};

/** The OpenAPI 3.1 description of a list of endpoints. */
export function openApi<Calls>(
  endpoints: readonly (AnyRoute<Calls> & Endpoint)[],
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
    const json = (schema: z.ZodType, io: "input" | "output") => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<
        string,
        unknown
      >;
      return rest;
    };
    const output = json(declared.output, "output");
    const parameters = (place: "path" | "query", fields: Fields = {}) => {
      const { properties = {}, required = [] } = json(z.strictObject(fields), "input") as {
        properties?: Record<string, unknown>;
        required?: string[];
      };
      return Object.entries(properties).map(([name, schema]) => ({
        name,
        in: place,
        required: required.includes(name),
        schema,
      }));
    };
    const responses: Record<string, unknown> = {
      200: {
        description: "Gelukt",
        content: { "application/json": { schema: output } },
      },
    };
    for (const [status, description] of Object.entries(declared.also ?? {})) {
      responses[status] = {
        description,
        content: { "application/json": { schema: output } },
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
      summary: declared.summary,
      ...(declared.access === "open" ? { security: [] } : { security: [{ machine: [declared.access] }] }),
      parameters: [
        ...parameters("path", declared.params),
        ...parameters("query", declared.query),
        ...Object.entries(declared.headers ?? {}).map(([name, description]) => ({
          name,
          in: "header",
          required: false,
          description,
          schema: { type: "string" },
        })),
      ],
      ...(declared.json && {
        requestBody: {
          required: true,
          content: { "application/json": { schema: json(declared.json, "input") } },
        },
      }),
      ...(declared.stream !== undefined && {
        requestBody: { required: true, content: { [declared.stream]: { schema: { type: "string" } } } },
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
