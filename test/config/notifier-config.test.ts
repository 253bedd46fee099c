import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";

const url = "https://hooks.slack.com/services/T000/B000/the-secret-part";

function read(secret: object | string, more: Record<string, string> = {}) {
  const text = typeof secret === "string" ? secret : JSON.stringify(secret);
  const parsed = readConfig({ NOTIFY_OPS: text, ...more }).notifiers?.get("ops");
  if (parsed === undefined) throw new Error("It was not read");
  return parsed;
}
const errorsOf = (secret: object | string) => {
  const parsed = read(secret);
  return parsed.ok ? [] : parsed.errors;
};

describe("the secret of a notification", () => {
  it("needs a type and an address; the rest has defaults", () => {
    expect(read({ type: "slack", url })).toMatchObject({
      ok: true,
      value: {
        id: "ops",
        secretName: "NOTIFY_OPS",
        type: "slack",
        host: "hooks.slack.com",
        tenants: undefined,
        reminderEveryMs: 86_400_000,
      },
    });
    const full = {
      type: "json",
      url,
      tenants: ["acme"],
      reminderEvery: "never",
      statusUrl: "https://f.example/status",
    };
    expect(read(full)).toMatchObject({
      value: { tenants: ["acme"], reminderEveryMs: Infinity, statusUrl: "https://f.example/status" },
    });
  });

  it("has an address that is a secret", () => {
    expect(inspect(read({ type: "slack", url }), { depth: 9 })).not.toContain("the-secret-part");
    expect(JSON.stringify(read({ type: "slack", url }))).not.toContain("the-secret-part");
  });

  it.each([
    ["{", ""],
    [{ type: "slack" }, "url"],
    [{ url }, "type"],
    [{ type: "email", url }, "type"],
    [{ type: "slack", url: "http://hooks.slack.com/x" }, "url"],
    [{ type: "slack", url: "https://127.0.0.1/x" }, "url"],
    [{ type: "slack", url: "https://user:password@hooks.slack.com/x" }, "url"],
    [{ type: "slack", url: "https://chat.internal/x" }, "url"],
    [{ type: "slack", url, tenants: [] }, "tenants"],
    [{ type: "slack", url, tenants: ["ACME EU"] }, "tenants.0"],
    [{ type: "slack", url, channel: "#ops" }, "channel"],
    [{ type: "slack", url, reminderEvery: "59m" }, "reminderEvery"],
    [{ type: "slack", url, reminderEvery: "31d" }, "reminderEvery"],
    [{ type: "slack", url, statusUrl: "status" }, "statusUrl"],
  ])("%j is wrong at %j, which is said with its mend and without a value", (secret, key) => {
    expect(errorsOf(secret)).toEqual([
      {
        secret: "NOTIFY_OPS",
        key,
        message: expect.stringContaining("NOTIFY_OPS"),
        fix: expect.stringMatching(/^[A-Z]/),
      },
    ]);
    expect(JSON.stringify(errorsOf(secret))).not.toMatch(/the-secret-part|password@/);
  });

  it.each(["1h", "60m", "30d"])("may remind every %s", (reminderEvery) => {
    expect(read({ type: "slack", url, reminderEvery }).ok).toBe(true);
  });

  it("that is wrong stops nothing else", () => {
    const config = readConfig({
      NOTIFY_OPS: "{",
      NOTIFY_TEAM: JSON.stringify({ type: "teams", url }),
      TENANT_ACME: JSON.stringify({ subdomain: "acme", token: "t" }),
    });
    expect([config.notifiers?.get("team")?.ok, config.tenants.get("acme")?.ok]).toEqual([true, true]);
  });
});
