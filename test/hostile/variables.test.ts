import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import type { Tenant } from "../../src/tenant/tenant-object.ts";
import { anyAnswer, answered } from "./answer.ts";
import { anyText } from "./hostile-text.ts";
import { property } from "./inputs.ts";
import { anyBody } from "./kandji-text.ts";
import { cloudflareWorkers, objectOf, stubWaiting } from "./platform.ts";
import { environment, secretsIn } from "./secrets.ts";

/** The object of a tenant as the platform calls it, with any bindings, before any Kandji and any intake. */

vi.mock("cloudflare:workers", () => cloudflareWorkers);
const { Tenant: TenantClass } = await import("../../src/tenant/tenant-object.ts");

const variable = fc.oneof(
  fc.constantFrom<unknown>(
    "45",
    "1",
    "0",
    "-1",
    "1e3",
    "1e400",
    "0x10",
    "NaN",
    " 7 ",
    "9".repeat(400),
    "true",
    "",
    45,
    1.5,
    null,
    {},
    [],
  ),
  anyText,
);
const secret = (name: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(environment[name]) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, "", "{", 7, null) },
    { weight: 1, arbitrary: anyText },
  );
const optional = (values: fc.Arbitrary<unknown>) => fc.option(values, { nil: undefined });

const bindings = fc
  .record({
    TENANT_ACME: secret("TENANT_ACME"),
    DESTINATION_DATADOG: secret("DESTINATION_DATADOG"),
    ADMIN_TOKEN: secret("ADMIN_TOKEN"),
    CHAIN_KEY: secret("CHAIN_KEY"),
    MAX_REQUESTS_PER_RUN: optional(variable),
    MAX_SPOOL_BYTES: optional(variable),
    ALLOW_LOCAL_HOSTS: optional(variable),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const deeds = {
  tick: async (object) => object.tick(Date.now()),
  report: async (object) => object.report(),
  alarm: async (object) => object.alarm(),
  poll: async (object) => object.poll(),
  verify: async (object) => object.verify(),
  pause: async (object) => object.pause({}),
  resume: async (object) => object.resume({}),
  deadLetters: async (object) => object.deadLetters(),
  redrive: async (object) => object.redrive(),
  deleteDeadLetters: async (object) => object.deleteDeadLetters(),
  chains: async (object) => object.chains(),
} as const satisfies Readonly<Record<string, (object: Tenant) => Promise<unknown>>>;
const deed = fc.constantFrom(...Object.values(deeds));

/** What an object says to whoever calls it while its secret cannot be read. */
const refusal = /^The secret of this tenant is absent or broken$/u;

describe("an object", () => {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    for (const method of ["log", "error", "warn", "info", "debug"] as const)
      vi.spyOn(console, method).mockImplementation((...said) => void lines.push(said.map(String).join(" ")));
    stubWaiting();
  });
  afterEach(() => vi.unstubAllGlobals());

  property(
    "whatever secrets and variables say, an object answers and its log lines hold no secret",
    fc.record({
      bindings,
      deeds: fc.array(deed, { minLength: 1, maxLength: 5 }),
      answers: fc.array(anyAnswer(anyBody), { maxLength: 8 }),
    }),
    async ({ bindings: given, deeds: asked, answers }) => {
      lines = [];
      const rest = [...answers];
      vi.stubGlobal("fetch", async (url: string) => {
        const hostile = rest.shift();
        if (hostile === undefined) return new Response('{"results":[],"next":null}');
        const { status, headers, body } = await answered(
          hostile,
          { url, method: "GET", headers: {} },
          { timeoutMs: 1_000, maxBytes: 1e6 },
        );
        const isAnswer = status >= 200 && status <= 599;
        return new Response([204, 205, 304].includes(status) ? null : (body ?? ""), {
          status: isAnswer ? status : 500,
          headers: [...headers],
        });
      });
      const premises = objectOf(TenantClass, given);
      const said: unknown[] = [];
      for (const act of asked) {
        said.push(await act(premises.object).catch((error: unknown) => (error as Error).message));
        await Promise.all(premises.background.splice(0));
      }
      const texts = said.filter((answer) => typeof answer === "string");
      for (const text of texts) expect(text).toMatch(refusal);
      expect(lines).toEqual([]);
      expect(secretsIn(JSON.stringify(said))).toEqual([]);
      expect(Number.isNaN(premises.alarmAt ?? 0)).toBe(false);
    },
  );
});
