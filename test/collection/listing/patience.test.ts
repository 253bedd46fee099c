import { describe, expect, test } from "vitest";
import { Patience } from "../../../src/collection/listing/patience.ts";
import type { Failure, FailureKind } from "../../../src/kandji/failure.ts";

const failure = (kind: FailureKind, status?: number): Failure => ({
  kind,
  message: "It failed",
  fix: "Mend it",
  retryAfterMs: null,
  ...(status === undefined ? {} : { status }),
});
const gone = failure("wrong-host", 404);
const down = failure("kandji-unavailable", 503);

const verdicts = (patience: Patience, count: number, of: Failure, hasRows = false): string[] =>
  Array.from({ length: count }, () => patience.judge(of, false, hasRows));

describe("patience with devices", () => {
  test("two that are gone are gone; three are perhaps not they, unless others had rows", () => {
    expect(verdicts(new Patience(), 4, gone)).toEqual(["gone", "gone", "all-gone", "all-gone"]);
    expect(verdicts(new Patience(), 4, failure("not-available", 410), true)).toEqual(["gone", "gone", "gone", "gone"]);
  });

  test("one that fails three times is left out; the fourth in a row is given thirty tries", () => {
    const patience = new Patience();
    for (let device = 0; device < 3; device += 1)
      expect(verdicts(patience, 3, down)).toEqual(["wait", "wait", "left-out"]);
    expect(new Set(verdicts(patience, 29, down))).toEqual(new Set(["wait"]));
    expect(verdicts(patience, 1, down)).toEqual(["left-out"]);
  });

  test("an answer renews it", () => {
    const patience = new Patience();
    verdicts(patience, 9 + 2, down);
    verdicts(patience, 2, gone);
    patience.renew();
    expect(verdicts(patience, 2, gone)).toEqual(["gone", "gone"]);
    expect(verdicts(patience, 3, down)).toEqual(["wait", "wait", "left-out"]);
  });

  test("one whose answer cannot be read however small is left out at once", () => {
    expect(new Patience().judge(failure("unreadable-answer"), true, true)).toBe("left-out");
    expect(new Patience().judge(failure("unreadable-answer"), false, true)).toBe("wait");
  });

  test.each(["rate-limited", "token-rejected", "token-lacks-permission", "kandji-unreachable"] as const)(
    "%s is no device's fault: it waits for ever",
    (kind) => {
      expect(new Set(verdicts(new Patience(), 100, failure(kind, 429)))).toEqual(new Set(["wait"]));
    },
  );
});
