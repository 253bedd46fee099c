import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { Books } from "../../src/spool/ledger.ts";
import { Source } from "../../src/tenant/source.ts";
import { iso } from "../collection/audit-log.ts";
import { history, live, minute, setting, start, type Setting } from "../collection/setting.ts";
import { jsonText } from "../collection/json-text.ts";
import { anyAnswer, anyHeaders } from "./answer.ts";
import { spoiled } from "./hostile-text.ts";
import { HostileLog, type Prank } from "./hostile-log.ts";
import { property } from "./inputs.ts";
import { errorBody, nextJson, pageJson, recordJson } from "./kandji-text.ts";
import { RowLimitSql } from "./row-limit-sql.ts";

/** Collection from a log that now and then is somebody else. */

const pageLimit = 3;
/** When everything is visible and the last moment is closed. */
const settled = start + 45 * minute;

interface Written {
  /** Microseconds from the start. */
  readonly at: number;
  /** Milliseconds until it is visible: less than the overlap. */
  readonly lag: number;
  readonly more: string;
}

const written: fc.Arbitrary<Written> = fc.record({
  at: fc.oneof(
    fc.integer({ min: -3 * 86_400, max: 900 }).map((seconds) => seconds * 1_000_000),
    fc.integer({ min: -3, max: 3 }).map((seconds) => seconds * 1_000_000),
    fc.integer({ min: -900_000_000, max: 900_000_000 }),
  ),
  lag: fc.constantFrom(0, 0, minute, 9 * minute),
  more: fc.oneof(jsonText, fc.constantFrom('{"__proto__":1}', "9007199254740993", "1e400", '"\\ud800"')),
});

const prank: fc.Arbitrary<Prank> = fc.oneof(
  fc.record({
    kind: fc.constant("instead" as const),
    answer: fc.oneof(anyAnswer(errorBody), anyAnswer(fc.oneof(errorBody, spoiled(pageJson())), fc.constant(200))),
  }),
  fc.record({
    kind: fc.constant("beside" as const),
    records: fc.array(recordJson, { maxLength: 3 }),
    repeats: fc.constantFrom(0, 0, 1, 3),
    next: fc.option(nextJson),
    headers: anyHeaders,
  }),
);

const story = fc.record({
  entries: fc.array(written, { maxLength: 10 }),
  pranks: fc.array(prank, { minLength: 1, maxLength: 12 }),
  /** Before which polls the object is gone from memory. */
  evictions: fc.array(fc.nat(8), { maxLength: 2 }),
  unknownCursor: fc.constantFrom("refused" as const, "ignored" as const),
});

interface Told {
  readonly it: Setting;
  readonly log: HostileLog;
  readonly source: Source;
}

function begin({
  entries,
  pranks,
  unknownCursor,
}: {
  entries: readonly Written[];
  pranks: readonly Prank[];
  unknownCursor: "refused" | "ignored";
}): Told {
  const clock = { at: start };
  const log = new HostileLog(() => clock.at, unknownCursor);
  for (const [index, { at, lag, more }] of entries.entries()) {
    const id = `real-${String(index).padStart(2, "0")}`;
    const time = start * 1000 + at;
    const text = `{"more":${more},"id":"${id}",\n"occurred_at":"${iso(time)}"}`;
    log.add({ id, time, visibleAt: Math.floor(time / 1000) + lag }, text);
  }
  log.pranks.push(...pranks);
  const it = setting({ pageLimit }, { sql: new RowLimitSql(), clock, log });
  for (const lane of [live, history]) it.spool.join("siem", lane);
  const source = new Source(it.collection);
  it.collection.ports.sql.transaction(() => source.live.begin());
  return { it, log, source };
}

function expectBalance({ spool }: Setting): void {
  const { collected, delivered, pending, skipped, dead } = new Books(spool).of("siem");
  expect(delivered + pending + skipped + dead).toBe(collected);
}

const mostSteps = 3_000;

/** One firing of the cron: a poll and the ranges of the past, until they are done or somebody wants to be left alone. */
async function fire({ it, source }: Told, counted: { steps: number }): Promise<void> {
  const { ports, usage } = it.collection;
  const isFree = (): boolean => usage().blockedUntil <= ports.now();
  source.isAsked = true;
  source.liveSetback = null;
  source.historySetback = null;
  const work = async (step: () => Promise<unknown>): Promise<void> => {
    counted.steps += 1;
    if (counted.steps > mostSteps) throw new Error("Collection does not come to its end");
    await step();
    expectBalance(it);
  };
  while (source.isDue && source.liveSetback === null && isFree()) await work(async () => source.poll(false));
  for (
    let range = it.spool.ranges.all()[0];
    range !== undefined && source.historySetback === null && isFree();
    range = it.spool.ranges.all()[0]
  ) {
    const current = range;
    await work(async () => source.read(current));
  }
}

const recordsIn = (it: Setting): string[] =>
  [live, history].flatMap((lane) => it.spool.segments.in(lane).flatMap((segment) => it.spool.segments.lines(segment)));

const idIn = (raw: string): unknown => (JSON.parse(raw) as { id?: unknown } | null)?.id;

describe("collection", () => {
  property(
    "hostile answers and then good ones: every record is collected once",
    story,
    async ({ evictions, ...plot }) => {
      let told = begin(plot);
      const counted = { steps: 0 };
      // Four polls after the last hostile answer, and after the last record has become visible.
      for (let poll = 0, good = 0; good < 4; poll += 1) {
        if (evictions.includes(poll)) {
          const it = told.it.again();
          told = { it, log: told.log, source: new Source(it.collection) };
        }
        const { log, it } = told;
        await fire(told, counted);
        if (log.pranks.length === 0 && it.clock.at >= settled) good += 1;
        const { blockedUntil } = it.collection.usage();
        it.clock.at = Math.max(it.clock.at + minute, log.pranks.length === 0 ? settled : 0, blockedUntil);
      }
      const { it, log } = told;
      expect(it.spool.ranges.all()).toEqual([]);
      const real = recordsIn(it).filter((raw) => log.texts.has(String(idIn(raw))));
      expect(real.map((raw) => String(idIn(raw))).toSorted()).toEqual([...log.texts.keys()]);
      for (const raw of real) expect(raw).toBe(log.texts.get(String(idIn(raw)))?.replaceAll(/[\r\n]/gu, ""));
    },
  );
});
