import { describe, expect, test } from "vitest";
import { mostMessages } from "../../src/forwarder/outbox.ts";
import { TimedOut } from "../../src/ports.ts";
import type { Problem } from "../../src/tenant/report.ts";
import { notifySecret, WatchedForwarder } from "./watched-forwarder.ts";

const t0 = Date.parse("2026-05-01T08:30:00.000Z");
const minute = 60_000;
const hour = 60 * minute;

const problem = (changes: Partial<Problem> = {}): Problem => ({
  code: "dead-letters",
  subject: "tenant acme / destination siem",
  message: "3 records were refused for good",
  fix: "Look at the dead letters",
  health: "degraded",
  ...changes,
});
const many = (count: number): Problem[] =>
  Array.from({ length: count }, (_, index) => problem({ subject: `tenant acme / destination d${index}` }));

const acme = (...problems: Problem[]) => [{ id: "acme", problems }];
const eventsOf = (it: WatchedForwarder) => it.messages.map(({ event }) => event);

describe("what turned bad, and good again", () => {
  test("is told to every notification and journalled, each once, although the object is evicted at every firing", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops"), ...notifySecret("team", { type: "slack" }) });
    for (let firing = 0; firing < 6; firing += 1) {
      await it.take(firing < 3 ? acme(problem()) : acme(), t0 + firing * minute);
      it.evict();
    }
    expect(it.posted.map(({ at, url }) => [(at - t0) / minute, url])).toEqual([
      [1, "https://chat.example/ops-secret"],
      [1, "https://chat.example/team-secret"],
      [4, "https://chat.example/ops-secret"],
      [4, "https://chat.example/team-secret"],
    ]);
    expect(JSON.parse(it.posted[0]!.body)).toEqual({
      event: "degraded",
      tenant: "acme",
      ...problem(),
      since: new Date(t0).toISOString(),
      at: new Date(t0 + minute).toISOString(),
      docs: `/docs/operating.md#${problem().code}`,
    });
    expect(JSON.parse(it.posted[2]!.body)).toMatchObject({ event: "restored", health: "ok", code: "dead-letters" });
    expect(it.entries.map(({ actionName, actionParams }) => [actionName, actionParams?.static])).toEqual([
      ["HEALTH_DEGRADED", { tenant: "acme", subject: "tenant acme / destination siem" }],
      ["HEALTH_RESTORED", { tenant: "acme", subject: "tenant acme / destination siem" }],
    ]);
  });

  test("costs no row while nothing changes, and leaves none behind", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    const { writes } = it.sql;
    for (let firing = 2; firing < 50; firing += 1) await it.take(acme(problem()), t0 + firing * minute);
    expect(it.sql.writes).toBe(writes);
    await it.take(acme(), t0 + hour);
    await it.take(acme(), t0 + hour + minute);
    await it.take(acme(), t0 + 5 * hour);
    expect(it.sql.exec("SELECT * FROM conditions")).toEqual([]);
    expect(it.sql.exec("SELECT * FROM outboxes")).toEqual([]);
  });

  test("is journalled also where nobody is to be told", async () => {
    const it = new WatchedForwarder({});
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    expect(it.entries).toHaveLength(1);
    expect(it.posted).toEqual([]);
  });

  test("is told of its tenants alone", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops", { tenants: ["globex"] }), ...notifySecret("all") });
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    expect(it.posted.map(({ url }) => url)).toEqual(["https://chat.example/all-secret"]);
  });

  test("a tick that fails is told without its error, and says nothing of the tenant's other problems", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    await it.take([], t0 + 2 * minute, ["acme"]);
    await it.take([], t0 + 3 * minute, ["acme"]);
    await it.take(acme(problem()), t0 + 4 * minute);
    await it.take(acme(problem()), t0 + 5 * minute);
    expect(it.messages.map(({ event, code }) => [event, code])).toEqual([
      ["degraded", "dead-letters"],
      ["degraded", "tick-failed"],
      ["restored", "tick-failed"],
    ]);
  });

  test("of a tenant that was forgotten nothing is known any more", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    it.forget("acme");
    expect(it.sql.exec("SELECT * FROM conditions")).toEqual([]);
    await it.take(acme(), t0 + 2 * minute);
    await it.take(acme(), t0 + 3 * minute);
    expect(eventsOf(it)).toEqual(["degraded"]);
  });
});

describe("what lasts", () => {
  test("is told again once a day, with an eviction in between, until it is over", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    for (let firing = 0; firing <= 2 * 24 * 60 + 30; firing += 10) {
      await it.take(acme(problem()), t0 + firing * minute);
      it.evict();
    }
    expect(eventsOf(it)).toEqual(["degraded", "reminder", "reminder"]);
    expect(it.entries).toHaveLength(1);
  });

  test('is told again as often as "reminderEvery" says', async () => {
    const it = new WatchedForwarder({
      ...notifySecret("ops", { reminderEvery: "1h" }),
      ...notifySecret("once", { reminderEvery: "never" }),
    });
    for (let firing = 0; firing < 200; firing += 1) await it.take(acme(problem()), t0 + firing * minute);
    expect(it.posted.filter(({ url }) => url.includes("ops"))).toHaveLength(4);
    expect(it.posted.filter(({ url }) => url.includes("once"))).toHaveLength(1);
  });
});

