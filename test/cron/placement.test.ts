import { expect, test } from "vitest";
import type { Env } from "../../src/env.ts";
import { tenantAt } from "../../src/tenant/placement.ts";

/** A namespace that says where an object was asked for. The local runtime has no jurisdictions, so nothing else can show it. */
function namespaceIn(place: string) {
  return {
    getByName: (name: string) => `${name} in ${place}`,
    jurisdiction: (jurisdiction: string) => namespaceIn(jurisdiction),
  };
}

const envWith = (more: Partial<Env>): Env => ({ TENANTS: namespaceIn("no jurisdiction"), ...more }) as unknown as Env;

test.each(["eu", "us", "fedramp"])("an object with jurisdiction %s is asked for there", (home) => {
  expect(tenantAt(envWith({}), "acme", home)).toBe(`acme in ${home}`);
});

test("one without is asked for by its name alone", () => {
  expect(tenantAt(envWith({}), "acme", "")).toBe("acme in no jurisdiction");
});

test("in development jurisdictions are left out: the local runtime throws at them", () => {
  expect(tenantAt(envWith({ ALLOW_LOCAL_HOSTS: "true" }), "acme", "eu")).toBe("acme in no jurisdiction");
});

test.each(["false", "1", ""])("development is what ALLOW_LOCAL_HOSTS says with the word true, not with %j", (value) => {
  expect(tenantAt(envWith({ ALLOW_LOCAL_HOSTS: value }), "acme", "eu")).toBe("acme in eu");
});
