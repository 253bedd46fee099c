import { describe, expect, test } from "vitest";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

const token = "token-of-acme";

describe("promise 3: untouched", () => {
  test("records arrive to the character: key order, digits beyond 2^53, escapes, odd white space", async () => {
    const events = [
      { seed: 1, count: 800, from: epoch - 3 * day, to: epoch - hour, odd: 400 },
      { seed: 2, count: 800, from: epoch, to: epoch + 10 * minute, odd: 400 },
    ];
    const it = new Household(
      { kandji: { acme: { token, events } }, intakes: { siem: { kind: "webhook" } } },
      secrets(),
    );
    await it.pass(25 * minute);
    expect(it.world.accounts()[0]).toMatchObject({ delivered: 1_600, altered: 0, lost: 0, repeated: 0 });
  });

  test("so they do as a JSON array, compressed and signed", async () => {
    const signingSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const events = [{ seed: 3, count: 800, from: epoch - 3 * day, to: epoch - hour, odd: 400 }];
    const it = new Household(
      { kandji: { acme: { token, events } }, intakes: { siem: { kind: "webhook", signingSecret } } },
      secrets({ siem: { encoding: "json-array", gzip: true, signingSecret } }),
    );
    // To its end: compression takes time that the simulated clock does not see.
    await it.tick();
    expect(it.world.accounts()[0]).toMatchObject({ delivered: 800, altered: 0, lost: 0, repeated: 0 });
  });
});

describe("promise 4: in order", () => {
  test("records arrive in the order of collection within each stream, and live never waits for history", async () => {
    const events = [
      { seed: 4, count: 60_000, from: epoch - 300 * day, to: epoch - hour },
      { seed: 5, count: 600, from: epoch, to: epoch + 30 * minute },
    ];
    const it = new Household(
      { kandji: { acme: { token, events } }, intakes: { siem: { kind: "webhook" } } },
      secrets({ siem: { maxBatchRecords: 40 } }, { maxRequestsPerHour: 200 }),
    );
    const arrivals: { id: string; stream: string; at: number }[] = [];
    await it.pass(40 * minute);
    const timeOf = new Map(
      it.world.kandji
        .get("acme")
        ?.store.visible()
        .map(({ key, at }) => [key, at]),
    );
    const memory = it.world.intakes.get("siem")?.memory;
    for (const { id, at, keys } of memory?.batches ?? []) {
      const stream = id.split("_")[3] ?? "";
      for (const key of keys) arrivals.push({ id: key, stream, at });
    }
    for (const stream of ["live", "history"]) {
      const times = arrivals.filter((arrival) => arrival.stream === stream).map(({ id }) => timeOf.get(id) ?? 0);
      expect(times.length).toBeGreaterThan(500);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }
    // While history was being read, each live record arrived within two polls of becoming visible.
    const late = arrivals
      .filter(({ stream }) => stream === "live")
      .map(({ id, at }) => at - (timeOf.get(id) ?? 0) / 1000)
      .filter((delay) => delay > 2 * minute);
    expect(late).toEqual([]);
    expect(it.report().datasets[0]?.backfill.state).toBe("running");
  });
});

describe("promise 10: secret", () => {
  test("no token in a report, a batch id or a table", async () => {
    const apiKey = "datadog-key-0123456789";
    const it = new Household(
      { kandji: { acme: { token: "another" } }, intakes: { siem: { kind: "datadog", apiKey: "other" } } },
      secrets({ siem: { type: "datadog", apiKey, url: "https://intake.example/intake/siem" } }),
    );
    const report = await it.pass(10 * minute);
    expect(report.problems.length).toBeGreaterThan(0);
    const tables = ["documents", "lanes", "seen", "ranges", "segments", "offsets", "dead_letters"];
    const stored = tables.map((table) => JSON.stringify(it.sql.exec(`SELECT * FROM ${table}`))).join("\n");
    for (const text of [JSON.stringify(report), stored]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain(apiKey);
    }
  });

  test("the token goes to the configured host and to no other, wherever next points", async () => {
    const events = [{ seed: 6, count: 2_000, from: epoch - 3 * day, to: epoch - hour, ties: { groups: 2, size: 600 } }];
    const it = new Household(
      { kandji: { acme: { token, events, next: "foreign" } }, intakes: { siem: { kind: "webhook" } } },
      secrets(),
    );
    await it.pass(5 * minute);
    expect(it.world.strays).toEqual([]);
    expect(it.world.accounts()[0]).toMatchObject({ delivered: 2_000, lost: 0 });
  });
});

describe("promise 9: quiet", () => {
  test("a poll that finds nothing writes no rows but the heartbeat", async () => {
    const it = new Household({ kandji: { acme: { token } }, intakes: { siem: { kind: "webhook" } } }, secrets());
    await it.pass(11 * minute);
    const before = it.sql.writes;
    await it.pass(hour);
    expect(it.sql.writes - before).toBeLessThanOrEqual(6);
  });
});
