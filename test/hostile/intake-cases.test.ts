import { describe, expect, test } from "vitest";
import { iso } from "../collection/audit-log.ts";
import { answering, EngineRoom, minute, nothingNew, type Side, start } from "./engine-room.ts";
import { fixtures, goodAnswerOf, isLogin } from "./fixtures.ts";
import { deep, named } from "./hostile-text.ts";
import { destinationSecrets, environment, secretsIn } from "./secrets.ts";

/** What has a name among the things that an intake may answer, for every destination type. */

const ids = ["a", "b", "c"];
const records = ids.map((id) => `{"id":"${id}","occurred_at":"${iso(start * 1000)}"}`);

interface Ending {
  readonly room: EngineRoom;
  /** What was answered, request after request. */
  readonly statuses: readonly number[];
}

/** Who answers so: the intake itself, or whoever gives its tokens. */
interface Target {
  readonly type: string;
  readonly at: "the intake" | "its login";
}

/** Three records for an intake that answers so, request after request, and then takes everything. */
async function deliverTo({ type, at }: Target, answers: readonly Side[]): Promise<Ending> {
  const secret = JSON.stringify({ ...destinationSecrets.get(type), oldRecords: "send" });
  const pages = [answering(200, `{"results":[${records.join(",")}]}`)];
  const rest = [...answers];
  const statuses: number[] = [];
  const room = new EngineRoom(
    { TENANT_ACME: environment["TENANT_ACME"] ?? "", DESTINATION_SIEM: secret },
    {
      kandji: async (...asked) => (pages.shift() ?? nothingNew)(...asked),
      intake: async (...asked) => {
        expect(room.imbalances()).toEqual([]);
        const [request] = asked;
        const good = goodAnswerOf(type, request);
        const isAsked = isLogin(type, request.url) === (at === "its login");
        const answer = await ((isAsked ? rest.shift() : undefined) ?? answering(good.status, good.body))(...asked);
        if (isAsked) statuses.push(answer.status);
        return answer;
      },
    },
  );
  for (let run = 0; run < 8 + answers.length; run += 1) {
    const report = await room.fire();
    expect(room.imbalances()).toEqual([]);
    expect(secretsIn(JSON.stringify(report))).toEqual([]);
    room.pass();
  }
  return { room, statuses };
}

const waits = [
  ..."0 5 1.5 -1 -99999999999 99999999999999999999 NaN Infinity 5,10 5;10 0x10 soon 2026-05-01T08:05:00Z \u00e9".split(
    " ",
  ),
  "",
  "Fri, 01 May 2026 07:00:00 GMT",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "+275760-09-13T00:00:00.001Z",
  "9".repeat(400),
];
const targets: readonly Target[] = [...destinationSecrets.keys()].flatMap((type) => [
  { type, at: "the intake" } as const,
  ...(fixtures.get(type)?.login === undefined ? [] : [{ type, at: "its login" } as const]),
]);
/** The status with which everything ends well. */
const goodOf = ({ type, at }: Target): number =>
  at === "its login" ? 200 : goodAnswerOf(type, { url: "https://intake.example", body: "" }).status;
const levels = 100_000;
const bodies: readonly (readonly [what: string, body: string])[] = [
  ["100,000 lists deep", deep(levels)],
  ["100,000 objects deep", deep(levels, '{"errors":', "}")],
  ["never closed", "[".repeat(levels)],
  ["a megabyte of open tags", "<".repeat(1_000_000)],
  ["a megabyte of blanks", " ".repeat(1_000_000)],
  ["keys of a prototype", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'],
  ["a repeated key", '{"errors":[],"errors":7}'],
  ["numbers that no number holds", '{"failedRecords":9007199254740993,"n":1e400,"m":-0}'],
  ["half a surrogate pair", '{"error":"\\ud800"}'],
  ["NUL", "\0"],
  ["its own secrets", JSON.stringify(Object.values(environment))],
];

describe.each(targets)("$type: $at", (target) => {
  test.each(bodies)("that answers with %s, whatever its status: everything arrives", async (_, body) => {
    for (const status of [200, 301, 400, 413, 429, 500]) {
      const { room, statuses } = await deliverTo(target, [answering(status, body)]);
      // Whatever was no acceptance was followed by one.
      expect(Math.floor((statuses.at(-1) ?? 0) / 100)).toBe(2);
      expect(room.report().destinations[0]).toMatchObject({ collected: 3, delivered: 3, pending: 0, dead: 0 });
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("that answers with any status at all is asked again, or has taken them", async () => {
    const hostile = [0, 1, 99, 100, 199, 300, 399, 402, 407, 451, 499, 512, 599, 600, 999, -1, 1e9, NaN];
    const { room, statuses } = await deliverTo(
      target,
      hostile.map((status) => answering(status)),
    );
    expect(statuses).toEqual([...hostile, goodOf(target)]);
    expect(room.report().destinations[0]).toMatchObject({ delivered: 3, pending: 0, dead: 0 });
  });

  test.each(named(waits))("that wants to be asked again after %s is, when that time has come", async (_, value) => {
    const later: Side = async () => ({ status: 429, headers: new Headers({ "Retry-After": value }), body: "" });
    const { room, statuses } = await deliverTo(target, [later]);
    expect(statuses).toEqual([429, goodOf(target)]);
    expect(room.report().destinations[0]).toMatchObject({ delivered: 3, pending: 0, retryAt: null });
    // Nobody waits longer than that, whatever was asked for.
    const hundredYears = 100 * 365 * 24 * 60 * minute;
    expect(room.clock.at).toBeLessThanOrEqual(start + hundredYears + 60 * minute);
  });
});
