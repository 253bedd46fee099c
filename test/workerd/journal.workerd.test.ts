/** The journal in the real runtime: through the route, the objects and what is stored. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { day, minute, Premises } from "./premises.ts";

const forwarder = () => (env as unknown as Env).FORWARDER.getByName("forwarder");

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function entriesOf(place: Premises, query = ""): Promise<JournalEntry[]> {
  const response = await place.ask(`/journal?tenant=${place.tenant}${query}`);
  expect(response.status).toBe(200);
  const { entries }: { entries: JournalEntry[] } = await response.json();
  return entries;
}

const told = async (place: Premises, query = ""): Promise<string[]> =>
  (await entriesOf(place, query)).map(({ actionName, actionResult }) => `${actionName} ${actionResult}`).toReversed();

describe("the journal", () => {
  test("has what was done to a tenant, and keeps it when the tenant is forgotten", async () => {
    const place = new Premises("told");
    await place.fire();
    await place.ask("/tenants/told/pause", { method: "POST" });
    await place.ask("/tenants/told/resume", { method: "POST", body: '{"destination":"nowhere"}' });
    await place.ask("/tenants/told/verify", { method: "POST" });
    await evictDurableObject(forwarder());
    await place.ask("/tenants/told", { method: "DELETE", body: '{"confirm":"told"}' });
    expect(await told(place)).toEqual([
      "SECRET_ADDED SUCCEEDED",
      "PAUSE SUCCEEDED",
      "RESUME FAILED",
      "VERIFY SUCCEEDED",
      "FORGET_TENANT SUCCEEDED",
    ]);
    const [newest] = await entriesOf(place, "&limit=1");
    expect(newest).toMatchObject({
      actor: { id: "admin-token", type: "TOKEN" },
      timestamp: new Date(place.now).toISOString(),
    });
  });

  test("has what changed in the secrets, once each, and idle firings write nothing in it", async () => {
    const place = new Premises("changing");
    await place.fire();
    const rows = async () =>
      runInDurableObject(
        forwarder(),
        (_, { storage }) => storage.sql.exec("SELECT COUNT(*) AS n FROM journal").one()["n"],
      );
    const before = await rows();
    for (let firing = 0; firing < 5; firing += 1) {
      place.pass(minute);
      await place.fire();
      await evictDurableObject(forwarder());
    }
    expect(await rows()).toBe(before);
    place.setTenant({ maxRequestsPerHour: 100 });
    await place.fire();
    place.set(place.secretName, "{");
    await place.fire();
    place.unset(place.secretName);
    await place.fire();
    expect(await told(place)).toEqual([
      "SECRET_ADDED SUCCEEDED",
      "SECRET_CHANGED SUCCEEDED",
      "SECRET_INVALID FAILED",
      "SECRET_REMOVED SUCCEEDED",
    ]);
  });

  test("tells of a tenant that is forgotten by itself", async () => {
    const place = new Premises("left");
    await place.fire();
    place.unset(place.secretName);
    await place.ring();
    place.pass(30 * day);
    await place.ring();
    expect(await told(place, "&action=TENANT_FORGOTTEN")).toEqual(["TENANT_FORGOTTEN SUCCEEDED"]);
  });

  test("that cannot be written stops no operation and no firing: the log says so", async () => {
    const place = new Premises("unwritten");
    await place.fire();
    await runInDurableObject(forwarder(), (_, { storage }) =>
      storage.sql.exec("INSERT INTO journal_migrations (version) VALUES (99)").toArray(),
    );
    await evictDurableObject(forwarder());
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    try {
      expect((await place.ask("/tenants/unwritten/pause", { method: "POST" })).status).toBe(202);
      expect(await place.report()).toMatchObject({ paused: true });
      place.setTenant({ maxRequestsPerHour: 100 });
      await place.fire();
      expect((await place.fleet()).lastTickAt).toBe(new Date(place.now).toISOString());
      expect((await place.ask("/journal")).status).toBe(503);
      expect((await place.ask("/status")).status).toBe(200);
      expect(errors.mock.calls.flat().join("\n")).toContain('"event":"journal-not-written"');
    } finally {
      await runInDurableObject(forwarder(), (_, { storage }) =>
        storage.sql.exec("DELETE FROM journal_migrations WHERE version = 99").toArray(),
      );
    }
    // What changed meanwhile is told as soon as it can be.
    await evictDurableObject(forwarder());
    await place.fire();
    expect(await told(place)).toEqual(["SECRET_ADDED SUCCEEDED", "SECRET_CHANGED SUCCEEDED"]);
  });

  test("is kept as long as JOURNAL_DAYS says, five years without it or with nonsense", async () => {
    const place = new Premises("kept");
    await place.fire();
    place.pass(5 * 365 * day);
    expect(await told(place)).toHaveLength(1);
    place.pass(1);
    expect(await told(place)).toEqual([]);
    place.set("JOURNAL_DAYS", "0");
    await evictDurableObject(forwarder());
    await place.fire();
    place.set("JOURNAL_DAYS", "7");
    await evictDurableObject(forwarder());
    await place.ask("/tenants/kept/pause", { method: "POST" });
    place.pass(7 * day);
    expect(await told(place)).toEqual(["PAUSE SUCCEEDED"]);
    place.pass(1);
    expect(await told(place)).toEqual([]);
    place.unset("JOURNAL_DAYS");
  });
});
