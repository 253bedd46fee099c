import { bucketNamed } from "./bucket.ts";
import { randomFrom, type Random } from "../../simulator/random.ts";
import type { Clock } from "./clock.ts";
import type { Code } from "./code.ts";
import { surround } from "./globals.ts";
import { currentLife, Killed, Life } from "./life.ts";
import { Network, type Exchange } from "./network.ts";
import { SimulatedObject } from "./simulated-object.ts";
import { DiskFailure, type Point } from "./storage.ts";

const minute = 60_000;

export interface CloudflareOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly code: Code;
  /** Secrets and variables. */
  /** Names of the buckets that are bound. */
  readonly buckets: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly world: (request: Request) => Promise<Response>;
  /** Objects are put out of memory between two firings of the cron, as real ones are. */
  readonly evictsWhenIdle: boolean;
  readonly on: {
    readonly killed: (point: Point, who: string) => void;
    /** A transaction failed and was rolled back. */
    readonly failed: (who: string) => void;
    readonly log: (line: string) => void;
    /** A call is about to be made. */
    readonly called: (tenant: string, method: string, values: readonly unknown[]) => void;
    /** A tenant's object answered a call: its result as the caller sees it. */
    readonly answered: (tenant: string, method: string, result: unknown) => void;
    readonly sent: (who: string, url: string) => void;
    readonly received: (who: string, exchange: Exchange) => void;
    readonly slowed: () => void;
  };
}

/** A Cloudflare account with one Worker in it: objects, alarms and the cron on simulated time. */
export class SimulatedCloudflare {
  readonly objects = new Map<string, SimulatedObject>();
  readonly network: Network;
  readonly clock: Clock;
  code: Code;
  env: Readonly<Record<string, string>>;
  skewMs = 0;
  isCronSilent = false;
  /** How many points are passed before the process is killed; and after each kill, before the next. */
  killIn = Infinity;
  killEvery = Infinity;
  /** The process is killed at the first point at which this is so. */
  killWhen: (() => boolean) | undefined;
  /** How many commits succeed before one fails, with all that its transaction wrote; the program lives on. */
  failIn = Infinity;
  readonly #o: CloudflareOptions;
  readonly #random: Random;
  #workers: Life[] = [];

  constructor(options: CloudflareOptions) {
    this.#o = options;
    this.clock = options.clock;
    this.code = options.code;
    this.env = options.env;
    this.#random = randomFrom(options.seed);
    this.network = new Network({
      clock: this.clock,
      random: randomFrom(options.seed + 1),
      world: options.world,
      reach: this.#reach,
      sent: options.on.sent,
      received: options.on.received,
      slowed: options.on.slowed,
    });
    surround({
      clock: this.clock,
      skew: () => this.skewMs,
      random: this.#random,
      fetch: this.network.fetch,
      log: options.on.log,
    });
  }

  /** Lets time pass until a moment, with whatever the cron and the alarms set off. */
  async advanceTo(moment: number): Promise<void> {
    for (;;) {
      const now = this.clock.now();
      const fires = this.isCronSilent ? Infinity : (Math.floor(now / minute) + 1) * minute;
      const rings = Math.min(...[...this.objects.values()].map(({ alarmAt }) => alarmAt - this.skewMs));
      const next = Math.max(now, Math.min(fires, rings, this.clock.nextAt, moment));
      await this.clock.advanceTo(next);
      if (next === fires) await this.fire(next);
      for (const object of this.objects.values()) if (object.alarmAt - this.skewMs <= next) await this.#ring(object);
      if (next >= moment && this.clock.nextAt > moment) return;
    }
  }

