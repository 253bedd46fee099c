import type { Ports } from "../ports.ts";

/** Announced nowhere but in the headers of real answers: https://github.com/JupiterOne/graph-kandji recordings show 50. */
const defaultPerSecond = 50;
/** https://api-docs.kandji.io, "Rate limits": for all tools of a tenant together. */
const grantedPerHour = 10_000;
const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
/**
 * History, sweeps and walks begin no request once this share of the hour is used (contract §7.4), less where live polling
 * needs more than the rest; but the least is theirs whatever else was asked, or a small share would never see its history.
 */
const mostForHistory = 0.8;
const leastForHistory = 0.1;

/** Requests per minute of the past hour, and until when Kandji wants to be left alone: what survives a restart. */
export interface Usage {
  /** Milliseconds; when this was written. */
  readonly at: number;
  readonly minutes: readonly (readonly [minute: number, requests: number, history?: number])[];
  readonly blockedUntil: number;
}

export const noUsage: Usage = { at: 0, minutes: [], blockedUntil: 0 };

export interface Share {
  /** Requests that the operator allows in any hour. */
  readonly perHour: number;
  /** Those that live polling is expected to make. */
  readonly forLive: number;
}

interface Requests {
  readonly all: number;
  readonly history: number;
}

const none: Requests = { all: 0, history: 0 };

/** `walk` is all that is read whole, again and again: it waits for history's share, and longer where others use up the tenant's hour. */
export type Purpose = "live" | "history" | "walk";

/** Of what Kandji grants all of a tenant's tools together: with less than this left, walks wait. */
const thinBelow = 0.2;
const thinMs = 5 * minute;

/**
 * What a tenant may ask of Kandji: the operator's share of the hour, the announced number in any one second, nothing
 * before `Retry-After`. A second is counted from the answers to the requests, so that however long a request took to
 * arrive, no more than the number arrive within one.
 */
export class RequestBudget {
  readonly #ports: Pick<Ports, "now" | "sleep">;
  readonly #perHour: number;
  /** Of all requests, so many may have been made before one for history; and so many of its own are its due. */
  readonly #untilHistory: number;
  readonly #dueToHistory: number;
  #minutes = new Map<number, Requests>();
  #blockedUntil = 0;
  /** Requests that nobody who restarts would know of; less than none while more are written down than were made. */
  #unwritten = 0;
  /** Requests of this life of the object. */
  #taken = 0;
  #perSecond = defaultPerSecond;
  /** When less than a fifth of the tenant's hour was left, as its other tools use it, too. */
  #scarceAt = -Infinity;
  readonly #byDataset = new Map<string, Map<number, number>>();
  /** Times of the answers of the last second. */
  #answered: number[] = [];

  constructor(ports: Pick<Ports, "now" | "sleep">, share: Share, usage: Usage) {
    this.#ports = ports;
    const { perHour, forLive } = share;
    this.#perHour = perHour;
    this.#untilHistory = Math.floor(Math.min(perHour * mostForHistory, perHour - forLive));
    const least = Math.max(1, Math.floor(perHour * leastForHistory));
    this.#dueToHistory = Math.min(least, Math.floor(perHour * mostForHistory));
    this.#minutes = new Map(usage.minutes.map(([key, all, history = 0]) => [key, { all, history }]));
    this.#blockedUntil = usage.blockedUntil;
    // A restart within a second of the last page: the second it was in may be used up.
    if (usage.at + second > ports.now()) this.#answered = Array.from({ length: defaultPerSecond }, () => usage.at);
  }

  /** Requests of the last hour; a minute counts until all of it is older than that. */
  used(): number {
    return this.#sum(({ all }) => all);
  }

