/** Figures over time are told, not promised; but they must not be more than what happened, whatever was killed in between. */
import type { DestinationReport, TenantReport } from "../../src/tenant/report.ts";

const isToKandji = (url: string): boolean => /^https:\/\/[^/]+\.(?:kandji\.io|iru\.com)\//.test(url);

export class Timelines {
  /** Requests that left for intakes, and for those who give their tokens, by tenant. */
  readonly #sent = new Map<string, number>();
  readonly #note: (problem: string) => void;

  constructor(note: (problem: string) => void) {
    this.#note = note;
  }

  sent(who: string, url: string): void {
    if (!isToKandji(url)) this.#sent.set(who, (this.#sent.get(who) ?? 0) + 1);
  }

  sawReport({ id, destinations }: TenantReport): void {
    for (const destination of destinations) this.#check(id, destination);
    const told = destinations.reduce((sum, { requests }) => sum + requests, 0);
    const made = this.#sent.get(id) ?? 0;
    // One each may be counted and about to leave.
    if (told > made + destinations.length)
      this.#note(`figures: ${id} tells of ${told} requests to its destinations, and ${made} were made`);
  }

  #check(id: string, { name, delivered, requests, delay, unaccepted, lastDay, last30Days }: DestinationReport): void {
    const wrong = (what: string): void => this.#note(`figures: ${id} at ${name} tells ${what}`);
    const spoilt = unaccepted?.reduce((sum, one) => sum + one.requests, 0) ?? 0;
    if (spoilt > requests) wrong(`${spoilt} requests that were not accepted of ${requests}`);
    if ((delay?.events ?? 0) > delivered) wrong(`of ${delay?.events} events on time, and ${delivered} were delivered`);
    for (const [period, parts] of [
      [lastDay, 24],
      [last30Days, 30],
    ] as const) {
      if (period === undefined) continue;
      if (period.parts.length !== parts) wrong(`${period.parts.length} parts, not ${parts}`);
      if (period.total.records > delivered) wrong(`${period.total.records} records of ${delivered}`);
    }
  }
}
