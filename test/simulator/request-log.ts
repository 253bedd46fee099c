/** Every request that a simulated host received, and what they say about the caller's manners. */

export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorized: boolean;
  /** 0 when no whole answer was given: it hung or was cut. */
  readonly status: number;
}

export interface EarlyRequest {
  readonly at: number;
  /** How long after the answer that asked to wait; a few milliseconds mean that it was already on its way. */
  readonly sinceAnswerMs: number;
  readonly tooEarlyByMs: number;
}

export interface Manners {
  readonly requests: number;
  readonly maxPerSecond: number;
  readonly maxPerHour: number;
  readonly unauthorized: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Requests that came before a `Retry-After` had passed; the list is cut, the count is not. */
  readonly early: number;
  readonly earlyRequests: readonly EarlyRequest[];
}

/** A bench makes more requests than anyone reads: the counts are of all, the list is of the newest. */
const KEPT = 20_000;

class Sliding {
  readonly #width: number;
  #times: number[] = [];
  #first = 0;
  max = 0;

  constructor(width: number) {
    this.#width = width;
  }

  add(at: number): void {
    this.#times.push(at);
    while ((this.#times[this.#first] ?? at) <= at - this.#width) this.#first += 1;
    this.max = Math.max(this.max, this.#times.length - this.#first);
    if (this.#first > 100_000) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
  }
}

export class RequestLog {
  #kept: LoggedRequest[] = [];
  #count = 0;
  #unauthorized = 0;
  #early = 0;
  #earlyRequests: EarlyRequest[] = [];
  #askedToWait: { readonly at: number; readonly until: number } | undefined;
  readonly #byStatus: Record<string, number> = {};
  readonly #second = new Sliding(1000);
  readonly #hour = new Sliding(3_600_000);

  /** When a request comes in, before anything is decided about it. */
  arrived(at: number): void {
    this.#count += 1;
    this.#second.add(at);
    this.#hour.add(at);
    const wait = this.#askedToWait;
    if (wait === undefined || at >= wait.until) return;
    this.#early += 1;
    if (this.#earlyRequests.length < 100) {
      this.#earlyRequests.push({ at, sinceAnswerMs: at - wait.at, tooEarlyByMs: wait.until - at });
    }
  }

  answered(request: LoggedRequest): void {
    this.#kept.push(request);
    if (this.#kept.length > 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
    if (!request.authorized) this.#unauthorized += 1;
    this.#byStatus[request.status] = (this.#byStatus[request.status] ?? 0) + 1;
  }

  /** An answer asked for silence until then. */
  askToWait(at: number, until: number): void {
    if (until > (this.#askedToWait?.until ?? 0)) this.#askedToWait = { at, until };
  }

  /** The newest requests, oldest first. */
  newest(count = KEPT): readonly LoggedRequest[] {
    return count > 0 ? this.#kept.slice(-count) : [];
  }

  manners(): Manners {
    return {
      requests: this.#count,
      maxPerSecond: this.#second.max,
      maxPerHour: this.#hour.max,
      unauthorized: this.#unauthorized,
      byStatus: { ...this.#byStatus },
      early: this.#early,
      earlyRequests: [...this.#earlyRequests],
    };
  }
}
