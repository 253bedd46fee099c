import { describe, expect, test } from "vitest";
import { deadLetters, deleteDeadLetters, pause, redrive, resume } from "../../src/tenant/operations.ts";
import { isBalanced, ledgerOf, live } from "../spool/setting.ts";
import { epoch, Household, secrets } from "./household.ts";

const raw = (n: number): string => `{"id":"${n}","occurred_at":"2026-05-01T07:00:00Z","pad":"${"x".repeat(600)}"}`;

/** A tenant with so many dead letters, in a balance. */
function withDead(count: number, tenant: object = {}) {
  const household = new Household(
    { kandji: { acme: {} }, intakes: { siem: { kind: "webhook" } } },
    secrets({ siem: {} }, tenant),
  );
  const { state } = household.engine;
  const { spool } = state;
  spool.append(
    live,
    null,
    Array.from({ length: count }, (_, n) => raw(n)),
    epoch,
    null,
  );
  const offset = spool.offsets.get("siem", live);
  if (offset === undefined) throw new Error("The test's destination has not joined");
  spool.settle({ ...offset, position: count, dead: count });
  for (let n = 0; n < count; n += 1) {
    const letter = {
      dataset: "audit-events",
      destination: "siem",
      recordId: String(n),
      status: 422,
      reason: "bad",
      at: epoch,
    };
    spool.deadLetters.add(letter, raw(n));
  }
  return { household, state, spool, ledger: () => ledgerOf(spool) };
}

describe("dead letters", () => {
  test("are shown with an excerpt of 500 characters, and without one for a tenant with a jurisdiction", () => {
    const [letter] = deadLetters(withDead(1).state);
    expect(letter).toMatchObject({ recordId: "0", status: 422, at: "2026-05-01T08:00:00.000Z" });
    expect(letter?.excerpt).toBe(raw(0).slice(0, 500));
    const [resident] = deadLetters(withDead(1, { jurisdiction: "eu" }).state);
    expect(resident).not.toHaveProperty("excerpt");
  });

  test("that are redriven move from dead to pending, each once, however often it is asked for", () => {
    const { state, spool, ledger } = withDead(3);
    const [first] = spool.deadLetters.all();
    expect(redrive(state, [first?.id ?? 0, 999])).toBe(1);
    expect(redrive(state, [first?.id ?? 0])).toBe(0);
    expect(ledger()).toMatchObject({ collected: 3, dead: 2, pending: 1, delivered: 0 });
    expect(redrive(state, undefined)).toBe(2);
    expect(redrive(state, undefined)).toBe(0);
    expect(ledger()).toMatchObject({ collected: 3, dead: 0, pending: 3 });
    expect(
      spool.segments.all().every(({ lane, destination }) => lane.stream === "redriven" && destination === "siem"),
    ).toBe(true);
    expect(isBalanced(ledger())).toBe(true);
  });

  test("that are deleted move from dead to skipped, each once", () => {
    const { state, spool, ledger } = withDead(3);
    const ids = spool.deadLetters.all().map(({ id }) => id);
    expect(deleteDeadLetters(state, ids.slice(0, 2))).toBe(2);
    expect(deleteDeadLetters(state, ids.slice(0, 2))).toBe(0);
    expect(ledger()).toMatchObject({ collected: 3, dead: 1, skipped: 2 });
    expect(deleteDeadLetters(state, undefined)).toBe(1);
    expect(isBalanced(ledger())).toBe(true);
  });

  test("no ids means none, not all", () => {
    const { state, ledger } = withDead(2);
    expect([redrive(state, []), deleteDeadLetters(state, [])]).toEqual([0, 0]);
    expect(ledger()).toMatchObject({ dead: 2 });
  });
});

describe("pausing", () => {
  test("the whole, a dataset or a destination; each is resumed by itself, and survives an eviction", () => {
    const { household } = withDead(0);
    const isPaused = () => {
      const { state } = household.engine;
      return [state.isPaused({}), state.isPaused({ dataset: "audit-events" }), state.isPaused({ destination: "siem" })];
    };
    const act = (deed: typeof pause, scope: Parameters<typeof pause>[1]): void => {
      deed(household.engine.state, scope);
      deed(household.engine.state, scope);
      household.evict();
    };
    act(pause, { destination: "siem" });
    expect(isPaused()).toEqual([false, false, true]);
    act(pause, { dataset: "audit-events" });
    expect(isPaused()).toEqual([false, true, true]);
    act(pause, {});
    expect(isPaused()).toEqual([true, true, true]);
    act(resume, {});
    expect(isPaused()).toEqual([false, true, true]);
    act(resume, { dataset: "audit-events" });
    act(resume, { destination: "siem" });
    expect(isPaused()).toEqual([false, false, false]);
  });

  test("a tenant that is paused asks for nothing and sends nothing; resumed, it goes on", async () => {
    const { household } = withDead(0);
    pause(household.engine.state, {});
    await household.pass(5 * 60_000);
    expect(household.world.kandji.get("acme")?.requests.manners().requests).toBe(0);
    expect(household.report()).toMatchObject({ paused: true, health: "paused" });
    resume(household.engine.state, {});
    await household.pass(2 * 60_000);
    expect(household.world.kandji.get("acme")?.requests.manners().requests).toBeGreaterThan(0);
  });
});
