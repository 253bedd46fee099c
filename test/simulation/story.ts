/** What happened in a history, in order, for whoever wants to know why it ended as it did. */
export class Story {
  readonly lines: string[] = [];
  /** Also the small things: each request, each line of the log. */
  readonly isDetailed: boolean;
  readonly #now: () => number;
  #since = "";

  constructor(now: () => number, isDetailed: boolean) {
    this.#now = now;
    this.isDetailed = isDetailed;
  }

  tell(line: string): void {
    const at = new Date(this.#now()).toISOString().slice(0, 23).replace("T", " ");
    this.lines.push(`${at === this.#since ? " ".repeat(at.length) : at}  ${line}`);
    this.#since = at;
  }

  /** A small thing; made into words only for those who asked for them. */
  detail(line: () => string): void {
    if (this.isDetailed) this.tell(`  ${line()}`);
  }
}

/** How often each thing happened. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, times = 1): void {
    if (times > 0) this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  addAll(other: Iterable<readonly [string, number]>): void {
    for (const [name, times] of other) this.add(name, times);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, times) => sum + times, 0);
  }
}