  /** Requests of an hour, whoever made them, up to which history begins another. */
  get historyPerHour(): number {
    return Math.max(this.#untilHistory, this.#dueToHistory);
  }

  left(purpose: Purpose): number {
    const used = this.used();
    const all = Math.max(0, this.#perHour - used);
    if (purpose === "live") return all;
    const due = Math.min(all, this.#dueToHistory - this.#sum(({ history }) => history));
    return Math.max(0, due, this.#untilHistory - used);
  }

  #sum(of: (requests: Requests) => number): number {
    const oldest = Math.floor((this.#ports.now() - hour) / minute);
    for (const key of this.#minutes.keys()) if (key < oldest) this.#minutes.delete(key);
    return [...this.#minutes.values()].reduce((sum, requests) => sum + of(requests), 0);
  }

  /** When so many requests for this purpose may be made; `now` when at once. Waiting for the hour is rounded up to whole minutes. */
  availableAt(purpose: Purpose, requests = 1): number {
    const now = this.#ports.now();
    if (this.#blockedUntil > now) return this.#blockedUntil;
    if (purpose === "walk" && this.isScarce) return (Math.floor(now / minute) + 1) * minute;
    return this.left(purpose) >= Math.min(requests, this.#perHour)
      ? now
      : Math.max(now + second, (Math.floor(now / minute) + 1) * minute);
  }

  /** Other tools use up the tenant's hour: walks wait, for five minutes at a time. */
  get isScarce(): boolean {
    return this.#ports.now() - this.#scarceAt < thinMs;
  }

  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }

  /** Charges requests that may have been made and were not written down. */
  charge(requests: number, purpose: Purpose = "live"): void {
    const key = Math.floor(this.#ports.now() / minute);
    const { all, history } = this.#minutes.get(key) ?? none;
    this.#minutes.set(key, { all: all + requests, history: history + (purpose === "live" ? 0 : requests) });
  }

  /** Waits until one more request fits into the second, and counts it. */
  async take(purpose: Purpose = "live", dataset?: string): Promise<void> {
    this.charge(1, purpose);
    if (dataset !== undefined) this.#note(dataset);
    this.#unwritten += 1;
    this.#taken += 1;
    const oldest = this.#answered.at(-this.#perSecond);
    const wait = oldest === undefined ? 0 : oldest + second + 1 - this.#ports.now();
    if (wait > 0) await this.#ports.sleep(wait);
  }

  #note(dataset: string): void {
    const minutes = this.#byDataset.get(dataset) ?? new Map<number, number>();
    const key = Math.floor(this.#ports.now() / minute);
    minutes.set(key, (minutes.get(key) ?? 0) + 1);
    this.#byDataset.set(dataset, minutes);
  }

  /** Requests of the last hour by dataset, as far as this life of the object has made them. */
  byDataset(): Record<string, number> {
    const oldest = Math.floor((this.#ports.now() - hour) / minute);
    const sums = [...this.#byDataset].map(([dataset, minutes]) => {
      for (const key of minutes.keys()) if (key < oldest) minutes.delete(key);
      return [dataset, [...minutes.values()].reduce((sum, requests) => sum + requests, 0)] as const;
    });
    return Object.fromEntries(sums.filter(([, requests]) => requests > 0));
  }

  /** Reads what an answer says of the limits. */
  answered(headers: Headers | undefined): void {
    const now = this.#ports.now();
    this.#answered.push(now);
    if ((this.#answered[0] ?? now) < now - 2 * second)
      this.#answered = this.#answered.filter((at) => at >= now - second);
    if (headers === undefined) return;
    const perSecond = numberIn(headers, "RateLimit-Limit") ?? numberIn(headers, "X-RateLimit-Limit-Second");
    if (perSecond !== undefined && perSecond >= 1) this.#perSecond = Math.floor(perSecond);
    const remaining = numberIn(headers, "X-RateLimit-Remaining-Hour");
    const granted = numberIn(headers, "X-RateLimit-Limit-Hour") ?? grantedPerHour;
    if (remaining !== undefined) this.#scarceAt = remaining < granted * thinBelow ? now : -Infinity;
    // Other tools have used up the tenant's hour: asking again each second would only keep it so.
    if (remaining === 0) {
      this.block((Math.floor(this.#ports.now() / minute) + 1) * minute);
    }
  }

  get blockedUntil(): number {
    return this.#blockedUntil;
  }

  get taken(): number {
    return this.#taken;
  }

  get unwritten(): number {
    return this.#unwritten;
  }

  /** What is written down now; `reserved` requests are counted that are going to be made. */
  usage(reserved = 0): Usage {
    this.used();
    this.#unwritten = -reserved;
    const now = this.#ports.now();
    const key = Math.floor(now / minute);
    const minutes = [...this.#minutes].map(([at, { all, history }]) => [at, all, history] as const);
    if (reserved > 0)
      minutes.push([key, reserved + (this.#minutes.get(key)?.all ?? 0), this.#minutes.get(key)?.history ?? 0]);
    return { at: now, minutes, blockedUntil: this.#blockedUntil };
  }
}

function numberIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)?.split(",")[0]?.split(";")[0]?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
