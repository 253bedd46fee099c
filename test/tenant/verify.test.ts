/** Contract §6, `POST /tenants/:tenant/verify`: both ends are tried for real, and nobody before the time that they named. */
import { describe, expect, test } from "vitest";
import { kandjiDatasets, permissionOf } from "../../src/datasets/registry.ts";
import type { Check, Progress, Verification } from "../../src/tenant/report.ts";
import { verify } from "../../src/tenant/verify.ts";
import type { FaultSettings } from "../simulator/faults.ts";
import { epoch, hour, Household, minute, secrets } from "./household.ts";

const house = (destinations: Record<string, object> = { siem: {} }): Household =>
  new Household(
    {
      kandji: {
        acme: { token: "token-of-acme", events: [{ seed: 1, count: 5, from: epoch - hour, to: epoch - minute }] },
      },
      intakes: { siem: { kind: "webhook" }, archive: { kind: "webhook" } },
    },
    secrets(destinations),
  );

const verified = async (it: Household): Promise<Verification> => it.time.during(verify(it.engine.state));
const asked = (it: Household): number => it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
const sentTo = (it: Household, intake: string): number =>
  it.world.intakes.get(intake)?.requests.manners().requests ?? 0;
const about = ({ checks }: Verification, name: string): Check | undefined =>
  checks.find((check) => check.name.startsWith(name));
const unavailable = (seconds?: number): FaultSettings["always"] => ({
  do: "status",
  status: 503,
  retryAfter: seconds === undefined ? undefined : { seconds, as: "seconds" },
});

