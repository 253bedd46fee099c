/** The OpenAPI document: made of the routes, of the schemas that validate bodies, and of those of the answers. https://spec.openapis.org/oas/v3.1.1 */

import * as z from "zod";
import { refusal } from "./answers.ts";
import { named } from "./components.ts";
import { descriptions, healthz, type Answer, type Description } from "./descriptions.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the document has to know of a route. */
export interface Described {
  readonly method: string;
  readonly path: string;
  /** The name of the operation, for admins only; undefined where something is shown. */
  readonly operates: string | undefined;
}

const uri = (id: string): string => `#/components/schemas/${id}`;

export function openapiDocument(routes: readonly Described[], version: string): Json {
  const paths = new Map<string, Json>([["/healthz", { get: { ...operationOf(healthz, []), security: [] } }]]);
  for (const route of routes) {
    const description = descriptions[`${route.method} ${route.path}`];
    // A test sees to it that there is none without.
    if (description === undefined) continue;
    const path = route.path.replaceAll(/:(\w+)/gu, "{$1}");
    paths.set(path, { ...paths.get(path), [route.method.toLowerCase()]: guarded(route, description) });
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "kandji-forwarder",
      version,
      description: "Moves everything out of Kandji (now Iru) into log systems",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }, { basic: [] }, { access: [] }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: schemas(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN or VIEWER_TOKEN" },
        basic: { type: "http", scheme: "basic", description: "Any user name; the token is the password" },
        access: {
          type: "apiKey",
          in: "header",
          name: "Cf-Access-Jwt-Assertion",
          description: "Put there by Cloudflare Access, where it stands in front",
        },
      },
    },
  };
}

function schemas(): Json {
  const made = z.toJSONSchema(named, { io: "input", uri }).schemas;
  return Object.fromEntries(
    Object.entries(made).map(([id, { $schema: _dialect, $id: _address, ...schema }]) => [id, schema]),
  );
}

/** A schema where it is used: a reference when it has a name. */
function schemaOf(schema: z.ZodType): Json {
  const id = named.get(schema)?.id;
  if (id !== undefined) return { $ref: uri(id) };
  const { $schema: _dialect, ...inline } = z.toJSONSchema(schema, { io: "input" });
  return inline;
}

const refusals = {
  400: "Bad input: what, where, the mend",
  401: "No token, or a wrong one",
  403: "The viewer token may not do this, or a page of another site asked",
  404: "There is no such tenant",
  409: "A secret that is absent or broken stands in the way",
  413: "The body is too long",
  500: "Something unexpected happened",
  503: "No ADMIN_TOKEN is set, or an object did not answer",
} as const;

/** What stands behind the door. */
function guarded({ path, operates }: Described, description: Description): Json {
  const possible: (keyof typeof refusals)[] = [401, 500, 503];
  if (path.includes(":tenant")) possible.push(404);
  if (description.body !== undefined || /\/(?:chain|replay)$/.test(path)) possible.push(400);
  if (description.hinders === true) possible.push(409);
  if (operates !== undefined) possible.push(403, 413);
  const tenant = { name: "tenant", in: "path", required: true, schema: { type: "string" } };
  return {
    ...operationOf(description, path.includes(":tenant") ? [tenant] : []),
    description: operates !== undefined ? "For the admin token" : "For the admin and the viewer token",
    responses: { ...responsesOf(description), ...refusalsOf(possible) },
  };
}

function operationOf(description: Description, inPath: readonly Json[]): Json {
  const parameters = [...inPath, ...queryOf(description)];
  return {
    operationId: description.id,
    summary: description.does,
    ...(parameters.length > 0 && { parameters }),
    ...(description.body !== undefined && { requestBody: bodyOf(description.body) }),
    responses: responsesOf(description),
  };
}

function queryOf({ query }: Description): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function bodyOf(body: z.ZodType): Json {
  const schema = schemaOf(body);
  return {
    required: !body.safeParse({}).success,
    content: { "application/json": { schema }, "application/x-www-form-urlencoded": { schema } },
  };
}

const responsesOf = ({ answers }: Description): Json =>
  Object.fromEntries(answers.map((answer) => [String(answer.status), responseOf(answer)]));

function responseOf({ says, json, page, text }: Omit<Answer, "status">): Json {
  const content = {
    ...(json !== undefined && { "application/json": { schema: schemaOf(json) } }),
    ...(page === true && { "text/html": { schema: { type: "string" } } }),
    ...(text !== undefined && { [text]: { schema: { type: "string" } } }),
  };
  return { description: says, ...(Object.keys(content).length > 0 && { content }) };
}

const refusalsOf = (possible: readonly (keyof typeof refusals)[]): Json =>
  Object.fromEntries(
    possible.map((status) => [status, responseOf({ says: refusals[status], json: refusal, page: true })]),
  );
