import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedKandji, type KandjiOptions } from "./kandji.ts";
import { formatMoment } from "./micro-time.ts";

const START = Date.UTC(2026, 4, 1, 8);
const EVENTS = "https://acme.api.kandji.io/api/v1/audit/events";

let now = START;
beforeEach(() => {
  now = START;
});

interface PageBody {
  readonly results: readonly { readonly id?: string; readonly occurred_at?: string }[];
  readonly previous: string | null;
  readonly next: string | null;
}

const kandjiWith = (options: Partial<KandjiOptions> = {}): SimulatedKandji =>
  new SimulatedKandji({ token: "secret", now: () => now, ...options });

const ask = (kandji: SimulatedKandji, url: string, token = "secret"): Promise<Response> =>
  kandji.fetch(new Request(url, { headers: { authorization: `Bearer ${token}` } }));

const page = async (kandji: SimulatedKandji, url: string): Promise<PageBody> => (await ask(kandji, url)).json();

async function walk(kandji: SimulatedKandji, url: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | null = url; next !== null;) {
    const body: PageBody = await page(kandji, next);
    ids.push(...body.results.map((record) => record.id ?? "-"));
    next = body.next;
  }
  return ids;
}

describe("pages", () => {
  it("gives every event once, in either order, forwards and backwards", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 1234, from: START - 60_000, to: START - 1000 });
    const up = await walk(kandji, `${EVENTS}?limit=500&sort_by=occurred_at`);
    const down = await walk(kandji, `${EVENTS}?limit=499&sort_by=-occurred_at`);
    const byId = await walk(kandji, `${EVENTS}?limit=500&sort_by=id`);
    expect(new Set(up).size).toBe(1234);
    expect(down).toEqual(up.toReversed());
    expect(byId).toEqual(up.toSorted());
    expect(up).not.toEqual(byId);
  });

  it("leads back with previous", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 30, from: START - 86_400_000, to: START - 1000 });
    const first = await page(kandji, `${EVENTS}?limit=10`);
    const second = await page(kandji, first.next ?? "");
    expect(first.previous).toBeNull();
    expect((await page(kandji, second.previous ?? "")).results).toEqual(first.results);
  });

  it("writes cursors as the documented sample does", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 3, from: START - 86_400_000, to: START - 1000 });
    const { next, results } = await page(kandji, `${EVENTS}?limit=2`);
    const cursor = atob(new URL(next ?? "").searchParams.get("cursor") ?? "");
    expect(cursor).toBe(`>dt:${results[1]?.occurred_at?.replace("T", " ").replace("Z", "+00:00")}`);
  });

  it("skips what shares the timestamp of a page edge, and only in time order", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 700, from: START - 10_000, to: START - 1000, ties: { groups: 1, size: 700 } });
    expect(await walk(kandji, `${EVENTS}?limit=500&sort_by=occurred_at`)).toHaveLength(500);
    expect(await walk(kandji, `${EVENTS}?limit=500&sort_by=id`)).toHaveLength(700);
  });

  it("includes both ends to the microsecond, unless the end is set to be exclusive", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 50, from: START - 86_400_000, to: START - 1000 });
    const [first, , third] = (await page(kandji, EVENTS)).results.map((record) => record.occurred_at ?? "");
    const range = `${EVENTS}?start_date=${first}&end_date=${third}`;
    expect((await page(kandji, range)).results).toHaveLength(3);
    expect((await page(kandji, `${range}&sort_by=id`)).results).toHaveLength(3);
    kandji.change({ endDate: "exclusive" });
    expect((await page(kandji, range)).results).toHaveLength(2);
  });

  it("refuses what the API refuses", async () => {
    const kandji = kandjiWith();
    for (const query of ["limit=501", "limit=all", "limit=0", "sort_by=action", "start_date=soon", "cursor=abc"]) {
      expect((await ask(kandji, `${EVENTS}?${query}`)).status, query).toBe(400);
    }
    const cursor = btoa(`>dt:${formatMoment(START * 1000)}`);
    expect((await ask(kandji, `${EVENTS}?sort_by=id&cursor=${cursor}`)).status).toBe(400);
  });

  it("serves records to the character", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 8, from: START - 10_000, to: START - 1000, odd: 8 });
    const text = await (await ask(kandji, EVENTS)).text();
    for (const event of kandji.store.visible()) expect(text).toContain(event.raw);
    for (const hard of ["1152921504606846977", "1e400", '"id" :"', "田中", "\\u2028"]) expect(text).toContain(hard);
    expect((JSON.parse(text) as PageBody).results).toHaveLength(8);
  });

  it("hides late events until their time, and shows future ones at once", async () => {
    const kandji = kandjiWith();
    const late = { share: 1, byMs: 30_000 };
    kandji.seed({ seed: 1, count: 5, from: START - 10_000, to: START, late });
    kandji.seed({ seed: 2, count: 0, from: START, to: START, future: { count: 2, aheadMs: 3_600_000 } });
    const seen = async (): Promise<number> => (await page(kandji, EVENTS)).results.length;
    expect(await seen()).toBe(2);
    now += 30_000;
    expect(await seen()).toBe(7);
    const dates = (await page(kandji, EVENTS)).results.map((record) => record.occurred_at);
    expect(dates).toEqual(dates.toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1)));
  });

  it("can lack ids and times", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 10, from: START - 10_000, to: START - 1000, bare: 4 });
    const { results } = await page(kandji, EVENTS);
    expect(results.filter((record) => record.id === undefined)).toHaveLength(2);
    expect(results.filter((record) => record.occurred_at === undefined)).toHaveLength(2);
  });
});

