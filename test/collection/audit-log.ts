import type { HttpAnswer, HttpRequest } from "../../src/ports.ts";
import type { Micros } from "../../src/datasets/dataset.ts";
import { parseInstant } from "../../src/datasets/instant.ts";

/** One event of a log that a test writes by hand. */
export interface Entry {
  readonly id: string;
  readonly time: Micros;
  /** Milliseconds: not shown before. */
  readonly visibleAt: number;
}

/** Kandji's audit endpoint in a few lines: keyset paging without a tie-break. `start_date` is inclusive. */
export class AuditLog {
  readonly entries: Entry[] = [];
  /** What was asked, newest last. */
  readonly asked: URLSearchParams[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the moment of `end_date` belongs to what is answered: nobody knows it of Kandji. */
  hasEnd = true;

  /** Runs while a request is under way. */
  meanwhile: () => void = () => {};

  write(...entries: readonly Entry[]): void {
    this.entries.push(...entries);
  }

  readonly http = async ({ url }: HttpRequest): Promise<HttpAnswer> => {
    const search = new URL(url).searchParams;
    this.asked.push(search);
    const body = JSON.stringify(this.#page(search));
    this.meanwhile();
    return { status: 200, headers: new Headers(), body };
  };

  #page(search: URLSearchParams): object {
    const limit = Number(search.get("limit"));
    const byId = search.get("sort_by") === "id";
    const from = parseInstant(search.get("start_date") ?? "") ?? -Infinity;
    const to = parseInstant(search.get("end_date") ?? "") ?? Infinity;
    const cursor = search.get("cursor");
    const keyOf = ({ id, time }: Entry): string => (byId ? id : String(time).padStart(20, "0"));
    const rest = this.entries
      .filter(
        ({ time, visibleAt }) =>
          visibleAt <= this.#now() && time >= from && (time < to || (this.hasEnd && time === to)),
      )
      .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
      .filter((entry) => cursor === null || keyOf(entry) > cursor);
    const shown = rest.slice(0, limit);
    const last = shown.at(-1);
    const next = rest.length > limit && last !== undefined ? keyOf(last) : null;
    return { results: shown.map(textOf), previous: null, next };
  }
}

const textOf = ({ id, time }: Entry): object => ({ id, occurred_at: iso(time) });

/** Written without the code under test. */
export function iso(time: Micros): string {
  const digits = String(((time % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(time / 1_000_000) * 1000).toISOString().slice(0, 19)}.${digits}Z`;
}
