import { describe, expect, test } from "vitest";
import { entryOf, itself, type Deed, type JournalEntry } from "../../src/journal/entry.ts";
import { replay } from "../../src/tenant/replay.ts";
import type { Delivery } from "../simulator/intake-memory.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

/** What the forwarder writes down of itself goes to destinations like any other record. */

const both = { "forwarder-journal": {}, "forwarder-health": {} };
const intakes = { siem: { kind: "webhook" }, archive: { kind: "webhook" } } as const;

interface Settings {
  readonly datasets?: object;
  readonly destinations?: Readonly<Record<string, object>>;
  readonly kandji?: object;
  readonly tenant?: string;
  readonly maxSpoolBytes?: number;
}

function household({ datasets = both, destinations = { siem: {} }, kandji = {}, ...vars }: Settings = {}) {
  const it = new Household(
    { kandji: { acme: { token: "token-of-acme", ...kandji } }, intakes },
    secrets(destinations, { datasets }),
    vars,
  );
  const arrived: (Delivery & { readonly at: string })[] = [];
  for (const [at, intake] of it.world.intakes)
    intake.memory.onAccepted = (delivery) => void arrived.push({ ...delivery, at });
  const arrivedAt = (name: string): string[] => arrived.flatMap(({ at, records }) => (at === name ? records : []));
  const texts = (dataset: string): string[] =>
    arrived.flatMap((delivery) => (delivery.dataset === dataset ? delivery.records : []));
  return { it, arrived, arrivedAt, texts, write: (entry: JournalEntry) => it.journal.append(entry) };
}

const deed = (change: Partial<Deed> = {}): Deed => ({
  action: "PAUSE",
  result: "SUCCEEDED",
  actor: itself,
  static: { tenant: "acme" },
  ...change,
});
/** `count` entries a second apart, until now. */
const entries = (count: number, change: Partial<Deed> = {}): JournalEntry[] =>
  Array.from({ length: count }, (_, index) =>
    entryOf(deed({ details: { index }, ...change }), epoch - (count - index) * 1_000),
  );
const textsOf = (all: readonly JournalEntry[]): string[] => all.map((entry) => JSON.stringify(entry));

