/** Promise 4: live never waits for history. Where a poll is due, the next request to Kandji is a live one. */
import type { TenantReport } from "../../src/tenant/report.ts";
import { intakeOf } from "./manners.ts";

/** Whoever was killed or cut off in the middle of a request has given it up by then. */
const longestRequest = 90_000;

/** A heartbeat later every object has written down what it knows. */
const knownAgainAfter = 11 * 60_000;

/** History is read up to an end; the live tail has none, but for a single instant, which is read by id. */
export const isHistory = (url: string): boolean => url.includes("end_date=") && !url.includes("sort_by=id");

export class Precedence {
  /** Tenants whose next request must be a live one. */
  readonly #due = new Set<string>();
  /** Tenants whose last answer was a failure. */
  readonly #held = new Set<string>();
  /** Since when a tenant waits for an answer of Kandji, and whether it reads history. */
  readonly #asking = new Map<string, { readonly since: number; readonly isHistory: boolean }>();
  #endedAt = -Infinity;
  readonly #everyMinute: ReadonlySet<string>;
  /** Whether a tenant may have more open than one poll reads: then it is read in turn, and up to an end as history is. */
  readonly #isCrowded: (tenant: string) => boolean;
  readonly #now: () => number;
  readonly #note: (problem: string) => void;

  constructor(
    everyMinute: ReadonlySet<string>,
    isCrowded: (tenant: string) => boolean,
    now: () => number,
    note: (problem: string) => void,
  ) {
    this.#everyMinute = everyMinute;
    this.#isCrowded = isCrowded;
    this.#now = now;
    this.#note = note;
  }

  ticked(tenant: string, slot: number, report: TenantReport | undefined): void {
    const [dataset] = report?.datasets ?? [];
    if (dataset === undefined || report === undefined || report.problems.length > 0 || report.paused || dataset.paused)
      return;
    // Whoever is polled less often may be due later than the report of an object that slept since can tell.
    if (!this.#everyMinute.has(tenant)) return;
    if (dataset.nextDueAt === null || Date.parse(dataset.nextDueAt) > slot) return;
    // A live stream that is held by a failure waits for no history.
    if (this.#held.has(tenant)) return;
    // Nor can one that was just killed: it knows the last slot that was written down.
    if (this.#now() - this.#endedAt < knownAgainAfter) return;
    // A live page that is under way may be the poll that is due, and may fail; after one of history the live one comes.
    const asking = this.#asking.get(tenant);
    if (asking !== undefined && !asking.isHistory && this.#now() - asking.since < longestRequest) return;
    if (!this.#isCrowded(tenant)) this.#due.add(tenant);
  }

  sent(who: string, url: string): void {
    if (intakeOf(url) !== undefined) return;
    this.#asking.set(who, { since: this.#now(), isHistory: isHistory(url) });
    if (this.#due.delete(who) && isHistory(url)) this.#note(`promise 4: ${who} reads history while a live poll is due`);
  }

  answered(who: string, url: string, status: number): void {
    if (intakeOf(url) !== undefined) return;
    this.#asking.delete(who);
    if (status === 200) this.#held.delete(who);
    else {
      this.#held.add(who);
      this.#due.delete(who);
    }
  }

  programsEnded(): void {
    this.#endedAt = this.#now();
    this.#due.clear();
    this.#asking.clear();
  }
}
