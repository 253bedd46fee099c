/**
 * A tenant's object in the real runtime, with the outside world in the same isolate: the clock is the test's, and runs a
 * day ahead, so that no alarm rings but by the test's hand.
 */
import {
  createScheduledController,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { Env } from "../../src/env.ts";
import type { Fleet } from "../../src/forwarder/fleet.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import worker from "../../src/worker.ts";
import type { Account } from "../simulator/account.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { SimulatedKandji } from "../simulator/kandji.ts";
import { World, type IntakePlan, type KandjiPlan } from "../simulator/world.ts";

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const bindings = env as unknown as Env & Record<string, string | undefined>;
const token = "token-of-the-workerd-tests";

const adminToken = "admin-token-of-the-workerd-tests";

export class Premises {
  readonly tenant: string;
  readonly world: World;
  #now = Math.ceil(Date.now() / minute) * minute + day;

  /** Each test takes a name of its own: storage is kept for the whole file. */
  constructor(
    tenant: string,
    events: readonly EventPlan[] = [],
    intake: Partial<IntakePlan> = {},
    kandji: Partial<KandjiPlan> = {},
  ) {
    this.tenant = tenant;
    vi.useFakeTimers({ toFake: ["Date"], now: this.#now });
    this.world = new World(
      { kandji: { [tenant]: { token, events, ...kandji } }, intakes: { siem: { kind: "webhook", ...intake } } },
      { now: () => Date.now() },
    );
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      if (typeof input !== "string") throw new Error("The forwarder fetches by URL");
      return this.world.fetch(new Request(input, init));
    });
    this.unset("ADMIN_TOKEN");
    for (const name of Object.keys(bindings)) if (/^(TENANT|DESTINATION|NOTIFY)_/.test(name)) this.unset(name);
    this.set("DESTINATION_SIEM", JSON.stringify({ type: "webhook", url: "https://intake.example/intake/siem" }));
    this.setTenant();
  }

  set(name: string, value: string): void {
    Object.assign(bindings, { [name]: value });
  }

  unset(name: string): void {
    Reflect.deleteProperty(bindings, name);
  }

  get secretName(): string {
    return `TENANT_${this.tenant.toUpperCase().replaceAll("-", "_")}`;
  }

  setTenant(more: object = {}): void {
    this.set(this.secretName, JSON.stringify({ subdomain: this.tenant, token, ...more }));
  }

  get stub() {
    return bindings.TENANTS.getByName(this.tenant);
  }

  get kandji(): SimulatedKandji {
    const kandji = this.world.kandji.get(this.tenant);
    if (kandji === undefined) throw new Error("The world has no such tenant");
    return kandji;
  }

  get requests(): number {
    return this.kandji.requests.manners().requests;
  }

  get account(): Account {
    const [account] = this.world.accounts();
    if (account === undefined) throw new Error("The world has no account");
    return account;
  }

  get now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
    vi.setSystemTime(this.#now);
  }

  /** New events, a second old. */
  happen(count: number, seed: number): void {
    this.kandji.seed({ seed, count, from: this.#now - 3 * second, to: this.#now - second });
  }

  /** The cron fires on time. */
  async fire(): Promise<void> {
    await worker.scheduled(createScheduledController({ scheduledTime: this.#now }), bindings);
  }

  /** The alarm rings, if one is set, though its time may not have come; says whether one was. */
  async ring(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub);
  }

  /** Rings the alarm as long as it is due by the test's clock: what a run has left for the next. */
  async ringDue(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) {
      const at = await this.alarmAt();
      if (at === null || at > this.#now) return;
      await this.ring();
    }
    throw new Error("The alarm does not come to rest");
  }

  async alarmAt(): Promise<number | null> {
    return runInDurableObject(this.stub, (_, state) => state.storage.getAlarm());
  }

  /** The object is gone from memory: what is stored is what is left. */
  async evict(): Promise<void> {
    await evictDurableObject(this.stub);
  }

  /** Names of the tables and keys that are stored: none when nothing is. */
  async stored(): Promise<string[]> {
    return runInDurableObject(this.stub, (_, state) => {
      const tables = state.storage.sql.exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'",
      );
      return [...tables.toArray().map(({ name }) => name), ...[...state.storage.kv.list()].map(([key]) => key)];
    });
  }

  async report(): Promise<TenantReport> {
    return this.stub.report();
  }

  async fleet(): Promise<Fleet> {
    return bindings.FORWARDER.getByName("forwarder").fleet();
  }

  async codes(): Promise<string[]> {
    return (await this.report()).problems.map(({ code }) => code);
  }

  async ask(
    path: string,
    {
      accept = "application/json",
      ...init
    }: { readonly method?: string; readonly body?: string; readonly accept?: string } = {},
  ): Promise<Response> {
    this.set("ADMIN_TOKEN", adminToken);
    const headers = { authorization: `Bearer ${adminToken}`, accept };
    const request = new Request(`https://forwarder.example${path}`, { ...init, headers });
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    return worker.fetch(
      request as Request<unknown, IncomingRequestCfProperties>,
      bindings,
      context as unknown as ExecutionContext,
    );
  }
}

/** Waits for what an operation has begun: it goes on after the answer. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (await isSo()) return;
    await scheduler.wait(5);
  }
  throw new Error("It does not come to pass");
}