describe("a log of the forwarder", () => {
  test("arrives to the character, in order, once, and without those of others", async () => {
    const { it, arrived, texts, write } = household();
    const past = entries(3);
    const health = entries(2, { action: "HEALTH_DEGRADED" });
    for (const entry of [
      ...past,
      ...entries(2, { static: { tenant: "globex" } }),
      ...entries(1, { static: {} }),
      ...health,
    ])
      write(entry);
    await it.pass(3 * minute);
    const later = entryOf(deed({ action: "RESUME" }), it.time.now());
    write(later);
    await it.pass(20 * minute);
    expect(texts("forwarder-journal")).toEqual(textsOf([...past, later]));
    expect(texts("forwarder-health")).toEqual(textsOf(health));
    expect(new Set(arrived.map(({ tenant }) => tenant))).toEqual(new Set(["acme"]));
  });

  test("needs nothing of Kandji: neither a request nor that it answers", async () => {
    const { it, texts, write } = household({ datasets: both });
    const [entry] = entries(1);
    if (entry !== undefined) write(entry);
    const report = await it.pass(hour);
    expect(texts("forwarder-journal")).toHaveLength(1);
    expect(it.world.kandji.get("acme")?.requests.manners().requests).toBe(0);
    expect(report.requests.lastHour).toBe(0);
    // A restart charges polls that may have been made: none of these was made at Kandji.
    await it.pass(7 * minute);
    it.evict();
    expect(it.report().requests.lastHour).toBe(0);
  });

  test("goes on while Kandji wants to be left alone and the share of the hour is used up", async () => {
    const wanted = { kandji: { events: [{ seed: 1, count: 30, from: epoch - hour, to: epoch }] } };
    const { it, texts, write } = household({ ...wanted, datasets: { "audit-events": {}, ...both } });
    it.engine.state.budget.block(epoch + 5 * hour);
    const [entry] = entries(1, { action: "HEALTH_DEGRADED" });
    if (entry !== undefined) write(entry);
    await it.pass(5 * minute);
    expect(texts("forwarder-health")).toEqual(textsOf(entry === undefined ? [] : [entry]));
    expect(texts("audit-events")).toEqual([]);
  });

  test("goes on under a new host of the account, and does not vouch for it", async () => {
    const events = [{ seed: 1, count: 30, from: epoch - hour, to: epoch }];
    const datasets = { "audit-events": {}, "forwarder-journal": {} };
    const { it, arrivedAt, texts, write } = household({ datasets, kandji: { events } });
    for (const entry of entries(1, { action: "RESUME" })) write(entry);
    await it.pass(hour);
    const collected = texts("audit-events").length;
    expect(collected).toBe(30);
    it.world.kandji.get("acme")?.faults.set({ always: { do: "status", status: 503 } });
    it.evict(secrets({ siem: {}, archive: {} }, { region: "eu", datasets }));
    for (const entry of entries(1)) write(entry);
    await it.pass(10 * minute);
    // The new destination is given the past of the log, and waits for that of the account.
    expect(arrivedAt("archive").map((text) => (JSON.parse(text) as JournalEntry).actionName)).toEqual(
      expect.arrayContaining(["RESUME", "PAUSE"]),
    );
    expect(arrivedAt("archive")).toHaveLength(2);
    expect(texts("forwarder-journal")).toHaveLength(4);
    expect(it.engine.state.isHostNew).toBe(true);
  });

  test("has room for more entries of one moment than a page holds", async () => {
    const { it, texts, write } = household();
    const many = Array.from({ length: 1_203 }, (_, index) => entryOf(deed({ details: { index } }), epoch - minute));
    for (const entry of many) write(entry);
    await it.pass(15 * minute);
    expect(texts("forwarder-journal")).toHaveLength(many.length);
    expect(new Set(texts("forwarder-journal"))).toEqual(new Set(textsOf(many)));
  });

  test("is given whole to a destination that comes later", async () => {
    const { it, arrivedAt, write } = household();
    const all = entries(900);
    for (const entry of all) write(entry);
    await it.pass(hour);
    it.evict(secrets({ siem: {}, archive: {} }, { datasets: both }));
    await it.pass(hour);
    expect(arrivedAt("archive")).toHaveLength(all.length);
    expect(new Set(arrivedAt("archive"))).toEqual(new Set(textsOf(all)));
    expect(arrivedAt("siem")).toHaveLength(all.length);
  });

  test("is read again for a destination that was away when the spool was full", async () => {
    const { it, arrivedAt, write } = household({ maxSpoolBytes: 60_000, destinations: { siem: {}, archive: {} } });
    it.world.intakes.get("archive")?.faults.set({ always: { do: "status", status: 503 } });
    const all = entries(900);
    for (const entry of all) write(entry);
    const report = await it.pass(2 * hour);
    expect(report.destinations.find(({ name }) => name === "archive")?.owed).toBeGreaterThan(0);
    expect(arrivedAt("siem")).toHaveLength(all.length);
    it.world.intakes.get("archive")?.faults.clear();
    const healed = await it.pass(2 * hour);
    expect(new Set(arrivedAt("archive"))).toEqual(new Set(textsOf(all)));
    expect(healed.destinations.map(({ pending }) => pending)).toEqual([0, 0]);
  });

  test("is sent again when somebody asks for a range of it", async () => {
    const { it, texts, write } = household();
    for (const entry of entries(5)) write(entry);
    await it.pass(5 * minute);
    replay(it.engine.state, {
      dataset: "forwarder-journal",
      since: (epoch - day) * 1_000,
      until: null,
      destination: "siem",
    });
    await it.pass(5 * minute);
    expect(texts("forwarder-journal")).toHaveLength(10);
  });

  test("that cannot be read is a problem until it can, and nothing of it is lost", async () => {
    const { it, texts, write } = household();
    for (const entry of entries(2)) write(entry);
    const { readOwnLog } = it;
    it.readOwnLog = async () => Promise.reject(new Error("A newer version wrote the journal"));
    const report = await it.pass(10 * minute);
    expect(report.problems).toContainEqual(expect.objectContaining({ code: "own-log-unreadable", health: "failing" }));
    expect(JSON.stringify(report)).not.toContain("newer version");
    it.readOwnLog = readOwnLog;
    expect((await it.pass(3 * minute)).problems).toEqual([]);
    expect(texts("forwarder-journal")).toHaveLength(2);
  });

  test("writes no row while nothing happens, but the heartbeat", async () => {
    const { it, write } = household();
    for (const entry of entries(2)) write(entry);
    await it.pass(hour);
    const before = it.sql.writes;
    await it.pass(hour);
    expect(it.sql.writes - before).toBeLessThanOrEqual(6);
  });
});

describe("what concerns no tenant", () => {
  test("goes out under the forwarder's own name, with what concerns tenants that are gone", async () => {
    const { it, arrived, texts, write } = household({ tenant: "forwarder" });
    it.readOwnLog = async (name, _, query) => it.journal.log(name, { others: ["acme"] }, query);
    const nobodys = entries(2, { action: "ACCESS_REFUSED", static: {} });
    const gone = entries(1, { action: "SECRET_REMOVED", static: { tenant: "globex" } });
    for (const entry of [...nobodys, ...entries(3), ...gone]) write(entry);
    await it.pass(5 * minute);
    expect(new Set(texts("forwarder-journal"))).toEqual(new Set(textsOf([...nobodys, ...gone])));
    expect(new Set(arrived.map(({ tenant }) => tenant))).toEqual(new Set(["forwarder"]));
  });
});
