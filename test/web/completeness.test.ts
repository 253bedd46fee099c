import { describe, expect, it } from "vitest";
import type { HourReport } from "../../src/tenant/report.ts";
import { asking, browser } from "./asking.ts";
import { aDataset, aGateway, aReport, now, operations } from "./sample.ts";

/** The table of hours on the page of a tenant. */

describe("hour by hour", () => {
  const hours = (missing: number, count = 72): HourReport[] =>
    Array.from({ length: count }, (_, index) => ({
      hour: new Date(now - (count - index) * 3_600_000 - 30 * 60_000).toISOString(),
      inKandji: 120,
      destinations: ["siem", "archive"].map((name) => ({
        name,
        delivered: 117 - (index === 3 && name === "siem" ? missing : 0),
        pending: 1,
        skipped: 0,
        dead: 2,
        missing: index === 3 && name === "siem" ? missing : 0,
        because: null,
      })),
    }));
  const pageOf = async (completeness: readonly HourReport[]) => {
    const report = aReport({ datasets: [aDataset({ completeness })] });
    const gateway = aGateway({ tenant: (id) => operations([], id, async () => report, [], { ok: true, checks: [] }) });
    return (await asking(gateway)("/status/acme", { headers: browser })).text();
  };

  it("says of each destination that all hours add up, and why a figure differs", async () => {
    const text = await pageOf(hours(0));
    expect(text).toContain("audit-events to siem: all of 72 hours add up");
    expect(text).toContain("audit-events to archive: all of 72 hours add up");
    expect(text).toContain("1 wait, 2 dead");
    expect(text).toContain("And 48 more: the JSON has them");
  });

  it("opens where one does not, and has that hour first", async () => {
    const text = await pageOf(hours(5));
    expect(text).toContain("audit-events to siem: 1 of 72 hours do not add up");
    const [, table = ""] = text.split("audit-events to siem: ");
    expect(table.split("<tbody>")[1]).toMatch(/^<tr><th scope="row"><time datetime="2026-04-28T11:00:00.000Z">/);
    expect(text).toContain("5 missing");
    expect(text).toContain("audit-events to archive: all of 72 hours add up");
  });

  it("shows nothing where nothing was swept", async () => {
    expect(await pageOf([])).not.toContain("Hour by hour");
  });

  it("stays below 100 KB with a month of hours and many destinations", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `destination-${index}`);
    const [one] = hours(0, 1)[0]?.destinations ?? [];
    if (one === undefined) throw new Error("There is one");
    const month = hours(0, 720).map((each) => ({ ...each, destinations: names.map((name) => ({ ...one, name })) }));
    expect(new TextEncoder().encode(await pageOf(month)).length).toBeLessThan(100_000);
  });
});
