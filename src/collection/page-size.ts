/** A size that failed is not tried again before so many pages were read: each try costs two requests of the hour. */
const pagesBeforeRetry = 10;

/** How many records to ask for: a page that fails twice as unreadable is asked for with half as many, down to the fewest. */
export class PageSize {
  readonly #most: number;
  readonly #fewest: number;
  #size: number;
  #unreadableInRow = 0;
  /** The smallest size that failed, and the pages that were read since. */
  #tooLarge = Infinity;
  #readSince = 0;

  constructor(most: number, fewest = 1) {
    this.#most = most;
    this.#fewest = Math.min(most, fewest);
    this.#size = most;
  }

  get size(): number {
    return this.#size;
  }

  read(): void {
    this.#unreadableInRow = 0;
    this.#readSince += 1;
    if (this.#readSince >= pagesBeforeRetry) this.#tooLarge = Infinity;
    const larger = Math.min(this.#most, this.#size * 4);
    if (larger < this.#tooLarge) this.#size = larger;
  }

  /** True when even the smallest page cannot be read. */
  unreadable(): boolean {
    this.#unreadableInRow += 1;
    if (this.#unreadableInRow < 2) return false;
    this.#unreadableInRow = 0;
    if (this.#size <= this.#fewest) return true;
    this.#tooLarge = this.#size;
    this.#readSince = 0;
    this.#size = Math.max(this.#fewest, Math.ceil(this.#size / 2));
    return false;
  }
}