describe("many changes at once", () => {
  test.each([
    [mostMessages, mostMessages, 0],
    [mostMessages + 1, mostMessages + 1, 1],
    [300, mostMessages + 1, 280],
  ])("%i are %i messages, the last of them a sum of %i where there are more", async (count, messages, summed) => {
    const it = new WatchedForwarder(notifySecret("ops"));
    await it.take(acme(...many(count)), t0);
    await it.take(acme(...many(count)), t0 + minute);
    expect(it.posted).toHaveLength(messages);
    if (summed > 0)
      expect(it.messages.at(-1)).toEqual({
        event: "more",
        degraded: summed,
        restored: 0,
        reminder: 0,
        at: new Date(t0 + minute).toISOString(),
      });
    await it.take(acme(...many(count)), t0 + 2 * minute);
    expect(it.posted).toHaveLength(messages);
    expect(it.entries).toHaveLength(count);
  });
});

describe("a notification that does not get through", () => {
  const refusing: [string, WatchedForwarder["answer"], string][] = [
    ["404", async () => ({ status: 404 }), "it answered 404"],
    ["a redirect", async () => ({ status: 302, headers: { Location: "https://elsewhere.example" } }), "redirects"],
    ["silence", async () => Promise.reject(new TimedOut("No answer in time")), "within 10 s"],
    ["no connection", async () => Promise.reject(new Error("https://chat.example/ops-secret")), "no connection"],
  ];

  test.each(refusing)(
    "%s: it waits, is a problem without its address, and arrives later, across evictions",
    async (_, answer, why) => {
      const it = new WatchedForwarder(notifySecret("ops"));
      it.answer = answer;
      await it.take(acme(problem()), t0);
      await it.take(acme(problem()), t0 + minute);
      expect(it.problems).toMatchObject([
        { code: "notification-failing", subject: "secret NOTIFY_OPS", health: "degraded" },
      ]);
      expect(it.problems[0]?.message).toContain(why);
      expect(JSON.stringify(it.problems)).not.toContain("ops-secret");
      it.evict();
      const before = it.posted.length;
      it.answer = async () => ({ status: 202 });
      await it.take(acme(problem()), t0 + 2 * minute);
      expect(it.posted).toHaveLength(before + 1);
      expect(it.problems).toEqual([]);
    },
  );

  test("is tried less and less often, at least once an hour, and no sooner than it wants", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    it.answer = async () => ({ status: 500 });
    for (let firing = 0; firing < 300; firing += 1) await it.take(acme(problem()), t0 + firing * minute);
    expect(it.posted.map(({ at }) => (at - t0) / minute)).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184, 244]);
    const patient = new WatchedForwarder(notifySecret("ops"));
    patient.answer = async () => ({ status: 429, headers: { "Retry-After": "600" } });
    for (let firing = 0; firing < 12; firing += 1) await patient.take(acme(problem()), t0 + firing * minute);
    expect(patient.posted.map(({ at }) => (at - t0) / minute)).toEqual([1, 11]);
  });

  test("keeps the order, the first of them whole and the rest as counts, and does not hold up another", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops"), ...notifySecret("team") });
    it.answer = async ({ url }) => ({ status: url.includes("ops") ? 503 : 200 });
    await it.take(acme(...many(15)), t0);
    await it.take(acme(...many(15)), t0 + minute);
    await it.take(acme(), t0 + 2 * minute);
    await it.take(acme(), t0 + 3 * minute);
    const toTeam = it.posted.filter(({ url }) => url.includes("team")).map(({ body }) => body);
    expect(toTeam.filter((body) => body.includes("dead-letters"))).toHaveLength(30);
    // It is told, besides, that the other one is told nothing.
    expect(toTeam.filter((body) => !body.includes("dead-letters"))).toMatchObject([
      expect.stringContaining('"subject":"secret NOTIFY_OPS"'),
    ]);
    it.posted.length = 0;
    it.answer = async () => ({ status: 200 });
    await it.take(acme(), t0 + hour);
    expect(eventsOf(it)).toEqual([
      ...Array.from({ length: 15 }, () => "degraded"),
      ...Array.from({ length: 5 }, () => "restored"),
      "more",
    ]);
    expect(it.messages.at(-1)).toMatchObject({ restored: 10, degraded: 0 });
  });

  test("is not asked any more when its secret is gone; while it cannot be read, what waits goes on waiting", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    it.answer = async () => ({ status: 500 });
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    it.answer = async () => ({ status: 200 });
    it.posted.length = 0;
    const { env } = it;
    it.env = { NOTIFY_OPS: "{" };
    await it.take(acme(problem()), t0 + 5 * minute);
    it.env = env;
    await it.take(acme(problem()), t0 + 6 * minute);
    expect(eventsOf(it)).toEqual(["degraded"]);
    it.answer = async () => ({ status: 500 });
    await it.take(acme(), t0 + 7 * minute);
    await it.take(acme(), t0 + 8 * minute);
    it.env = {};
    await it.take(acme(), t0 + 30 * minute);
    expect(it.sql.exec("SELECT * FROM outboxes")).toEqual([]);
  });
});

