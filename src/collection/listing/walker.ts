import type { DatasetOptions } from "../../config/config.ts";
import type { Filters, Listing } from "../../datasets/listing.ts";
import type { Usage } from "../../kandji/budget.ts";
import type { KandjiClient } from "../../kandji/client.ts";
import type { Failure } from "../../kandji/failure.ts";
import type { Ports } from "../../ports.ts";
import type { Lane } from "../../spool/lanes.ts";
import type { Spool } from "../../spool/spool.ts";
import type { Tally } from "../tally.ts";
import { Comparison } from "./comparison.ts";
import { DeviceList } from "./device-list.ts";
import { DeviceStage, done, more, type StageStep } from "./device-stage.ts";
import { Marks, type WalkMarks } from "./marks.ts";
import { Outbox } from "./outbox.ts";
import { RowMemory } from "./row-memory.ts";
import { RowStage } from "./row-stage.ts";
import {
  nothingWalked,
  type Walk,
  type WalkerState,
  type WalkOddity,
  type WalkOrder,
  type WalkResult,
} from "./walk-state.ts";

export interface ListingCollection {
  readonly ports: Ports;
  readonly spool: Spool;
  readonly client: KandjiClient;
  readonly dataset: Listing;
  readonly options: DatasetOptions;
  readonly filters: Filters;
  /** What has been asked of Kandji, with requests that are going to be made. */
  readonly usage: (reserved: number) => Usage;
}

export type WalkStep =
  /** `stored`: records that were written to the spool in this step. */
  | {
      readonly kind: "page";
      readonly stored: number;
      readonly isLast: boolean;
      readonly oddities: readonly WalkOddity[];
    }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Text of records that is held back before it is stored. */
const heldLength = 1_000_000;
const blocksPerStep = 20;
/** Walks of datasets that are asked more often than this write nothing when they find nothing. */
const oftenMs = 10 * 60_000;

/**
 * Walks one dataset whole, one request a step, compares its rows with those of the walks before, and stores what differs. Where
 * it stands is stored with the records and with every reservation of requests, so a walk goes on where it was broken off.
 */
export class Walker {
  readonly lane: Lane;
  readonly devices: DeviceList;
  readonly #c: ListingCollection;
  readonly #memory: RowMemory;
  readonly #outbox: Outbox;
  readonly #comparison: Comparison;
  readonly #deviceStage: DeviceStage;
  readonly #rowStage: RowStage;
  #seen: Marks;
  #absent: Marks;
  #missing: Marks;
  #walk: Walk | null;
  #last: WalkResult | null;
  #lastSnapshotAt: number | null;
  #usage: Usage | undefined;
  /** Requests that are written down and not made yet. */
  #reserved = 0;
  #hasNewDevices = false;
  /** Something of the walk in progress is stored: its end has to be, too. */
  #isStored: boolean;

