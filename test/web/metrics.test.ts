import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { families } from "../../src/web/metrics/families.ts";
import type { Status } from "../../src/status/overview.ts";
import { asking } from "./asking.ts";
import { readExposition, type ReadFamily } from "./exposition.ts";
import {
  aConfig,
  adminToken,
  aDataset,
  aDestination,
  aFleet,
  aGateway,
  ago,
  aReport,
  broken,
  kandjiToken,
  validTenant,
  viewerToken,
} from "./sample.ts";

/** Contract §6, `GET /metrics`: the figures of `/status`, in a form that a scraper takes. */

const evil = 'a"b\\c\nd}{,=';
const problem = { code: "kandji-unavailable", subject: "s", message: "m", fix: "f" } as const;

const busy = () =>
  aGateway({
    config: () =>
      aConfig({
        tenants: new Map([
          ["acme", validTenant()],
          ["globex", validTenant("globex")],
          ["new", validTenant("new")],
          ["wrong", broken("TENANT_WRONG")],
        ]),
      }),
    fleet: async () =>
      aFleet({
        tenants: [
          aReport({
            datasets: [
              aDataset(),
              aDataset({ name: "devices", health: "paused", paused: true, lastSuccessAt: null, nextDueAt: null }),
              aDataset({ name: "users", backfill: { state: "running", percent: 29 }, newestRecordAt: null }),
            ],
            destinations: [
              aDestination(),
              aDestination({
                name: "archive",
                type: "webhook",
                health: "failing",
                collected: 100,
                delivered: 60,
                pending: 30,
                skipped: 7,
                dead: 3,
                owed: 12,
                owedMissing: 2,
                oldestPendingAt: ago(90_500),
                lastDeliveredAt: null,
                retryAt: ago(-5_000),
                lastError: "no",
              }),
            ],
            problems: [
              { ...problem, health: "failing" },
              { ...problem, subject: "t", health: "failing" },
              { ...problem, subject: "t", message: "o", health: "degraded" },
            ],
            spoolBytes: 4711,
          }),
          aReport({ id: "globex", health: "paused", paused: true, destinations: [aDestination({ type: evil })] }),
        ],
      }),
  });

const scraped = async (gateway = busy()): Promise<Map<string, ReadFamily>> =>
  readExposition(await (await asking(gateway)("/metrics", { as: "viewer" })).text());

/** A family without the prefix, as `label values → value`. */
const valuesOf = (all: Map<string, ReadFamily>, name: string): Record<string, number> => {
  const family = all.get(`kandji_forwarder_${name}`);
  if (family === undefined) throw new Error(`There is no ${name}`);
  return Object.fromEntries(family.series.map(({ labels, value }) => [Object.values(labels).join(" "), value]));
};