describe("what no tenant reports", () => {
  const told = (it: WatchedForwarder) => it.messages.map(({ event, tenant, code }) => [event, tenant, code]);

  test("is told of secrets, by their subject and without a tenant, and only to those who want to hear of all", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops"), ...notifySecret("acme", { tenants: ["acme"] }) });
    it.env = { ...it.env, DESTINATION_SIEM: "{" };
    for (let firing = 0; firing < 3; firing += 1) await it.take(acme(), t0 + firing * minute);
    expect(told(it)).toEqual([["degraded", null, "secret-invalid"]]);
    expect(it.messages[0]).toMatchObject({ subject: "secret DESTINATION_SIEM", health: "failing" });
    expect(it.entries[0]?.actionParams?.static).toEqual({ subject: "secret DESTINATION_SIEM" });
    const { DESTINATION_SIEM: _, ...mended } = it.env;
    it.env = mended;
    for (let firing = 3; firing < 6; firing += 1) await it.take(acme(), t0 + firing * minute);
    expect(told(it).at(-1)).toEqual(["restored", null, "secret-invalid"]);
    expect(it.posted).toHaveLength(2);
  });

  test("is reminded of once a day", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops"), DESTINATION_SIEM: "{" });
    for (let passed = 0; passed <= 50 * 60; passed += 10) await it.take(acme(), t0 + passed * minute);
    expect(eventsOf(it)).toEqual(["degraded", "reminder", "reminder"]);
  });

  test("is told of a tenant whose secret broke, to those who hear of it; what it reported stays as it was", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops", { tenants: ["acme"] }) });
    await it.take(acme(problem()), t0);
    await it.take(acme(problem()), t0 + minute);
    const valid = it.env;
    it.env = { ...valid, TENANT_ACME: "{" };
    for (let firing = 2; firing < 8; firing += 1) await it.take([], t0 + firing * minute);
    it.env = valid;
    await it.take(acme(problem()), t0 + 8 * minute);
    await it.take(acme(problem()), t0 + 9 * minute);
    expect(told(it)).toEqual([
      ["degraded", "acme", "dead-letters"],
      ["degraded", "acme", "secret-invalid"],
      ["restored", "acme", "secret-invalid"],
    ]);
  });

  test("is the cron: one message, by the alarm that rings when nothing else does, and none of each tenant's own", async () => {
    const it = new WatchedForwarder(notifySecret("ops"));
    const silent = problem({ code: "cron-silent", subject: "tenant acme", health: "failing" });
    await it.take(acme(), t0);
    await it.hear(acme(silent), t0 + 16 * minute);
    await it.ring(t0 + 20 * minute);
    await it.ring(t0 + 21 * minute);
    await it.hear(acme(silent), t0 + 36 * minute);
    expect(told(it)).toEqual([["degraded", null, "cron-silent"]]);
    await it.take(acme(), t0 + 60 * minute);
    await it.take(acme(), t0 + 61 * minute);
    expect(told(it)).toEqual([
      ["degraded", null, "cron-silent"],
      ["restored", null, "cron-silent"],
    ]);
  });

  test("is a notification that does not get through: the others hear of it, itself it does not", async () => {
    const it = new WatchedForwarder({ ...notifySecret("ops"), ...notifySecret("team") });
    it.answer = async ({ url }) => ({ status: url.includes("ops") ? 503 : 200 });
    for (let firing = 0; firing < 4; firing += 1) await it.take(acme(problem()), t0 + firing * minute);
    it.answer = async () => ({ status: 200 });
    for (let firing = 4; firing < 20; firing += 1) await it.take(acme(problem()), t0 + firing * minute);
    const to = (name: string) =>
      it.posted
        .filter(({ url }) => url.includes(name))
        .map(({ body }) => JSON.parse(body) as { event: string; code: string })
        .map(({ event, code }) => `${event} ${code}`);
    expect(to("team")).toEqual([
      "degraded dead-letters",
      "degraded notification-failing",
      "restored notification-failing",
    ]);
    expect(new Set(to("ops"))).toEqual(new Set(["degraded dead-letters"]));
  });
});
