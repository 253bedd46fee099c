/** What a page view costs, in the real runtime: which objects are woken for it, and how many rows are read. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { meterReads, type ReadMeter } from "../bench/row-meter.ts";
import { day, hour, minute, Premises } from "./premises.ts";

const bindings = env as unknown as Env & Record<string, string | undefined>;
const names = ["viewed", "viewed-2", "viewed-3"] as const;
const forwarder = () => bindings.FORWARDER.getByName("forwarder");
let meter: ReadMeter;

beforeAll(async () => {
  meter = await runInDurableObject(forwarder(), (_, state) => meterReads(state.storage));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Three tenants of one account, which are nothing to each other here. */
function settled(): Premises {
  const place = new Premises(names[0]);
  const secret = bindings[place.secretName] ?? "";
  for (const name of names) place.set(`TENANT_${name.toUpperCase().replaceAll("-", "_")}`, secret);
  return place;
}

/** So many events come, and are delivered for all of them. */
async function bring(place: Premises, count: number, seed: number): Promise<void> {
  place.kandji.seed({ seed, count, from: place.now - 3 * minute, to: place.now - minute });
  for (let firings = 0; firings < 4; firings += 1) {
    place.pass(minute);
    await place.fire();
    for (const name of names) await ringDue(name, place.now);
  }
  // Polling has done with them.
  place.pass(hour);
  await place.fire();
  for (const name of names) await ringDue(name, place.now);
}

async function ringDue(name: string, now: number): Promise<void> {
  const stub = bindings.TENANTS.getByName(name);
  for (let turn = 0; turn < 50; turn += 1) {
    const at = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    if (at === null || at > now) return;
    await runDurableObjectAlarm(stub);
  }
}

interface View {
  readonly text: string;
  /** Names of the tenants whose objects were asked. */
  readonly woken: readonly string[];
  readonly rows: number;
}

async function view(place: Premises, path: string, accept: string): Promise<View> {
  const asked = vi.spyOn(bindings.TENANTS, "getByName");
  meter.take();
  const response = await place.ask(path, { accept });
  expect(response.status).toBe(200);
  const text = await response.text();
  const woken = asked.mock.calls.map(([name]) => name);
  asked.mockRestore();
  return { text, woken, rows: meter.take() };
}

const json = "application/json";
const html = "text/html";
const ofAll = [
  ["/status", json],
  ["/status", html],
  ["/metrics", "*/*"],
  ["/healthz", "*/*"],
] as const;

async function rowsOf(place: Premises, path: string, accept: string): Promise<number> {
  return (await view(place, path, accept)).rows;
}

describe("a page view", () => {
  test("of all tenants wakes none of them, and reads nothing while the common object is awake", async () => {
    const place = settled();
    await bring(place, 200, 1);
    for (const name of names) await evictDurableObject(bindings.TENANTS.getByName(name));
    for (const [path, accept] of ofAll) {
      const { text, woken, rows } = await view(place, path, accept);
      expect({ path, woken, rows }).toEqual({ path, woken: [], rows: 0 });
      if (path !== "/healthz") for (const name of names) expect(text).toContain(name);
    }
  });

  test("reads no more rows when more was collected, delivered and journalled, of all tenants or of one", async () => {
    const place = settled();
    await bring(place, 200, 1);
    const paths = [...ofAll, [`/status/${names[0]}`, json], [`/status/${names[0]}`, html]] as const;
    const cost = async (isWarm: boolean): Promise<Record<string, number>> => {
      const rows: Record<string, number> = {};
      for (const [path, accept] of paths) {
        if (!isWarm) {
          // Only who is awake can be evicted.
          await Promise.all([place.fleet(), place.report()]);
          await evictDurableObject(forwarder());
          await place.evict();
        }
        rows[`${path} ${accept}`] = await rowsOf(place, path, accept);
      }
      return rows;
    };
    await cost(true);
    const [warm, cold] = [await cost(true), await cost(false)];
    for (const seed of [2, 3, 4]) {
      place.pass(day);
      await bring(place, 3_000, seed);
    }
    for (let times = 0; times < 60; times += 1)
      expect((await place.ask(`/tenants/${names[0]}/resume`, { method: "POST" })).status).toBe(202);
    const delivered = (await place.report()).destinations[0]?.delivered ?? 0;
    expect(delivered).toBeGreaterThan(9_000);
    await cost(true);
    expect(await cost(true)).toEqual(warm);
    const now = await cost(false);
    for (const [what, rows] of Object.entries(now)) {
      // An object that wakes goes through the ids that it keeps for sweeps: a row for a thousand events of the last days.
      const ids = what.startsWith(`/status/${names[0]}`) ? Math.ceil(delivered / 1_000) : 0;
      expect({ what, rows }).toEqual({ what, rows: expect.toSatisfy((n: number) => n <= (cold[what] ?? 0) + ids) });
    }
  });

  test("of one tenant wakes that one and no other", async () => {
    const place = settled();
    await bring(place, 200, 1);
    const { woken } = await view(place, `/status/${names[1]}`, html);
    expect(new Set(woken)).toEqual(new Set([names[1]]));
  });
});