describe("GET /metrics", () => {
  it("is Prometheus text, and wakes no tenant", async () => {
    const gateway = busy();
    const response = await asking(gateway)("/metrics", { as: "viewer" });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(gateway.calls).toEqual(["fleet"]);
  });

  it("has HELP and TYPE once for each, the prefix, and counters that end in _total", async () => {
    const all = await scraped();
    expect([...all.keys()]).toEqual(families.map(({ name }) => name));
    for (const [name, { help, type }] of all) {
      expect(name).toMatch(/^kandji_forwarder_[a-z_]+[a-z]$/u);
      expect(help).toMatch(/\S/u);
      expect(["counter", "gauge", "histogram"]).toContain(type);
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
    }
  });

  it("tells of each tenant, dataset and destination what /status tells", async () => {
    const gateway = busy();
    const all = await scraped(gateway);
    const status = (await (await asking(gateway)("/status")).json()) as Status;
    const levels = { ok: 0, paused: 0, degraded: 1, failing: 2 };
    const at = (time: string | null) => (time === null ? undefined : Date.parse(time) / 1000);
    expect(valuesOf(all, "health")).toEqual({ "": levels[status.health] });
    expect(valuesOf(all, "build_info")).toEqual({ [status.version]: 1 });
    expect(valuesOf(all, "cron_last_tick_timestamp_seconds")).toEqual({ "": at(status.cron.lastTickAt) });
    expect(status.tenants.map(({ id }) => id)).toEqual(["acme", "globex", "new", "wrong"]);
    let datasets = 0;
    let destinations = 0;
    for (const tenant of status.tenants) {
      const own = (name: string, ...more: string[]) => valuesOf(all, name)[[tenant.id, ...more].join(" ")];
      expect(own("tenant_health")).toBe(levels[tenant.health]);
      expect(own("tenant_paused")).toBe(Number(tenant.paused));
      expect(own("tenant_last_report_timestamp_seconds")).toBe(at(tenant.reportedAt));
      expect(own("tenant_spool_bytes")).toBe(tenant.spoolBytes);
      expect(own("tenant_requests_last_hour")).toBe(tenant.requests.lastHour);
      expect(own("tenant_requests_limit_per_hour")).toBe(tenant.requests.limitPerHour);
      expect(own("tenant_requests_left")).toBe(tenant.requests.left);
      for (const dataset of tenant.datasets) {
        datasets++;
        const its = (name: string) => own(`dataset_${name}`, dataset.name);
        expect(its("health")).toBe(levels[dataset.health]);
        expect(its("paused")).toBe(Number(dataset.paused));
        expect(its("collected_records_total")).toBe(dataset.collected);
        expect(its("late_records_total")).toBe(dataset.late);
        expect(its("drift_records_total")).toBe(dataset.drift);
        expect(its("duplicate_records")).toBe(dataset.duplicates);
        expect(its("last_success_timestamp_seconds")).toBe(at(dataset.lastSuccessAt));
        expect(its("next_due_timestamp_seconds")).toBe(at(dataset.nextDueAt));
        expect(its("newest_record_timestamp_seconds")).toBe(at(dataset.newestRecordAt));
        expect(its("backfill_ratio")).toBe(dataset.backfill.percent / 100);
      }
      for (const destination of tenant.destinations) {
        destinations++;
        const its = (name: string) => own(`destination_${name}`, destination.name, destination.type);
        const pendingSince = at(destination.oldestPendingAt);
        expect(its("health")).toBe(levels[destination.health]);
        expect(its("paused")).toBe(Number(destination.paused));
        expect(its("collected_records")).toBe(destination.collected);
        expect(its("delivered_records_total")).toBe(destination.delivered);
        expect(its("pending_records")).toBe(destination.pending);
        expect(its("skipped_records_total")).toBe(destination.skipped);
        expect(its("dead_records")).toBe(destination.dead);
        expect(its("owed_records")).toBe(destination.owed);
        expect(its("owed_missing_records_total")).toBe(destination.owedMissing);
        expect(its("requests")).toBe(destination.requests);
        expect(its("oldest_pending_age_seconds")).toBe(
          pendingSince === undefined ? 0 : (at(status.now) ?? NaN) - pendingSince,
        );
        expect(its("last_delivered_timestamp_seconds")).toBe(at(destination.lastDeliveredAt));
        expect(its("retry_timestamp_seconds")).toBe(at(destination.retryAt));
      }
    }
    // Nothing but these.
    expect(Object.keys(valuesOf(all, "dataset_health"))).toHaveLength(datasets);
    expect(Object.keys(valuesOf(all, "destination_health"))).toHaveLength(destinations);
  });

  it("tells of each destination what it refused, what was retried and how late events were accepted", async () => {
    const all = await scraped();
    expect(valuesOf(all, "destination_refused_requests_total")["acme siem datadog 400"]).toBe(3);
    expect(valuesOf(all, "destination_retried_requests_total")).toMatchObject({
      "acme siem datadog 503": 12,
      "acme siem datadog timed-out": 2,
    });
    const { series = [] } = all.get("kandji_forwarder_destination_delay_seconds") ?? {};
    const own = series.filter(({ labels }) => labels["tenant"] === "acme" && labels["destination"] === "siem");
    const valueOf = (suffix: string) => own.filter((one) => one.suffix === suffix).map(({ value }) => value);
    const buckets = own.filter(({ suffix }) => suffix === "_bucket");
    // What a scraper asks of a histogram: bounds and counts ascend, and the last bucket holds all.
    const bounds = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Infinity : Number(labels["le"])));
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    expect(bounds.at(-1)).toBe(Infinity);
    expect(valueOf("_bucket")).toEqual(valueOf("_bucket").toSorted((a, b) => a - b));
    expect(valueOf("_count")).toEqual([valueOf("_bucket").at(-1)]);
    expect([...valueOf("_count"), ...valueOf("_sum")]).toEqual([1_200, 61_020.5]);
    expect(own.filter(({ suffix, labels }) => suffix !== "_bucket" && "le" in labels)).toEqual([]);
  });

  it("leaves out what a report of an older version does not tell", async () => {
    const { delay: _, unaccepted: __, ...old } = aDestination();
    const all = await scraped(aGateway({ fleet: async () => aFleet({ tenants: [aReport({ destinations: [old] })] }) }));
    for (const name of ["refused_requests_total", "retried_requests_total", "delay_seconds"])
      expect(all.get(`kandji_forwarder_destination_${name}`)?.series).toEqual([]);
  });

  it("counts problems by code and by how bad they are", async () => {
    expect(valuesOf(await scraped(), "problems")).toEqual({
      "kandji-unavailable failing": 2,
      "kandji-unavailable degraded": 1,
      "secret-invalid failing": 1,
    });
    expect(valuesOf(await scraped(aGateway()), "problems")).toEqual({});
  });

  it("says whatever a label holds so that it is read back to the character", async () => {
    const { series = [] } = (await scraped()).get("kandji_forwarder_destination_requests") ?? {};
    expect(series.find(({ labels }) => labels["tenant"] === "globex")?.labels["type"]).toBe(evil);
  });

  it("has no secret in it, and nothing of what an intake or Kandji said", async () => {
    const text = await (await asking(busy())("/metrics")).text();
    for (const secret of [adminToken, viewerToken, kandjiToken, "datadoghq"]) expect(text).not.toContain(secret);
  });
});

describe("docs/metrics.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");

  it("has a row for each metric, as the code has it", () => {
    const row = ({ name, type, labels, help }: (typeof families)[number]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`;
    const rows = text.split("\n").filter((line) => line.startsWith("| `kandji_forwarder_"));
    expect(rows).toEqual(families.map((family) => row(family).replaceAll(/ {2,}/gu, " ")));
  });

  it("names in its rules and examples only metrics that exist", () => {
    const names = new Set(
      families.flatMap(({ name, type }) => (type === "histogram" ? [name, `${name}_bucket`] : [name])),
    );
    const named = [...text.matchAll(/kandji_forwarder_\w+/gu)].map(([name]) => name);
    expect(named.filter((name) => !names.has(name))).toEqual([]);
    expect(text.match(/^ +- alert: /gmu)?.length).toBeGreaterThanOrEqual(3);
  });
});
