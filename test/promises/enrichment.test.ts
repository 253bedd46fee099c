/** `"enrich": ["actor"]`: who acted is added, all else stays what it is, and Kandji is hardly asked for it. */
import { describe, expect, test } from "vitest";
import type { TenantReport } from "../../src/tenant/report.ts";
import { verify } from "../../src/tenant/verify.ts";
import { makeEvents, type EventPlan } from "../simulator/event-plan.ts";
import type { KandjiPlan } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

const listOfAdmins = "/api/v1/admins";
const permissions = ["/api/v1/audit/events", listOfAdmins];
const named = { datasets: { "audit-events": { enrich: ["actor"] } } };
const past: EventPlan = { seed: 1, count: 3_000, from: epoch - 200 * day, to: epoch - hour, odd: 600 };
const present: EventPlan = { seed: 2, count: 600, from: epoch, to: epoch + 30 * minute, odd: 100 };

interface Vars {
  readonly maxSpoolBytes?: number;
  readonly maxRequestsPerRun?: number;
  readonly intakes?: readonly string[];
}

/** A tenant whose admins have made every other event of people. */
class NamedHouse extends Household {
  constructor(tenant: object, events: readonly EventPlan[], kandji: KandjiPlan = {}, vars: Vars = {}) {
    const { intakes = ["siem"], ...limits } = vars;
    const each = <T>(value: T): Record<string, T> => Object.fromEntries(intakes.map((name) => [name, value]));
    const acme = { token: "token-of-acme", permissions, fleet: { seed: 3, admins: 7 }, ...kandji };
    super({ kandji: { acme }, intakes: each({ kind: "webhook" } as const) }, secrets(each({}), tenant), limits);
    for (const one of events) this.happen(one);
  }

  get acme() {
    const acme = this.world.kandji.get("acme");
    if (acme === undefined) throw new Error("There is no such tenant");
    return acme;
  }

  get admins() {
    return this.acme.fleet.state.tenant.admins;
  }

  happen(plan: EventPlan, ids = this.admins.map(({ id }) => id)): void {
    const byAdmin = (raw: string, index: number): string =>
      index % 2 === 0 ? raw : raw.replace(/("actor_id" ?: ?")[0-9a-f-]{36}"/, `$1${ids[index % ids.length]}"`);
    const events = makeEvents(plan, this.time.now());
    this.acme.store.add(events.map((event, index) => ({ ...event, raw: byAdmin(event.raw, index) })));
  }

  /** Requests for the list of admins. */
  get asked(): number {
    return this.acme.requests.newest().filter(({ target }) => target.startsWith(listOfAdmins)).length;
  }

  /** Events by how they arrived: as they were, with the right actor behind them, otherwise, or not. */
  arrivals(intake = "siem"): { plain: number; named: number; wrong: number; lost: number } {
    const { texts } = this.world.intakes.get(intake)?.memory ?? { texts: new Map<string, string>() };
    const counts = { plain: 0, named: 0, wrong: 0, lost: 0 };
    for (const { key, raw } of this.acme.store.visible()) {
      const text = texts.get(key);
      const actor = this.#actorOf(raw);
      if (text === undefined) counts.lost += 1;
      else if (text === raw) counts.plain += 1;
      else if (actor !== undefined && text === `${raw.slice(0, -1)},"_actor":${actor}}`) counts.named += 1;
      else counts.wrong += 1;
    }
    return counts;
  }

  /** Of all events, those of people who are admins. */
  get ofAdmins(): number {
    return this.acme.store.visible().filter(({ raw }) => this.#actorOf(raw) !== undefined).length;
  }

  #actorOf(raw: string): string | undefined {
    const { actor_id: id, actor_type: type } = JSON.parse(raw) as { actor_id?: string; actor_type?: string };
    const admin = type === "user" ? this.admins.find((one) => one.id === id) : undefined;
    if (admin === undefined) return undefined;
    return `{"email":"${admin.email}","name":"${admin.firstName} ${admin.lastName}","role":"${admin.role}"}`;
  }
}

const codes = ({ problems }: TenantReport): string[] => problems.map(({ code }) => code);

describe("who acted", () => {
  test("is added to new events and to those of the past, once for each, and everything else is the same to the character", async () => {
    const it = new NamedHouse(named, [past, present], { peoplePerPage: 3 });
    const report = await it.pass(45 * minute);
    expect(it.ofAdmins).toBeGreaterThan(700);
    expect(it.arrivals()).toEqual({ plain: 3_600 - it.ofAdmins, named: it.ofAdmins, wrong: 0, lost: 0 });
    expect(it.world.accounts()[0]).toMatchObject({ lost: 0, repeated: 0, delivered: 3_600 });
    expect([codes(report), report.health]).toEqual([[], "ok"]);
  });

  test("is not added, asked or kept where nobody wants it", async () => {
    const it = new NamedHouse({}, [past, present]);
    await it.pass(45 * minute);
    expect(it.arrivals()).toEqual({ plain: 3_600, named: 0, wrong: 0, lost: 0 });
    expect(it.asked).toBe(0);
    expect(it.engine.state.documents.names()).not.toContain("actors audit-events");
  });

  test("is added to what is collected again for a destination that missed it", async () => {
    const it = new NamedHouse(
      named,
      [past, { ...present, count: 4_000 }],
      {},
      { maxSpoolBytes: 400_000, intakes: ["siem", "bad"] },
    );
    const bad = it.world.intakes.get("bad");
    bad?.faults.set({ always: { do: "status", status: 503 } });
    const away = await it.pass(45 * minute);
    expect(away.destinations.find(({ name }) => name === "bad")?.owed).toBeGreaterThan(5_000);
    bad?.faults.clear();
    await it.pass(30 * minute);
    const whole = { plain: 7_000 - it.ofAdmins, named: it.ofAdmins, wrong: 0, lost: 0 };
    expect([it.arrivals("siem"), it.arrivals("bad")]).toEqual([whole, whole]);
  });
});

describe("the list of admins", () => {
  /** Nobody acts but admins. */
  const quiet = (at: number, seed: number): EventPlan => ({ seed, count: 40, from: at, to: at + minute });

  class QuietHouse extends NamedHouse {
    override happen(plan: EventPlan, ids = this.admins.map(({ id }) => id)): void {
      const events = makeEvents(plan, this.time.now()).map((event, index) => ({
        ...event,
        raw: event.raw.replace(/"actor_id":"[0-9a-f-]{36}"/, `"actor_id":"${ids[index % ids.length]}"`),
      }));
      this.acme.store.add(events);
    }
  }

  test("is read once in a day on which nobody new acts, also when the object starts anew", async () => {
    const it = new QuietHouse(named, [quiet(epoch - day, 5)]);
    for (let passed = 0; passed < 24; passed += 1) {
      it.happen(quiet(it.time.now(), 10 + passed));
      await it.pass(hour);
      it.evict();
    }
    expect(it.arrivals()).toMatchObject({ named: it.ofAdmins, wrong: 0, lost: 0 });
    expect(it.asked).toBe(1);
  });

  test("is read once more when somebody new acts", async () => {
    const it = new QuietHouse(named, [quiet(epoch, 5)]);
    await it.pass(hour);
    const [first] = it.admins;
    if (first === undefined) throw new Error("There are no admins");
    it.admins.push({ ...first, id: "0d4c1b7e-1111-4222-8333-944455556666", email: "new@northbay.example" });
    it.happen(quiet(it.time.now(), 6));
    await it.pass(hour);
    expect(it.arrivals()).toMatchObject({ named: it.ofAdmins, wrong: 0, lost: 0 });
    expect(it.asked).toBe(2);
  });

  test("is tried by a verification", async () => {
    const it = new QuietHouse(named, [], { permissions: permissions.slice(0, 1) });
    const { checks } = await it.time.during(verify(it.engine.state));
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ name: expect.stringContaining('"List Admins"') }]);
  });

  test("is forgotten when nobody wants it any more", async () => {
    const it = new QuietHouse(named, [quiet(epoch, 5)]);
    await it.pass(10 * minute);
    expect(it.engine.state.documents.names()).toContain("actors audit-events");
    it.evict(secrets());
    expect(it.engine.state.documents.names()).not.toContain("actors audit-events");
  });
});

