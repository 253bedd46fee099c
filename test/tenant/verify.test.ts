/** Contract §6, `POST /tenants/:tenant/verify`: both ends are tried for real, and nobody before the time that they named. */
import { describe, expect, test } from "vitest";
import type { Check, Verification } from "../../src/tenant/report.ts";
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
    expect(verification).toMatchObject({ ok: true, checks: [{ ok: true }, { ok: true }, { ok: true }] });
    expect(about(verification, "Kandji")?.message).toContain("a record was read");
    expect([asked(it), sentTo(it, "siem"), sentTo(it, "archive")]).toEqual([1, 1, 1]);
    for (const { collected, delivered, requests } of it.report().destinations)
      expect({ collected, delivered, requests }).toEqual({ collected: 0, delivered: 0, requests: 0 });
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
    expect(verification.checks).toHaveLength(6);
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

  test("names the product that is missing", async () => {
    const it = walked(["*"], { "/api/v1/threat-details": 403 });
    const wrong = (await verified(it)).checks.filter(({ ok }) => !ok);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.fix).toContain("If the tenant has EDR");
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
