import type { Ending } from "./history.ts";
import { Tally } from "./story.ts";
import { transitions } from "./transitions.ts";

/** What many histories had in them, and how fast they were told. */
export class Summary {
  told = 0;
  broken = 0;
  readonly #faults = new Tally();
  readonly #transitions = new Tally();
  readonly #startedAt = performance.now();
  readonly #threads: number;
  #simulatedMs = 0;

  constructor(threads: number) {
    this.#threads = threads;
  }

  add({ wrong, faults, transitions: seen, simulatedMs }: Ending): void {
    this.told += 1;
    if (wrong.length > 0) this.broken += 1;
    this.#faults.addAll(faults);
    this.#transitions.addAll(seen);
    this.#simulatedMs += simulatedMs;
  }

  figures() {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const seen = transitions.filter((name) => this.#transitions.counts.has(name));
    return {
      histories: this.told,
      broken: this.broken,
      threads: this.#threads,
      seconds: round(seconds),
      historiesPerSecond: round(this.told / seconds),
      simulatedHours: Math.round(this.#simulatedMs / 3_600_000),
      faults: this.#faults.total,
      faultsPerSecond: round(this.#faults.total / seconds),
      transitionsSeen: seen.length,
      transitions: transitions.length,
    };
  }

  text(): string {
    const figures = this.figures();
    const never = transitions.filter((name) => !this.#transitions.counts.has(name));
    return [
      "",
      table("faults", this.#faults.counts),
      table("changes of state", this.#transitions.counts),
      never.length === 0 ? "" : `never seen: ${never.join(", ")}\n`,
      `${figures.transitionsSeen} of ${figures.transitions} changes of state seen`,
      `${count(figures.faults)} faults injected, ${count(Math.round(figures.faultsPerSecond))} a second of wall time`,
      `${count(figures.histories)} histories of ${count(figures.simulatedHours)} simulated hours in ${figures.seconds} s on ${figures.threads} threads: ${figures.historiesPerSecond} histories/s`,
      this.broken === 0 ? "Every promise was kept in each of them." : `${this.broken} of them broke a promise.`,
    ].join("\n");
  }
}

const round = (number: number): number => Math.round(number * 10) / 10;
const count = (number: number): string => number.toLocaleString("en");

function table(title: string, counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].toSorted(([, one], [, other]) => other - one);
  return [`${title}:`, ...rows.map(([name, times]) => `${count(times).padStart(10)}  ${name}`), ""].join("\n");
}