describe("a list that cannot be had", () => {
  test("without the permission every event arrives as it is, the problem names the mend, and goes when it is mended", async () => {
    const it = new NamedHouse(named, [past, present], { permissions: permissions.slice(0, 1) });
    const report = await it.pass(45 * minute);
    expect(it.arrivals()).toEqual({ plain: 3_600, named: 0, wrong: 0, lost: 0 });
    expect(report.health).toBe("degraded");
    expect(report.problems).toMatchObject([
      {
        code: "enrichment-degraded",
        subject: "tenant acme / audit-events",
        fix: expect.stringContaining('tick "List Admins" (GET /api/v1/admins)'),
      },
    ]);
    expect(it.asked).toBeLessThanOrEqual(5);
    it.evict();
    expect(codes(it.report())).toEqual(["enrichment-degraded"]);
    it.acme.change({ permissions });
    expect(codes(await it.pass(11 * minute))).toEqual([]);
    it.happen({ ...present, seed: 9, from: it.time.now(), to: it.time.now() + minute });
    await it.pass(5 * minute);
    expect(it.arrivals()).toMatchObject({ wrong: 0, lost: 0 });
    expect(it.arrivals().named).toBeGreaterThan(100);
  });

  test("while Kandji fails at everything now and then, nothing is lost or repeated", async () => {
    const shares = [
      { share: 0.1, fault: { do: "status", status: 500 } },
      { share: 0.05, fault: { do: "cut" } },
      { share: 0.02, fault: { do: "hang" } },
      { share: 0.03, fault: { do: "unreadable" } },
    ] as const;
    const it = new NamedHouse(named, [past, present], { faults: { shares } });
    for (let passed = 0; passed < 6; passed += 1) {
      await it.pass(20 * minute);
      it.evict();
    }
    expect(it.arrivals()).toMatchObject({ wrong: 0, lost: 0 });
    expect(it.world.accounts()[0]).toMatchObject({ lost: 0, repeated: 0 });
  });

  test("what one run may ask is kept, but for the rest of five pages", async () => {
    const it = new NamedHouse(named, [past, present], { peoplePerPage: 1 }, { maxRequestsPerRun: 10 });
    for (const ticks of [1, 2, 3]) {
      await it.tick();
      const intake = it.world.intakes.get("siem")?.requests.manners().requests ?? 0;
      expect(it.acme.requests.manners().requests + intake).toBeLessThanOrEqual(ticks * 10 + 4);
      await it.time.advance(minute);
    }
    expect(it.asked).toBeGreaterThanOrEqual(7);
  });

  test("the hour is kept, with the list in it", async () => {
    const it = new NamedHouse({ ...named, maxRequestsPerHour: 100 }, [past, present], { peoplePerPage: 1 });
    await it.pass(3 * hour);
    expect(it.arrivals()).toMatchObject({ wrong: 0, lost: 0 });
    expect(it.asked).toBeGreaterThan(6);
    expect(it.acme.requests.manners().maxPerHour).toBeLessThanOrEqual(100);
  });
});
