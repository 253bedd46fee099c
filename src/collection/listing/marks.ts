import { pack, unpack } from "./packed.ts";

/** A set of small whole numbers, one bit each: which rows a walk has met. */
export class Marks {
  #bits: Uint8Array;
  #count = 0;

  /** `stored` is what `toText` gave. */
  constructor(stored = "") {
    this.#bits = stored === "" ? new Uint8Array(64) : new Uint8Array(unpack(stored));
    for (const byte of this.#bits) this.#count += bitsIn(byte);
  }

  get count(): number {
    return this.#count;
  }

  has(number: number): boolean {
    return ((this.#bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  add(number: number): void {
    if (this.has(number)) return;
    const at = number >> 3;
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (number & 7));
    this.#count += 1;
  }

  /** These without those of others. */
  without(others: Marks): Marks {
    return Marks.#of(this.#bits.map((byte, at) => byte & ~(others.#bits[at] ?? 0)));
  }

  /** These and those of others. */
  with(others: Marks): Marks {
    const length = Math.max(this.#bits.length, others.#bits.length);
    return Marks.#of(Uint8Array.from({ length }, (_, at) => (this.#bits[at] ?? 0) | (others.#bits[at] ?? 0)));
  }

  static #of(bits: Uint8Array): Marks {
    const marks = new Marks();
    marks.#bits = bits;
    for (const byte of bits) marks.#count += bitsIn(byte);
    return marks;
  }

  toText(): string {
    return this.#count === 0 ? "" : pack(this.#bits);
  }
}

/** What a walk has made of the rows that are remembered. */
export interface WalkMarks {
  /** Those that it has met, or that are kept as they are. */
  readonly seen: Marks;
  /** Those that the last complete walk did not meet. */
  readonly absent: Marks;
  /** Those that are to be absent for the next walk. */
  readonly missing: Marks;
}

function bitsIn(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
