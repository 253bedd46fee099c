/** Contract §6: what a person asks of a tenant, through the route, the object and what it stores. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Verification } from "../../src/tenant/report.ts";
import { minute, Premises, second, until } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function operate(place: Premises, operation: string, body?: object): Promise<Response> {
  return place.ask(`/tenants/${place.tenant}/${operation}`, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function verified(place: Premises): Promise<Verification> {
  const response = await operate(place, "verify");
  expect(response.status).toBe(200);
  return (await response.json()) as Verification;
}

interface Journal {
  readonly entries: readonly { readonly actionResult: string }[];
}

describe("verify", () => {
  test("tries both ends for real, says what the mend is, and counts nothing", async () => {
    const place = new Premises("verified");
    const intake = place.world.intakes.get("siem")!;
    const well = await verified(place);
    expect(well.checks.filter((check) => !check.ok)).toEqual([]);
    expect(well).toMatchObject({ ok: true });
    expect([place.requests, intake.requests.manners().requests]).toEqual([1, 1]);
    place.kandji.change({ token: "another-token" });
    intake.faults.set({ always: { do: "status", status: 401 } });
    const { ok, checks } = await verified(place);
    expect(ok).toBe(false);
    const failed = checks.filter((check) => !check.ok);
    for (const check of failed) expect(check).toMatchObject({ fix: expect.stringMatching(/./) });
    expect(failed.map(({ name }) => name.split(" ")[0])).toEqual(["Kandji:", "Destination"]);
    expect(await place.report()).toMatchObject({ destinations: [{ collected: 0, delivered: 0, dead: 0, pending: 0 }] });
  });

  test("grows on the page: what will be tried stands there before any answer, and the entry is written at the end", async () => {
    const place = new Premises("growing");
    const go = place.world.fetch;
    const isHeld = Promise.withResolvers<void>();
    vi.spyOn(place.world, "fetch").mockImplementation(async (request) => {
      await isHeld.promise;
      return go(request);
    });
    const response = await place.ask("/tenants/growing/verify", { method: "POST", accept: "text/html" });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value: head = "" } = await reader.read();
    expect(head).toContain("Verification of growing");
    expect(head).toContain("List audit events");
    expect(head).not.toContain("</html>");
    isHeld.resolve();
    const pieces: string[] = [];
    for (let part = await reader.read(); !part.done; part = await reader.read()) pieces.push(part.value);
    // One piece for each result, and one for the end.
    expect(pieces.length).toBeGreaterThanOrEqual(3);
    expect(pieces.at(-1)).toMatch(/Everything works.*<\/html>$/su);
    await until(async () => {
      const { entries } = (await (await place.ask("/journal?action=VERIFY&tenant=growing")).json()) as Journal;
      return entries.length === 1 && entries[0]?.actionResult === "SUCCEEDED";
    });
  });

  test("does not ask before the time that the other side named", async () => {
    const place = new Premises("patient");
    const retryAfter = { seconds: 600, as: "seconds" } as const;
    place.kandji.faults.set({ script: [{ do: "status", status: 429, retryAfter }] });
    await place.fire();
    await place.evict();
    const { requests } = place;
    expect(await verified(place)).toMatchObject({ ok: false, checks: [{ ok: false }, { ok: true }] });
    expect(place.requests).toBe(requests);
    place.pass(10 * minute);
    expect(await verified(place)).toMatchObject({ ok: true });
  });
});

describe("pause and resume", () => {
  test("what a paused destination waits for is delivered as soon as it is resumed, not at the next firing", async () => {
    const place = new Premises("resting");
    expect((await operate(place, "pause", { destination: "siem" })).status).toBe(202);
    place.happen(5, 1);
    await place.fire();
    await place.evict();
    expect(await place.report()).toMatchObject({ destinations: [{ paused: true, pending: 5, delivered: 0 }] });
    expect((await operate(place, "resume", { destination: "siem" })).status).toBe(202);
    await until(() => place.account.delivered === 5);
    expect(await place.report()).toMatchObject({ destinations: [{ paused: false, pending: 0, delivered: 5 }] });
  });
});

describe("dead letters", () => {
  async function withDead(tenant: string): Promise<Premises> {
    const place = new Premises(tenant, [], { refuse: [{ contains: "poison", status: 422 }] });
    const marked = { count: 3, text: "poison" };
    place.kandji.seed({ seed: 1, count: 9, from: place.now - minute, to: place.now - second, marked });
    await place.fire();
    await place.ringDue();
    expect(await place.report()).toMatchObject({ destinations: [{ delivered: 6, dead: 3, pending: 0 }] });
    return place;
  }

  test("that are redriven arrive once the intake takes them, each once", async () => {
    const place = await withDead("redriven");
    place.world.intakes.get("siem")?.change({ refuse: [] });
    const [first] = await place.stub.deadLetters();
    const once = await operate(place, "dead-letters/redrive", { ids: [first?.id] });
    expect(await once.json()).toMatchObject({ deadLetters: 1 });
    await until(() => place.account.delivered === 7);
    const rest = await operate(place, "dead-letters/redrive");
    expect(await rest.json()).toMatchObject({ deadLetters: 2 });
    await until(() => place.account.delivered === 9);
    expect(place.account).toMatchObject({ lost: 0, repeated: 0 });
    expect(await place.report()).toMatchObject({ destinations: [{ delivered: 9, dead: 0, pending: 0 }] });
  });

  test("that are deleted are gone for good, and counted as skipped", async () => {
    const place = await withDead("deleted");
    const answer = await place.ask("/tenants/deleted/dead-letters", { method: "DELETE" });
    expect(await answer.json()).toMatchObject({ deadLetters: 3 });
    await place.evict();
    expect(await place.stub.deadLetters()).toEqual([]);
    expect(await place.report()).toMatchObject({ destinations: [{ delivered: 6, dead: 0, skipped: 3, pending: 0 }] });
  });
});