  /** The cron fires, and is not waited for. */
  async fire(slot: number): Promise<void> {
    if (this.#o.evictsWhenIdle) for (const object of this.objects.values()) if (object.isIdle) object.evict();
    const life = new Life("cron");
    this.#workers.push(life);
    const done = (): void => {
      this.#workers = this.#workers.filter((other) => other !== life);
    };
    currentLife.run(life, () => this.code.fireCron(this.#bindings(), slot)).then(done, done);
    await this.clock.settle();
  }

  /** What an operator asks of a tenant's object, through the Worker. */
  async ask(tenant: string, home: string, method: string, ...values: unknown[]): Promise<unknown> {
    const work = this.#tenant(tenant, home || undefined).call(method, values);
    // Whoever asks is not awaited by the clock: an answer may need time to pass.
    work.catch(() => "told by the caller's own promise");
    await this.clock.settle();
    return work;
  }

  /** What the Worker asks of the object that belongs to no tenant. */
  async askForwarder(method: string, ...values: unknown[]): Promise<unknown> {
    const work = this.#forwarder("forwarder").call(method, values);
    work.catch(() => "told by the caller's own promise");
    await this.clock.settle();
    return work;
  }

  /** A new version or new secrets: every program is replaced. */
  deploy(change: { readonly code?: Code; readonly env?: Readonly<Record<string, string>> }): void {
    this.killAll();
    this.code = change.code ?? this.code;
    this.env = change.env ?? this.env;
  }

  /** Every program is gone at this instant, the cron's own as well. */
  killAll(): void {
    for (const life of this.#workers) life.end();
    this.#workers = [];
    for (const object of this.objects.values()) object.evict();
  }

  async #ring(object: SimulatedObject): Promise<void> {
    // Not waited for: a handler may take long.
    object.ring().catch(() => "an alarm tells nobody");
    await this.clock.settle();
  }

  readonly #reach = (life: Life, point: Point): void => {
    if (life.isOver) throw new Killed();
    if (point === "before a commit") this.#failPerhaps(life);
    this.killIn -= 1;
    const isTime = this.killIn <= 0 || this.killWhen?.() === true;
    if (!isTime) return;
    this.killWhen = undefined;
    if (this.killIn <= 0) this.killIn = this.killEvery;
    this.#o.on.killed(point, life.name);
    this.killAll();
    throw new Killed();
  };

  #failPerhaps(life: Life): void {
    this.failIn -= 1;
    if (this.failIn > 0) return;
    this.failIn = Infinity;
    this.#o.on.failed(life.name);
    throw new DiskFailure();
  }

  #bindings(): never {
    const tenants = {
      getByName: (name: string) => this.#stub(this.#tenant(name, undefined)),
      jurisdiction: (home: string) => ({ getByName: (name: string) => this.#stub(this.#tenant(name, home)) }),
    };
    const forwarder = {
      getByName: (name: string) => this.#stub(this.#forwarder(name)),
    };
    const buckets = Object.fromEntries(this.#o.buckets.map((name) => [name, bucketNamed(name)]));
    return { ...this.env, ...buckets, TENANTS: tenants, FORWARDER: forwarder } as never;
  }

  #forwarder(name: string): SimulatedObject {
    return this.#object(name, undefined, () => this.code.Forwarder);
  }

  #tenant(name: string, home: string | undefined): SimulatedObject {
    return this.#object(name, home, () => this.code.Tenant);
  }

  #object(name: string, home: string | undefined, objectClass: () => Code["Tenant"]): SimulatedObject {
    const key = home === undefined ? name : `${home}:${name}`;
    const known = this.objects.get(key);
    if (known !== undefined) return known;
    const platform = { clock: this.clock, reach: this.#reach, env: () => this.#bindings() };
    const made = new SimulatedObject(name, home, objectClass, platform);
    this.objects.set(key, made);
    return made;
  }

  #stub(object: SimulatedObject): object {
    const { on } = this.#o;
    return new Proxy(
      {},
      {
        get:
          (_target, method) =>
          async (...values: unknown[]) => {
            on.called(object.name, String(method), values);
            const result = await object.call(String(method), values);
            on.answered(object.name, String(method), result);
            return result;
          },
      },
    );
  }
}
