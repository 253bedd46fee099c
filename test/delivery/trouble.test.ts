import { describe, expect, test } from "vitest";
import { troubleAfter } from "../../src/delivery/trouble.ts";

const options = { pause: (attempts: number) => attempts * 100, isAsked: false };
const later = { kind: "try-later", why: "It answered 503" } as const;
const lockedOut = { kind: "locked-out", why: "It answered 401", fix: "Mend the key" } as const;

describe("what stands between a destination and its records", () => {
  test("grows with each failure of the same kind, and remembers since when", () => {
    const first = troubleAfter(null, later, 1_000, options);
    expect(first).toMatchObject({ kind: "unavailable", attempts: 1, retryAt: 1_100, since: 1_000, why: later.why });
    expect(troubleAfter(first, later, 5_000, options)).toMatchObject({ attempts: 2, retryAt: 5_200, since: 1_000 });
  });

  test("begins anew with another kind, but not its time", () => {
    const first = troubleAfter(troubleAfter(null, later, 1_000, options), later, 2_000, options);
    const second = troubleAfter(first, lockedOut, 5_000, { ...options, isAsked: true });
    expect(second).toMatchObject({ kind: "locked-out", attempts: 1, since: 1_000, fix: "Mend the key", isAsked: true });
  });
});
