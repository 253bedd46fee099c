import { describe, expect, test } from "vitest";
import type { Config, TenantConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { Spool } from "../../src/spool/spool.ts";
import { Documents } from "../../src/tenant/documents.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import { enrol, forgetAbsent, keptAbsentMs, members, noteName, type DestinationNote } from "../../src/tenant/roster.ts";
import { identify, live, record } from "../spool/setting.ts";
import { epoch, secrets } from "./household.ts";
import { NodeSql } from "./node-sql.ts";

function office() {
  const sql = new NodeSql();
  migrate(sql);
  const documents = new Documents(sql);
  const spool = new Spool(sql, identify);
  const begun = { has: false };
  const enrolled = (env: Record<string, string>) => {
    const { config, tenant } = configOf(env);
    return enrol(members(config, tenant, documents), tenant, { spool, documents, hasBegun: () => begun.has });
  };
  const note = (id: string): DestinationNote | undefined => documents.read<DestinationNote>(noteName(id));
  const standings = (env: Record<string, string>) => {
    const { config, tenant } = configOf(env);
    return Object.fromEntries(members(config, tenant, documents).map(({ id, standing }) => [id, standing]));
  };
  const forget = (env: Record<string, string>, now: number): void => {
    const { config, tenant } = configOf(env);
    forgetAbsent(members(config, tenant, documents), { spool, documents, now });
  };
  return { documents, spool, begun, enrolled, note, standings, forget };
}

function configOf(env: Record<string, string>): { config: Config; tenant: TenantConfig } {
  const config = readConfig(env);
  const tenant = config.tenants.get("acme");
  if (tenant?.ok !== true) throw new Error("The test's tenant has no valid secret");
  return { config, tenant: tenant.value };
}

const both = secrets({ one: {}, two: {} });
const broken = { ...both, DESTINATION_TWO: "{ not json" };
const { DESTINATION_TWO: _, ...without } = both;

describe("who a tenant sends to", () => {
  test("all destinations, or those that it lists", () => {
    const it = office();
    expect(it.standings(both)).toEqual({ one: "present", two: "present" });
    expect(it.standings(secrets({ one: {}, two: {} }, { destinations: ["two"] }))).toEqual({ two: "present" });
  });

  test("one with a broken secret stands there broken, one without a secret only when it was known", () => {
    const it = office();
    expect(it.standings(broken)).toEqual({ one: "present", two: "broken" });
    expect(it.standings(without)).toEqual({ one: "present" });
    it.enrolled(both);
    expect(it.standings(without)).toEqual({ one: "present", two: "absent" });
    expect(it.standings(secrets({ one: {}, two: {} }, { destinations: ["one"] }))).toEqual({
      one: "present",
      two: "absent",
    });
  });
});

describe("taking part", () => {
  test("with a valid secret a destination joins every lane, once", () => {
    const it = office();
    expect(it.enrolled(broken)).toEqual([]);
    expect(it.spool.offsets.all().map(({ destination, lane }) => [destination, lane.stream])).toEqual([
      ["one", "live"],
      ["one", "history"],
      ["one", "redriven"],
    ]);
    it.spool.append(live, null, [record(1)], 0, null);
    it.enrolled(broken);
    expect(it.spool.offsets.get("one", live)?.position).toBe(0);
  });

  test("a destination joins the lanes of the datasets that it lists, and no others", () => {
    const it = office();
    const { config, tenant } = configOf(without);
    const one = config.destinations.get("one");
    if (one?.ok !== true) throw new Error("The test's destination has no valid secret");
    const joined = (datasets: readonly string[]): number => {
      const member = { id: "one", standing: "present", config: { ...one.value, datasets } } as const;
      enrol([member], tenant, { spool: it.spool, documents: it.documents, hasBegun: () => false });
      return it.spool.offsets.all().length;
    };
    expect([joined(["devices"]), joined(["devices", "audit-events"])]).toEqual([0, 3]);
  });

  test("who joins after the dataset has begun is told apart, once", () => {
    const it = office();
    it.enrolled(without);
    it.begun.has = true;
    expect(it.enrolled(both)).toEqual([{ destination: "two", dataset: "audit-events" }]);
    expect(it.enrolled(both)).toEqual([]);
  });

  test("a changed secret lifts what stood in the way, the same one does not", () => {
    const it = office();
    it.enrolled(both);
    const trouble = {
      kind: "locked-out",
      why: "401",
      fix: "",
      retryAt: 0,
      isAsked: false,
      attempts: 1,
      since: 0,
    } as const;
    it.documents.write(noteName("two"), { ...it.note("two"), trouble, owedMissing: 3 });
    it.enrolled(both);
    expect(it.note("two")).toMatchObject({ trouble, owedMissing: 3 });
    it.enrolled(secrets({ one: {}, two: { encoding: "json-array" } }));
    expect(it.note("two")).toMatchObject({ trouble: null, owedMissing: 3 });
  });

  test.each([
    ["to the same host keeps the time that the intake named", "unavailable", true, {}, true],
    ["to another host does not", "unavailable", true, { url: "https://elsewhere.example/in" }, false],
    ["keeps no pause that we chose ourselves", "unavailable", false, {}, false],
    ["lifts a hold, whatever time came with it", "locked-out", true, {}, false],
  ] as const)("another secret %s", (_what, kind, isAsked, change, isKept) => {
    const it = office();
    it.enrolled(both);
    const trouble = { kind, why: "", fix: "", retryAt: epoch + 1, isAsked, attempts: 1, since: epoch };
    it.documents.write(noteName("two"), { ...it.note("two"), trouble });
    it.enrolled(secrets({ one: {}, two: { maxBatchRecords: 7, ...change } }));
    expect(it.note("two")?.trouble).toEqual(isKept ? trouble : null);
  });
});

describe("one that is absent", () => {
  test("is remembered for thirty days, with what waits for it, and then forgotten", () => {
    const it = office();
    it.enrolled(both);
    it.spool.append(live, null, [record(1)], 0, null);
    it.forget(without, epoch);
    it.forget(without, epoch + keptAbsentMs - 1);
    expect(it.note("two")).toMatchObject({ absentSince: epoch });
    expect(it.spool.offsets.get("two", live)).toBeDefined();
    it.forget(without, epoch + keptAbsentMs);
    expect(it.note("two")).toBeUndefined();
    expect(it.spool.offsets.get("two", live)).toBeUndefined();
    expect(it.standings(without)).toEqual({ one: "present" });
    expect(it.spool.segments.all()).toHaveLength(1);
  });

  test("comes back as if it had not been away, and the thirty days begin anew", () => {
    const it = office();
    it.enrolled(both);
    it.forget(without, epoch);
    it.enrolled(both);
    expect(it.note("two")).toMatchObject({ absentSince: null });
    it.forget(without, epoch + keptAbsentMs);
    expect(it.note("two")).toMatchObject({ absentSince: epoch + keptAbsentMs });
  });

  test("one with a broken secret is not absent", () => {
    const it = office();
    it.enrolled(both);
    it.forget(broken, epoch);
    it.forget(broken, epoch + 2 * keptAbsentMs);
    expect(it.note("two")).toMatchObject({ absentSince: null });
  });
});
