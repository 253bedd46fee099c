import { describe, expect, test } from "vitest";
import { parseInstant } from "../../src/datasets/instant.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { failureOf } from "../../src/kandji/failure.ts";
import { iso } from "../collection/audit-log.ts";
import { apart } from "./apart.ts";
import { answering, EngineRoom, minute, nothingNew, plainEnvironment, type Side, start } from "./engine-room.ts";
import { deep, named } from "./hostile-text.ts";
import { escapedToken, nextKinds, oddTimes } from "./kandji-text.ts";
import { kandjiToken } from "./secrets.ts";

/** What has a name among the things that Kandji may answer: one tenant, one webhook, and what arrives there. */

const levels = 100_000;
const now = `"occurred_at":"${iso(start * 1000)}"`;
const page = (records: readonly string[], next = "null"): string =>
  `{"next":${next},"results":[${records.join(",\n")}]}`;

interface Arrivals {
  readonly room: EngineRoom;
  /** The records as they came, one request after the other. */
  readonly raws: string[];
  /** Codes of the problems that the tenant has at the end. */
  readonly codes: string[];
}

/** What arrives when Kandji answers so, one answer after the other, and then has nothing new. */
async function arrivalsOf(answers: readonly (string | Side)[], runs = 4): Promise<Arrivals> {
  const raws: string[] = [];
  const rest = [...answers];
  const room = new EngineRoom(plainEnvironment, {
    kandji: async (...asked) => {
      const next = rest.shift() ?? nothingNew;
      return typeof next === "string" ? answering(200, next)(...asked) : next(...asked);
    },
    intake: async (request) => {
      raws.push(...String(request.body).split("\n").slice(0, -1));
      return { status: 200, headers: new Headers(), body: "" };
    },
  });
  for (let run = 0; run < runs; run += 1) {
    await room.fire();
    room.pass();
  }
  expect(room.imbalances()).toEqual([]);
  expect(room.leaks()).toEqual([]);
  return { room, raws, codes: room.report().problems.map(({ code }) => code) };
}

const good = `{"id":"good",${now}}`;

