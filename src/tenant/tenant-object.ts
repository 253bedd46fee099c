import { DurableObject } from "cloudflare:workers";
import { readConfig } from "../config/read-config.ts";
import type { Parsed, TenantConfig } from "../config/config.ts";
import type { Env } from "../env.ts";
import { forwarderOf } from "../forwarder/stub.ts";
import { chainPage, chainStandings } from "./chain.ts";
import { verify } from "./verify.ts";
import { Engine } from "./engine.ts";
import * as operations from "./operations.ts";
import { platformPorts } from "./platform.ts";
import { nextAlarm } from "./plan.ts";
import type {
  ChainPage,
  ChainStanding,
  DeadLetterReport,
  Problem,
  Progress,
  ReplayAnswer,
  ReplayOrder,
  ReplayPreview,
  Scope,
  TenantOperations,
  TenantReport,
  Verification,
} from "./report.ts";
import { replay } from "./replay.ts";
import { previewReplay } from "./replay-preview.ts";
import { reportOf } from "./reporter.ts";
import { keptAbsentMs } from "./roster.ts";

/** A firing of the cron is answered after this long at the latest; what is still under way goes on. */
const tickAnswerMs = 8_000;
const defaultRequestsPerRun = 45;
const absentSinceKey = "absent-since";
const brokenSecretMs = 15 * 60_000;
const faultPauseMs = 60_000;
const idlePauseMs = 5_000;
const faultShownMs = 3_600_000;

/** Something went wrong in this program itself. */
interface Fault {
  readonly at: number;
  readonly message: string;
}

/**
 * One customer tenant: polls Kandji, keeps what was collected, delivers it. It reads its own secrets by its own name, so
 * no token and no record crosses to another object.
 */
export class Tenant extends DurableObject<Env> implements TenantOperations {
  #engine: Engine | undefined;
  #fault: Fault | undefined;
  #alarmIsSet: () => void = () => undefined;

