import { z } from "zod";
import { protocolBestand } from "#modules/protocollen";
import { schoolsoftwareBestand } from "#modules/schoolsoftware";
import { toepassingBestand } from "#modules/toepassingen";
import { apiDescription } from "#sites/api";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function schemaOf(name: string, title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Record<
    string,
    unknown
  >;
  return json({ $schema, $id: `https://leerid.example/schemas/${name}`, title, ...rest });
}

/** Files that machines read: the API, and the formats of what is imported. */
export async function schemas(): Promise<Record<string, string>> {
  return {
    "openapi.json": json(
      apiDescription({ api: "https://api.leerid.example", acm: "https://acm.leerid.example" }),
    ),
    "protocol.schema.json": schemaOf(
      "protocol.schema.json",
      "Protocol (overeenkomst DOV - dienstenleverancier), voor leerid import protocol",
      protocolBestand,
    ),
    "toepassing.schema.json": schemaOf(
      "toepassing.schema.json",
      "Toepassing met haar clients, voor leerid import toepassing",
      toepassingBestand,
    ),
    "schoolsoftware.schema.json": schemaOf(
      "schoolsoftware.schema.json",
      "Schoolpakketten en welke school welk pakket gebruikt, voor leerid import schoolsoftware",
      schoolsoftwareBestand,
    ),
  };
}
