import { deflateRawSync, inflateRawSync } from "node:zlib";

/** A set of small whole numbers, one bit each: which rows a walk has met. */
export class Marks {
  #bits: Uint8Array;
  #count = 0;

  /** `stored` is what `toText` gave. */
  constructor(stored = "") {
    this.#bits = stored === "" ? new Uint8Array(64) : new Uint8Array(inflateRawSync(Buffer.from(stored, "base64")));
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
    const rest = new Marks();
    rest.#bits = this.#bits.map((byte, at) => byte & ~(others.#bits[at] ?? 0));
    for (const byte of rest.#bits) rest.#count += bitsIn(byte);
    return rest;
  }

  toText(): string {
    return this.#count === 0 ? "" : deflateRawSync(this.#bits).toString("base64");
  }
}

function bitsIn(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
