import { describe, expect, test } from "vitest";
import { epoch, hour, Household, minute, secrets } from "./household.ts";

describe("a backfill", () => {
  const settle = () =>
    new Household(
      {
        kandji: {
          acme: {
            token: "token-of-acme",
            events: [{ seed: 2, count: 60_000, from: epoch - 200 * hour, to: epoch }],
          },
        },
        intakes: { siem: { kind: "webhook", keepTexts: false } },
      },
      secrets(
        { siem: {} },
        { maxRequestsPerHour: 40, datasets: { "audit-events": { backfill: "200h", sweep: "never", every: "10m" } } },
      ),
    );

  test("tells when it will be done, at the pace so far, and not before anything of it is read", async () => {
    const it = settle();
    const first = (await it.tick()).datasets[0]?.backfill;
    expect(first).toMatchObject({ state: "running" });
    const told = (await it.pass(2.5 * hour)).datasets[0]?.backfill;
    expect(told?.state).toBe("running");
    const foretold = Date.parse(told?.endsAt ?? "");
    let done = await it.pass(10 * minute);
    while (done.datasets[0]?.backfill.state !== "done") done = await it.pass(10 * minute);
    expect(done.datasets[0].backfill).toEqual({ state: "done", percent: 100 });
    // The share of the hour comes in bursts.
    const took = it.time.now() - epoch;
    expect(Math.abs(foretold - epoch - took) / took).toBeLessThan(0.4);
  });

  test("says after a restart that nobody knows, until some of it is read", async () => {
    const it = settle();
    await it.pass(hour);
    it.evict();
    expect(it.report().datasets[0]?.backfill).toMatchObject({ state: "running", endsAt: null });
  });
});
