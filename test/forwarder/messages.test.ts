import { describe, expect, test } from "vitest";
import { bodyOf } from "../../src/forwarder/messages.ts";
import { noticeOf, type Notice } from "../../src/forwarder/notice.ts";
import { begun } from "../../src/forwarder/conditions.ts";

const t0 = Date.parse("2026-05-01T08:30:00.000Z");
const hostile = "no <!channel> & [click](https://evil.example) *bold*";

const notice = (event: Notice["event"], message = "Kandji answered 401"): Notice =>
  noticeOf(
    event,
    {
      ...begun(
        "acme",
        { code: "token-rejected", subject: "tenant acme / audit-events", message, fix: "Mend it", health: "failing" },
        t0,
      ),
      told: event === "restored" ? null : "failing",
    },
    t0 + 60_000,
  );
const of = (event: Notice["event"], message?: string) => ({ kind: "notice", notice: notice(event, message) }) as const;
const statusUrl = "https://forwarder.example/status";
const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe("a message", () => {
  test("to Slack is one text that names subject, code, mend and times", () => {
    expect(parsed(bodyOf(of("degraded"), { type: "slack", statusUrl }))).toEqual({
      text: [
        "Failing: tenant acme / audit-events (token-rejected)",
        "Kandji answered 401",
        "Mend: Mend it",
        "More: https://forwarder.example/docs/operating.md#token-rejected",
        "Since 2026-05-01T08:30:00.000Z, noticed 2026-05-01T08:31:00.000Z",
        statusUrl,
      ].join("\n"),
    });
    expect(bodyOf(of("reminder"), { type: "slack", statusUrl: undefined })).toContain("Still failing: ");
    const over = bodyOf(of("restored"), { type: "slack", statusUrl: undefined });
    expect(over).toContain("Over: tenant acme");
    expect(over).not.toContain("Mend");
  });

  test("calls nobody and links nowhere, whatever a text of somebody else holds", () => {
    const slack = String(parsed(bodyOf(of("degraded", hostile), { type: "slack", statusUrl }))["text"]);
    expect(slack).toContain("no &lt;!channel&gt; &amp; [click]");
    expect(slack).not.toMatch(/[<>]/);
    const teams = bodyOf(of("degraded", hostile), { type: "teams", statusUrl });
    // Markdown is read in a TextBlock only.
    expect(teams).not.toContain('"TextBlock"');
    expect(teams).toContain("[click](https://evil.example)");
  });

  test("to a Teams workflow is an Adaptive Card in a message", () => {
    const body = parsed(bodyOf(of("degraded"), { type: "teams", statusUrl }));
    expect(body).toMatchObject({
      type: "message",
      attachments: [
        { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: { type: "AdaptiveCard" } },
      ],
    });
    expect(JSON.stringify(body)).toContain("Failing: tenant acme / audit-events (token-rejected)");
  });

  test("to a program has every field", () => {
    expect(parsed(bodyOf(of("degraded"), { type: "json", statusUrl }))).toEqual({
      ...notice("degraded"),
      docs: "https://forwarder.example/docs/operating.md#token-rejected",
      statusUrl,
    });
    expect(parsed(bodyOf(of("restored"), { type: "json", statusUrl: undefined }))).toEqual({
      ...notice("restored"),
      docs: "/docs/operating.md#token-rejected",
    });
  });

  test("that sums up says how many of what", () => {
    const sum = {
      kind: "sum",
      more: { degraded: 7, restored: 2, reminder: 0 },
      at: new Date(t0).toISOString(),
    } as const;
    expect(bodyOf(sum, { type: "slack", statusUrl })).toContain("And 9 more: 7 turned bad or worse, 2 over, 0 last on");
    expect(parsed(bodyOf(sum, { type: "json", statusUrl }))).toEqual({
      event: "more",
      ...sum.more,
      at: sum.at,
      statusUrl,
    });
  });

  test("has texts of 500 characters at most", () => {
    expect(notice("degraded", "x".repeat(500)).message).toBe("x".repeat(500));
    expect(notice("degraded", "x".repeat(501)).message).toBe(`${"x".repeat(500)}…`);
  });
});
