import { createHash, hash, type Hash } from "node:crypto";
import { firstOf, type ChainEntry } from "../../src/spool/chain-entry.ts";
import type { Chain } from "./chain.ts";

/** Finds the batches of the chains in a run of lines that passes once. */

/** An entry with its chain: what is looked for. */
export interface Wanted {
  readonly chain: Chain;
  readonly entry: ChainEntry;
}

/** Lines `from` up to, not including, `to` are this batch, to the character. Lines count from 0 over all files. */
export interface Hit {
  readonly from: number;
  readonly to: number;
  readonly wanted: Wanted;
}

/** A line that is the first of these batches. */
export interface Start {
  readonly line: number;
  readonly of: readonly Wanted[];
}

/** A run of lines that began like a batch and is compared at each length that one of them has. */
interface Trial {
  readonly from: number;
  readonly hash: Hash;
  /** Shortest first. */
  readonly waiting: Wanted[];
}

/** More are under way only where somebody has copied one line over and over; the oldest is given up then. */
const maxTrials = 64;

/** What `POST …/verify` sends (`src/verification/checks.ts`), whole: nothing of anybody else's fits in. */
const testRecord =
  /^\{"id":"kandji-forwarder-test-\d+","kandji_forwarder_test":true,"message":"Test record of kandji-forwarder; it can be ignored","tenant":"[\w-]{1,63}","occurred_at":"[\dTZ:.-]{20,30}"\}\n$/;
const testPrefix = Buffer.from('{"id":"kandji-forwarder-test-');

export class Search {
  readonly hits: Hit[] = [];
  readonly starts: Start[] = [];
  /** Lines that are records of a verification. */
  readonly tests = new Set<number>();
  lines = 0;
  readonly #byFirst: ReadonlyMap<string, Wanted[]>;
  #trials: Trial[] = [];

  constructor(wanted: readonly Wanted[]) {
    this.#byFirst = Map.groupBy(wanted, ({ entry }) => entry.first);
    for (const group of this.#byFirst.values()) group.sort((a, b) => a.entry.records - b.entry.records);
  }

  /** Takes the next line, with its line feed. */
  add(line: Buffer): void {
    const at = this.lines;
    this.lines += 1;
    const of = this.#byFirst.get(firstOf(hash("sha256", line)));
    if (of !== undefined) this.#begin(at, of);
    else if (isTest(line)) this.tests.add(at);
    if (this.#trials.length === 0) return;
    for (const trial of this.#trials) {
      trial.hash.update(line);
      this.#compare(trial);
    }
    this.#trials = this.#trials.filter(({ waiting }) => waiting.length > 0);
  }

  #begin(line: number, of: Wanted[]): void {
    this.starts.push({ line, of });
    this.#trials.push({ from: line, hash: createHash("sha256"), waiting: [...of] });
    if (this.#trials.length > maxTrials) this.#trials.shift();
  }

  #compare({ from, hash: sum, waiting }: Trial): void {
    const length = this.lines - from;
    if (waiting[0]?.entry.records !== length) return;
    const digest = sum.copy().digest("hex");
    while (waiting[0]?.entry.records === length) {
      const wanted = waiting.shift();
      if (wanted?.entry.digest === digest) this.hits.push({ from, to: this.lines, wanted });
    }
  }
}

const isTest = (line: Buffer): boolean =>
  line.subarray(0, testPrefix.length).equals(testPrefix) && testRecord.test(line.toString("utf8"));
