import { describe, expect, it } from "vitest";
import type { DestinationReport } from "../../src/tenant/report.ts";
import { lateness } from "../../src/web/pages/format.ts";
import { asking, browser } from "./asking.ts";
import { aDestination, aGateway, aPeriod, aReport, operations } from "./sample.ts";

/** The last day and the last 30 days of a destination as small pictures, with their numbers in words. */

const hour = 3_600_000;

const page = async (destinations: readonly DestinationReport[]): Promise<string> => {
  const report = async () => aReport({ datasets: [], destinations });
  const gateway = aGateway({ tenant: (id) => operations([], id, report, [], { ok: true, checks: [] }) });
  return (await asking(gateway)("/status/acme", { headers: browser })).text();
};
const figures = (html: string): string[] => html.split("<figure>").slice(1);
const shown = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/gu, " ")
    .replaceAll(/\s+/gu, " ")
    .trim();
const captions = (html: string): string[] =>
  figures(html).map((figure) => shown(/<figcaption>(.*?)<\/figcaption>/u.exec(figure)?.[1] ?? ""));

describe("the pictures of a destination", () => {
  it("say in words what was accepted, how late, and what was not; once for the day, once for 30 days", async () => {
    const { total } = aPeriod(24, hour);
    const [accepted, delay, unaccepted, ...month] = captions(await page([aDestination()]));
    expect(accepted).toBe(`${total.records.toLocaleString("en-US")} accepted, at most 883 in an hour`);
    expect(delay).toBe("Event to acceptance 42 s median 76 s 95th percentile");
    expect(unaccepted).toBe("Requests not accepted 9 refused (400: 9) 42 retried (503: 36, timed out: 6)");
    expect(month).toHaveLength(3);
    expect(month[0]).toContain("in a day");
  });

  it("have one path for each colour, a bar for each slot that has something, and are not read aloud", async () => {
    const [accepted = "", delay = "", unaccepted = ""] = figures(await page([aDestination()]));
    for (const figure of [accepted, delay, unaccepted])
      expect(figure.match(/<svg [^>]*aria-hidden="true"/gu)).toHaveLength(1);
    const paths = (figure: string) =>
      [...figure.matchAll(/<path (?:class="(\w+)" )?d="([^"]*)"/gu)].map(
        ([, tone, d]) => [tone, d?.match(/M/gu)?.length] as const,
      );
    const { parts } = aPeriod(24, hour);
    const busy = parts.filter(({ records }) => records > 0).length;
    const bad = parts.filter(({ retried }) => Object.keys(retried).length > 0).length;
    expect(paths(accepted)).toEqual([[undefined, busy]]);
    expect(paths(delay)).toEqual([
      ["p95", busy],
      ["median", busy],
    ]);
    expect(paths(unaccepted)).toEqual([
      ["refused", bad],
      ["retried", bad],
    ]);
  });

  it("stay within their height, and show one among thousands", async () => {
    const { total, parts } = aPeriod(24, hour);
    const [first, second, ...rest] = parts;
    if (first === undefined || second === undefined) throw new Error("A day has hours");
    const lopsided = [{ ...first, records: 1 }, { ...second, records: 90_000 }, ...rest];
    const [accepted = ""] = figures(await page([aDestination({ lastDay: { total, parts: lopsided } })]));
    const bars = [...accepted.matchAll(/M(\d+) 0V(\d+)/gu)].map(([, at, tall]) => [Number(at), Number(tall)]);
    expect(bars.slice(0, 2)).toEqual([
      [0, 2],
      [1, 40],
    ]);
    expect(accepted).toContain('viewBox="-.5 0 24 40"');
    const [, , unaccepted = ""] = figures(await page([aDestination()]));
    for (const [, from, to] of unaccepted.matchAll(/M\d+ (\d+)V(\d+)/gu)) {
      expect(Number(to)).toBeGreaterThan(Number(from));
      expect(Number(to)).toBeLessThanOrEqual(41);
    }
  });

  it("say that there was nothing where there was nothing, and are not there for a report that has none", async () => {
    const span = { since: "2026-05-01T08:00:00.000Z", records: 0, delaySeconds: null, refused: {}, retried: {} };
    const nothing = { total: span, parts: Array.from({ length: 24 }, () => span) };
    const text = await page([aDestination({ lastDay: nothing })]);
    expect(captions(text).slice(0, 3)).toEqual([
      "Nothing accepted",
      "No live event accepted",
      "No request refused or retried",
    ]);
    expect(figures(text)[0]).not.toContain("<path");
    const { lastDay: _, last30Days: __, ...old } = aDestination();
    expect(figures(await page([old]))).toHaveLength(0);
  });

  it("leave the 30 days to the JSON with more than six destinations", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => aDestination({ name: `d${index}` }));
    expect(figures(await page(many(6)))).toHaveLength(6 * 6);
    const text = await page(many(7));
    expect(figures(text)).toHaveLength(7 * 3);
    expect(text).toContain("What they took in the last 30 days: the JSON has it");
  });
});

describe("a delay in words", () => {
  it.each([
    [1, "1 s"],
    [119.4, "119 s"],
    [120, "2 min"],
    [1_710, "29 min"],
    [7_199, "120 min"],
    [7_200, "2 h"],
    [172_799, "48 h"],
    [172_800, "2 days"],
    [4_194_304, "49 days"],
  ])("%f s is %s", (seconds, text) => {
    expect(lateness(seconds)).toBe(text);
  });
});