describe("verification", () => {
  test("asks Kandji for one record and sends each destination one, and counts neither", async () => {
    const it = house({ siem: {}, archive: {} });
    const verification = await verified(it);
    expect(verification.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(verification.ok).toBe(true);
    expect(verification.checks.map(({ name }) => name)).toEqual([
      'Kandji: "List audit events" (GET /api/v1/audit/events)',
      "Kandji: records of audit-events",
      "Kandji: host acme.api.kandji.io (region us)",
      "Kandji: clock",
      "Destination siem (webhook, intake.example)",
      "Destination archive (webhook, intake.example)",
    ]);
    expect(about(verification, "Kandji")?.message).toContain("a record was read");
    expect([asked(it), sentTo(it, "siem"), sentTo(it, "archive")]).toEqual([1, 1, 1]);
    for (const { collected, delivered, requests } of it.report().destinations)
      expect({ collected, delivered, requests }).toEqual({ collected: 0, delivered: 0, requests: 0 });
  });

  test("tells first what it will try, and each result before the next is tried", async () => {
    const it = house({ siem: {}, archive: {} });
    const told: string[] = [];
    const asking: number[][] = [];
    const tell = (progress: Progress): void => {
      told.push(
        ...(progress.kind === "planned" ? progress.names.map((name) => `will ${name}`) : [progress.check.name]),
      );
      asking.push([asked(it), sentTo(it, "siem"), sentTo(it, "archive")]);
    };
    const { checks } = await it.time.during(verify(it.engine.state, tell));
    const [permission = "", , , , siem = "", archive = ""] = checks.map(({ name }) => name);
    expect(told).toEqual([`will ${permission}`, `will ${siem}`, `will ${archive}`, ...checks.map(({ name }) => name)]);
    expect([asking[0], asking[1], asking.at(-2), asking.at(-1)]).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
  });

  test("is not well when one of them is not, and says of that one what the mend is", async () => {
    const it = house({ siem: {}, archive: {} });
    it.world.intakes.get("archive")?.faults.set({ always: { do: "status", status: 401 } });
    const verification = await verified(it);
    expect(verification.ok).toBe(false);
    expect(verification.checks.filter(({ ok }) => !ok)).toEqual([about(verification, "Destination archive")]);
    expect(about(verification, "Destination archive")?.fix).toMatch(/./);
  });

  test("of a tenant without any valid destination is not well", async () => {
    const it = house({});
    const verification = await verified(it);
    expect(verification.ok).toBe(false);
    expect(about(verification, "Kandji")?.ok).toBe(true);
    expect(about(verification, "Destinations")).toMatchObject({ ok: false, fix: "Put a secret DESTINATION_<NAME>" });
  });
});

describe("verification of what is walked", () => {
  const chosen = { datasets: { devices: {}, "device-apps": {}, threats: {}, "prism-apps": {}, "device-status": {} } };
  const walked = (permissions: string[], refused: Record<string, number> = {}): Household =>
    new Household(
      {
        kandji: { acme: { token: "token-of-acme", permissions, unavailable: refused, fleet: { devices: 5 } } },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets({ siem: {} }, chosen),
    );

  test("asks each endpoint once, and for one device where each is asked", async () => {
    const it = walked(["*"]);
    const verification = await verified(it);
    expect(verification.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(verification.checks.filter(({ name }) => name.includes("GET "))).toHaveLength(5);
    // Five endpoints, and the list of devices once more for those that ask each device.
    expect(asked(it)).toBe(6);
  });

  test("names the permission that is missing", async () => {
    const it = walked(["/api/v1/devices", "/api/v1/devices/{device_id}/apps", "/api/v1/threat-details"]);
    const { checks } = await verified(it);
    const wrong = checks.filter(({ ok }) => !ok);
    expect(wrong.map(({ name }) => name)).toEqual([
      'Kandji: "Applications" (GET /api/v1/prism/apps)',
      'Kandji: "Device status" (GET /api/v1/devices/{device_id}/status)',
    ]);
    for (const { fix } of wrong) expect(fix).toContain("tick");
  });

  /** What the token needs for each dataset, as its first way asks. */
  const needed = new Map([...kandjiDatasets].map(([name, dataset]) => [name, permissionOf(dataset)]));
  const paths = [...new Set([...needed.values()].map(({ path }) => path))];

  test.each(paths)("names %s when it alone is missing, and what cannot be asked without it", async (missing) => {
    const it = new Household(
      {
        kandji: {
          acme: {
            token: "token-of-acme",
            permissions: paths.filter((path) => path !== missing),
            fleet: { devices: 2 },
          },
        },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets({ siem: {} }, { datasets: Object.fromEntries([...needed.keys()].map((name) => [name, {}])) }),
    );
    const wrong = (await verified(it)).checks.filter(({ ok }) => !ok);
    const isMeant = ({ path }: { path: string }): boolean =>
      path === missing || (missing === "/api/v1/devices" && path.includes("{device_id}"));
    const meant = [...needed.values()].filter(isMeant);
    expect(new Set(wrong.map(({ name }) => name))).toEqual(
      new Set(meant.map(({ label, method, path }) => `Kandji: "${label}" (${method} ${path})`)),
    );
    for (const { fix } of wrong) expect(fix).toContain("tick");
  });

  test("names the product that is missing", async () => {
    const it = walked(["*"], { "/api/v1/threat-details": 403 });
    const wrong = (await verified(it)).checks.filter(({ ok }) => !ok);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.fix).toContain("If the tenant has EDR");
  });
});

describe("verification of the clock", () => {
  test.each([
    [0, true, "agree"],
    [60_000, true, "60 s ahead of"],
    [61_000, false, "61 s ahead of"],
    [-60_000, true, "60 s behind"],
    [-61_000, false, "61 s behind"],
  ])("Kandji's is %i ms ahead", async (clockAheadMs, ok, said) => {
    const it = house();
    it.world.kandji.get("acme")?.change({ clockAheadMs });
    const verification = await verified(it);
    expect(about(verification, "Kandji: clock")).toMatchObject({ ok, message: expect.stringContaining(said) });
    expect(verification.ok).toBe(ok);
  });
});

describe("verification of the host", () => {
  const elsewhere = (settings: object): Household =>
    new Household(
      {
        kandji: { acme: { token: "token-of-acme", host: "acme.api.eu.kandji.io" } },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets({ siem: {} }, settings),
    );

  test("names the region that the secret says, and the other, where nobody is", async () => {
    const check = about(await verified(elsewhere({})), "Kandji: host");
    expect(check).toMatchObject({ name: "Kandji: host acme.api.kandji.io (region us)", ok: false });
    expect(check?.fix).toContain('"region": "eu"');
  });

  test("is well where it is", async () => {
    const check = about(await verified(elsewhere({ region: "eu" })), "Kandji: host");
    expect(check).toMatchObject({ name: "Kandji: host acme.api.eu.kandji.io (region eu)", ok: true });
  });

  test("is well where the token is refused: somebody is there", async () => {
    const it = house();
    it.world.kandji.get("acme")?.change({ token: "another-token" });
    const verification = await verified(it);
    expect(verification.ok).toBe(false);
    expect(about(verification, "Kandji: host")?.ok).toBe(true);
  });

  test("that nobody can reach tells no time", async () => {
    const it = house();
    it.world.kandji.get("acme")?.faults.set({ always: { do: "hang" } });
    const verification = await verified(it);
    expect(about(verification, "Kandji: host")?.ok).toBe(false);
    expect(about(verification, "Kandji: clock")).toBeUndefined();
  });
});

describe("verification of records", () => {
  const usual = {
    id: "01K8QZ3M4T7R9W2X5Y6A8B0C1D",
    action: "update",
    occurred_at: "2026-05-01T07:59:00.000000Z",
    actor_id: "3b0d7a52",
    actor_type: "user",
    target_id: "8e5f1c20",
    target_type: "blueprint",
    target_component: null,
    new_state: { name: "Engineering laptops" },
    metadata: {},
  };
  const having = (records: readonly object[], settings: object = {}): Household => {
    const it = new Household(
      { kandji: { acme: { token: "token-of-acme" } }, intakes: { siem: { kind: "webhook" } } },
      secrets({ siem: {} }, settings),
    );
    const at = (epoch - minute) * 1000;
    const events = records.map((record, index) => {
      const raw = JSON.stringify(record);
      return { id: String(index), at: at + index, visibleAt: epoch - minute, raw, key: String(index), served: 0 };
    });
    it.world.kandji.get("acme")?.store.add(events);
    return it;
  };
  const looked = async (it: Household) => about(await verified(it), "Kandji: records");

  test("that are as documented has nothing to tell", async () => {
    expect(await looked(having([usual]))).toEqual({
      name: "Kandji: records of audit-events",
      ok: true,
      message: "1 record was looked at: as the API page has them",
    });
  });

  test("lists fields and words that the API page does not have, each once, and no other value", async () => {
    const odd = { ...usual, action: "remediate", actor_type: "iru", received_at: "secret-of-a-record", tenant_id: 7 };
    const check = await looked(having([usual, odd, odd]));
    expect(check).toMatchObject({ ok: true });
    expect(check?.drift).toEqual([
      'field "received_at"',
      'field "tenant_id"',
      'action "remediate"',
      'actor_type "iru"',
    ]);
    expect(check?.message).toContain('action "remediate"');
    expect(JSON.stringify(check)).not.toContain("secret-of-a-record");
  });

  test("shows nothing that does not look like a name", async () => {
    const odd = {
      ...usual,
      target_type: "dana@northbay.example",
      "\u001b[2Jx": 1,
      [`x${"y".repeat(64)}`]: 1,
      "<b>": 1,
    };
    expect((await looked(having([odd])))?.drift).toEqual(["field ‹unknown›", "target_type ‹unknown›"]);
  });

  test.each([
    [20, 20],
    [21, 21],
    [50, 21],
  ])("names twenty and counts the rest: %i", async (fields, told) => {
    const more = Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field_${index}`, 1]));
    const { drift = [] } = (await looked(having([{ ...usual, ...more }]))) ?? {};
    expect(drift).toHaveLength(told);
    expect(drift.includes(`${fields - 20} more`)).toBe(fields > 20);
  });

  test("names nothing of them for a tenant with a jurisdiction", async () => {
    const odd = { ...usual, action: "remediate", received_at: 1 };
    expect((await looked(having([odd], { jurisdiction: "eu" })))?.drift).toEqual([
      "field ‹unknown›",
      "action ‹unknown›",
    ]);
  });

  test("is not well when one has no id or no time", async () => {
    const { id: _id, ...bare } = usual;
    const it = having([usual, bare]);
    expect(await looked(it)).toMatchObject({
      ok: false,
      message: "2 records were looked at, 1 without an id or a time",
    });
    expect((await verified(it)).ok).toBe(false);
  });

  test("looks at no more than ten, with one request", async () => {
    const it = house();
    it.world.kandji.get("acme")?.seed({ seed: 5, count: 40, from: epoch - hour, to: epoch - minute });
    expect((await looked(it))?.message).toBe("10 records were looked at: as the API page has them");
    expect(asked(it)).toBe(1);
  });
});

describe("before the time that was named", () => {
  test("Kandji is not asked, its destinations are; afterwards it is", async () => {
    const it = house();
    it.world.kandji.get("acme")?.faults.set({ script: [unavailable(120) ?? "ok"] });
    await it.time.during(it.engine.state.poll("audit-events"));
    const before = asked(it);
    const early = await verified(it);
    expect(asked(it)).toBe(before);
    expect(about(early, "Kandji")).toMatchObject({ ok: false, fix: "Verify again after that time" });
    expect(about(early, "Kandji")?.message).toContain("before 2026-05-01T08:02:00.000Z");
    expect(about(early, "Destination siem")?.ok).toBe(true);
    await it.time.advance(2 * minute);
    expect((await verified(it)).ok).toBe(true);
    expect(asked(it)).toBe(before + 1);
  });

  test("a destination is sent nothing, the others are; afterwards it is", async () => {
    const it = house({ siem: {}, archive: {} });
    it.world.intakes.get("siem")?.faults.set({ always: unavailable(120) });
    await it.tick();
    it.world.intakes.get("siem")?.faults.clear();
    const before = sentTo(it, "siem");
    const early = await verified(it);
    expect(sentTo(it, "siem")).toBe(before);
    expect(about(early, "Destination siem")?.message).toContain("before 2026-05-01T08:02:00.000Z");
    expect(about(early, "Destination archive")?.ok).toBe(true);
    await it.time.advance(2 * minute);
    expect((await verified(it)).ok).toBe(true);
  });

  test("a pause of our own is none of that: a destination that merely failed is tried at once", async () => {
    const it = house();
    it.world.intakes.get("siem")?.faults.set({ always: unavailable() });
    await it.tick();
    expect(it.engine.state.couriers.get("siem")?.trouble?.retryAt).toBeGreaterThan(it.time.now());
    it.world.intakes.get("siem")?.faults.clear();
    expect((await verified(it)).ok).toBe(true);
  });
});