describe("a record", () => {
  test.each([
    ["nested 100,000 lists deep", `{"id":"a",${now},"x":${deep(levels)}}`],
    ["nested 100,000 objects deep", `{"id":"a",${now},"x":${deep(levels, '{"a":', "}")}}`],
    ["that is nothing but 100,000 lists", deep(levels)],
    ["with half a surrogate pair, escaped", String.raw`{"id":"a",${now},"s":"\ud800","t":"\udc00\ud800"}`],
    ["with a whole one, escaped and not", String.raw`{"id":"a",${now},"s":"\ud83d\ude00😀"}`],
    [
      "with the keys of a prototype",
      `{"__proto__":{"id":"b","polluted":1},"id":"a",${now},"constructor":{"prototype":{"polluted":1}}}`,
    ],
    ["whose only keys are those", `{"__proto__":{"id":"b",${now}}}`],
    ["with a repeated key", `{"id":"b","id":"a",${now},${now},"x":1,"x":2}`],
    [
      "with numbers that no number holds",
      `{"id":"a",${now},"n":[9007199254740993,12345678901234567890.10,1e400,-1e400,-0,-0.0,1E+2,0.1000000000000000055]}`,
    ],
    ["with an id of a number", `{"id":9007199254740993,${now}}`],
    ["with an empty id", `{"id":"",${now}}`],
    ["without an id and a time", "{}"],
    ["with a line break in its id", String.raw`{"id":"a\nb\r\n",${now}}`],
    ["with NUL in its id", String.raw`{"id":"\u0000",${now},"x":"\u0000"}`],
    ["with the name of a prototype for its id", `{"id":"__proto__",${now}}`],
    ["with half a surrogate pair for its id", String.raw`{"id":"\ud800",${now}}`],
    ["with separators that some take for line breaks", `{"id":"a",${now},"s":"\u2028\u2029\u0085"}`],
    ["that is null", "null"],
    ["that is a text", '"text"'],
    ["that is a number", "-0"],
  ])("%s arrives to the character, once", async (_, raw) => {
    const { raws, room } = await arrivalsOf([page([raw, good]), nothingNew, page([raw, good])]);
    expect(raws).toEqual([raw, good]);
    expect(room.report().destinations[0]).toMatchObject({ collected: 2, delivered: 2, pending: 0 });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("with an id of 1 MB arrives once, and so do a dozen of them on a page", async () => {
    const raws = Array.from({ length: 12 }, (_, index) => `{"id":"${"x".repeat(1_000_000)}${index}",${now}}`);
    const sent = await arrivalsOf([page(raws), nothingNew, page([...raws, good])]);
    // A line is longer than the intake takes.
    expect(sent.raws).toEqual([good]);
    expect(sent.room.report().destinations[0]).toMatchObject({ collected: 13, dead: 12, delivered: 1 });
    expect(sent.codes).toEqual(["dead-letters"]);
  });

  test("with an id of 800 KB fits a request and arrives once", async () => {
    const raw = `{"id":"${"x".repeat(800_000)}",${now}}`;
    expect((await arrivalsOf([page([raw]), nothingNew, page([raw])])).raws).toEqual([raw]);
  });

  test.each(oddTimes)("dated %j arrives once at the most, and keeps nothing from arriving", async (time) => {
    const odd = `{"id":"odd","occurred_at":${JSON.stringify(time)}}`;
    const later = `{"id":"later","occurred_at":"${iso((start + minute) * 1000)}"}`;
    const { raws } = await arrivalsOf([page([odd, good]), nothingNew, page([odd, good, later])]);
    // What is older than the live window belongs to history, which here has nothing.
    expect(raws.filter((raw) => raw !== odd)).toEqual([good, later]);
    expect(raws.filter((raw) => raw === odd).length).toBeLessThanOrEqual(1);
  });
});

describe("a page", () => {
  test("of 500 records with one id is one record", async () => {
    const same = Array.from({ length: 500 }, () => good);
    expect((await arrivalsOf([page(same), nothingNew, page(same)])).raws).toEqual([good]);
  });

  test("of 500 records with one id and other texts is one record", async () => {
    const alike = Array.from({ length: 500 }, (_, index) => `{"id":"good",${now},"n":${index}}`);
    const { raws } = await arrivalsOf([page(alike, '"more"'), nothingNew, page(alike)]);
    expect(raws).toHaveLength(1);
  });

  test.each([501, 1_000, 20_000])("of %i records where 500 were asked for has them all", async (count) => {
    const many = Array.from({ length: count }, (_, index) => `{"id":"${index}",${now}}`);
    const { raws } = await arrivalsOf([page(many), nothingNew, page(many)], 12);
    expect(raws).toEqual(many);
  });

  test("of 200,000 records, of the present or of the past, is read whole", async () => {
    const before = `"occurred_at":"${iso((start - 60 * minute) * 1000)}"`;
    for (const time of [now, before]) {
      const many = Array.from({ length: 200_000 }, (_, index) => `{"id":"00000000-0000-4000-8000-${index}",${time}}`);
      const answers = time === now ? [page(many)] : [nothingNew, page(many)];
      const { room, codes } = await arrivalsOf(answers, 2);
      expect(room.report().datasets[0]?.collected).toBe(200_000);
      expect(codes).toEqual([]);
    }
  });

  test.each(nextKinds)("whose next is %s loses no record and leads to no other host", async (_, next) => {
    const times = [60, 30].map((minutes) => (start - minutes * minute) * 1000);
    const records = times.map((time, index) => ({ time, raw: `{"id":"${index}","occurred_at":"${iso(time)}"}` }));
    const hosts = new Set<string>();
    // The first poll finds nothing and that `next`; history finds one record and that `next`; from then on all is well.
    let odd = 2;
    const side: Side = async ({ url }, limits) => {
      const { host, searchParams } = new URL(url);
      hosts.add(host);
      const [from, to] = ["start_date", "end_date"].map(
        (name) => parseInstant(searchParams.get(name) ?? "") ?? Infinity,
      );
      const asked = records.filter(({ time }) => time >= (from ?? 0) && time <= (to ?? 0)).map(({ raw }) => raw);
      odd -= 1;
      const text = odd >= 0 ? page(asked.slice(0, 1), next) : page(asked);
      // A cursor that nobody gave is refused.
      const answer = searchParams.has("cursor") ? answering(400, '{"detail":"Invalid cursor"}') : answering(200, text);
      return answer({ url, method: "GET", headers: {} }, limits);
    };
    const { raws, room } = await arrivalsOf(
      Array.from({ length: 60 }, () => side),
      12,
    );
    expect(raws).toEqual(records.map(({ raw }) => raw));
    expect(hosts).toEqual(new Set(["acme.api.kandji.io"]));
    expect(room.report().problems.filter(({ health }) => health === "failing")).toEqual([]);
    expect(room.report().datasets[0]?.backfill.state).toBe("done");
  });
});

describe("an answer that is none", () => {
  test.each([
    ["100,000 lists deep", 200, deep(levels)],
    ["100,000 objects deep", 200, deep(levels, '{"results":', "}")],
    ["with 100,000 lists for records", 200, `{"results":${deep(levels, '{"a":', "}")}}`],
    ["never closed", 200, `{"results":${"[".repeat(levels)}`],
    ["an error 100,000 lists deep", 500, deep(levels)],
    ["an error 100,000 objects deep", 401, deep(levels, '{"detail":', "}")],
    ["an error never closed", 403, "[".repeat(levels)],
    ["an error of a prototype", 400, '{"__proto__":{"detail":"x"},"constructor":{"prototype":{"polluted":1}}}'],
    ["an error of half a surrogate pair", 500, String.raw`{"detail":"\ud800"}`],
    ["an error of 5 MB", 502, JSON.stringify({ detail: "x ".repeat(2_500_000) })],
  ])("%s is a failure, and what comes after it is collected", async (_, status, body) => {
    const { raws, codes } = await arrivalsOf([
      answering(status, body),
      ...Array.from({ length: 9 }, () => page([good])),
    ]);
    expect(raws).toEqual([good]);
    expect(codes).toEqual([]);
  });

  test.each([
    ["16 MB that open a tag and never close it", "<".repeat(16_000_000)],
    ["16 MB of tags that are begun", "<a ".repeat(5_300_000)],
    ["16 MB of blanks", `x${" ".repeat(16_000_000)}x`],
    ["16 MB of backslashes", `"${"\\".repeat(15_999_998)}"`],
  ])("%s are read to an end", async (_, body) => {
    expect(String(await apart("kandji/failure.ts", "messageOf", body)).length).toBeLessThanOrEqual(200);
  });

  test("a token that comes back escaped is hidden all the same", async () => {
    for (const written of [kandjiToken, kandjiToken.replaceAll("/", "\\/"), escapedToken]) {
      const { room } = await arrivalsOf([answering(401, `{"error":"No such token: ${written}"}`)], 1);
      expect(room.report().problems.map(({ message }) => message)).toEqual([
        "Kandji answered 401: No such token: ‹hidden›",
      ]);
    }
  });
});

describe("a header", () => {
  const permission = { label: "x", method: "GET", path: "/" };
  const hundredYears = 100 * 365 * 24 * 3_600_000;
  const waitOf = (value: string): number | null =>
    failureOf({ status: 429, headers: new Headers({ "Retry-After": value }), body: "" }, permission, start)
      .retryAfterMs;

  test.each([
    ["5", 5_000],
    ["0", 0],
    ["1.5", 1_500],
    ["-1", 0],
    ["99999999999999999999", hundredYears],
    ["NaN", null],
    ["Infinity", null],
    ["", null],
    ["soon", null],
    ["Fri, 01 May 2026 07:00:00 GMT", 0],
    ["Fri, 01 May 2026 08:02:00 GMT", 120_000],
    ["Fri, 31 Dec 9999 23:59:59 GMT", hundredYears],
    ["+275760-09-13T00:00:00.001Z", null],
  ])("Retry-After of %j waits %j ms", (value, ms) => {
    expect(waitOf(value)).toBe(ms);
  });

  test.each(named(["1e3", "5, 10", "5;10", "0x10", "Fri, 32 Foo 2026 99:99:99 GMT", "\u00e9", "9".repeat(400)]))(
    "Retry-After of %s waits for a time that there is, or for none",
    (_, value) => {
      const ms = waitOf(value) ?? 0;
      expect(ms >= 0 && ms <= hundredYears).toBe(true);
      expect(Number.isNaN(new Date(start + ms).getTime())).toBe(false);
    },
  );

  test.each(named(["0", "-1", "1e99", "9".repeat(400), "NaN", "", "0.5", "-0", "50, 1;w=1", "\u00ff"]))(
    "RateLimit-Limit of %s neither stops the requests nor lets them loose",
    async (_, value) => {
      const clock = { at: start };
      const slept: number[] = [];
      const ports = { now: () => clock.at, sleep: async (ms: number) => void (slept.push(ms), (clock.at += ms)) };
      const budget = new RequestBudget(ports, { perHour: 1_000, forLive: 60 }, noUsage);
      for (const name of ["RateLimit-Limit", "X-RateLimit-Limit-Second", "X-RateLimit-Remaining-Hour"])
        budget.answered(new Headers({ [name]: value }));
      clock.at = Math.max(clock.at, budget.availableAt("live"));
      const began = clock.at;
      for (let request = 0; request < 100; request += 1) {
        await budget.take();
        budget.answered(new Headers());
      }
      expect(slept.every((ms) => ms <= 1_001)).toBe(true);
      expect(budget.used()).toBe(100);
      // What is no whole number of at least one announces nothing: fifty a second.
      const isAnnounced = /^[1-9]\d*$/u.test(value.split(",")[0] ?? "");
      if (!isAnnounced) expect(clock.at - began).toBeLessThanOrEqual(2_002);
    },
  );

  test("may hold every byte that a header may hold", async () => {
    const bytes = [
      0x09,
      ...Array.from({ length: 0x5f }, (_, index) => 0x20 + index),
      ...Array.from({ length: 0x80 }, (_, index) => 0x80 + index),
    ];
    const names = [
      "Retry-After",
      "RateLimit-Limit",
      "X-RateLimit-Limit-Second",
      "X-RateLimit-Remaining-Hour",
      "Content-Type",
      "Location",
      "Set-Cookie",
    ];
    for (const status of [200, 301, 429, 503]) {
      const sides = bytes.map((byte): Side => async () => ({
        status,
        headers: new Headers(names.map((name): [string, string] => [name, `x${String.fromCharCode(byte)}1`])),
        body: page([good]),
      }));
      const { raws } = await arrivalsOf([...sides, page([good])], 250);
      expect(raws).toEqual([good]);
    }
  });
});
