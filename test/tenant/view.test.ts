/** How the plan sees a tenant whose destinations, datasets and ranges do not fit together. */
import { describe, expect, test } from "vitest";
import type { Range } from "../../src/spool/ranges.ts";
import { noteName } from "../../src/tenant/roster.ts";
import { viewOf } from "../../src/tenant/view.ts";
import { day, epoch, hour, Household, minute, secrets } from "./household.ts";

const both = secrets({ siem: {}, archive: {} });
const { DESTINATION_ARCHIVE: _, ...withoutArchive } = both;

const house = (env: Record<string, string> = both): Household =>
  new Household(
    {
      kandji: {
        acme: { token: "token-of-acme", events: [{ seed: 1, count: 20, from: epoch - 5 * day, to: epoch - hour }] },
      },
      intakes: { siem: { kind: "webhook" }, archive: { kind: "webhook" } },
    },
    env,
  );

function addRange(it: Household, more: Partial<Omit<Range, "id">> = {}): Range {
  const from = (epoch - 10 * day) * 1_000;
  const { ranges } = it.engine.state.spool;
  const archive = { dataset: "audit-events", destination: "archive", reason: "backfill", expected: 0 } as const;
  ranges.add({ ...archive, from, to: epoch * 1_000, at: from, edge: [], onlyFrom: null, ids: [], ...more });
  return ranges.all().at(-1)!;
}

const seen = (it: Household, { id }: Range) => viewOf(it.engine.state, it.time).ranges.find((range) => range.id === id);
const asked = (it: Household): number => it.world.kandji.get("acme")?.requests.manners().requests ?? 0;

describe("a range of the past for one destination", () => {
  test("is read while that destination takes what it gets", () => {
    const it = house();
    expect(seen(it, addRange(it))).toMatchObject({ isPaused: false, isBackedUp: false });
  });

  test("waits while its secret is absent, and is read once it is back", async () => {
    const it = house();
    await it.tick();
    it.evict(withoutArchive);
    const range = addRange(it);
    expect(seen(it, range)).toMatchObject({ isBackedUp: true });
    await it.pass(10 * minute);
    expect(it.engine.state.spool.ranges.get(range.id)).toEqual(range);
    it.evict(both);
    await it.pass(10 * minute);
    expect(it.engine.state.spool.ranges.get(range.id)).toBeUndefined();
  });

  test("waits where nobody of that name ever took part", () => {
    const it = house(withoutArchive);
    expect(seen(it, addRange(it))).toMatchObject({ isBackedUp: true });
  });

  test("waits while that destination is in trouble, until its next try has come and nothing else waits to be tried with", async () => {
    const it = house();
    await it.tick();
    it.evict();
    const note = it.engine.state.noteOf("archive");
    const trouble = { kind: "unavailable", why: "503", fix: "", isAsked: true, attempts: 1, since: epoch } as const;
    const retryAt = it.time.now() + 5 * minute;
    it.engine.state.documents.write(noteName("archive"), { ...note, trouble: { ...trouble, retryAt } });
    it.evict();
    const range = addRange(it);
    expect(seen(it, range)).toMatchObject({ isBackedUp: true });
    await it.time.advance(5 * minute);
    expect(seen(it, range)).toMatchObject({ isBackedUp: false });
    it.engine.state.spool.append({ dataset: "audit-events", stream: "live" }, null, ['{"id":"x"}'], epoch, null);
    expect(seen(it, range)).toMatchObject({ isBackedUp: true });
  });
});

describe("what belongs to a dataset that is not collected", () => {
  test("a range of it is left where it is: nobody reads it, and nothing waits for it", async () => {
    const it = house();
    const range = addRange(it, { dataset: "devices", destination: null });
    expect(seen(it, range)).toBeUndefined();
    await it.pass(5 * minute);
    expect(it.engine.state.spool.ranges.get(range.id)).toEqual(range);
    expect(it.report().problems).toEqual([]);
  });

  test("cannot be asked for: an order to read it is a mistake of the program, not a request", async () => {
    const it = house();
    const range = addRange(it, { dataset: "devices", destination: null });
    await expect(it.engine.state.poll("devices")).rejects.toThrow('No source "devices"');
    await expect(it.engine.state.readRange(range.id)).rejects.toThrow('No source "devices"');
    expect(asked(it)).toBe(0);
  });

  test("a range that is gone by the time it is to be read costs no request", async () => {
    const it = house();
    const range = addRange(it);
    it.engine.state.spool.leave("archive");
    expect(await it.engine.state.readRange(range.id)).toBe(0);
    expect(asked(it)).toBe(0);
  });
});
