/** Contract §3 (Changes) and §6: what a report says of records that were left out, or that Kandji has no more. */
import { expect, test } from "vitest";
import { live } from "../spool/setting.ts";
import { epoch, hour, Household, minute, secrets } from "./household.ts";

const house = (destination: object = {}, vars: { readonly maxSpoolBytes?: number } = {}): Household =>
  new Household(
    {
      kandji: {
        acme: { token: "token-of-acme", events: [{ seed: 1, count: 5, from: epoch - 2 * hour, to: epoch - hour }] },
      },
      intakes: { siem: { kind: "webhook" } },
    },
    secrets({ siem: destination }),
    vars,
  );

const siem = (it: Household) => it.report().destinations[0]!;

function skipOne(it: Household): void {
  const { spool } = it.engine.state;
  const offset = spool.offsets.get("siem", live)!;
  spool.append(live, null, ['{"id":"x"}'], epoch, null);
  spool.settle({ ...offset, position: offset.position + 1, skipped: offset.skipped + 1 });
}

test("nothing skipped needs no reason", () => {
  expect(siem(house())).toMatchObject({ skipped: 0, skippedWhy: null });
});

test("a destination that takes only some datasets is told to skip the others", () => {
  const it = house({ datasets: ["audit-events"] });
  skipOne(it);
  expect(siem(it)).toMatchObject({ skipped: 1 });
  expect(siem(it).skippedWhy).toContain('of a dataset that its secret does not list ("datasets")');
});

test("one that takes all is not, and the reason is also there while its secret is broken or absent", () => {
  const it = house();
  skipOne(it);
  const why = "Skipped: records dead letters that somebody deleted";
  expect(siem(it)).toMatchObject({ skippedWhy: why, health: "ok" });
  it.evict({ ...it.env, DESTINATION_SIEM: "{" });
  expect(siem(it)).toMatchObject({ skipped: 1, skippedWhy: why, health: "failing" });
  const { DESTINATION_SIEM: _, ...without } = it.env;
  it.evict(without);
  expect(siem(it)).toMatchObject({ skipped: 1, skippedWhy: why, health: "paused" });
  expect(siem(it).lastError).toContain("kept 30 days from 2026-05-01T08:00:00.000Z");
});

test("what was owed and Kandji returns no more is taken off pending and told, and the books balance", async () => {
  const it = house({}, { maxSpoolBytes: 200 });
  await it.pass(2 * minute);
  const before = siem(it);
  const gone = (n: number): string =>
    JSON.stringify({ id: `gone-${n}`, occurred_at: "2026-05-01T05:00:00Z", pad: "x".repeat(150) });
  it.engine.state.spool.append(live, null, [gone(1), gone(2)], epoch, null);
  it.engine.state.spool.makeRoom(1);
  expect(siem(it)).toMatchObject({ owed: 2, pending: 2, owedMissing: 0 });
  await it.pass(5 * minute);
  const after = siem(it);
  expect(after).toMatchObject({ owed: 0, pending: 0, owedMissing: 2, delivered: before.delivered });
  expect(after.collected).toBe(after.delivered + after.pending + after.skipped + after.dead);
  it.evict();
  expect(siem(it)).toMatchObject({ owedMissing: 2 });
});

test("while the cron is silent, a dataset that was never read is polled too", async () => {
  const it = house();
  const { env } = it;
  it.evict({ ...env, DESTINATION_SIEM: "{" });
  await it.tick();
  it.evict(env);
  await it.time.advance(20 * minute);
  expect(it.engine.plan().collect).toBeNull();
  it.engine.state.pollIfCronIsSilent();
  expect(it.engine.plan().collect).toEqual({ kind: "live", dataset: "audit-events" });
  await it.time.during(it.engine.run());
  expect(siem(it)).toMatchObject({ collected: 5, delivered: 5 });
});
