import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failureOf, messageOf } from "../../src/kandji/failure.ts";

const permission = { label: "List audit events", method: "GET", path: "/api/v1/audit/events" };
const now = Date.parse("2026-05-01T08:00:00Z");
const failure = (status: number, body?: string, headers: Record<string, string> = {}) =>
  failureOf({ status, body, headers: new Headers(headers) }, permission, now);

describe("what an error body says", () => {
  test.each([
    ["a detail", '{"detail": "Not permitted for this token."}', "Not permitted for this token."],
    ["an error", '{"error": "Unauthorized"}', "Unauthorized"],
    ["a list", '["Lost mode is off for this device."]', "Lost mode is off for this device."],
    ["a field with a list", '{"limit": ["Enter a whole number."]}', "Enter a whole number."],
    ["the gateway's message", '{"message": "no such route", "request_id": "a1b2c3"}', "no such route"],
    ["a bare text", '"text"', "text"],
    ["a page", "<!doctype html><html><title>Not found</title></html>", "Not found"],
    ["a list of details", '{"detail":[{"loc":["query","limit"],"msg":"too large","type":"value"}]}', "too large"],
    ["errors", '{"errors": ["one", "two"]}', "one"],
    ["a detail before a message", '{"message": "second", "detail": "first"}', "first"],
    ["a detail that is empty of text", '{"detail": null, "message": "second"}', "second"],
    ["nothing", "", ""],
    ["plain text", "Bad gateway", "Bad gateway"],
  ])("is read out of %s", (_, body, text) => {
    expect(messageOf(body)).toBe(text);
  });

  test("an answer that was too long says nothing", () => {
    expect(messageOf(undefined)).toBe("");
  });

  test("is one line of at most 200 characters without control characters, whatever the body", () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string({ unit: "binary", maxLength: 2_000 }),
      fc.string({ unit: "binary", maxLength: 900 }).map((detail) => JSON.stringify({ detail })),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const text = messageOf(body);
        expect(text.length).toBeLessThanOrEqual(200);
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is cut at 200 characters", () => {
    expect(messageOf(JSON.stringify({ detail: "a".repeat(200) }))).toHaveLength(200);
    expect(messageOf(JSON.stringify({ detail: "a".repeat(201) }))).toHaveLength(200);
  });

  test("a body that is nested a hundred thousand deep is an error body like any other", () => {
    const deep = `${"[".repeat(100_000)}"text"${"]".repeat(100_000)}`;
    expect(messageOf(deep).length).toBeLessThanOrEqual(200);
    const objects = `${'{"detail":'.repeat(100_000)}"text"${"}".repeat(100_000)}`;
    expect(messageOf(objects).length).toBeLessThanOrEqual(200);
  });
});

describe("what a status means", () => {
  test.each([
    [400, "unexpected-answer"],
    [401, "token-rejected"],
    [402, "unexpected-answer"],
    [403, "token-lacks-permission"],
    [404, "wrong-host"],
    [413, "unreadable-answer"],
    [429, "rate-limited"],
    [500, "kandji-unavailable"],
    [502, "kandji-unavailable"],
    [503, "kandji-unavailable"],
    [504, "kandji-unavailable"],
    [599, "kandji-unavailable"],
    [301, "wrong-host"],
    [307, "wrong-host"],
    [204, "unexpected-answer"],
    [418, "unexpected-answer"],
  ])("%i is %s", (status, kind) => {
    expect(failure(status)).toMatchObject({ kind, message: `Kandji answered ${status}`, retryAfterMs: null });
  });

  test("it says what Kandji said, and what mends it", () => {
    expect(failure(403, '{"detail":"No."}')).toMatchObject({
      message: "Kandji answered 403: No.",
      fix: expect.stringContaining('tick "List audit events" (GET /api/v1/audit/events)') as string,
    });
    expect(failure(401).fix).toContain('"List audit events" (GET /api/v1/audit/events)');
  });

  test("Retry-After is read in both forms, with any status", () => {
    expect(failure(429, "", { "Retry-After": "120" }).retryAfterMs).toBe(120_000);
    expect(failure(503, "", { "Retry-After": "Fri, 01 May 2026 08:00:30 GMT" }).retryAfterMs).toBe(30_000);
    expect(failure(401, "", { "Retry-After": "soon" }).retryAfterMs).toBeNull();
  });
});
