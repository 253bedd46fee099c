import { backoffMs } from "../backoff.ts";
import type { DestinationConfig } from "../config/config.ts";
import type { Answer, Verdict } from "../destinations/destination.ts";
import { retryAfterMs } from "../retry-after.ts";
import type { Ports } from "../ports.ts";
import type { Acceptance, ChainKey } from "../spool/chain-entry.ts";
import { laneKey } from "../spool/lanes.ts";
import type { Offset, Suspect } from "../spool/offsets.ts";
import { hourAt, type Segment } from "../spool/segments.ts";
import type { Spool } from "../spool/spool.ts";
import type { Outcome } from "../spool/timeline.ts";
import { acceptanceOf } from "./acceptance.ts";
import type { Batch } from "./batch.ts";
import { choose, newRound, type Choice, type Round } from "./choice.ts";
import { loadOf, type Load } from "./load.ts";
import { Pass } from "./pass.ts";
import { send } from "./send.ts";
import { accepted, allBuried, buried, laidDown, split, suspected, written } from "./settlement.ts";
import { holding, holdMs, troubleAfter, type Trouble } from "./trouble.ts";
import { nothingUnwritten, outcomeOf, withAnswer, type Unwritten } from "./unwritten.ts";

export interface CourierOptions {
  readonly ports: Ports;
  readonly spool: Spool;
  readonly tenant: string;
  readonly generation: string;
  readonly config: DestinationConfig;
  readonly chainKey: ChainKey;
  readonly recordIdOf: (dataset: string, raw: string) => string | null;
  /** The oldest hour of which counts are kept. */
  readonly countedFrom: (dataset: string) => number;
  /** What stood in the way when the object was last awake, under this same secret. */
  readonly trouble: Trouble | null;
  /** What an earlier life had not written into an offset, and kept elsewhere. */
  readonly unwritten?: Unwritten;
}

/** `sent`: a request was made or records were settled; `idle`: nothing to do until `wakeAt()`. */
export type CourierStep = "sent" | "idle";

type Refusal = Pick<Suspect, "status" | "reason">;

/** Brings one destination what waits for it, one request at a time, in order, and judges what comes back. */
export class Courier {
  readonly #o: CourierOptions;
  #trouble: Trouble | null;
  readonly #pass: Pass;
  #round: Round = newRound;
  /** A round is over; the next begins when the pause is. */
  #isResting: boolean;
  #unwritten: Unwritten;

  constructor(options: CourierOptions) {
    this.#o = options;
    this.#trouble = options.trouble;
    this.#pass = new Pass(options.ports, options.config.destination);
    this.#isResting = options.trouble?.kind === "refuses-everything";
    this.#unwritten = options.unwritten ?? nothingUnwritten;
  }

  get id(): string {
    return this.#o.config.id;
  }

  get config(): DestinationConfig {
    return this.#o.config;
  }

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  get unwritten(): Unwritten {
    return this.#unwritten;
  }

