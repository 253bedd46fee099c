import { kandjiFeeds } from "../datasets/registry.ts";
import { Courier } from "../delivery/courier.ts";
import { RequestBudget } from "../kandji/budget.ts";
import { KandjiClient } from "../kandji/client.ts";
import { Spool } from "../spool/spool.ts";
import { chainKeyOf } from "./chain.ts";
import { beginCounting, countedFromOf } from "./completeness.ts";
import { Documents } from "./documents.ts";
import type { EngineOptions } from "./engine.ts";
import {
  beatOf,
  chargeSince,
  chargeWalks,
  guessOf,
  hasPolledSince,
  heartbeatMs,
  heartbeatName,
  isSeldom,
  lastUsage,
  nextBeatMs,
  pagesOf,
  shareOf,
  takeUp,
  untilNextBeat,
  type Heartbeat,
} from "./heartbeat.ts";
import { openSources } from "./logs.ts";
import { migrate } from "./migrations.ts";
import { cronSilentAfterMs, startsPoll } from "./plan.ts";
import { giveThePast } from "./past.ts";
import { identify, recordIdOf } from "./record-identity.ts";
import type { Scope } from "./report.ts";
import { enrol, forgetAbsent, members, noteMissing, noteName, type DestinationNote, type Member } from "./roster.ts";
import type { Source } from "./source.ts";
import { rangesFor } from "./view.ts";
import { carriedOn, takenUp } from "./unwritten-requests.ts";
import { Sweeps } from "./sweeps.ts";
import { newNote, tenantNote, type TenantNote } from "./tenant-note.ts";
import { Walks } from "./walks.ts";

/** Everything that a tenant's object holds while it is awake, put together from its secrets and its tables. */
export class TenantState {
  readonly spool: Spool;
  readonly budget: RequestBudget;
  /** Logs of events, by name. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly walks: Walks;
  readonly sweeps: Sweeps;
  readonly couriers = new Map<string, Courier>();
  readonly client: KandjiClient;
  readonly documents: Documents;
  readonly options: EngineOptions;
  /** When the cron fired last, as far as it is known. */
  lastTickAt: number | null;
  /** When a range of the past was last read. */
  lastRangeAt = 0;
  #note: TenantNote;

  constructor(options: EngineOptions) {
    const { ports, tenant } = options;
    this.options = options;
    migrate(ports.sql);
    this.documents = new Documents(ports.sql);
    this.spool = new Spool(ports.sql, identify, options.maxSpoolBytes);
    this.#note = this.documents.read<TenantNote>(tenantNote) ?? newNote(ports, tenant);
    this.budget = new RequestBudget(ports, shareOf(tenant), lastUsage(this.documents, this.spool.lanes));
    this.client = new KandjiClient(ports, tenant.apiOrigin, tenant.token, this.budget);
    this.sweeps = new Sweeps({ ports, documents: this.documents, spool: this.spool }, kandjiFeeds.keys());
    this.sources = openSources(this);
    const { spool, client, budget } = this;
    this.walks = new Walks({ ports, tenant, spool, client, budget });
    const heartbeat = this.documents.read<Heartbeat>(heartbeatName);
    this.lastTickAt = heartbeat?.lastTickAt ?? null;
    for (const source of this.sources.values()) {
      takeUp(source, heartbeat, ports.now(), tenant);
      chargeSince(source, heartbeat, this.budget, ports.now());
    }
    chargeWalks(this.walks, heartbeat, this.budget, ports.now());
    this.#enrol();
    this.#forgetAbsent();
    for (const member of this.members) this.#addCourier(member);
  }

  /** Every destination that this tenant sends to, or has sent to and not forgotten. */
  get members(): Member[] {
    return members(this.options.config, this.options.tenant, this.documents);
  }

  get note(): TenantNote {
    return this.#note;
  }

  /** True while the API has another host than the one the remembered records came from. */
  get isHostNew(): boolean {
    return this.#note.apiOrigin !== this.options.tenant.apiOrigin;
  }

  /** Whether a poll can tell that it is still the same account. */
  get readsKandjiLog(): boolean {
    return [...this.sources.values()].some(({ isOwn }) => !isOwn);
  }

