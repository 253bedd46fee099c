import { indexFrom } from "./ascending.ts";
import type { Hit, Search, Start, Wanted } from "./search.ts";

/** What is wrong with an archive, as well as it can be told: only digests of whole batches are known, not of records. */

/** Lines `from` up to, not including, `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A batch that is there, but not as it was delivered. */
export interface Changed extends Stretch {
  readonly wanted: Wanted;
  /** Its first line is as it was; otherwise only its place among the others tells which batch it is. */
  readonly begins: boolean;
}

export interface Damage {
  readonly changed: readonly Changed[];
  /** Batches of which nothing was found. */
  readonly missing: readonly Wanted[];
  /** Lines that belong to no batch. */
  readonly unknown: readonly Stretch[];
}

/** Looks at what the chosen hits leave over. `all` is in the order of the chains. */
export function damageIn(search: Search, chosen: readonly Hit[], all: readonly Wanted[]): Damage {
  const found = new Set(chosen.map(({ wanted }) => wanted));
  const lost = new Lost(all, found);
  const changed: Changed[] = [];
  const unknown: Stretch[] = [];
  for (const gap of gapsBetween(chosen, search)) {
    const { parts, rest } = attributed(gap, lost, search.starts);
    changed.push(...parts);
    unknown.push(...rest);
  }
  return { changed, unknown, missing: lost.left() };
}

/** Lines that are left over, between two batches that were found. */
interface Gap extends Stretch {
  readonly after: Wanted | undefined;
  readonly before: Wanted | undefined;
}

/** Records of a verification are nobody's. */
function gapsBetween(chosen: readonly Hit[], { lines, tests }: Search): Gap[] {
  const gaps: Gap[] = [];
  let [from, after]: [number, Wanted | undefined] = [0, undefined];
  for (const hit of [...chosen, undefined]) {
    const to = hit?.from ?? lines;
    let start = from;
    for (let line = from; line <= to; line += 1) {
      if (line < to && !tests.has(line)) continue;
      if (line > start) gaps.push({ from: start, to: line, after, before: hit?.wanted });
      start = line + 1;
    }
    [from, after] = [hit?.to ?? lines, hit?.wanted];
  }
  return gaps;
}

/** The batches that were not found, and not met in a gap so far. */
class Lost {
  readonly #all: readonly Wanted[];
  readonly #index = new Map<Wanted, number>();
  readonly #open: Set<Wanted>;

  constructor(all: readonly Wanted[], found: ReadonlySet<Wanted>) {
    this.#all = all;
    for (const [index, wanted] of all.entries()) this.#index.set(wanted, index);
    this.#open = new Set(all.filter((wanted) => !found.has(wanted)));
  }

  left(): Wanted[] {
    return [...this.#open];
  }

  has(wanted: Wanted): boolean {
    return this.#open.has(wanted);
  }

  take(wanted: Wanted): void {
    this.#open.delete(wanted);
  }

  /** Those that directly follow one batch and those that directly precede another, in the order of the chain. */
  around(after: Wanted | undefined, before: Wanted | undefined): Wanted[] {
    if (after === undefined && before === undefined) return this.left();
    const follow = after === undefined ? [] : this.#run(this.#at(after), 1);
    const precede = before === undefined ? [] : this.#run(this.#at(before), -1).toReversed();
    return [...new Set([...follow, ...precede])];
  }

  #at(wanted: Wanted): number {
    return this.#index.get(wanted) ?? 0;
  }

  #run(from: number, step: 1 | -1): Wanted[] {
    const run: Wanted[] = [];
    for (let index = from + step; ; index += step) {
      const wanted = this.#all[index];
      if (wanted === undefined || !this.has(wanted) || wanted.chain !== this.#all[from]?.chain) return run;
      run.push(wanted);
    }
  }
}

/** A part of a gap: what begins like a batch, or what stands before that. */
interface Part extends Stretch {
  readonly begins: Wanted | undefined;
}

function attributed(gap: Gap, lost: Lost, starts: readonly Start[]): { parts: Changed[]; rest: Stretch[] } {
  const parts: Changed[] = [];
  const rest: Stretch[] = [];
  const split = splitAt(gap, lost, starts);
  for (const { begins } of split) if (begins !== undefined) lost.take(begins);
  let { after } = gap;
  for (const [index, part] of split.entries()) {
    const before = split[index + 1]?.begins ?? gap.before;
    const { changed, left } = shared(part, lost.around(part.begins ?? after, before));
    for (const { wanted } of changed) lost.take(wanted);
    parts.push(...changed);
    if (left.to > left.from) rest.push(left);
    after = changed.at(-1)?.wanted ?? after;
  }
  return { parts, rest };
}

const place = ({ line }: Start): number => line;

/** Cuts a gap before each line that is the first of a lost batch. */
function splitAt(gap: Gap, lost: Lost, starts: readonly Start[]): Part[] {
  const seen = new Set<Wanted>();
  const parts: Part[] = [];
  let [from, begins]: [number, Wanted | undefined] = [gap.from, undefined];
  for (const { line, of } of starts.slice(indexFrom(starts, gap.from, place), indexFrom(starts, gap.to, place))) {
    const wanted = of.find((one) => lost.has(one) && !seen.has(one));
    if (wanted === undefined) continue;
    seen.add(wanted);
    if (line > from) parts.push({ from, to: line, begins });
    [from, begins] = [line, wanted];
  }
  parts.push({ from, to: gap.to, begins });
  return parts;
}

/** Shares the lines of a part among the batches that may be in it, in their order. */
function shared(part: Part, around: readonly Wanted[]): { changed: Changed[]; left: Stretch } {
  const changed: Changed[] = [];
  let { from } = part;
  const own = part.begins === undefined ? [] : [part.begins];
  const candidates = [...own, ...around];
  for (const [index, wanted] of candidates.entries()) {
    const { records } = wanted.entry;
    const lines = part.to - from;
    // Its first line is gone or changed: fewer than half of its lines may as well be strangers.
    if (lines === 0 || (wanted !== part.begins && lines < records / 2)) continue;
    const isLast = index === candidates.length - 1;
    const to = from + Math.min(lines, isLast ? 2 * records : records);
    changed.push({ from, to, wanted, begins: wanted === part.begins });
    from = to;
  }
  return { changed, left: { from, to: part.to } };
}