  async tick(slot: number): Promise<TenantReport> {
    const engine = this.#open();
    engine.state.tick(slot);
    await withinTime(this.#run(engine), tickAnswerMs);
    return this.#report(engine);
  }

  async report(): Promise<TenantReport> {
    return this.#report(this.#open(), true);
  }

  async poll(): Promise<void> {
    const engine = this.#open();
    engine.state.askAll();
    this.#goOn(engine);
  }

  async pause(scope: Scope): Promise<void> {
    this.#change(({ state }) => operations.pause(state, scope));
  }

  async resume(scope: Scope): Promise<void> {
    this.#change(({ state }) => operations.resume(state, scope));
    this.#goOn(this.#open());
  }

  async replay(order: ReplayOrder): Promise<ReplayAnswer> {
    const answer = this.#change(({ state }) => replay(state, order));
    this.#goOn(this.#open());
    return answer;
  }

  async previewReplay(order: ReplayOrder): Promise<ReplayPreview> {
    return previewReplay(this.#open().state, order);
  }

  async chains(): Promise<ChainStanding[]> {
    return chainStandings(this.#open().state);
  }

  async chainPage(destination: string, after: number): Promise<ChainPage> {
    return chainPage(this.#open().state, destination, after);
  }

  async deadLetters(): Promise<DeadLetterReport[]> {
    return operations.deadLetters(this.#open().state);
  }

  async redrive(ids?: number[]): Promise<number> {
    const moved = this.#change(({ state }) => operations.redrive(state, ids));
    this.#goOn(this.#open());
    return moved;
  }

  async deleteDeadLetters(ids?: number[]): Promise<number> {
    return this.#change(({ state }) => operations.deleteDeadLetters(state, ids));
  }

  async verify(tell: (progress: Progress) => unknown = () => undefined): Promise<Verification> {
    // Across objects each is a call of its own, and whoever listened may be gone: the checks are made all the same.
    const told = (progress: Progress): void => void Promise.resolve(tell(progress)).catch(() => undefined);
    return verify(this.#open().state, told);
  }

  async forget(): Promise<void> {
    this.#engine?.stop();
    this.#engine = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const parsed = this.#parsed();
    if (parsed === undefined) return this.#waitToBeForgotten();
    // A broken secret stops this tenant and loses nothing; it is looked at again when the secret was put anew.
    if (!parsed.ok || this.#isElsewhere(parsed.value)) return this.ctx.storage.setAlarm(Date.now() + brokenSecretMs);
    const engine = this.#openIfPossible();
    if (engine === undefined) return this.ctx.storage.setAlarm(Date.now() + brokenSecretMs);
    engine.state.pollIfCronIsSilent();
    // One alarm rings at a time: this one ends when another is set, or a request that hangs would hold all retries.
    const isSet = new Promise<void>((resolve) => (this.#alarmIsSet = resolve));
    await Promise.race([this.#run(engine), isSet]);
    await this.#tell(engine);
  }

  /** A state that a newer version wrote stays as it is. An alarm that throws six times is gone, and with it what wakes this tenant while the cron is silent. */
  #openIfPossible(): Engine | undefined {
    try {
      return this.#open();
    } catch (error) {
      console.error(JSON.stringify({ event: "tenant-not-opened", tenant: this.ctx.id.name, message: placeOf(error) }));
      return undefined;
    }
  }

  /** An absent secret stops the tenant; its state is kept 30 days and then forgotten. */
  async #waitToBeForgotten(): Promise<void> {
    const { storage } = this.ctx;
    const since = storage.kv.get<number>(absentSinceKey) ?? Date.now();
    storage.kv.put(absentSinceKey, since);
    if (Date.now() < since + keptAbsentMs) return storage.setAlarm(since + keptAbsentMs);
    console.log(
      JSON.stringify({ event: "tenant-forgotten", tenant: this.ctx.id.name, reason: "secret absent for 30 days" }),
    );
    await this.forget();
    await forwarderOf(this.env).forget(this.ctx.id.name ?? "", true);
  }

  /** Runs what is due in the background, for operations that are answered at once. */
  #goOn(engine: Engine): void {
    this.ctx.waitUntil(this.#run(engine).then(() => this.#tell(engine)));
  }

  async #run(engine: Engine): Promise<void> {
    const run = this.#runOnce(engine);
    this.ctx.waitUntil(run);
    return run;
  }

  async #runOnce(engine: Engine): Promise<void> {
    try {
      await engine.run();
      engine.state.beatIfDue();
      await this.#arm(engine.plan().wakeAt, engine.hasWorked);
    } catch (error) {
      if (this.#engine !== engine) return;
      // What is in memory may not be what is stored: begin anew from the tables.
      this.#discard(engine, error);
      await this.ctx.storage.setAlarm(Date.now() + faultPauseMs);
    }
  }

  /** Lets go of an engine whose memory may not be what is stored. */
  #discard(engine: Engine, error: unknown): void {
    const message = placeOf(error);
    console.error(JSON.stringify({ event: "internal-error", tenant: this.ctx.id.name, message }));
    this.#fault = { at: Date.now(), message };
    engine.stop();
    this.#engine = undefined;
  }

  /** Changes what is stored; when that fails half-way, what is in memory is not trusted any more. */
  #change<T>(change: (engine: Engine) => T): T {
    const engine = this.#open();
    try {
      return change(engine);
    } catch (error) {
      this.#discard(engine, error);
      throw error;
    }
  }

  /** `hasWorked` false: a plan that says "now" and a run that did nothing must not chase each other. */
  async #arm(wakeAt: number | null, hasWorked: boolean): Promise<void> {
    const now = Date.now();
    const at = wakeAt === null || hasWorked ? wakeAt : Math.max(wakeAt, now + idlePauseMs);
    const next = nextAlarm(await this.ctx.storage.getAlarm(), at, now);
    if (next !== null) await this.ctx.storage.setAlarm(next);
  }

  #report(engine: Engine, isWhole = false): TenantReport {
    return withFault(reportOf(engine.state, Date.now(), isWhole), this.#fault);
  }

  /** Tells the forwarder object what changed outside a firing of the cron. */
  async #tell(engine: Engine): Promise<void> {
    if (this.#engine === engine) await forwarderOf(this.env).takeReports([this.#report(engine)]);
  }

  #parsed(): Parsed<TenantConfig> | undefined {
    return readConfig({ ...this.env }).tenants.get(this.ctx.id.name ?? "");
  }

  /** Records must not come to an object that lives elsewhere than the secret says; development has no jurisdictions. */
  #isElsewhere({ jurisdiction }: TenantConfig): boolean {
    return this.env.ALLOW_LOCAL_HOSTS !== "true" && this.ctx.id.jurisdiction !== jurisdiction;
  }

  #open(): Engine {
    if (this.#engine !== undefined) return this.#engine;
    const parsed = this.#parsed();
    if (parsed?.ok !== true) throw new Error("The secret of this tenant is absent or broken");
    const tenant = parsed.value;
    if (this.#isElsewhere(tenant))
      throw new Error("This object does not live in the jurisdiction that the secret asks for");
    const { MAX_REQUESTS_PER_RUN, MAX_SPOOL_BYTES } = this.env;
    this.#engine = new Engine({
      ports: platformPorts(this.ctx.storage, this.env),
      config: readConfig({ ...this.env }),
      tenant,
      maxRequestsPerRun: positive(MAX_REQUESTS_PER_RUN) ?? defaultRequestsPerRun,
      maxSpoolBytes: positive(MAX_SPOOL_BYTES),
      readOwnLog: async (name, id, query) => forwarderOf(this.env).ownLog(name, id, query),
      wakeLater: (at) => this.ctx.waitUntil(this.#arm(at, true).then(this.#alarmIsSet)),
    });
    if (this.ctx.storage.kv.get(absentSinceKey) !== undefined) this.ctx.storage.kv.delete(absentSinceKey);
    return this.#engine;
  }
}

/** Waits for `work`, but no longer than that. No timer is left behind: one would keep the object awake, and awake is billed. */
async function withinTime(work: Promise<void>, ms: number): Promise<void> {
  const isOver = new AbortController();
  const late = scheduler.wait(ms, { signal: isOver.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  isOver.abort();
}

const positive = (text: string | undefined): number | undefined => {
  const number = Number(text ?? NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
};

/** What kind of error it was and where, without its message: that may quote a record. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const where =
    error.stack
      ?.split("\n")
      .find((line) => /^\s+at /.test(line))
      ?.trim() ?? "";
  return `${error.name} ${where}`.trim();
}

function withFault(report: TenantReport, fault: Fault | undefined): TenantReport {
  if (fault === undefined || Date.now() - fault.at > faultShownMs) return report;
  const problem: Problem = {
    code: "internal-error",
    subject: `tenant ${report.id}`,
    message: `An error in the forwarder itself: ${fault.message}`,
    fix: "Nothing was lost; it goes on from what is stored. Report it with this text",
    health: "failing",
  };
  return { ...report, health: report.paused ? "paused" : "failing", problems: [problem, ...report.problems] };
}
