import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import type { StatusOfOne } from "../../src/status/overview.ts";
import { asking, browser, type Ask } from "../web/asking.ts";
import { aGateway, operations } from "../web/sample.ts";
import type { Told } from "./day-account.ts";

/** After a day of faults, the page says what simulator and intakes hold: every number of it, in the JSON and in the HTML. */

const hourMicros = 3_600_000_000;
const tenants = ["acme", "umbrella"] as const;
/** Datadog takes no more than 18 hours. */
const aged = "siem";

let told: Told;
let ask: Ask;

/** The real command: it changes the globals of its process and loads the code in a way of its own. */
async function liveThroughTheDay(): Promise<Told> {
  const command = join(import.meta.dirname, "day.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [command], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Told;
}

/** The routes as they are deployed, over what the objects really told. */
function pagesOver({ now, env, fleet, reports }: Told): Ask {
  const gateway = aGateway({
    now: () => now,
    config: () => readConfig({ ...env }),
    fleet: async () => fleet,
    tenant: (id) =>
      operations([], id, async () => reports[id] ?? expect.fail(`no report of ${id}`), [], { ok: true, checks: [] }),
  });
  return asking(gateway);
}

beforeAll(async () => {
  told = await liveThroughTheDay();
  ask = pagesOver(told);
}, 180_000);

const json = async (path: string): Promise<StatusOfOne> => (await ask(path)).json<StatusOfOne>();
const html = async (path: string): Promise<string> => (await ask(path, { headers: browser })).text();

const truthOf = (tenant: string) => told.truth[tenant] ?? expect.fail(`nothing is known of ${tenant}`);
const intakeOf = (name: string) => told.intakes[name] ?? expect.fail(`nothing is known of ${name}`);

interface Books {
  readonly collected: number;
  readonly delivered: number;
  readonly pending: number;
  readonly skipped: number;
  readonly dead: number;
}

/** Of these records, what the two ends know. */
function fates(keys: readonly string[], destination: string): Books {
  const intake = intakeOf(destination);
  const [accepted, refused] = [new Set(intake.accepted), new Set(intake.refused)];
  const delivered = keys.filter((key) => accepted.has(key)).length;
  const dead = keys.filter((key) => !accepted.has(key) && refused.has(key)).length;
  const rest = keys.length - delivered - dead;
  const isPaused = destination === told.paused;
  return { collected: keys.length, delivered, dead, pending: isPaused ? rest : 0, skipped: isPaused ? 0 : rest };
}

function truth(tenant: string, destination: string): Books {
  const { events, rows } = truthOf(tenant);
  const keys = [...events.map(({ key }) => key), ...(destination === aged ? [] : rows.map(([key]) => key))];
  return fates(keys, destination);
}

const truths = (): Record<string, Record<string, Books>> =>
  Object.fromEntries(
    tenants.map((id) => [id, Object.fromEntries(Object.keys(told.intakes).map((name) => [name, truth(id, name)]))]),
  );

const booksOf = ({ destinations }: Pick<StatusOfOne, "destinations">): Record<string, Books> =>
  Object.fromEntries(
    destinations.map(({ name, collected, delivered, pending, skipped, dead }) => [
      name,
      { collected, delivered, pending, skipped, dead },
    ]),
  );

const numberIn = (text: string): number => Number(text.replaceAll(",", ""));

/** The figures of a card, by their names as a reader sees them. */
const factsIn = (card: string): Record<string, number> =>
  Object.fromEntries(
    [...card.matchAll(/<dt>([^<]+)<\/dt><dd>([\d,]+)<\/dd>/g)].map(([, name = "", figure = ""]) => [
      name,
      numberIn(figure),
    ]),
  );

/** Cards by the name that stands in their heading. */
const cardsIn = (page: string): Map<string, string> =>
  new Map(
    page
      .split("<article>")
      .slice(1)
      .map((card) => card.split("</article>")[0] ?? "")
      .map((card) => [/<h3>(?:<span.*?<\/span>)?([a-z0-9-]+)<\/h3>/.exec(card)?.[1] ?? "", card]),
  );

const booksIn = (page: string): Record<string, Books> =>
  Object.fromEntries(
    Object.keys(told.intakes).map((name) => {
      const { collected, delivered, pending, skipped, dead } = factsIn(cardsIn(page).get(name) ?? "");
      return [name, { collected, delivered, pending, skipped, dead } as unknown as Books];
    }),
  );

describe("the day", () => {
  test("had every fate in it, and nothing was thrown away unseen", () => {
    const all = Object.values(truths()).flatMap((books) => Object.values(books));
    const sum = (key: keyof Books): number => all.reduce((total, books) => total + books[key], 0);
    for (const key of ["delivered", "pending", "skipped", "dead"] as const) expect(sum(key)).toBeGreaterThan(10);
    expect(truthOf("acme").rows.length).toBeGreaterThan(20);
    expect(Object.values(told.intakes).map(({ dropped }) => dropped)).toEqual([0, 0, 0]);
  });

  test("left nothing unsettled at the intake that is too late for some: they were too old", () => {
    for (const { key, at } of tenants.flatMap((id) => truthOf(id).events)) {
      const { accepted, refused } = intakeOf(aged);
      if (!accepted.includes(key) && !refused.includes(key))
        expect(told.now - at / 1000).toBeGreaterThan(18 * 3_600_000);
    }
  });
});

describe("the books of each destination", () => {
  test("in the JSON of the whole installation", async () => {
    const { tenants: shown } = await json("/status");
    expect(Object.fromEntries(shown.map((tenant) => [tenant.id, booksOf(tenant)]))).toEqual(truths());
  });

  test.each(tenants)("in the JSON of %s", async (id) => {
    expect(booksOf(await json(`/status/${id}`))).toEqual(truths()[id]);
  });

  test("on the page of the whole installation", async () => {
    const page = await html("/status");
    const sections = page.split('<section class="tenant">').slice(1);
    expect(sections).toHaveLength(tenants.length);
    for (const section of sections) {
      const id = /href="\/status\/([a-z]+)"/.exec(section)?.[1] ?? "";
      expect(booksIn(section)).toEqual(truths()[id]);
    }
  });

  test.each(tenants)("on the page of %s", async (id) => {
    expect(booksIn(await html(`/status/${id}`))).toEqual(truths()[id]);
  });
});

describe("the records of each dataset", () => {
  const collected = (tenant: string): Record<string, number> => {
    const { events, rows } = truthOf(tenant);
    const counts: Record<string, number> = { "audit-events": events.length };
    for (const [, dataset] of rows) counts[dataset] = (counts[dataset] ?? 0) + 1;
    return counts;
  };

  test.each(tenants)("in the JSON of %s", async (id) => {
    const { datasets } = await json(`/status/${id}`);
    expect(Object.fromEntries(datasets.map(({ name, collected: count }) => [name, count]))).toEqual(collected(id));
  });

  test.each(tenants)("on the page of %s", async (id) => {
    const cards = cardsIn(await html(`/status/${id}`));
    expect(factsIn(cards.get("audit-events") ?? "")["Collected"]).toBe(collected(id)["audit-events"]);
  });
});

describe("the hours", () => {
  /** As many hours as sweeps could tell of: all but the first, which had begun, and the last. */
  const least = 20;

  const hourOf = (id: string, begins: string, destination: string) => {
    const start = Date.parse(begins) * 1000;
    const own = truthOf(id).events.filter(({ at, isDated }) => isDated && at >= start && at < start + hourMicros);
    const { collected: inKandji, ...fate } = fates(
      own.map(({ key }) => key),
      destination,
    );
    return { inKandji, ...fate, missing: 0 };
  };

  test.each(tenants)("in the JSON of %s", async (id) => {
    const { datasets } = await json(`/status/${id}`);
    const hours = datasets.find(({ name }) => name === "audit-events")?.completeness ?? [];
    expect(hours.length).toBeGreaterThan(least);
    let figures = 0;
    for (const { hour, inKandji, destinations } of hours) {
      for (const { name, because: _, ...found } of destinations) {
        expect({ hour, name, inKandji, ...found }).toEqual({ hour, name, ...hourOf(id, hour, name) });
        figures += 1;
      }
    }
    expect(figures).toBeGreaterThan(3 * least);
  });

  test.each(tenants)("on the page of %s", async (id) => {
    const page = await html(`/status/${id}`);
    for (const destination of Object.keys(told.intakes)) {
      expect(page).toMatch(new RegExp(`audit-events to ${destination}: all of \\d+ hours add up`));
      const [, table = ""] = page.split(`audit-events to ${destination}, hour by hour`);
      const rows = (table.split("</table>")[0] ?? "").matchAll(
        /<time datetime="([^"]+)">.*?<td class="figure">([\d,]+)<\/td><td class="figure">([\d,]+)<\/td>/g,
      );
      const shown = [...rows].map(([, hour = "", inKandji = "", delivered = ""]) => [
        hour,
        numberIn(inKandji),
        numberIn(delivered),
      ]);
      expect(shown.length).toBeGreaterThan(least);
      expect(shown).toEqual(
        shown.map(([hour]) => {
          const { inKandji, delivered } = hourOf(id, String(hour), destination);
          return [hour, inKandji, delivered];
        }),
      );
    }
  });
});
