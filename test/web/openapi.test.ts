import { describe, expect, it } from "vitest";
import { routes } from "../../src/web/routes.ts";
import { asking, browser, form } from "./asking.ts";
import { described, document, operationFor, validate, type Json } from "./described.ts";
import {
  aConfig,
  aDeadLetter,
  aDestination,
  aFleet,
  aGateway,
  ago,
  aReport,
  broken,
  everyDataset,
  operations,
  validTenant,
} from "./sample.ts";

/** Contract §6, `GET /openapi.json`: the table of routes for programs, and that it is true. */

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const all = Object.entries(document.paths).flatMap(([path, operationsOf]) =>
  Object.entries(operationsOf).map(([method, operation]) => ({ path, method, operation })),
);

/** Every object below, with where it is. */
function* parts(value: unknown, at = "#"): Generator<readonly [string, Json]> {
  if (typeof value !== "object" || value === null) return;
  yield [at, value as Json];
  for (const [key, part] of Object.entries(value)) yield* parts(part, `${at}/${key}`);
}

const resolve = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split("/")
    .reduce<unknown>((place, key) => (place as Json | undefined)?.[key], document);

describe("the OpenAPI document", () => {
  it("has every route and no other", () => {
    const told = all.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const real = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/gu, "{$1}")}`);
    expect(told.toSorted((a, b) => a.localeCompare(b))).toEqual(
      ["GET /healthz", ...real].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it("has the parts that OpenAPI 3.1 asks for", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/u);
    expect(document.info).toMatchObject({ title: "kandji-forwarder", version: "1.2.3" });
    for (const { path, method, operation } of all) {
      expect(path).toMatch(/^\//u);
      expect(methods).toContain(method);
      expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[1-5]\d\d$/u);
        expect(response).toHaveProperty("description", expect.stringMatching(/\S/u));
      }
      const content = operation.requestBody?.content ?? {};
      for (const media of Object.values(content)) expect(media).toHaveProperty("schema");
    }
  });

  it("refers only to what it has, and names every schema that it refers to in letters that it may", () => {
    const refs = [...parts(document)].flatMap(([at, part]) =>
      typeof part["$ref"] === "string" ? [[at, part["$ref"]]] : [],
    );
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter(([, ref = ""]) => resolve(ref) === undefined)).toEqual([]);
    for (const name of Object.keys(document.components.schemas)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/u);
    const used = new Set(refs.map(([, ref = ""]) => ref.split("/").at(-1)));
    expect(Object.keys(document.components.schemas).filter((name) => !used.has(name))).toEqual([]);
  });

  it("has an id for each operation, once", () => {
    const ids = all.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z]+$/u);
  });

  it("declares every parameter of a path, and no other, once", () => {
    for (const { path, operation } of all) {
      const inPath = operation.parameters?.filter((parameter) => parameter.in === "path") ?? [];
      expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name));
      expect(inPath.every(({ required }) => required)).toBe(true);
      const identities = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(identities).size).toBe(identities.length);
    }
  });

  it("asks for a token everywhere but at /healthz, in a way that it declares", () => {
    const known = Object.keys(document.components.securitySchemes);
    for (const way of document.security.flatMap((one) => Object.keys(one))) expect(known).toContain(way);
    expect(document.security.length).toBeGreaterThan(0);
    expect(all.filter(({ operation }) => operation.security !== undefined).map(({ path }) => path)).toEqual([
      "/healthz",
    ]);
    expect(operationFor("GET", "/healthz").security).toEqual([]);
  });

  it("says of a body what the routes say of it", async () => {
    const bodies = ["{}", '{"dataset":"audit-events"}', '{"dataset":7}', '{"ids":[1]}', '{"ids":[]}', '{"ids":[0]}'];
    bodies.push(
      '{"confirm":"acme"}',
      '{"confirm":1}',
      '{"nobody":1}',
      "[]",
      "7",
      '{"destination":"siem","dataset":""}',
    );
    for (const { method, path, operates } of routes) {
      const real = path.replace(":tenant", "acme");
      const schema = operationFor(method, real).requestBody?.content["application/json"]?.schema;
      if (!operates || schema === undefined) continue;
      for (const body of bodies) {
        const { status } = await asking(aGateway())(real, { method, body });
        const fits = () => validate(schema, JSON.parse(body));
        if (status === 400) expect(fits, `${method} ${path} ${body}`).toThrow();
        else expect(fits, `${method} ${path} ${body}`).not.toThrow();
      }
    }
  });
});

const letters = [aDeadLetter(), aDeadLetter({ recordId: null, status: 0 })];
const busy = aReport({
  datasets: everyDataset(),
  destinations: [
    aDestination({
      dead: 1,
      delivered: 48_200,
      pending: 10,
      oldestPendingAt: ago(9000),
      retryAt: ago(-5),
      lastError: "no",
    }),
  ],
  problems: [{ code: "c", subject: "s", message: "m", fix: "f", health: "degraded" }],
});
const chained = () => {
  const mac = "0".repeat(64);
  const entry = { seq: 1, dataset: "audit-events", stream: "live", id: "b", at: ago(5), records: 2, digest: mac };
  const whole = JSON.stringify({ ...entry, first: "0".repeat(16), key: null, mac });
  const standing = { destination: "siem", generation: "g", head: { seq: 1, mac } };
  return {
    chains: async () => [standing],
    chainPage: async () => ({ ...standing, before: { seq: 0, mac }, entries: whole, hasMore: false }),
  };
};
const installation = (more: Parameters<typeof aGateway>[0] = {}) =>
  aGateway({
    config: () =>
      aConfig({
        tenants: new Map([
          ["acme", validTenant("acme", { jurisdiction: undefined, destinations: ["siem"] })],
          ["wrong", broken("TENANT_WRONG")],
          ["new", validTenant("new")],
        ]),
      }),
    fleet: async () => aFleet({ tenants: [busy] }),
    tenant: (id) => ({
      ...operations([], id, async () => ({ ...busy, id }), letters, {
        ok: false,
        checks: [
          { name: "n", ok: true, message: "m" },
          { name: "n", ok: false, message: "m", fix: "f" },
        ],
      }),
      ...chained(),
    }),
    ...more,
  });

describe("what routes answer is what the document says", () => {
  const confirmed = '{"confirm":"acme"}';
  const bodies: Readonly<Record<string, string>> = {
    "DELETE /tenants/:tenant": confirmed,
    "POST /tenants/:tenant/forget": confirmed,
    "POST /tenants/:tenant/replay": '{"dataset":"audit-events","since":"2026-05-01T00:00:00.000001Z"}',
  };

  const queries: Readonly<Record<string, string>> = {
    "GET /tenants/:tenant/replay": "?dataset=audit-events&since=2026-05-01T00:00:00.000001Z",
  };

  it.each(routes.map(({ method, path, operates }) => [method, path, operates] as const))(
    "%s %s",
    async (method, path, operates) => {
      const ask = asking(installation());
      const real = path.replace(":tenant", "acme") + (queries[`${method} ${path}`] ?? "");
      const body = bodies[`${method} ${path}`];
      const asked = { method, ...(body !== undefined && { body }) };
      const expectDescribed = async (answer: Response, at = real) => {
        await expect(described(method, at, answer)).resolves.not.toBeNull();
        return answer.status;
      };
      expect([200, 202, 302, 501]).toContain(await expectDescribed(await ask(real, asked)));
      await expectDescribed(await ask(real, { ...asked, as: "viewer" }));
      expect(await expectDescribed(await ask(real, { ...asked, as: "nobody" }))).toBe(401);
      expect(await expectDescribed(await ask(real, { ...asked, headers: browser, as: "wrong" }))).toBe(401);
      expect(await expectDescribed(await asking(installation({ adminToken: undefined }))(real, asked))).toBe(503);
      if (path !== "/openapi.json" && path !== "/metrics")
        await expectDescribed(await ask(real, { ...asked, headers: browser }));
      if (operates) {
        await expectDescribed(await ask(real, { ...asked, headers: { Origin: "https://evil.example" } }));
        await expectDescribed(await ask(real, { method, body: "x".repeat(70_000) }));
        await expectDescribed(await ask(real, { method, body: "{" }));
      }
      if (!path.includes(":tenant")) return;
      for (const other of ["wrong", "new", "nobody"]) {
        const at = path.replace(":tenant", other);
        await expectDescribed(await ask(at, asked), at);
      }
      const failing = aGateway({
        tenant: () => {
          throw new Error("down");
        },
      });
      await expectDescribed(await asking(failing)(real, asked));
    },
  );

  it("a form of our own pages is led on", async () => {
    const answer = await asking(installation())("/tenants/acme/poll", { method: "POST", headers: form, body: "" });
    expect(answer.status).toBe(303);
    await expect(described("POST", "/tenants/acme/poll", answer)).resolves.toBeUndefined();
  });

  it.each(["?after=1", "?destination=siem", "?after=x", "?what=1"])("a chain asked with %s", async (query) => {
    const path = `/tenants/acme/chain${query}`;
    const answer = await asking(installation())(path);
    expect(answer.status).toBe(query.includes("x") || query.includes("what") ? 400 : 200);
    await described("GET", path, answer);
  });

  it.each([
    ["well", aGateway(), 200],
    [
      "failing",
      aGateway({ fleet: async () => aFleet({ lastTickAt: ago(3_600_000), awakeSince: ago(7_200_000) }) }),
      503,
    ],
  ] as const)("/healthz when it is %s", async (_, gateway, status) => {
    const answer = await asking(gateway)("/healthz", { as: "nobody" });
    expect(answer.status).toBe(status);
    await described("GET", "/healthz", answer);
  });

  it("the document itself", async () => {
    const answer = await asking(installation())("/openapi.json", { as: "viewer" });
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(await answer.json()).toEqual(document);
  });
});
