import { describe, expect, test } from "vitest";
import { compare, completenessProblems } from "../../src/tenant/completeness.ts";

const hour = (at: number): number => at * 3_600_000_000;
const siem = { name: "siem", countedFrom: 10, counts: [], pending: new Map<number, number>(), owed: [], replayed: [] };
type Siem = Omit<Parameters<typeof compare>[1][number], "name">;
const of = (change: Partial<Siem>, at = 12, inKandji = 9) =>
  compare([[at, inKandji]], [{ ...siem, ...change }])[0]?.destinations[0];

describe("an hour beside what has become of it", () => {
  test("adds up over all lanes, with what waits", () => {
    const counts = [[12, 4, 1, 2] as const, [12, 1, 0, -1] as const, [13, 50, 0, 0] as const];
    expect(of({ counts, pending: new Map([[12, 2]]) })).toEqual({
      name: "siem",
      delivered: 5,
      pending: 2,
      skipped: 1,
      dead: 1,
      missing: 0,
      because: null,
    });
  });

  test("is left out before counting began, and told of from then on", () => {
    expect(of({}, 9)).toBeUndefined();
    expect(of({}, 10)).toMatchObject({ missing: 9, because: null });
  });

  test("what is owed explains a difference in each hour that it touches", () => {
    expect(of({ owed: [{ from: hour(13) - 1, to: hour(14) }] })).toMatchObject({ missing: 9, because: "owed" });
    expect(of({ owed: [{ from: hour(13), to: hour(14) }] })).toMatchObject({ missing: 9, because: null });
    expect(of({ owed: [{ from: hour(11), to: hour(12) }] })).toMatchObject({ because: "owed" });
    expect(of({ owed: [{ from: hour(11), to: hour(12) - 1 }] })).toMatchObject({ because: null });
  });

  test("a replay mends an hour that it holds whole, to the microsecond", () => {
    const replayed = (from: number, to: number) => of({ replayed: [{ from, to, destination: null }] })?.because;
    expect(replayed(hour(12), hour(13) - 1)).toBe("replayed");
    expect(replayed(hour(12) + 1, hour(13) - 1)).toBeNull();
    expect(replayed(hour(12), hour(13) - 2)).toBeNull();
  });
});

describe("the problem", () => {
  const problems = (inKandji: number, change: Partial<Siem> = {}) =>
    completenessProblems("tenant acme / audit-events", compare([[12, inKandji]], [{ ...siem, ...change }]));

  test("is told of one missing event, and of none where nothing is missing or there is a reason", () => {
    expect(problems(1)).toMatchObject([{ code: "hour-does-not-add-up", health: "degraded" }]);
    expect(problems(0)).toEqual([]);
    expect(problems(1, { owed: [{ from: hour(12), to: hour(12) }] })).toEqual([]);
    // Kandji may have fewer than it had.
    expect(problems(1, { counts: [[12, 2, 0, 0]] })).toEqual([]);
  });

  test("names the first hour and says how many others there are", () => {
    const hours = [10, 12, 14].map((at) => [at, 3] as const);
    const [problem, ...others] = completenessProblems("tenant acme / audit-events", compare(hours, [siem]));
    expect(others).toEqual([]);
    expect(problem?.subject).toBe("tenant acme / audit-events / destination siem");
    expect(problem?.message).toBe(
      "Of the hour from 1970-01-01T10:00:00.000Z, Kandji has 3 events; 0 were delivered, 0 wait, 0 were skipped, 0 are dead letters, 3 are missing; and 2 other hours do not add up",
    );
    expect(problem?.fix).toContain("from 1970-01-01T10:00:00.000Z until 1970-01-01T11:00:00.000Z");
  });
});