  changeNote(change: Partial<TenantNote>): void {
    this.#note = { ...this.#note, ...change };
    this.documents.write(tenantNote, this.#note);
  }

  noteOf(destination: string): DestinationNote | undefined {
    return this.documents.read<DestinationNote>(noteName(destination));
  }

  isPaused({ dataset, destination }: Scope): boolean {
    if (this.#note.isPaused) return true;
    const isDatasetPaused = dataset !== undefined && this.#note.pausedDatasets.includes(dataset);
    return isDatasetPaused || (destination !== undefined && this.#note.pausedDestinations.includes(destination));
  }

  /** Whether anybody takes a dataset: who never had a valid destination, or has lost all their secrets, is not polled. */
  hasTaker(dataset: string): boolean {
    const takers = new Set(this.spool.offsets.in({ dataset, stream: "live" }).map(({ destination }) => destination));
    return this.members.some(({ id, standing }) => standing !== "absent" && takers.has(id));
  }

  /** A firing of the cron that was scheduled at `slot`. */
  tick(slot: number): void {
    this.lastTickAt = this.options.ports.now();
    for (const source of this.sources.values()) {
      if (!startsPoll(slot, source.lastSlot, source.everyMs, source.isSlotExact)) continue;
      source.isAsked = true;
      source.lastSlot = slot;
      source.isSlotExact = true;
    }
    for (const source of this.sources.values()) this.sweeps.tick(source);
    this.walks.tick(slot);
  }

  /** Without a cron the alarm keeps polling, slowly: it also rings for other things, and each ring must not be a poll. */
  pollIfCronIsSilent(): void {
    const now = this.options.ports.now();
    if (this.lastTickAt === null || now - this.lastTickAt <= cronSilentAfterMs) return;
    for (const source of this.sources.values()) {
      const pause = Math.max(cronSilentAfterMs, source.everyMs);
      if (now - (source.lastSuccessAt ?? 0) >= pause) source.isAsked = true;
    }
    this.walks.askOverdue(now, cronSilentAfterMs);
  }

  /** A person asks for everything now. */
  askAll(): void {
    for (const source of this.sources.values()) source.isAsked = true;
    this.walks.askAll();
  }

  /** One page of the live tail; answers how many records it brought into the spool. */
  async poll(dataset: string): Promise<number> {
    const source = this.#source(dataset);
    if (source.live.isNew) this.options.ports.sql.transaction(() => source.live.begin());
    if (!source.live.isPolling && !source.isOwn && this.#isShareScarce) this.beat(pagesOf(source));
    const { liveSetback } = source;
    const isAccountUnsure = this.isHostNew && !source.isOwn;
    const step = await source.poll(isAccountUnsure);
    this.#keepUsage(step.kind === "failed" || liveSetback !== null);
    if (step.kind === "failed") return 0;
    if (step.isLast && (isSeldom(source) || this.#isEachPollReserved)) this.beat();
    if (isAccountUnsure) this.changeNote({ apiOrigin: this.options.tenant.apiOrigin });
    return step.stored;
  }

  /** One page of a range of the past; answers how many records it brought into the spool. */
  async readRange(id: number): Promise<number> {
    const range = this.spool.ranges.get(id);
    if (range === undefined) return 0;
    const source = this.#source(range.dataset);
    this.lastRangeAt = this.options.ports.now();
    const { historySetback } = source;
    const step = await source.read(range);
    this.#keepUsage(step.kind === "failed" || historySetback !== null);
    if (step.kind === "finished") noteMissing(range, step.missing, this.documents);
    if (step.kind === "finished" && range.reason === "replay") this.sweeps.noteReplay(range);
    if (step.kind === "finished" && range.reason === "sweep") this.sweeps.finish(source, range, step.swept);
    return step.kind === "failed" ? 0 : step.stored;
  }

  /** One step of a walk; answers how many records it brought into the spool. */
  async walk(dataset: string): Promise<number> {
    const source = this.walks.get(dataset);
    if (source === undefined) throw new Error(`No walk of "${dataset}"`);
    const ranges = rangesFor(this, dataset, this.options.ports.now());
    const step = await source.step(ranges, this.budget.left("walk"));
    this.#keepUsage(false);
    if (step.kind === "failed") return 0;
    if (this.isHostNew && !this.readsKandjiLog) this.changeNote({ apiOrigin: this.options.tenant.apiOrigin });
    return step.stored;
  }

  /** Stores what collection holds back; answers how many records. */
  flush(): number {
    const events = [...this.sources.values()].reduce(
      (sum, { live, history }) => sum + live.flush() + history.flush(),
      0,
    );
    return events + this.walks.flush();
  }

  /** Keeps what stands in a destination's way where it must outlive the object: a new kind, or a time that the intake named. */
  keepTrouble(courier: Courier): void {
    const note = this.noteOf(courier.id);
    const { trouble } = courier;
    if (note === undefined || (note.trouble?.kind === trouble?.kind && trouble?.isAsked !== true)) return;
    this.documents.write(noteName(courier.id), { ...note, trouble } satisfies DestinationNote);
  }

  #source(dataset: string): Source {
    const source = this.sources.get(dataset);
    if (source === undefined) throw new Error(`No source "${dataset}"`);
    return source;
  }

  #addCourier({ id, config }: Member): void {
    if (config === undefined) return;
    const { ports, tenant } = this.options;
    const { spool } = this;
    const trouble = this.noteOf(id)?.trouble ?? null;
    const { generation } = this.#note;
    const chainKey = chainKeyOf(this.options.config);
    const countedFrom = (dataset: string): number => countedFromOf(this, dataset);
    const unwritten = takenUp(this, id);
    const kept = { spool, generation, chainKey, trouble, countedFrom, unwritten };
    this.couriers.set(id, new Courier({ ports, tenant: tenant.id, config, recordIdOf, ...kept }));
  }

  #enrol(): void {
    const { ports, tenant } = this.options;
    const hasBegun = (dataset: string): boolean =>
      this.sources.get(dataset)?.live.isNew === false || this.walks.hasBegun(dataset);
    ports.sql.transaction(() => {
      const { spool, documents } = this;
      const latecomers = enrol(this.members, tenant, { spool, documents, hasBegun });
      const given = { spool, tenant, sources: this.sources, walks: this.walks, now: ports.now() };
      for (const { destination, dataset } of latecomers) giveThePast(destination, dataset, given);
      beginCounting(this, ports.now());
      documents.write(tenantNote, this.#note);
    });
  }

  #forgetAbsent(): void {
    const { ports } = this.options;
    const { spool, documents } = this;
    ports.sql.transaction(() => forgetAbsent(this.members, { spool, documents, now: ports.now() }));
  }

  /** What must outlive the object: a failure, the first good answer after it, a time before which Kandji wants none, more requests than would be guessed. */
  #keepUsage(isUnusual: boolean): void {
    const now = this.options.ports.now();
    const heartbeat = this.documents.read<Heartbeat>(heartbeatName);
    const isBlocked = this.budget.blockedUntil > Math.max(heartbeat?.usage.blockedUntil ?? 0, now);
    if (isUnusual || isBlocked || this.budget.unwritten > guessOf(this.sources.values(), this.walks, heartbeat, now))
      this.beat();
  }

  beatIfDue(): void {
    const last = this.documents.read<Heartbeat>(heartbeatName);
    const now = this.options.ports.now();
    const waits = [...this.sources.values()].map((source) =>
      hasPolledSince(source, last) ? heartbeatMs : nextBeatMs(source),
    );
    if (now - (last?.at ?? 0) >= Math.min(...waits, this.sources.size === 0 ? heartbeatMs : Infinity)) this.beat();
  }

  /** So little of the hour is left that requests which are not written down could be too many. */
  get #isShareScarce(): boolean {
    return this.budget.left("live") < untilNextBeat(this.sources.values());
  }

  get #isEachPollReserved(): boolean {
    return this.documents.read<Heartbeat>(heartbeatName)?.reserves === true;
  }

  /** Writes the heartbeat: the one row that a tenant without news writes. `reserved` requests are going to be made. */
  beat(reserved = 0): void {
    this.#forgetAbsent();
    // The floor that is written must have nothing below it that is only in memory.
    this.flush();
    const sources = [...this.sources.values()].map((source) => [source.name, beatOf(source)]);
    this.documents.write(heartbeatName, {
      at: this.options.ports.now(),
      lastTickAt: this.lastTickAt,
      fingerprint: this.options.tenant.fingerprint,
      sources: Object.fromEntries(sources),
      usage: this.budget.usage(reserved),
      reserves: this.#isShareScarce,
      ...carriedOn(this),
    } satisfies Heartbeat);
  }
}
