import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import type { Fleet } from "../../src/forwarder/fleet.ts";
import { overview, overviewOfOne } from "../../src/status/overview.ts";
import {
  aConfig,
  aDestination,
  aFleet,
  ago,
  aReport,
  broken,
  now,
  validDestination,
  validTenant,
} from "../web/sample.ts";

const minute = 60_000;
const look = (config: Partial<Config>, fleet: Partial<Fleet> = {}) =>
  overview({ config: aConfig(config), fleet: aFleet(fleet), now, version: "1.2.3" });
const codes = (status: { problems: readonly { code: string; subject: string }[] }) =>
  status.problems.map(({ code, subject }) => `${code}: ${subject}`);

describe("overview", () => {
  it("has the shape of the contract", () => {
    expect(look({})).toMatchObject({
      health: "ok",
      version: "1.2.3",
      now: "2026-05-01T08:30:00.000Z",
      cron: { lastTickAt: ago(15_000), health: "ok" },
      problems: [],
      tenants: [
        {
          id: "acme",
          health: "ok",
          requests: { lastHour: 71, limitPerHour: 2500 },
          datasets: [{ name: "audit-events" }],
        },
      ],
    });
  });

  it("is as bad as the worst, and paused makes nothing worse", () => {
    const health = (...healths: ("ok" | "degraded" | "failing" | "paused")[]) => {
      const tenants = healths.map((one, index) => aReport({ id: `t${index}`, health: one }));
      return look({ tenants: new Map(tenants.map(({ id }) => [id, validTenant(id)])) }, { tenants, homes: {} }).health;
    };
    expect(health("ok", "paused")).toBe("ok");
    expect(health("ok", "degraded", "paused")).toBe("degraded");
    expect(health("degraded", "failing")).toBe("failing");
  });

  it("never lets a tenant look better than its problems", () => {
    const problem = { code: "x", subject: "tenant acme", message: "m", fix: "f", health: "failing" } as const;
    expect(look({}, { tenants: [aReport({ problems: [problem] })] })).toMatchObject({
      health: "failing",
      tenants: [{ health: "failing" }],
    });
    expect(look({}, { tenants: [aReport({ health: "paused", problems: [problem] })] }).health).toBe("ok");
  });

  it("tells a silent cron after three minutes, and takes none at all for well", () => {
    const at = (lastTickAt: string | null) => look({}, { lastTickAt, tenants: [], homes: {} });
    expect(at(ago(3 * minute))).toMatchObject({ health: "ok", problems: [] });
    expect(at(null)).toMatchObject({ health: "ok", cron: { lastTickAt: null, health: "ok" } });
    expect(at(ago(3 * minute + 1))).toMatchObject({
      health: "failing",
      cron: { health: "failing" },
      problems: [{ code: "cron-silent" }],
    });
  });

  it("lists a tenant with a broken secret as failing, with one problem per key", () => {
    const errors = [...broken("TENANT_ACME").errors, ...broken("TENANT_ACME", "").errors];
    const status = look({ tenants: new Map([["acme", { ok: false, errors }]]) }, { tenants: [], homes: {} });
    expect(status).toMatchObject({
      health: "failing",
      tenants: [{ id: "acme", health: "failing", datasets: [], destinations: [], settings: null }],
    });
    expect(codes(status)).toEqual(["secret-invalid: secret TENANT_ACME / token", "secret-invalid: secret TENANT_ACME"]);
  });

  it("keeps the counts of a tenant whose secret broke, even of a paused one", () => {
    const status = look(
      { tenants: new Map([["acme", broken("TENANT_ACME")]]) },
      { tenants: [aReport({ health: "paused", paused: true })] },
    );
    expect(status.tenants).toMatchObject([{ health: "failing", paused: true, datasets: [{ collected: 48_211 }] }]);
  });

  it("tells the broken secret of a destination", () => {
    const status = look({ destinations: new Map([["siem", broken("DESTINATION_SIEM", "apiKey")]]) });
    expect(status.health).toBe("failing");
    expect(codes(status)).toEqual(["secret-invalid: secret DESTINATION_SIEM / apiKey"]);
  });

  it("says that a tenant has not run yet", () => {
    const status = look({}, { tenants: [], homes: {} });
    expect(status).toMatchObject({
      health: "ok",
      tenants: [{ health: "ok", reportedAt: null, notes: [expect.stringContaining("has not run yet")] }],
    });
  });

  it("shows a tenant whose secret is absent as paused, without its old problems", () => {
    const problem = { code: "x", subject: "tenant gone-eu", message: "m", fix: "f", health: "failing" } as const;
    const old = aReport({ id: "gone-eu", health: "failing", problems: [problem], reportedAt: ago(99 * minute) });
    const status = look({ tenants: new Map() }, { tenants: [old], homes: { "gone-eu": "eu", homeless: "" } });
    expect(status).toMatchObject({
      health: "ok",
      problems: [],
      tenants: [
        { id: "gone-eu", health: "paused", notes: [expect.stringContaining("Secret TENANT_GONE_EU is absent")] },
        { id: "homeless", health: "paused", reportedAt: null },
      ],
    });
  });

  it("tells a tenant that is silent while the cron fires", () => {
    const at = (reportedAt: string, changes = {}) =>
      look({}, { lastTickAt: ago(0), tenants: [aReport({ reportedAt, ...changes })] });
    expect(at(ago(3 * minute)).problems).toEqual([]);
    expect(at(ago(3 * minute + 1))).toMatchObject({ health: "degraded", problems: [{ code: "tenant-silent" }] });
    expect(at(ago(60 * minute), { paused: true, health: "paused" }).problems).toEqual([]);
  });

  it("does not blame a tenant for the silence of the cron", () => {
    const status = look({}, { lastTickAt: ago(60 * minute), tenants: [aReport({ reportedAt: ago(60 * minute) })] });
    expect(status.problems.map(({ code }) => code)).toEqual(["cron-silent"]);
  });

  it("refuses a changed jurisdiction, in each direction", () => {
    const tenants = (jurisdiction: "eu" | undefined) => new Map([["acme", validTenant("acme", { jurisdiction })]]);
    expect(look({ tenants: tenants("eu") }, { homes: { acme: "eu" } }).problems).toEqual([]);
    expect(look({ tenants: tenants("eu") }, { homes: {} }).problems).toEqual([]);
    for (const [jurisdiction, home] of [
      ["eu", ""],
      [undefined, "eu"],
      ["eu", "us"],
    ] as const) {
      const silent = [aReport({ reportedAt: ago(60 * minute) })];
      const status = look({ tenants: tenants(jurisdiction) }, { homes: { acme: home }, tenants: silent });
      expect(status.problems).toHaveLength(1);
      expect(status).toMatchObject({
        health: "failing",
        problems: [{ code: "jurisdiction-changed", fix: expect.stringContaining("DELETE /tenants/acme") }],
      });
    }
  });

  it("tells when the books of a destination do not balance", () => {
    const status = look({}, { tenants: [aReport({ destinations: [aDestination({ delivered: 48_209 })] })] });
    expect(status).toMatchObject({
      health: "degraded",
      problems: [{ code: "books-unbalanced", message: expect.stringContaining("by 2") }],
    });
  });

  it("says once what the tenant and the configuration both tell", () => {
    const twice = {
      code: "secret-invalid",
      subject: "secret TENANT_ACME / token",
      message: 'Cannot read "token": it is missing',
      fix: "f",
      health: "failing",
    } as const;
    const status = look(
      { tenants: new Map([["acme", broken("TENANT_ACME")]]) },
      { tenants: [aReport({ problems: [twice] })] },
    );
    expect(codes(status)).toEqual(["secret-invalid: secret TENANT_ACME / token"]);
  });

  it("shows options that mean nothing as notes", () => {
    const notes = broken("TENANT_ACME", "datasets.audit-events.snapshotEvery").errors;
    const status = look({ tenants: new Map([["acme", validTenant("acme", { notes })]]) });
    expect(status).toMatchObject({ health: "ok", tenants: [{ notes: [expect.stringContaining("snapshotEvery")] }] });
  });

  it("leaves out of the notes what the tenant tells as a problem", () => {
    const notes = broken("TENANT_ACME", "datasets.audit-events.snapshotEvery").errors;
    const problem = {
      code: "option-ignored",
      subject: "secret TENANT_ACME / datasets.audit-events.snapshotEvery",
      message: "m",
      fix: "f",
      health: "degraded",
    } as const;
    const tenants = new Map([["acme", validTenant("acme", { notes })]]);
    expect(look({ tenants }, { tenants: [aReport({ problems: [problem] })] }).tenants[0]?.notes).toEqual([]);
  });

  it("tells secrets whose name gives no id", () => {
    const status = look({ misnamed: broken("TENANT_", "").errors });
    expect(status.health).toBe("failing");
    expect(codes(status)).toEqual(["secret-invalid: secret TENANT_"]);
  });

  it("tells what is wrong with notifications: their secrets, and what does not get through", () => {
    const failing = {
      code: "notification-failing",
      subject: "secret NOTIFY_OPS",
      message: "m",
      fix: "f",
      health: "degraded",
    } as const;
    const status = look({ notifiers: new Map([["team", broken("NOTIFY_TEAM", "url")]]) }, { problems: [failing] });
    expect(codes(status)).toEqual([
      "secret-invalid: secret NOTIFY_TEAM / url",
      "notification-failing: secret NOTIFY_OPS",
    ]);
  });

  it("says once that the cron is silent, though each tenant notices it", () => {
    const own = { code: "cron-silent", subject: "tenant acme", message: "m", fix: "f", health: "failing" } as const;
    const tenants = [aReport({ problems: [own] })];
    expect(codes(look({}, { lastTickAt: ago(9 * minute), tenants }))).toEqual(["cron-silent: cron"]);
    expect(codes(look({}, { lastTickAt: ago(0), tenants }))).toEqual(["cron-silent: tenant acme"]);
  });

  it("counts silence from when the forwarder object woke, whose times may be old", () => {
    const old = { lastTickAt: ago(9 * minute), tenants: [aReport({ reportedAt: ago(60 * minute) })] };
    const at = (awakeSince: string, changes: Partial<Fleet> = {}) =>
      overview({ config: aConfig(), fleet: { ...aFleet({ ...old, ...changes }), awakeSince }, now, version: "1" });
    expect(at(ago(2 * minute)).problems).toEqual([]);
    expect(at(ago(2 * minute), { lastTickAt: ago(0) }).problems).toEqual([]);
    expect(codes(at(ago(4 * minute)))).toEqual(["cron-silent: cron"]);
    expect(codes(at(ago(4 * minute), { lastTickAt: ago(0) }))).toEqual(["tenant-silent: tenant acme"]);
  });

  it("knows that the cron is silent as soon as the forwarder object wakes, when no time that is written can be so old", () => {
    const woke = (lastTickAt: string) =>
      codes(
        overview({ config: aConfig(), fleet: { ...aFleet({ lastTickAt }), awakeSince: ago(0) }, now, version: "1" }),
      );
    expect(woke(ago(13 * minute))).toEqual([]);
    expect(woke(ago(13 * minute + 1))).toEqual(["cron-silent: cron"]);
  });

  it("is not misled by tenants named like what every object has", () => {
    const status = look(
      { tenants: new Map([["constructor", validTenant("constructor")]]) },
      { tenants: [], homes: {} },
    );
    expect(status.problems).toEqual([]);
  });
});

describe("overviewOfOne", () => {
  it("narrows to the tenant and to the problems that reach it", () => {
    const config = aConfig({
      tenants: new Map([
        ["acme", validTenant("acme", { destinations: ["lake"] })],
        ["globex", broken("TENANT_GLOBEX")],
      ]),
      destinations: new Map([
        ["siem", broken("DESTINATION_SIEM")],
        ["lake", broken("DESTINATION_LAKE")],
        ["fine", validDestination("fine")],
      ]),
    });
    const circumstances = { config, fleet: aFleet({ lastTickAt: ago(9 * minute) }), now, version: "1" };
    const status = overviewOfOne(circumstances, "acme");
    expect(status).toMatchObject({ id: "acme", health: "ok", tenants: [{ id: "acme" }], cron: { health: "failing" } });
    expect(codes(status!)).toEqual(["cron-silent: cron", "secret-invalid: secret DESTINATION_LAKE / token"]);
    expect(overviewOfOne(circumstances, "nobody")).toBeUndefined();
  });
});
