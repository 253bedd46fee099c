import { describe, expect, test } from "vitest";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { datasets } from "../../src/datasets/registry.ts";

const since = Date.parse("2026-05-01T08:00:00Z") * 1000 + 1;

describe("audit events", () => {
  test("are asked for by time, oldest first, with microseconds and an explicit limit", () => {
    expect(auditEvents.ask({ limit: 500, since, order: "time" })).toEqual({
      path: "/api/v1/audit/events",
      search: { limit: "500", sort_by: "occurred_at", start_date: "2026-05-01T08:00:00.000001Z" },
    });
  });

  test("are asked for by id within an instant, with the end and the cursor where there are such", () => {
    const { search } = auditEvents.ask({ limit: 1, since, until: since + 1, order: "id", cursor: "a+b/c=" });
    expect(search).toMatchObject({ sort_by: "id", end_date: "2026-05-01T08:00:00.000002Z", cursor: "a+b/c=" });
  });

  test.each([null, 7, "text", [], {}, { id: "", occurred_at: "" }, { id: 7, occurred_at: 7 }])(
    "%j has neither id nor time",
    (record) => {
      expect(auditEvents.idOf(record)).toBeUndefined();
      expect(auditEvents.timeOf(record)).toBeUndefined();
    },
  );

  test("are known by the name that operators write", () => {
    expect(datasets.get("audit-events")).toBe(auditEvents);
  });
});
