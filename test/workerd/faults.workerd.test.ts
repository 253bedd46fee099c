/** The object when something is wrong with the program itself, with its state, or with who asks it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { hour, minute, Premises, second } from "./premises.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lets statements of one kind fail, as a full disk or a mistake of ours would, until the answer is called. */
async function breakTable(place: Premises, statement: string): Promise<() => Promise<void>> {
  await runInDurableObject(place.stub, (_, { storage }) => {
    storage.sql.exec(`CREATE TRIGGER broken BEFORE ${statement} BEGIN SELECT RAISE(ABORT, 'text-of-the-error'); END`);
  });
  return async () =>
    runInDurableObject(place.stub, (_, { storage }) => {
      storage.sql.exec("DROP TRIGGER broken");
    });
}

/** A run whose transaction fails. What it leaves is for the next. */
async function failedRun(place: Premises): Promise<() => Promise<void>> {
  await place.fire();
  await place.ringDue();
  const mend = await breakTable(place, "INSERT ON segments");
  place.happen(5, 1);
  place.pass(minute);
  await place.fire();
  return mend;
}

describe("an error of the program itself", () => {
  test("is told without what it said, loses nothing, and is tried again after a minute", async () => {
    const place = new Premises("faulty");
    const mend = await failedRun(place);
    const report = await place.report();
    expect(report).toMatchObject({ health: "failing", problems: [{ code: "internal-error" }] });
    expect(JSON.stringify(report)).not.toContain("text-of-the-error");
    expect(await place.alarmAt()).toBe(place.now + minute);
    await mend();
    place.pass(minute);
    await place.fire();
    await place.ringDue();
    expect(place.account).toMatchObject({ delivered: 5, lost: 0, repeated: 0 });
  });

  test("is shown for an hour", async () => {
    const place = new Premises("remembered");
    await (
      await failedRun(place)
    )();
    await place.ring();
    place.pass(hour);
    await place.fire();
    expect(await place.codes()).toContain("internal-error");
    place.pass(minute);
    await place.fire();
    expect(await place.report()).toMatchObject({ health: "ok", problems: [] });
  });

  test("is told and journalled like any other problem, and its end too", async () => {
    const place = new Premises("notorious");
    const posted: { readonly event: string; readonly code: string; readonly fix: string }[] = [];
    const world = vi.mocked(fetch).getMockImplementation();
    vi.mocked(fetch).mockImplementation(async (input, init) => {
      if (typeof input !== "string" || !input.startsWith("https://chat.example/")) return world!(input, init);
      posted.push(JSON.parse(init?.body as string) as (typeof posted)[number]);
      return new Response("ok");
    });
    place.set("NOTIFY_OPS", JSON.stringify({ type: "json", url: "https://chat.example/the-hook" }));
    const mend = await failedRun(place);
    const fire = async (): Promise<void> => {
      place.pass(minute);
      await place.fire();
    };
    await fire();
    await fire();
    await mend();
    await fire();
    expect(posted.map(({ event, code }) => [event, code])).toEqual([["degraded", "internal-error"]]);
    expect(posted[0]?.fix).toContain("Report it");
    // It is shown for an hour.
    place.pass(hour);
    await fire();
    await fire();
    expect(posted.map(({ event, code }) => [event, code])).toEqual([
      ["degraded", "internal-error"],
      ["restored", "internal-error"],
    ]);
    const { entries } = (await (await place.ask("/journal?tenant=notorious")).json()) as {
      entries: { actionName: string; actionDetails?: { code?: string } }[];
    };
    const about = entries.filter(({ actionDetails }) => actionDetails?.code === "internal-error");
    expect(about.map(({ actionName }) => actionName)).toEqual(["HEALTH_RESTORED", "HEALTH_DEGRADED"]);
  });

  test("does not hide that somebody paused the tenant", async () => {
    const place = new Premises("faulty-and-paused");
    await failedRun(place);
    await place.stub.pause({});
    expect(await place.report()).toMatchObject({ health: "paused", problems: [{ code: "internal-error" }] });
  });

  test("in the middle of an operation undoes all of it, and the next try finds what is stored", async () => {
    const place = new Premises("half-way", [], { refuse: [{ contains: "poison", status: 422 }] });
    const marked = { count: 2, text: "poison" };
    place.kandji.seed({ seed: 1, count: 4, from: place.now - minute, to: place.now - second, marked });
    await place.fire();
    await place.ringDue();
    expect(await place.stub.deadLetters()).toHaveLength(2);
    const mend = await breakTable(place, "DELETE ON dead_letters");
    await expect(async () => place.stub.redrive()).rejects.toThrow();
    expect(await place.stub.deadLetters()).toHaveLength(2);
    expect(await place.codes()).toContain("internal-error");
    expect(await place.report()).toMatchObject({
      destinations: [{ collected: 4, delivered: 2, pending: 0, dead: 2 }],
    });
    await mend();
    expect(await place.stub.deleteDeadLetters()).toBe(2);
    expect(await place.report()).toMatchObject({ destinations: [{ skipped: 2, dead: 0, pending: 0 }] });
  });
});

describe("a state that a newer version wrote", () => {
  test("is left as it is; the alarm goes on being one, and the newer version finds everything", async () => {
    const place = new Premises("rolled-back");
    place.happen(5, 1);
    await place.fire();
    await place.ringDue();
    const setVersion = async (statement: string): Promise<void> => {
      await runInDurableObject(place.stub, (_, { storage }) => void storage.sql.exec(statement));
      await place.evict();
    };
    await setVersion("INSERT INTO migrations (version) VALUES (99)");
    const { requests } = place;
    for (let turn = 0; turn < 3; turn += 1) {
      place.pass(30 * minute);
      expect(await place.ring()).toBe(true);
      expect(await place.alarmAt()).toBeGreaterThan(place.now);
    }
    expect(place.requests).toBe(requests);
    await expect(place.report()).rejects.toThrow("has version 99");
    await setVersion("DELETE FROM migrations WHERE version = 99");
    place.happen(3, 2);
    await place.fire();
    expect(place.account).toMatchObject({ delivered: 8, lost: 0, repeated: 0 });
  });
});

describe("an object that is not to work", () => {
  test("for its secret is absent or broken, says so to whoever asks", async () => {
    const place = new Premises("unreadable");
    place.set(place.secretName, "{");
    await expect(place.report()).rejects.toThrow("The secret of this tenant is absent or broken");
    place.unset(place.secretName);
    await expect(async () => place.stub.poll()).rejects.toThrow("The secret of this tenant is absent or broken");
    expect(place.requests).toBe(0);
  });

  test("for it lives elsewhere than the secret says, takes no record and no order", async () => {
    const place = new Premises("abroad");
    place.setTenant({ jurisdiction: "eu" });
    place.unset("ALLOW_LOCAL_HOSTS");
    try {
      for (const order of [
        async () => place.stub.tick(place.now),
        async () => place.stub.poll(),
        async () => place.stub.pause({}),
      ])
        await expect(order).rejects.toThrow("does not live in the jurisdiction");
      expect(place.requests).toBe(0);
      expect(await place.stored()).toEqual([]);
    } finally {
      place.set("ALLOW_LOCAL_HOSTS", "true");
    }
  });

  test("for it has no name, belongs to nobody, whatever secrets there are", async () => {
    const place = new Premises("somebody");
    const { TENANTS } = env as unknown as Env;
    const nameless = TENANTS.get(TENANTS.newUniqueId());
    await expect(async () => nameless.tick(place.now)).rejects.toThrow("The secret of this tenant is absent or broken");
    expect(place.requests).toBe(0);
  });
});
