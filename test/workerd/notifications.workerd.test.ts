/** Notifications in the real runtime: from a firing of the cron to the request that arrives, across evictions. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { minute, Premises } from "./premises.ts";

const forwarder = () => (env as unknown as Env).FORWARDER.getByName("forwarder");

interface Posted {
  readonly url: string;
  readonly redirect: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A chat beside the world of the premises; what it answers is the test's. */
function chatBeside(answer: () => Response): Posted[] {
  const posted: Posted[] = [];
  const world = vi.mocked(fetch).getMockImplementation();
  vi.mocked(fetch).mockImplementation(async (input, init) => {
    if (typeof input !== "string" || !input.startsWith("https://chat.example/")) return world!(input, init);
    posted.push({ url: input, redirect: init?.redirect, body: JSON.parse(init?.body as string) as Posted["body"] });
    return answer();
  });
  return posted;
}

const rows = async (): Promise<unknown[]> =>
  runInDurableObject(forwarder(), (_, { storage }) => [
    ...storage.sql.exec("SELECT * FROM conditions").toArray(),
    ...storage.sql.exec("SELECT * FROM outboxes").toArray(),
  ]);

async function fire(place: Premises): Promise<void> {
  place.pass(minute);
  await place.fire();
  await evictDurableObject(forwarder());
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a notification", () => {
  test("arrives at the second firing, once, and at the second firing after it is over, and nothing is left but the journal", async () => {
    const place = new Premises("told-of");
    const posted = chatBeside(() => new Response("ok"));
    place.set("NOTIFY_OPS", JSON.stringify({ type: "json", url: "https://chat.example/the-hook" }));
    await fire(place);
    place.setTenant({ destinations: ["siem", "nowhere"] });
    await place.evict();
    for (let firing = 0; firing < 4; firing += 1) await fire(place);
    place.setTenant();
    await place.evict();
    for (let firing = 0; firing < 4; firing += 1) await fire(place);
    expect(posted.map(({ url, redirect, body }) => [url, redirect, body["event"], body["code"]])).toEqual([
      ["https://chat.example/the-hook", "manual", "degraded", "destination-unknown"],
      ["https://chat.example/the-hook", "manual", "restored", "destination-unknown"],
    ]);
    const response = await place.ask("/journal?tenant=told-of&action=HEALTH_RESTORED");
    expect(await response.json()).toMatchObject({ entries: [{ actionName: "HEALTH_RESTORED" }] });
    place.pass(4 * 60 * minute);
    await fire(place);
    expect((await rows()).filter((row) => JSON.stringify(row).includes("told-of"))).toEqual([]);
  });

  test("that does not get through is a problem in status, without its address, until it does", async () => {
    const place = new Premises("untold");
    let status = 404;
    const posted = chatBeside(() => new Response("the-hook", { status }));
    place.set("NOTIFY_OPS", JSON.stringify({ type: "slack", url: "https://chat.example/the-hook" }));
    place.setTenant({ destinations: ["siem", "nowhere"] });
    await fire(place);
    await fire(place);
    const text = await (await place.ask("/status")).text();
    expect(text).toContain('"notification-failing"');
    expect(text).not.toContain("the-hook");
    status = 200;
    await fire(place);
    expect(posted.length).toBe(2);
    expect(await (await place.ask("/status")).text()).not.toContain("notification-failing");
  });

  test("whose secret is wrong is a problem in status, and everything else goes on", async () => {
    const place = new Premises("mistyped");
    place.set("NOTIFY_OPS", JSON.stringify({ type: "slak", url: "https://chat.example/the-hook" }));
    await fire(place);
    const status: { problems: { code: string; subject: string }[] } = await (await place.ask("/status")).json();
    expect(status.problems).toContainEqual(
      expect.objectContaining({ code: "secret-invalid", subject: "secret NOTIFY_OPS / type" }),
    );
    expect((await place.fleet()).tenants.map(({ id }) => id)).toContain("mistyped");
  });
});

describe("a cron that fires no more", () => {
  test("is told by the forwarder's own alarm, which finds nothing to tell while it fires, once until it fires again", async () => {
    const place = new Premises("unfired");
    const posted = chatBeside(() => new Response("ok"));
    place.set("NOTIFY_OPS", JSON.stringify({ type: "json", url: "https://chat.example/the-hook" }));
    const ring = async (): Promise<number> => {
      expect(await runDurableObjectAlarm(forwarder())).toBe(true);
      return runInDurableObject(
        forwarder(),
        async (_, { storage }) => ((await storage.getAlarm()) ?? Infinity) - Date.now(),
      );
    };
    // Beyond the firings of the other tests.
    place.pass(10_000 * minute);
    for (let firing = 0; firing < 3; firing += 1) await fire(place);
    expect(await ring()).toBe(20 * minute);
    expect(posted).toEqual([]);

    const waits: number[] = [];
    for (const silence of [20, 1, 1, 30]) {
      place.pass(silence * minute);
      await evictDurableObject(forwarder());
      waits.push((await ring()) / minute);
    }
    expect(waits).toEqual([1, 1, 1, 60]);
    const told = () => posted.map(({ body }) => [body["event"], body["tenant"], body["code"]]);
    expect(told()).toEqual([["degraded", null, "cron-silent"]]);
    for (let firing = 0; firing < 3; firing += 1) await fire(place);
    expect(told()).toEqual([
      ["degraded", null, "cron-silent"],
      ["restored", null, "cron-silent"],
    ]);
    // The next silence is not noticed an hour late.
    expect(await ring()).toBe(20 * minute);
  });
});