  /** A record arrived: a destination that refused everything gets another chance at once. */
  recordsArrived(): void {
    if (this.#trouble?.kind !== "refuses-everything") return;
    this.#trouble = { ...this.#trouble, retryAt: this.#o.ports.now() };
  }

  /** When there is something to do: null when nothing waits. */
  wakeAt(): number | null {
    const isWaiting = this.#offsets().some((offset) => offset.suspects.length > 0 || this.#hasMore(offset));
    if (!isWaiting) return null;
    return Math.max(this.#o.ports.now(), this.#trouble?.retryAt ?? 0);
  }

  isReady(): boolean {
    const wakeAt = this.wakeAt();
    return wakeAt !== null && wakeAt <= this.#o.ports.now();
  }

  /** Makes one request at the most. Call it again until it is idle; never twice at once. */
  async step(): Promise<CourierStep> {
    const { ports } = this.#o;
    if (this.#trouble !== null && this.#trouble.retryAt > ports.now()) return "idle";
    if (this.#isResting) this.#round = newRound;
    this.#isResting = false;
    const offsets = this.#offsets();
    const choice = choose(offsets, acceptedBy(offsets), this.#round, (offset) => this.#hasMore(offset));
    if (choice === null) return this.#rest(offsets);
    const load = loadOf(this.#o, choice);
    if (load === null) return "idle";
    if (load.kind === "oversize") return this.#buryOversize(load);
    if (load.batch.positions.length === 0)
      return this.#settle(load.batch, (offset) => accepted(offset, load.batch, [], 0, ports.now()));
    return this.#deliver(load.batch, load.segment, choice);
  }

  #offsets(): Offset[] {
    return this.#o.spool.offsets.of(this.id);
  }

  #hasMore(offset: Offset): boolean {
    return this.#o.spool.segments.next(offset.lane, this.id, offset.position) !== undefined;
  }

  /** Nothing can be sent. Records that were refused alone and never outweighed by an acceptance are held. */
  #rest(offsets: readonly Offset[]): CourierStep {
    const [held] = offsets.flatMap(({ suspects }) => suspects);
    if (held === undefined) return "idle";
    this.#isResting = true;
    this.#trouble = holding(this.#trouble, held.reason, this.#o.ports.now());
    return "idle";
  }

  async #deliver(batch: Batch, segment: Segment, choice: Choice): Promise<CourierStep> {
    const { ports, config, spool } = this.#o;
    // Whatever becomes of the answer, the next try has the same record and no other.
    if (choice.kind === "probe") this.#settle(batch, (offset) => laidDown(offset, batch.end));
    this.#unwritten = { ...this.#unwritten, requests: this.#unwritten.requests + 1 };
    if (this.#pass.isMissing) return this.#askForPass();
    await spool.whileOnTheWay(segment, async () => {
      const sent = await send(ports, config.destination, batch, this.#pass.token);
      if (!sent.answered) {
        this.#count("retried", sent.kind);
        this.#setBack({ kind: "try-later", why: sent.why }, null);
      } else if (this.#pass.isStale(sent.answer.status)) {
        // Another token is asked for before anything is said of a refusal.
        this.#count("retried", String(sent.answer.status));
      } else this.#judge(batch, segment, choice, sent.answer);
    });
    ports.sql.transaction(() => spool.makeRoom());
    return "sent";
  }

  async #askForPass(): Promise<CourierStep> {
    const refusal = await this.#pass.ask();
    if (refusal === undefined) return "sent";
    this.#count("retried", refusal.answer);
    this.#setBack(refusal.verdict, retryAfterMs(refusal.retryAfter, this.#o.ports.now()));
    return "sent";
  }

  #count(outcome: Outcome, answer: string): void {
    this.#unwritten = withAnswer(this.#unwritten, outcome, answer, this.#o.ports.now());
  }

  #judge(batch: Batch, segment: Segment, choice: Choice, answer: Answer): void {
    const verdict = this.#o.config.destination.judge(answer, { records: batch.positions.length });
    const now = this.#o.ports.now();
    const outcome = outcomeOf(verdict);
    if (outcome !== null) this.#count(outcome, String(answer.status));
    switch (verdict.kind) {
      case "accepted":
        return this.#accept(batch, []);
      case "accepted-except": {
        const refused = [...verdict.refused].flatMap(([index, reason]) => {
          const at = batch.positions[index];
          return at === undefined ? [] : [{ at, status: answer.status, reason }];
        });
        const [first] = refused;
        // Nothing was accepted: it is a refusal, whatever it is called.
        return first !== undefined && refused.length === batch.positions.length
          ? this.#refuseAll(batch, segment, choice, first)
          : this.#accept(batch, refused);
      }
      case "accepted-some":
        return this.#buryAll(batch, segment, answer.status, verdict.why);
      case "too-big":
        return this.#refuseAll(batch, segment, choice, { status: answer.status, reason: verdict.why });
      case "refused":
        return this.#refuseAll(batch, segment, choice, { status: answer.status, reason: verdict.why }, verdict.culprit);
      case "try-later":
      case "locked-out":
        return this.#setBack(verdict, retryAfterMs(answer.headers.get("Retry-After"), now));
    }
  }

  #accept(batch: Batch, refused: readonly { at: number; status: number; reason: string }[]): void {
    const acceptedThen = acceptedBy(this.#offsets());
    const isHeld = this.#offsets().some(({ suspects }) => suspects.length > 0);
    const now = this.#o.ports.now();
    const acceptance = acceptanceOf(batch, this.#o.config.destination.frame(batch.context), refused, now);
    this.#settle(batch, (offset) => accepted(offset, batch, refused, acceptedThen, now), acceptance);
    this.#trouble = null;
    if (isHeld || this.#round.left < newRound.left) this.#round = newRound;
  }

  /** Nothing of a request was accepted: it is parted, until a record is refused alone. */
  #refuseAll(batch: Batch, segment: Segment, choice: Choice, refusal: Refusal, culprit?: number): void {
    if (this.#trouble?.kind !== "refuses-everything") this.#trouble = null;
    if (this.#offsets().some(({ suspects }) => suspects.length > 0))
      this.#round = { ...this.#round, left: this.#round.left - 1 };
    if (batch.positions.length > 1) this.#settle(batch, (offset) => split(offset, batch, culprit));
    else this.#refuse(batch, segment, choice, refusal);
  }

  /** One record was refused alone: a suspect at first, a dead letter once the destination has accepted another one since. */
  #refuse(batch: Batch, segment: Segment, choice: Choice, { status, reason }: Refusal): void {
    const [at] = batch.positions;
    if (at === undefined) return;
    this.#round = { ...this.#round, tried: new Set([...this.#round.tried, laneKey(batch.lane)]) };
    if (choice.kind === "retrial" && choice.isFinal) return this.#bury(batch.lane, segment, at, status, reason);
    const acceptedThen = acceptedBy(this.#offsets());
    this.#settle(batch, (offset) => suspected(offset, batch, { at, status, reason, acceptedThen }));
  }

  #buryOversize({ offset, segment, at, bytes, limit }: Extract<Load, { kind: "oversize" }>): CourierStep {
    const reason = `The record takes ${bytes} bytes, and the limit is ${limit}`;
    this.#bury(offset.lane, segment, at, 0, reason);
    return "sent";
  }

  #bury(lane: Offset["lane"], segment: Segment, at: number, status: number, reason: string): void {
    this.#settle({ lane }, (offset) => {
      this.#keep(lane, segment, at, { status, reason });
      return buried(offset, at, hourAt(segment, at));
    });
  }

