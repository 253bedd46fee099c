import { indexFrom } from "./ascending.ts";
import type { Chain } from "./chain.ts";
import type { Hit, Wanted } from "./search.ts";

/**
 * Chooses which hits the lines are. They may overlap: the same records can have been delivered twice in batches of other
 * sizes. As few lines as possible are left over; among equals the batch that is due goes first, since an archive mostly has
 * the order of the chain.
 */
export function cover(hits: readonly Hit[], lines: number): Hit[] {
  const at = Map.groupBy(
    hits.toSorted((a, b) => a.from - b.from),
    ({ from }) => from,
  );
  const costs = new Costs(at, lines);
  const turn = new Turn();
  const chosen: Hit[] = [];
  for (let line = costs.nextStart(0); line < lines;) {
    const best = costs.of(line);
    const open = (at.get(line) ?? []).filter(({ to }) => costs.of(to) === best);
    const hit = turn.pick(open);
    if (hit !== undefined) chosen.push(hit);
    line = costs.nextStart(hit?.to ?? line + 1);
  }
  return chosen;
}

/** How many lines are left over from a line on, if all is chosen well. */
class Costs {
  readonly #starts: readonly number[];
  readonly #costs: number[];
  readonly #lines: number;

  constructor(at: ReadonlyMap<number, readonly Hit[]>, lines: number) {
    this.#starts = [...at.keys()];
    this.#costs = Array.from({ length: this.#starts.length }, () => 0);
    this.#lines = lines;
    for (let index = this.#starts.length - 1; index >= 0; index -= 1) {
      const start = this.#starts[index] ?? 0;
      const ends = (at.get(start) ?? []).map(({ to }) => this.of(to));
      this.#costs[index] = Math.min(1 + this.of(start + 1), ...ends);
    }
  }

  of(line: number): number {
    const index = this.#indexFrom(line);
    const start = this.#starts[index];
    return start === undefined ? this.#lines - line : start - line + (this.#costs[index] ?? 0);
  }

  /** The first line at or behind this one where a batch was found; the end where there is none. */
  nextStart(line: number): number {
    return this.#starts[this.#indexFrom(line)] ?? this.#lines;
  }

  #indexFrom(line: number): number {
    return indexFrom(this.#starts, line, (start) => start);
  }
}

/** Which batch is due. */
class Turn {
  readonly #taken = new Set<Wanted>();
  readonly #last = new Map<Chain, number>();

  pick(open: readonly Hit[]): Hit | undefined {
    const [best] = open.toSorted((a, b) => this.#rank(a.wanted) - this.#rank(b.wanted));
    if (best === undefined) return undefined;
    this.#taken.add(best.wanted);
    this.#last.set(best.wanted.chain, best.wanted.entry.seq);
    return best;
  }

  /** Next in line, then the oldest that was not found yet, then one that comes again. */
  #rank(wanted: Wanted): number {
    const { chain, entry } = wanted;
    if (this.#taken.has(wanted)) return 2e15 + entry.seq;
    return entry.seq === (this.#last.get(chain) ?? 0) + 1 ? 0 : entry.seq;
  }
}
