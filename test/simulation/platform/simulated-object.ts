import type { Clock } from "./clock.ts";
import { currentLife, Killed, Life } from "./life.ts";
import { Disk, storageOf, type Point } from "./storage.ts";

/** The class of a Durable Object, as the code under test exports it. */
export type ObjectClass = new (ctx: never, env: never) => object;

export interface ObjectPlatform {
  readonly clock: Clock;
  readonly reach: (life: Life, point: Point) => void;
  readonly env: () => unknown;
}

/** Cloudflare tries an alarm again whose handler threw, six times, and then never more. */
const alarmTries = 6;
const alarmRetryMs = 2_000;

/** One Durable Object: its disk outlives its programs. */
export class SimulatedObject {
  readonly name: string;
  readonly disk = new Disk();
  readonly #objectClass: () => ObjectClass;
  readonly #jurisdiction: string | undefined;
  readonly #platform: ObjectPlatform;
  #program: { readonly life: Life; readonly instance: object } | undefined;
  #underWay = 0;
  #isAlarmRinging = false;
  #alarmFailures = 0;

  constructor(
    name: string,
    jurisdiction: string | undefined,
    objectClass: () => ObjectClass,
    platform: ObjectPlatform,
  ) {
    this.name = name;
    this.#jurisdiction = jurisdiction;
    this.#objectClass = objectClass;
    this.#platform = platform;
  }

  /** Nothing runs in it, so that it may be put out of memory without harm. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  get isAwake(): boolean {
    return this.#program !== undefined;
  }

  /** When its alarm is to ring; `Infinity` for never. */
  get alarmAt(): number {
    return this.#isAlarmRinging ? Infinity : (this.disk.alarmAt ?? Infinity);
  }

  /** Calls a method over RPC: values are copied, and whoever calls learns of a kill. */
  async call(method: string, values: readonly unknown[]): Promise<unknown> {
    const { life, instance } = this.#awake();
    const act = (instance as Record<string, (...values: unknown[]) => Promise<unknown>>)[method];
    if (act === undefined) throw new Error(`The object has no method ${method}`);
    const copies = structuredClone(values) as unknown[];
    const result = await this.#during(life, () => act.apply(instance, copies));
    return structuredClone(result);
  }

  /** Puts it out of memory, with whatever is under way. */
  evict(): void {
    this.#program?.life.end();
    this.#program = undefined;
    this.#underWay = 0;
    for (const tell of this.#callers) tell();
    this.#callers.clear();
    if (!this.#isAlarmRinging) return;
    // An alarm whose handler did not come to its end rings again.
    this.#isAlarmRinging = false;
    this.disk.alarmAt ??= this.#platform.clock.now() + alarmRetryMs;
  }

  async ring(): Promise<void> {
    this.#isAlarmRinging = true;
    this.disk.alarmAt = null;
    try {
      await this.call("alarm", []);
      this.#alarmFailures = 0;
    } catch {
      this.#alarmFailures += 1;
      if (this.#alarmFailures <= alarmTries) this.disk.alarmAt ??= this.#platform.clock.now() + alarmRetryMs;
    }
    this.#isAlarmRinging = false;
  }

  readonly #callers = new Set<() => void>();

  async #during(life: Life, work: () => Promise<unknown>): Promise<unknown> {
    this.#underWay += 1;
    let tell = (): void => {};
    const isGone = new Promise<never>((_resolve, reject) => {
      tell = () => reject(Object.assign(new Error("The object was reset"), { retryable: true }));
    });
    this.#callers.add(tell);
    try {
      return await Promise.race([currentLife.run(life, work), isGone]);
    } finally {
      this.#callers.delete(tell);
      if (!life.isOver) this.#underWay -= 1;
    }
  }

  #awake(): { readonly life: Life; readonly instance: object } {
    if (this.#program !== undefined) return this.#program;
    const { reach, env } = this.#platform;
    const life = new Life(this.name);
    const ctx = {
      id: { name: this.name, jurisdiction: this.#jurisdiction },
      storage: storageOf(this.disk, life, (point) => reach(life, point)),
      waitUntil: (work: Promise<unknown>) => this.#hold(life, work),
    };
    const ObjectOf = this.#objectClass();
    try {
      const instance = currentLife.run(life, () => new ObjectOf(ctx as never, env() as never));
      this.#program = { life, instance };
      return this.#program;
    } catch (error) {
      if (error instanceof Killed) this.evict();
      throw error;
    }
  }

  /** Work that is not waited for keeps the object in memory; what it throws is logged by the platform and lost. */
  #hold(life: Life, work: Promise<unknown>): void {
    this.#underWay += 1;
    const end = (): void => {
      if (!life.isOver) this.#underWay -= 1;
    };
    work.then(end, end);
  }
}