  /** Some of a batch were refused and nobody knows which: all are kept, for a person to send again or not. */
  #buryAll(batch: Batch, segment: Segment, status: number, reason: string): void {
    this.#settle(batch, (offset) => {
      for (const at of batch.positions) this.#keep(batch.lane, segment, at, { status, reason });
      return allBuried(offset, batch, this.#o.ports.now());
    });
    this.#trouble = null;
  }

  #keep({ dataset }: Offset["lane"], segment: Segment, at: number, refusal: Refusal): void {
    const { spool, ports, recordIdOf } = this.#o;
    const raw = spool.segments.lines(segment)[at - segment.first] ?? "";
    const recordId = recordIdOf(dataset, raw);
    spool.deadLetters.add(
      { dataset, destination: this.id, recordId, ...refusal, at: ports.now() },
      raw,
      hourAt(segment, at),
    );
  }

  /** Writes what an answer changed: read anew, since other things may have happened while it was awaited. */
  #settle(
    { lane }: Pick<Batch, "lane">,
    change: (offset: Offset) => Offset,
    acceptance: Acceptance | null = null,
  ): CourierStep {
    const { ports, spool, tenant, generation, countedFrom, chainKey: key } = this.#o;
    ports.sql.transaction(() => {
      const offset = spool.offsets.get(this.id, lane);
      if (offset === undefined) return;
      const settled = written(change(offset), this.#unwritten, countedFrom(lane.dataset), ports.now());
      spool.settle(acceptance === null ? settled : spool.chains.link(settled, acceptance, { tenant, generation, key }));
    });
    this.#unwritten = nothingUnwritten;
    return "sent";
  }

  #setBack(verdict: Extract<Verdict, { kind: "try-later" | "locked-out" }>, afterMs: number | null): void {
    const { ports } = this.#o;
    this.#trouble = troubleAfter(this.#trouble, verdict, ports.now(), {
      isAsked: afterMs !== null,
      pause: (attempts) =>
        verdict.kind === "locked-out" ? Math.max(holdMs, afterMs ?? 0) : backoffMs(attempts, ports.random(), afterMs),
    });
  }
}

const acceptedBy = (offsets: readonly Offset[]): number => offsets.reduce((sum, { delivered }) => sum + delivered, 0);
