import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { kandjiLog } from "../../src/collection/log.ts";
import { PageSource } from "../../src/collection/page-source.ts";
import { readPage, type Page } from "../../src/collection/page.ts";
import { advance, placeAt, queryAt, type Place } from "../../src/collection/walk.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { RequestBudget, noUsage } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import type { HttpRequest, Ports } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { jsonText } from "../collection/json-text.ts";
import { answered, anyAnswer, type HostileAnswer } from "./answer.ts";
import { anyText, nestedJson } from "./hostile-text.ts";
import { property } from "./inputs.ts";
import { anyBody, nextText, pageJson, recordJson } from "./kandji-text.ts";
import { kandjiToken, secretsIn } from "./secrets.ts";

/** One answer of Kandji at a time, whatever it is. */

const origin = "https://acme.api.kandji.io";
const start = Date.parse("2026-05-01T08:00:00Z");
const hundredYearsMs = 100 * 365 * 24 * 3_600_000;

/** A client whose next answer is this one. Nothing of it needs a table. */
function clientFor(hostile: HostileAnswer) {
  const asked: HttpRequest[] = [];
  const ports: Omit<Ports, "sql"> = {
    now: () => start,
    random: () => 0.5,
    sleep: async () => {},
    http: async (request, limits) => {
      asked.push(request);
      return answered(hostile, request, limits);
    },
  };
  const budget = new RequestBudget(ports, { perHour: 2_500, forLive: 60 }, noUsage);
  return { client: new KandjiClient(ports as Ports, origin, new Secret(kandjiToken), budget), budget, asked };
}

const anyPlace: fc.Arbitrary<Place> = fc
  .record({
    at: fc.oneof(
      fc.constantFrom(0, start * 1000, Number.MAX_SAFE_INTEGER - 1, 1 - Number.MAX_SAFE_INTEGER),
      fc.maxSafeInteger(),
    ),
    byId: fc.boolean(),
    cursor: fc.option(anyText.filter((text) => text !== "")),
    lastNext: fc.option(fc.constantFrom("a", "b")),
  })
  .map(({ at, ...place }) => ({
    ...place,
    at: Math.min(at, Number.MAX_SAFE_INTEGER - 2),
    followed: place.cursor === null ? [] : [place.cursor],
  }));

function expectRecords({ records }: Page): void {
  for (const { raw, id, time } of records) {
    expect(raw).not.toMatch(/[\r\n]/u);
    expect(id).not.toBe("");
    expect(Number.isSafeInteger(time)).toBe(true);
  }
}

/** Every request goes to the tenant's host with the token in its header and nowhere else. */
function expectAtHome({ url, headers, method }: HttpRequest): void {
  expect([new URL(url).origin, method, headers["Authorization"]]).toEqual([origin, "GET", `Bearer ${kandjiToken}`]);
  expect(secretsIn(url)).toEqual([]);
}

describe("an answer", () => {
  property(
    "one answer of Kandji is a page or a failure, and neither says the token",
    fc.record({ hostile: anyAnswer(anyBody), place: anyPlace }),
    async ({ hostile, place }) => {
      const { client, budget, asked } = clientFor(hostile);
      const result = await new PageSource(kandjiLog(client, auditEvents)).read(place, undefined);
      expect(asked).toHaveLength(1);
      for (const request of asked) expectAtHome(request);
      expect(budget.availableAt("live")).toBeLessThanOrEqual(start + hundredYearsMs);
      await budget.take();
      if (!result.ok) {
        const { message, fix, retryAfterMs } = result.failure;
        expect(secretsIn(`${message}\n${fix}`)).toEqual([]);
        expect(message.length).toBeLessThanOrEqual(250);
        expect(fix).not.toBe("");
        expect(retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
        return;
      }
      expectRecords(result.page);
      const { place: next } = result.onward;
      if (next === null) return;
      expect(next.at).toBeGreaterThanOrEqual(place.at);
      const { path, search } = auditEvents.ask(queryAt(next, 500, undefined));
      expectAtHome({
        url: new URL(`${path}?${new URLSearchParams(search).toString()}`, origin).href,
        method: "GET",
        headers: { Authorization: `Bearer ${kandjiToken}` },
      });
    },
  );

  property(
    "every record stands in the answer to the character",
    fc
      .array(
        fc.oneof(
          { weight: 8, arbitrary: recordJson },
          { weight: 2, arbitrary: jsonText },
          { weight: 1, arbitrary: nestedJson },
        ),
        { maxLength: 6 },
      )
      .chain((texts) => fc.tuple(fc.constant(texts), nextText)),
    ([texts, next]) => {
      const { records } = readPage(auditEvents, `{"results":[${texts.join(",\n ")}],"next":${next}}`, start * 1000);
      expect(records.map(({ raw }) => raw)).toEqual(texts.map((text) => text.replaceAll(/[\r\n]/gu, "")));
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    },
  );
});

/** Every time at which a record stands, in both orders, by every way on: more steps than that go round. */
function mostSteps(pages: readonly string[]): number {
  const read = pages.map((text) => readPage(auditEvents, text, start * 1000));
  const times = new Set(read.flatMap(({ records }) => records.map(({ time }) => time)));
  return 4 * (times.size + 2) * (pages.length + 2) * pages.length;
}

describe("a walk", () => {
  /** Few pages, given over and over whatever is asked. */
  const fewPages = fc.array(pageJson({ most: 4, next: nextText }), { minLength: 1, maxLength: 3 });

  property(
    "a walk over pages that repeat comes to its end",
    fc.record({ pages: fewPages, limit: fc.integer({ min: 1, max: 4 }) }),
    ({ pages, limit }) => {
      const most = mostSteps(pages);
      let place: Place | null = placeAt(start * 1000);
      for (let steps = 0; place !== null; steps += 1) {
        const before: Place = place;
        const page = readPage(auditEvents, pages[steps % pages.length] ?? "", before.at);
        place = advance(before, page, limit, "acme.api.kandji.io").place;
        expect(place?.at ?? Infinity).toBeGreaterThanOrEqual(before.at);
        if (steps > most) throw new Error(`The walk does not end within ${most} steps`);
      }
    },
  );
});
