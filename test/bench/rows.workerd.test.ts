/**
 * What storage bills: rows written for a page of 500 records and for a poll that finds nothing, in the real runtime, with
 * everything that belongs to it: alarms, delivery, heartbeats. `npm run bench` prints these figures too.
 */
import {
  createScheduledController,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi, type TestContext } from "vitest";
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import { World } from "../simulator/world.ts";
import { meterRows, type RowMeter } from "./row-meter.ts";
import type { RowsFigures } from "./rows-figures.ts";

declare module "vitest" {
  interface TaskMeta {
    rows?: RowsFigures;
  }
}

const bindings = env as unknown as Env;
const minute = 60_000;
/** A page of 500 begins with the record that was read last. */
const newOnPage = 499;
let meter: RowMeter | undefined;

/** One tenant in the real runtime, on a clock that the test moves; its alarms would ring far too late, so it rings them. */
class Installation {
  readonly world: World;
  readonly #tenant: string;

  constructor(tenant: string, destinations: readonly string[]) {
    this.#tenant = tenant;
    const intakes = Object.fromEntries(
      destinations.map((name) => [name, { kind: "webhook", keepTexts: false } as const]),
    );
    this.world = new World({ kandji: { [tenant]: { token: "token" } }, intakes }, { now: () => Date.now() });
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => this.world.fetch(new Request(input, init)));
    for (const name of Object.keys(env)) if (/^(TENANT|DESTINATION)_/.test(name)) Reflect.deleteProperty(env, name);
    const secrets = destinations.map((name) => [
      `DESTINATION_${name.toUpperCase()}`,
      JSON.stringify({ type: "webhook", url: `https://logs.example/intake/${name}` }),
    ]);
    const own = [`TENANT_${tenant.toUpperCase()}`, JSON.stringify({ subdomain: tenant, token: "token" })];
    Object.assign(env, Object.fromEntries([own, ...secrets]));
  }

  /** Polls for a while, so that what only a beginning writes is written. */
  async begin(): Promise<void> {
    for (let polls = 0; polls < 3; polls += 1) await this.poll();
  }

  /** The next firing of the cron, a minute later, and all that it sets off at once. */
  async poll(): Promise<void> {
    vi.setSystemTime(Date.now() + minute);
    await worker.scheduled(createScheduledController({ scheduledTime: new Date() }), bindings);
    while (await this.#isAlarmDue()) await runDurableObjectAlarm(this.#stub);
  }

  async evict(): Promise<void> {
    await evictDurableObject(this.#stub);
  }

  /** Events of the minute that follows, or of another time. */
  happens(count: number, from = Date.now(), to = from + minute - 2_000): void {
    this.world.kandji.get(this.#tenant)?.seed({ seed: from / minute, count, from, to });
  }

  /** Does `poll` so many times, each after `before`, and says what the polls cost. */
  async measure(what: string, polls: number, before: () => Promise<void>): Promise<RowsFigures> {
    const sum = { requests: 0, records: 0, tenant: 0, forwarder: 0 };
    meter ??= await runInDurableObject(this.#stub, (_, state) => meterRows(state.storage));
    for (let index = 0; index < polls; index += 1) {
      await before();
      meter.take();
      const [requests, records] = [this.#requests, this.#delivered];
      await this.poll();
      const { sql, alarms, keys } = meter.take();
      sum.requests += this.#requests - requests;
      sum.records += this.#delivered - records;
      sum.tenant += sql + alarms;
      sum.forwarder += keys;
    }
    return {
      what,
      polls,
      requestsPerPoll: sum.requests / polls,
      recordsPerPoll: sum.records / polls,
      tenantRowsPerPoll: sum.tenant / polls,
      forwarderRowsPerPoll: sum.forwarder / polls,
    };
  }

  get lost(): number {
    return this.world.accounts().reduce((sum, { lost }) => sum + lost, 0);
  }

  get #stub() {
    return bindings.TENANTS.getByName(this.#tenant);
  }

  get #requests(): number {
    return this.world.kandji.get(this.#tenant)?.requests.manners().requests ?? 0;
  }

  /** To the destination that has most. */
  get #delivered(): number {
    return Math.max(...this.world.accounts().map(({ delivered }) => delivered));
  }

  async #isAlarmDue(): Promise<boolean> {
    return runInDurableObject(this.#stub, async (_, { storage }) => {
      const at = await storage.getAlarm();
      return at !== null && at <= Date.now();
    });
  }
}

beforeEach(() => {
  vi.spyOn(console, "log").mockReturnValue();
  vi.useFakeTimers({ toFake: ["Date"] });
  // Ahead of the runtime's own clock, so that no alarm rings by itself.
  vi.setSystemTime((Math.floor(Date.now() / minute) + 24 * 60) * minute);
});

/** Keeps the figures with the test's result, for the bench to print. */
function keep({ task }: TestContext, figures: RowsFigures): RowsFigures {
  task.meta.rows = figures;
  return figures;
}

test.for([
  { tenant: "single", destinations: ["siem"], most: 6 },
  { tenant: "double", destinations: ["siem", "archive"], most: 7 },
])("a page of 500 for $destinations writes at most $most rows", async ({ tenant, destinations, most }, context) => {
  const installation = new Installation(tenant, destinations);
  await installation.begin();
  const what = `a page of 500, ${destinations.length === 1 ? "one destination" : "two destinations"}`;
  const figures = await installation.measure(what, 6, async () => {
    // What was read before is closed, so that the page is all that the poll reads.
    for (let polls = 0; polls < 12; polls += 1) await installation.poll();
    installation.happens(newOnPage);
  });
  keep(context, figures);
  expect(installation.lost).toBe(0);
  expect(figures.tenantRowsPerPoll).toBeLessThanOrEqual(most);
});

test("a first poll with 40 pages of history writes at most 6 rows a page, its tables included", async (context) => {
  const installation = new Installation("fresh", ["siem"]);
  const figures = await installation.measure("the first poll, 20,000 records of history", 1, async () => {
    installation.happens(20_000, Date.now() - 30 * 24 * 60 * minute, Date.now() - 24 * 60 * minute);
  });
  keep(context, figures);
  expect(installation.lost).toBe(0);
  expect(figures.tenantRowsPerPoll).toBeLessThanOrEqual(6 * figures.requestsPerPoll);
});

test("an hour of polls that find nothing, the object evicted after each, writes at most 0.2 rows a poll", async (context) => {
  const installation = new Installation("quiet", ["siem"]);
  await installation.begin();
  installation.happens(100);
  await installation.poll();
  const figures = await installation.measure("nothing new, the object evicted before", 60, () => installation.evict());
  keep(context, figures);
  expect(installation.lost).toBe(0);
  expect(figures.requestsPerPoll).toBeLessThanOrEqual(2);
  expect(figures.tenantRowsPerPoll).toBeLessThanOrEqual(0.2);
});
