/** Finds what somebody meant who mistyped a name. */

/** The candidate that is the fewest slips of the finger away, if it is near enough to be meant. */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  const word = plain(typed);
  // Nobody misspells a name into something this long; and the work grows with the square of it.
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const slips = distance(word, plain(candidate));
    if (slips < fewest && slips <= Math.max(1, Math.floor(plain(candidate).length / 3))) {
      best = candidate;
      fewest = slips;
    }
  }
  return best;
}

/** `api_key`, `API-Key` and `apiKey` are the same word written in three houses. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/gu, "");
}

/** Damerau-Levenshtein, neighbours swapped counting as one slip. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + same,
        swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