describe("next", () => {
  const next = async (options: Partial<KandjiOptions>): Promise<string | null> => {
    const kandji = kandjiWith(options);
    kandji.seed({ seed: 1, count: 3, from: START - 10_000, to: START - 1000 });
    return (await page(kandji, `${EVENTS}?limit=1&start_date=2026-01-01`)).next;
  };

  it("comes as URL, token, on a foreign host, for ever the same, with or without dates", async () => {
    expect(await next({})).toMatch(/^https:\/\/acme\.api\.kandji\.io\/api\/v1\/audit\/events\?limit=1&start_date=2026/);
    expect(await next({ nextCarriesDates: false })).not.toContain("start_date");
    expect(await next({ next: "token" })).toMatch(/^PmR0/);
    expect(await next({ next: "foreign" })).toMatch(/^https:\/\/elsewhere\.example\/api/);
    expect(await next({ next: "same" })).toBe(`${EVENTS}?limit=1&start_date=2026-01-01`);
  });
});

describe("access", () => {
  it("tells a wrong token, a missing permission, a wrong host and a wrong path apart", async () => {
    const kandji = kandjiWith({ host: "acme.api.kandji.io" });
    expect((await ask(kandji, EVENTS, "other")).status).toBe(401);
    expect((await ask(kandji, EVENTS.replace("acme", "acne"))).status).toBe(404);
    expect((await ask(kandji, "https://acme.api.kandji.io/api/v1/nothing")).status).toBe(404);
    kandji.change({ permissions: ["/api/v1/devices"] });
    expect((await ask(kandji, EVENTS)).status).toBe(403);
    kandji.change({ permissions: [] });
    expect((await ask(kandji, EVENTS)).status).toBe(401);
  });
});

