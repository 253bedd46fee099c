import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { overview } from "../../src/status/overview.ts";
import { aFleet, now } from "../web/sample.ts";

const long = "x".repeat(24);
const short = "x".repeat(23);
const token = "t".repeat(24);

const keyOf = (env: Readonly<Record<string, string>>): [string, string] | undefined => {
  const secret = readConfig(env).chain?.secret;
  return secret === undefined ? undefined : [secret.from, secret.value.reveal()];
};

describe("the key of the chain", () => {
  const cases: readonly [string, Record<string, string>, [string, string] | undefined][] = [
    ["is CHAIN_KEY, if it has 24 characters", { CHAIN_KEY: long, ADMIN_TOKEN: token }, ["CHAIN_KEY", long]],
    [
      "is made from ADMIN_TOKEN where CHAIN_KEY has fewer",
      { CHAIN_KEY: short, ADMIN_TOKEN: token },
      ["ADMIN_TOKEN", token],
    ],
    ["is made from ADMIN_TOKEN where CHAIN_KEY is absent", { ADMIN_TOKEN: token }, ["ADMIN_TOKEN", token]],
    ["is none where the token lets nobody in either", { ADMIN_TOKEN: short }, undefined],
    ["is none where both are too short", { CHAIN_KEY: short, ADMIN_TOKEN: short }, undefined],
    ["is none where there is neither", {}, undefined],
    ["has no blanks and line breaks at its ends", { CHAIN_KEY: ` ${long}\n` }, ["CHAIN_KEY", long]],
    ["is not made long by blanks", { CHAIN_KEY: `${short} \n`, ADMIN_TOKEN: `${token}\r\n` }, ["ADMIN_TOKEN", token]],
    ["is none that is blank", { CHAIN_KEY: " ", ADMIN_TOKEN: "\n" }, undefined],
  ];
  it.each(cases)("%s", (_, env, key) => {
    expect(keyOf(env)).toEqual(key);
  });

  it("that is too short is a problem that names it and the mend, and not its value", () => {
    for (const [env, count] of [
      [{ CHAIN_KEY: short, ADMIN_TOKEN: token }, 1],
      [{ CHAIN_KEY: short }, 1],
      [{ CHAIN_KEY: long }, 0],
      [{ CHAIN_KEY: "" }, 0],
    ] as const) {
      const config = readConfig(env);
      const { problems, health } = overview({
        config,
        fleet: aFleet({ tenants: [], homes: {} }),
        now,
        version: "1.2.3",
      });
      expect(problems).toHaveLength(count);
      expect(health).toBe(count === 0 ? "ok" : "failing");
      if (count > 0) expect(problems[0]).toMatchObject({ code: "secret-invalid", subject: "secret CHAIN_KEY" });
      expect(JSON.stringify([config, problems])).not.toContain(short);
    }
  });
});
