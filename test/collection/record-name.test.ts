import { describe, expect, it } from "vitest";
import { nameOf } from "../../src/collection/record-name.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { datasets } from "../../src/datasets/registry.ts";
import { samples } from "../datasets/records.ts";

describe("what a record is called", () => {
  it("says what happened", () => {
    const event = { id: "1", action: "update", target_type: "library_item", new_state: { name: "Slack" } };
    expect(nameOf(auditEvents, JSON.stringify(event))).toBe("update library_item Slack");
    expect(nameOf(auditEvents, '{"action":"create"}')).toBe("create");
    expect(nameOf(auditEvents, '{"new_state":"x"}')).toBe("");
  });

  it.each([...datasets.values()])("is short and says something: $name", (dataset) => {
    for (const { raw } of samples.get(dataset.name) ?? []) {
      const name = nameOf(dataset, raw);
      // One row for all, and a row that only its device names.
      if (!["licensing", "device-details"].includes(dataset.name)) expect(name).not.toBe("");
      expect(name.length).toBeLessThanOrEqual(100);
      expect(name).not.toContain("{");
    }
  });

  it("is cut where it is long", () => {
    const named = (length: number): string =>
      nameOf(auditEvents, JSON.stringify({ action: "create", new_state: { name: "n".repeat(length) } }));
    expect(named(93)).toHaveLength(100);
    expect(named(93)).not.toContain("…");
    expect(named(94)).toHaveLength(100);
    expect(named(94)).toMatch(/…$/u);
  });

  it.each(["7", "[]", "null", "{", '{"action":5}'])("is nothing for %s, and no error", (raw) => {
    for (const dataset of datasets.values()) expect(typeof nameOf(dataset, raw)).toBe("string");
  });
});