  constructor(collection: ListingCollection) {
    const { dataset, spool, ports, client, options } = collection;
    this.#c = collection;
    this.lane = { dataset: dataset.name, stream: "live" };
    const stored = spool.lanes.state<WalkerState>(this.lane) ?? nothingWalked;
    this.#memory = new RowMemory(ports.sql, dataset.name);
    this.devices = new DeviceList(ports.sql, dataset.name);
    this.#outbox = new Outbox(spool, dataset.name);
    this.#comparison = new Comparison(dataset, this.#memory, this.#outbox, options.backfillMs);
    this.#deviceStage = new DeviceStage(client, this.devices);
    const compared = { outbox: this.#outbox, comparison: this.#comparison };
    this.#rowStage = new RowStage(
      collection,
      { memory: this.#memory, devices: this.devices, ...compared },
      stored.tally,
    );
    this.#walk = stored.walk;
    this.#seen = new Marks(stored.seen);
    this.#absent = new Marks(stored.absent);
    this.#missing = new Marks(stored.missing);
    this.#last = stored.last;
    this.#lastSnapshotAt = stored.lastSnapshotAt;
    this.#usage = stored.usage;
    this.#isStored = this.#walk !== null;
    if (this.#walk?.stage === "rows") this.#rowStage.resume(this.#walk);
  }

  get walk(): Walk | null {
    return this.#walk;
  }

  get last(): WalkResult | null {
    return this.#last;
  }

  get lastSnapshotAt(): number | null {
    return this.#lastSnapshotAt;
  }

  get tally(): Tally {
    return this.#rowStage.tally;
  }

  /** Requests of the last hour as of when this was stored last. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** Whether each device is asked. */
  get isPerDevice(): boolean {
    return this.#rowStage.isPerDevice;
  }

  get #marks(): WalkMarks {
    return { seen: this.#seen, absent: this.#absent, missing: this.#missing };
  }

  get reserved(): number {
    return this.#reserved;
  }

  /** Rows that are remembered. */
  get size(): number {
    return this.#memory.size;
  }

  begin({ slot, isSnapshot, ranges }: WalkOrder): void {
    const isFirst = this.#last === null;
    const stage = this.#rowStage.needsDevices ? "devices" : "rows";
    const counts = { device: 0, place: 0, passes: 1, total: null, rows: 0, requests: 0, skipped: 0 };
    const startedAt = this.#c.ports.now();
    this.#walk = {
      startedAt,
      slot,
      isFirst,
      isSnapshot: isSnapshot || isFirst,
      ranges,
      stage,
      way: 0,
      ...counts,
      isComplete: true,
      block: -1,
    };
    this.#seen = new Marks();
    this.#missing = new Marks();
    this.#isStored = false;
    if (stage === "devices") this.#deviceStage.begin(this.#walk);
    else this.#rowStage.begin(this.#walk);
  }

  /**
   * Lets the walk in progress go: the next one begins anew. A destination that comes while events are walked would be sent those
   * that are found from then on, and could not be told from those that were found before. Call it inside a transaction.
   */
  abandon(): void {
    if (this.#c.dataset.sends === "state" || this.#walk === null) return;
    this.#walk = null;
    this.#write();
  }

  /** Makes one request, or looks through a part of what is remembered. */
  async step(): Promise<WalkStep> {
    const walk = this.#walk;
    if (walk === null) throw new Error("A step of a walk that was not begun");
    if (walk.stage !== "reckoning") this.#reserved = Math.max(0, this.#reserved - 1);
    const step = await this.#stageStep(walk);
    if (step.kind === "failed") {
      this.flush();
      return step;
    }
    const { oddities } = step;
    if (step.kind === "done" && this.#endStage(walk))
      return { kind: "page", stored: this.#finish(walk), isLast: true, oddities };
    const stored = this.#outbox.length > heldLength ? this.flush() : 0;
    return { kind: "page", stored, isLast: false, oddities };
  }

  async #stageStep(walk: Walk): Promise<StageStep> {
    if (walk.stage === "devices") return this.#deviceStage.step(walk);
    return walk.stage === "rows" ? this.#rowStage.step(walk, this.#marks) : this.#reckon(walk);
  }

  /** Goes on to the next stage; true when that was the last. */
  #endStage(walk: Walk): boolean {
    if (walk.stage === "devices") {
      walk.stage = "rows";
      this.#hasNewDevices = true;
      this.#rowStage.begin(walk);
      return false;
    }
    const isAllThere = this.#seen.count === this.#memory.size && this.#absent.count === 0;
    if (walk.stage === "reckoning" || !walk.isComplete || isAllThere) return true;
    walk.stage = "reckoning";
    walk.block = this.#memory.blocks;
    return false;
  }

  /** Looks for remembered rows that the walk has not met, from the last block to the first: an emptied block moves those behind it. */
  #reckon(walk: Walk): StageStep {
    const now = this.#c.ports.now();
    for (let rest = blocksPerStep; rest > 0 && walk.block > 0; rest -= 1) {
      walk.block -= 1;
      this.#rowStage.count(this.#comparison.reckon(walk.block, this.#marks, now), 0, now);
    }
    return walk.block <= 0 ? done : more;
  }

  #finish(walk: Walk): number {
    const { ports, spool, options } = this.#c;
    const endedAt = ports.now();
    const { startedAt, slot, requests, rows, skipped, isComplete } = walk;
    const isQuiet =
      options.everyMs < oftenMs && this.#last !== null && !this.#isStored && !this.#hasNews && walk.ranges.length === 0;
    const isSame = this.#absent.count === 0 && this.#missing.count === 0;
    this.#last = { startedAt, endedAt, slot, requests, rows, skipped, isComplete };
    this.#rowStage.tally = { ...this.#rowStage.tally, lastSuccessAt: endedAt };
    if (walk.isSnapshot) this.#lastSnapshotAt = startedAt;
    // What a walk has met was there, whether it met everything or not.
    this.#absent = isComplete ? this.#missing : this.#absent.without(this.#seen).with(this.#missing);
    this.#seen = new Marks();
    this.#missing = new Marks();
    if (this.#rowStage.read.size > 0) {
      this.devices.noteRead(this.#rowStage.read, startedAt);
      this.#hasNewDevices = true;
    }
    this.#walk = null;
    this.#reserved = 0;
    if (isQuiet && isSame) return 0;
    return ports.sql.transaction(() => {
      const stored = this.#write();
      for (const id of walk.ranges) {
        const range = spool.ranges.get(id);
        if (range !== undefined) this.#outbox.close(range);
      }
      return stored;
    });
  }

  get #hasNews(): boolean {
    return !this.#outbox.isEmpty || this.#memory.isChanged || this.#hasNewDevices;
  }

  /** Stores what has come in, with where the walk stands; answers how many records. A walk without news writes nothing for it. */
  flush(): number {
    return this.#hasNews && !this.#isAmidst ? this.#c.ports.sql.transaction(() => this.#write()) : 0;
  }

  /** In the middle of a device's log that is sent again as a whole: a kill would send again what is stored of it. */
  get #isAmidst(): boolean {
    if (this.#c.dataset.sends !== "once" || this.#walk?.stage !== "rows") return false;
    return this.#walk.ranges.length > 0 && Number(this.#walk.place) > 0;
  }

  /** Writes down requests that are going to be made, and where the walk stands: all that a walk without news writes. */
  reserve(requests: number): void {
    if (this.#isAmidst) return;
    this.#reserved = requests;
    this.#c.ports.sql.transaction(() => this.#write());
  }

  #write(): number {
    const usage = this.#c.usage(this.#reserved);
    const state: WalkerState = {
      walk: this.#walk,
      seen: this.#seen.toText(),
      absent: this.#absent.toText(),
      missing: this.#missing.toText(),
      last: this.#last,
      lastSnapshotAt: this.#lastSnapshotAt,
      tally: this.#rowStage.tally,
      usage,
    };
    const stored = this.#outbox.write(state, this.#c.ports.now());
    this.#memory.flush();
    if (this.#hasNewDevices) this.devices.write();
    this.#hasNewDevices = false;
    this.#usage = usage;
    this.#isStored = this.#walk !== null;
    return stored;
  }
}
