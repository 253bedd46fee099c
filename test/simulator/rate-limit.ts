/** The limits of a tenant's API: fixed windows by clock second and clock hour, announced as its gateway does. */

export interface RateSettings {
  /** `null` for no limit. */
  readonly perSecond: number | null;
  readonly perHour: number | null;
  /** Whether answers carry the limits. They were seen in 2024; nobody promises them. */
  readonly announced: boolean;
}

export const DOCUMENTED_RATE: RateSettings = { perSecond: 50, perHour: 10_000, announced: true };

const SECOND = 1000;
const HOUR = 3_600_000;

class Window {
  readonly width: number;
  #start = 0;
  #used = 0;

  constructor(width: number) {
    this.width = width;
  }

  used(now: number): number {
    const start = now - (now % this.width);
    if (start !== this.#start) {
      this.#start = start;
      this.#used = 0;
    }
    return this.#used;
  }

  use(): void {
    this.#used += 1;
  }
}

export class RateLimit {
  settings: RateSettings;
  readonly #second = new Window(SECOND);
  readonly #hour = new Window(HOUR);

  constructor(settings: RateSettings) {
    this.settings = settings;
  }

  /** Counts one request, unless a window is full: then says in how many seconds it ends. A refused request does not count. */
  admit(now: number): { readonly retryAfterSeconds: number } | undefined {
    for (const [window, limit] of this.#windows()) {
      if (limit !== null && window.used(now) >= limit) {
        return { retryAfterSeconds: Math.max(1, Math.ceil((window.width - (now % window.width)) / 1000)) };
      }
    }
    this.#second.use();
    this.#hour.use();
    return undefined;
  }

  announce(now: number, headers: Headers): void {
    const { perSecond, perHour, announced } = this.settings;
    if (!announced) return;
    if (perSecond !== null) {
      const remaining = String(Math.max(0, perSecond - this.#second.used(now)));
      headers.set("RateLimit-Limit", String(perSecond));
      headers.set("RateLimit-Remaining", remaining);
      headers.set("RateLimit-Reset", "1");
      headers.set("X-RateLimit-Limit-Second", String(perSecond));
      headers.set("X-RateLimit-Remaining-Second", remaining);
    }
    if (perHour !== null) {
      headers.set("X-RateLimit-Limit-Hour", String(perHour));
      headers.set("X-RateLimit-Remaining-Hour", String(Math.max(0, perHour - this.#hour.used(now))));
    }
  }

  #windows(): readonly (readonly [Window, number | null])[] {
    return [
      [this.#hour, this.settings.perHour],
      [this.#second, this.settings.perSecond],
    ];
  }
}
