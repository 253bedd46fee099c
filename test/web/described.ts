import * as z from "zod";
import { openapiDocument } from "../../src/web/openapi/document.ts";
import { routes } from "../../src/web/routes.ts";

/** Reads the OpenAPI document as a program would that knows nothing else, and holds an answer to it. */

export type Json = Readonly<Record<string, unknown>>;
export type Responses = Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Json }>> }>>;

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Json }[];
  readonly requestBody?: { required: boolean; content: Readonly<Record<string, { schema: Json }>> };
  readonly responses: Responses;
  readonly security?: readonly Json[];
}

export interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
  readonly security: readonly Json[];
}

export const document = openapiDocument(routes, "1.2.3") as unknown as Document;

/** The operation whose template the path fits. */
export function operationFor(method: string, path: string): Operation {
  const [wanted = ""] = path.split("?");
  const [, found] =
    Object.entries(document.paths).find(([template]) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/gu, "[^/]+")}$`, "u").test(wanted),
    ) ?? [];
  const operation = found?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not in the document`);
  return operation;
}

/** Throws unless the answer is one that the document has: its status, its type, and every key of its JSON. Returns the JSON. */
export async function described(method: string, path: string, answer: Response): Promise<unknown> {
  const response = operationFor(method, path).responses[String(answer.status)];
  if (response === undefined) throw new Error(`${method} ${path} may not answer ${answer.status}`);
  const [type = ""] = (answer.headers.get("Content-Type") ?? "").split(";");
  const text = await answer.text();
  if (response.content === undefined) {
    if (text !== "") throw new Error(`${method} ${path} answers something with ${answer.status}`);
    return undefined;
  }
  const media = response.content[type];
  if (media === undefined) throw new Error(`${method} ${path} may not answer ${type} with ${answer.status}`);
  return type === "application/json" ? validate(media.schema, JSON.parse(text)) : text;
}

/** Throws unless the value fits; a key that the schema does not name is none. */
export function validate(schema: Json, value: unknown): unknown {
  const whole = { ...schema, $defs: document.components.schemas };
  const strict = JSON.parse(JSON.stringify(whole).replaceAll("#/components/schemas/", "#/$defs/"), shut) as Json;
  return z.fromJSONSchema(strict).parse(value);
}

/** Answers may get more keys in a later version, so the document leaves them open; what is sent today must stand in it. */
function shut(_: string, part: unknown): unknown {
  const isObject = typeof part === "object" && part !== null && "properties" in part && "type" in part;
  return isObject ? { additionalProperties: false, ...part } : part;
}
