import type { Stretch } from "./damage.ts";

/** Where lines stand that were counted over all files. */
export class Places {
  readonly #files: { readonly path: string; readonly first: number; readonly lines: number }[] = [];

  add(path: string, lines: number): void {
    this.#files.push({ path, first: this.lines, lines });
  }

  get files(): number {
    return this.#files.length;
  }

  get lines(): number {
    return this.#files.reduce((sum, { lines }) => sum + lines, 0);
  }

  /** `file:5`, `file:5-7`, or one of them for each file. */
  of({ from, to }: Stretch): string {
    const parts = this.#files.flatMap(({ path, first, lines }) => {
      const [start, end] = [Math.max(from, first), Math.min(to, first + lines)];
      if (start >= end) return [];
      return [end - start === 1 ? `${path}:${end - first}` : `${path}:${start - first + 1}-${end - first}`];
    });
    return parts.join(", ");
  }
}
