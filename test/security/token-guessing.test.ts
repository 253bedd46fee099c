/** A guesser learns nothing from how long a refusal took or what it says: only whether the whole token was right. */
import { describe, expect, test, vi } from "vitest";
import { roleOf } from "../../src/web/access.ts";
import { asking, browser } from "../web/asking.ts";
import { adminToken, aGateway, viewerToken } from "../web/sample.ts";

const basic = (pair: string): string => `Basic ${btoa(pair)}`;
const guesses: readonly (string | undefined)[] = [
  undefined,
  "Bearer",
  "Bearer x",
  `Bearer ${"x".repeat(adminToken.length)}`,
  `Bearer ${adminToken.slice(0, -1)}`,
  `Bearer ${adminToken.slice(0, 1)}`,
  `Bearer ${adminToken}x`,
  `Bearer x${adminToken}`,
  `Bearer ${adminToken.toUpperCase()}`,
  `Bearer ${viewerToken.slice(0, -1)}`,
  `Bearer ${adminToken}${viewerToken}`,
  `Bearer ${"x".repeat(5_000)}`,
  basic(`admin:${adminToken.slice(0, -1)}`),
  basic(`${adminToken}:x`),
  basic("x"),
  "Basic %%%",
  `Digest ${adminToken}`,
];

/** The lengths of what is digested, in order, for one request. */
async function digestedFor(authorization: string | undefined, tokens: Parameters<typeof roleOf>[1]): Promise<number[]> {
  const digest = vi.spyOn(crypto.subtle, "digest");
  await roleOf(authorization, tokens);
  const lengths = digest.mock.calls.map(([, data]) => data.byteLength);
  digest.mockRestore();
  return lengths;
}

describe("the work of refusing", () => {
  test("is the same for every guess: what was offered, and both tokens whole", async () => {
    for (const guess of guesses) {
      const [, ...compared] = await digestedFor(guess, { adminToken, viewerToken });
      expect([guess, compared]).toEqual([guess, [adminToken.length, viewerToken.length]]);
    }
  });

  test("is the same for a right guess, so that the first token met does not end it", async () => {
    for (const token of [adminToken, viewerToken]) {
      const [, ...compared] = await digestedFor(`Bearer ${token}`, { adminToken, viewerToken });
      expect(compared).toEqual([adminToken.length, viewerToken.length]);
    }
  });

  test("does not tell whether there is a viewer's token", async () => {
    for (const guess of guesses) {
      expect(await digestedFor(guess, { adminToken })).toHaveLength(3);
      expect(await digestedFor(guess, { adminToken, viewerToken })).toHaveLength(3);
    }
  });

  // Cloudflare takes 128 KB of headers: https://developers.cloudflare.com/workers/platform/limits/#request-and-response-limits
  test(
    "does not grow faster than what is offered: a header of blanks costs no more than another",
    async () => {
      expect(await roleOf(`Bearer x${" ".repeat(60_000)}x`, { adminToken })).toBeUndefined();
    },
    // A guard against work that grows with the square, a thousand times what it takes.
    1_000,
  );
});

describe("the words of a refusal", () => {
  test.each([
    ["JSON", {}],
    ["a page", browser],
  ])("are the same for every guess, on every path: %s", async (_, headers) => {
    const ask = asking(aGateway());
    const said = new Set<string>();
    for (const guess of guesses) {
      for (const path of ["/status", "/status/acme", "/status/nobody", "/nowhere", "/tenants/acme/dead-letters"]) {
        const authorization = guess === undefined ? {} : { Authorization: guess };
        const response = await ask(path, { as: "nobody", headers: { ...headers, ...authorization } });
        expect(response.status).toBe(401);
        const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`);
        const text = [...fields, await response.text()].join("\n");
        said.add(text.replaceAll(/nonce(?:-|=")[\w+/=-]+/g, "nonce"));
      }
    }
    expect([...said]).toHaveLength(1);
  });
});
