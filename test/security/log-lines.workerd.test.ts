/** Whoever reads the log reads lines that the forwarder wrote: one JSON object each, whatever others wrote. */
import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";
import { minute, Premises, second } from "../workerd/premises.ts";
import { hostileTexts } from "./hostile-texts.ts";

const bindings = env as unknown as Env;
const levels = ["log", "info", "warn", "error", "debug"] as const;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A place whose log is listened to. */
function listening(tenant: string): { place: Premises; lines: unknown[][] } {
  const place = new Premises(tenant, [], { refuse: [{ contains: "refuse", status: 422 }] });
  const lines: unknown[][] = [];
  for (const level of levels)
    vi.spyOn(console, level).mockImplementation((...line: unknown[]) => void lines.push(line));
  return { place, lines };
}

/** Each was logged as one text, which is one line and one JSON object without a control character; the objects. */
function objectsOf(lines: readonly unknown[][]): Record<string, unknown>[] {
  return lines.map((line) => {
    expect(line).toHaveLength(1);
    expect(line[0]).toBeTypeOf("string");
    const text = String(line[0]);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(text).not.toMatch(/[\u0000-\u001f]/);
    expect(text).toMatch(/^\{"event":"[a-z-]+",/);
    return JSON.parse(text) as Record<string, unknown>;
  });
}

const found = (lines: readonly unknown[][]): string[] => {
  const log = JSON.stringify(lines.map(([line]) => line));
  return hostileTexts.filter((text) => log.includes(JSON.stringify(text).slice(1, -1)));
};

describe("the log", () => {
  test("holds nothing of what Kandji, intakes, records, hosts and broken secrets say", async () => {
    const { place, lines } = listening("quoted");
    const { world } = place;
    const go = world.fetch;
    // An intake that says in its answers what it was sent.
    vi.spyOn(world, "fetch").mockImplementation(async (request) => {
      const sent = await request.clone().arrayBuffer();
      const answer = await go(request);
      return answer.ok || sent.byteLength === 0 ? answer : new Response(sent, { status: answer.status });
    });
    const events = hostileTexts.map((text, index) => {
      const at = place.now - 5 * second + index;
      const said = JSON.stringify(text);
      const note = index % 3 === 0 ? ',"note":"refuse"' : "";
      const raw = `{"id":${JSON.stringify(`${index}${text}`)},"actor_id":${said},${said}:${said},"occurred_at":"${new Date(at).toISOString()}"${note}}`;
      return { id: `${index}`, key: `${index}`, at: at * 1000, visibleAt: at, raw, served: 0 };
    });
    place.kandji.store.add(events);
    await place.fire();
    await place.ringDue();
    for (const [index, text] of hostileTexts.entries()) {
      const body = index % 2 === 0 ? JSON.stringify({ detail: text }) : text;
      place.kandji.faults.set({ always: { do: "status", status: index % 2 === 0 ? 403 : 502, body } });
      place.set("DESTINATION_BROKEN", JSON.stringify({ type: text, [text]: text }));
      place.set(`TENANT_${text}`, text);
      place.pass(minute);
      await place.fire();
      await place.ask("/status/quoted");
      await place.ask(`/status/${encodeURIComponent(text)}`);
      await place.ask("/tenants/quoted/pause", { method: "POST", body: text });
      place.unset(`TENANT_${text}`);
    }
    expect(objectsOf(lines).map(({ event }) => event)).toEqual(Array.from({ length: lines.length }, () => "cron"));
    expect(lines.length).toBe(hostileTexts.length + 1);
    expect(found(lines)).toEqual([]);
  });

  test("holds what an object throws as text in one line", async () => {
    const { place, lines } = listening("throwing");
    const forwarder = { begin: async (homes: object) => homes, takeReports: async () => undefined };
    for (const text of hostileTexts) {
      const tick = async (): Promise<never> => Promise.reject(new Error(text));
      const broken = {
        ...bindings,
        TENANTS: { getByName: () => ({ tick }) },
        FORWARDER: { getByName: () => forwarder },
      };
      await worker.scheduled(createScheduledController({ scheduledTime: place.now }), broken as unknown as Env);
    }
    expect(objectsOf(lines).map(({ failed }) => failed)).toEqual(hostileTexts.map((text) => ({ throwing: text })));
  });
});