describe("limits", () => {
  it("refuses the 51st request of a second and says how long to wait", async () => {
    const kandji = kandjiWith();
    for (let i = 0; i < 50; i += 1) await ask(kandji, EVENTS);
    const refused = await ask(kandji, EVENTS);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("x-ratelimit-remaining-hour")).toBe("9950");
    await ask(kandji, EVENTS);
    now += 1000;
    expect((await ask(kandji, EVENTS)).status).toBe(200);
    expect(kandji.requests.manners()).toMatchObject({ requests: 53, maxPerSecond: 52, maxPerHour: 53, early: 1 });
  });

  it("refuses what is beyond the hour until the hour ends", async () => {
    const kandji = kandjiWith({ rate: { perSecond: null, perHour: 3, announced: true } });
    now += 600_000;
    for (let i = 0; i < 3; i += 1) await ask(kandji, EVENTS);
    expect((await ask(kandji, EVENTS)).headers.get("retry-after")).toBe("3000");
    now += 3_000_000;
    expect((await ask(kandji, EVENTS)).status).toBe(200);
  });

  it("can keep its limits to itself", async () => {
    const kandji = kandjiWith({ rate: { perSecond: 50, perHour: 10_000, announced: false } });
    expect([...(await ask(kandji, EVENTS)).headers.keys()].join()).not.toContain("ratelimit");
  });

  it("measures the most requests of any second, not of clock seconds", async () => {
    const kandji = kandjiWith();
    for (const step of [900, 0, 0, 200, 0, 799, 1]) {
      now += step;
      await ask(kandji, EVENTS);
    }
    expect(kandji.requests.manners().maxPerSecond).toBe(6);
  });
});

describe("faults", () => {
  it("follow a script, then shares from a seed", async () => {
    const story = async (seed: number): Promise<number[]> => {
      const kandji = kandjiWith({ seed, rate: { perSecond: null, perHour: null, announced: false } });
      kandji.faults.set({
        script: [{ do: "status", status: 502 }, "ok"],
        shares: [{ share: 0.3, fault: { do: "status", status: 503 } }],
      });
      const statuses: number[] = [];
      for (let i = 0; i < 200; i += 1) statuses.push((await ask(kandji, EVENTS)).status);
      return statuses;
    };
    const statuses = await story(7);
    expect(statuses.slice(0, 2)).toEqual([502, 200]);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(40);
    expect(await story(7)).toEqual(statuses);
    expect(await story(8)).not.toEqual(statuses);
  });

  it("cut, hang, and answer what is no JSON; none of it counts as collected", async () => {
    const kandji = kandjiWith();
    kandji.seed({ seed: 1, count: 3, from: START - 10_000, to: START - 1000 });
    kandji.faults.set({ script: [{ do: "cut" }, { do: "hang" }, { do: "unreadable" }] });
    await expect(ask(kandji, EVENTS).then((answer) => answer.text())).rejects.toThrow("connection reset");
    const caller = new AbortController();
    const hanging = expect(kandji.fetch(new Request(EVENTS, { signal: caller.signal }))).rejects.toThrow("gave up");
    caller.abort();
    await hanging;
    expect(await (await ask(kandji, EVENTS)).text()).toMatch(/^<!doctype/);
    expect(kandji.store.visible().every((event) => event.served === 0)).toBe(true);
    expect(kandji.requests.newest().map((request) => request.status)).toEqual([0, 0, 200]);
  });

  it("ask to wait until a date, and remember who did not", async () => {
    const kandji = kandjiWith();
    now += 300;
    kandji.faults.set({ script: [{ do: "status", status: 503, retryAfter: { seconds: 5, as: "date" } }] });
    const until = Date.parse((await ask(kandji, EVENTS)).headers.get("retry-after") ?? "");
    expect(until).toBe(START + 6000);
    now = until - 1;
    await ask(kandji, EVENTS);
    now = until;
    await ask(kandji, EVENTS);
    expect(kandji.requests.manners().earlyRequests).toEqual([{ at: until - 1, sinceAnswerMs: 5699, tooEarlyByMs: 1 }]);
  });

  it("befall pages asked with a large limit", async () => {
    const kandji = kandjiWith({ largePages: { above: 250, fault: { do: "status", status: 413 } } });
    expect((await ask(kandji, `${EVENTS}?limit=251`)).status).toBe(413);
    expect((await ask(kandji, `${EVENTS}?limit=250`)).status).toBe(200);
  });
});
