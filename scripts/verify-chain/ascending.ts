/** The index of the first item of an ascending list whose place is at or behind `place`; its length when there is none. */
export function indexFrom<T>(items: readonly T[], place: number, placeOf: (item: T) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && placeOf(item) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
