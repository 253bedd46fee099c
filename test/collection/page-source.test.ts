import { describe, expect, test } from "vitest";
import { kandjiLog } from "../../src/collection/log.ts";
import { PageSource } from "../../src/collection/page-source.ts";
import { placeAt } from "../../src/collection/walk.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import { CutBody, type HttpAnswer } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { iso } from "./audit-log.ts";
import { start } from "./setting.ts";

type Answering = (limit: number) => Partial<HttpAnswer>;

/** A source whose Kandji answers as it is told, and the limits that it was asked with. */
function sourceOf(answering: Answering): { source: PageSource; limits: number[]; answer: (to: Answering) => void } {
  const state = { answering };
  const limits: number[] = [];
  const ports = {
    now: () => start,
    random: () => 0.5,
    sleep: async () => undefined,
    sql: new NodeSql(),
    http: async ({ url }: { url: string }) => {
      const limit = Number(new URL(url).searchParams.get("limit"));
      limits.push(limit);
      return { status: 200, headers: new Headers(), body: '{"results":[],"next":null}', ...state.answering(limit) };
    },
  };
  const budget = new RequestBudget(ports, { perHour: 1e6, forLive: 1 }, noUsage);
  const client = new KandjiClient(ports, "https://acme.api.kandji.io", new Secret("token"), budget);
  return { source: new PageSource(kandjiLog(client, auditEvents)), limits, answer: (to) => (state.answering = to) };
}

const place = placeAt(start * 1000);
const fine: Answering = () => ({});
const unreadable: Answering = () => ({ body: "<html>" });

describe("pages that cannot be read", () => {
  test("are asked for with half the limit after two in a row, down to one record, and no further", async () => {
    const { source, limits } = sourceOf(unreadable);
    for (let n = 0; n < 24; n += 1) expect((await source.read(place, undefined)).ok).toBe(false);
    expect(limits).toEqual([500, 500, 250, 250, 125, 125, 63, 63, 32, 32, 16, 16, 8, 8, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1]);
  });

  test("after ten good ones the limit grows back, up to that of the dataset", async () => {
    const { source, limits, answer } = sourceOf(unreadable);
    for (let n = 0; n < 18; n += 1) await source.read(place, undefined);
    answer(fine);
    limits.length = 0;
    for (let n = 0; n < 16; n += 1) await source.read(place, undefined);
    expect(limits).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 16, 64, 256, 500, 500]);
  });

  test("where large ones fail and small ones do not, two requests in twelve are wasted and no more", async () => {
    const { source, limits } = sourceOf((limit) => (limit > 300 ? { status: 413 } : {}));
    for (let n = 0; n < 26; n += 1) await source.read(place, undefined);
    const smaller = Array.from({ length: 10 }, () => 250);
    expect(limits).toEqual([500, 500, ...smaller, 500, 500, ...smaller, 500, 500]);
  });

  test("one alone changes nothing, nor do two with a good one between them", async () => {
    const { source, limits, answer } = sourceOf(unreadable);
    await source.read(place, undefined);
    answer(fine);
    await source.read(place, undefined);
    answer(unreadable);
    await source.read(place, undefined);
    await source.read(place, undefined);
    expect(limits).toEqual([500, 500, 500, 500]);
  });

  test.each<[string, Answering]>([
    ["too long", () => ({ body: undefined })],
    ["refused as too large", () => ({ status: 413 })],
    ["of another shape", () => ({ body: '{"data":[]}' })],
    [
      "broken off",
      () => {
        throw new CutBody();
      },
    ],
  ])("also when they are %s", async (_, answering) => {
    const { source, limits } = sourceOf(answering);
    for (let n = 0; n < 3; n += 1) {
      const result = await source.read(place, undefined);
      expect(result).toMatchObject({ ok: false, failure: { kind: "unreadable-answer" } });
    }
    expect(limits).toEqual([500, 500, 250]);
  });

  test("other failures do not make pages smaller", async () => {
    const { source, limits } = sourceOf(() => ({ status: 503 }));
    for (let n = 0; n < 4; n += 1) await source.read(place, undefined);
    expect(limits).toEqual([500, 500, 500, 500]);
  });
});

describe("a page that was read", () => {
  const at = start * 1000;
  const results = (...times: readonly number[]) =>
    JSON.stringify({ results: times.map((time, n) => ({ id: `${n}`, occurred_at: iso(time) })), next: null });

  test("comes with the way on", async () => {
    const { source } = sourceOf(() => ({ body: results(at, at + 1) }));
    const result = await source.read(place, undefined);
    expect(result).toMatchObject({ ok: true, onward: { place: null, oddities: [] } });
    if (result.ok) expect(result.page.records).toHaveLength(2);
  });

  test("within an instant holds that instant alone, though the answer may hold the next", async () => {
    const { source } = sourceOf(() => ({ body: results(at, at, at + 1) }));
    const result = await source.read({ ...place, byId: true }, undefined);
    if (result.ok) expect(result.page.records.map(({ id }) => id)).toEqual(["0", "1"]);
    expect(result).toMatchObject({ ok: true, onward: { place: placeAt(at + 1) } });
  });
});
