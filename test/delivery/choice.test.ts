import { describe, expect, test } from "vitest";
import { byPriority, choose, newRound, roundRequests, type Round } from "../../src/delivery/choice.ts";
import { newOffset, type Offset, type Suspect } from "../../src/spool/offsets.ts";
import { history, live, redriven, suspect } from "../spool/setting.ts";

const offsetIn = (lane: Offset["lane"], ...suspects: readonly Suspect[]): Offset => ({
  ...newOffset("siem", lane, { appended: 0, shared: 0 }),
  suspects,
});
const all = (): boolean => true;
const none = (): boolean => false;
const only =
  (...lanes: readonly Offset["lane"][]) =>
  ({ lane }: Offset): boolean =>
    lanes.some(({ stream, dataset }) => stream === lane.stream && dataset === lane.dataset);
const round = (left: number, ...tried: readonly string[]): Round => ({ left, tried: new Set(tried) });

describe("what is sent next", () => {
  const clear = [offsetIn(history), offsetIn(redriven), offsetIn(live)];

  test("live before what was redriven, that before history, datasets by name", () => {
    expect(clear.toSorted(byPriority).map(({ lane }) => lane.stream)).toEqual(["live", "redriven", "history"]);
    const other = offsetIn({ dataset: "a", stream: "live" });
    expect([offsetIn(live), other].toSorted(byPriority)[0]).toBe(other);
    expect(choose(clear, 0, newRound, all)).toMatchObject({ kind: "batch", offset: { lane: live } });
    expect(choose(clear, 0, newRound, only(history, redriven))).toMatchObject({ offset: { lane: redriven } });
    expect(choose(clear, 0, newRound, only(history))).toMatchObject({ offset: { lane: history } });
  });

  test("nothing when nothing waits", () => {
    expect(choose(clear, 0, newRound, none)).toBeNull();
    expect(choose([], 0, newRound, all)).toBeNull();
  });

  test("a record that was refused alone comes first when another was accepted since: then it counts", () => {
    const lanes = [offsetIn(live), offsetIn(history, suspect(3, 5), suspect(4, 9))];
    expect(choose(lanes, 6, newRound, all)).toEqual({
      kind: "retrial",
      offset: lanes[1],
      suspect: suspect(3, 5),
      isFinal: true,
    });
    expect(choose(lanes, 5, newRound, all)).toMatchObject({ kind: "batch", offset: { lane: live } });
  });

  test("of several the one that another was accepted after", () => {
    const held = offsetIn(live, suspect(3, 9), suspect(4, 5));
    expect(choose([held], 9, newRound, all)).toMatchObject({ kind: "retrial", suspect: { at: 4 }, isFinal: true });
  });

  test("while in doubt, another lane of the destination settles it without losing order", () => {
    const lanes = [offsetIn(live, suspect(3, 5)), offsetIn(history)];
    expect(choose(lanes, 5, newRound, all)).toMatchObject({ kind: "batch", offset: { lane: history } });
  });

  test("in doubt and alone: first the held record again, then those behind it one by one", () => {
    const held = offsetIn(live, suspect(3, 5), suspect(4, 5));
    expect(choose([held], 5, newRound, all)).toEqual({
      kind: "retrial",
      offset: held,
      suspect: suspect(3, 5),
      isFinal: false,
    });
    expect(choose([held], 5, round(19, "audit-events/live"), all)).toEqual({ kind: "probe", offset: held });
    expect(choose([held], 5, round(19, "audit-events/live"), none)).toBeNull();
  });

  test("each lane's held record has its turn in a round", () => {
    const lanes = [offsetIn(live, suspect(3, 5)), offsetIn(history, suspect(7, 5))];
    expect(choose(lanes, 5, round(19, "audit-events/live"), none)).toMatchObject({
      kind: "retrial",
      offset: { lane: history },
    });
  });

  test("when a round of twenty requests is used up nothing is sent, not even from another lane", () => {
    expect([roundRequests, newRound.left]).toEqual([20, 20]);
    const lanes = [offsetIn(live, suspect(3, 5)), offsetIn(history)];
    expect(choose(lanes, 5, round(1), all)).not.toBeNull();
    expect(choose(lanes, 5, round(0), all)).toBeNull();
  });

  test("a round that is used up keeps nobody from sending when nothing is in doubt", () => {
    expect(choose(clear, 5, round(0), all)).toMatchObject({ kind: "batch" });
  });

  test("with five hundred suspects no further record is tried alone", () => {
    const many = (count: number): Offset => offsetIn(live, ...Array.from({ length: count }, (_, at) => suspect(at, 5)));
    const tried = round(19, "audit-events/live");
    expect(choose([many(499)], 5, tried, all)).toMatchObject({ kind: "probe" });
    expect(choose([many(500)], 5, tried, all)).toBeNull();
    expect(choose([many(500)], 5, newRound, all)).toMatchObject({ kind: "retrial", isFinal: false });
  });
});
