import { describe, expect, it } from "vitest";
import { SimulatedIntake } from "../simulator/intake.ts";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { batch, bodyOf, exchange, judged, three } from "./exchange.ts";

const secret = { type: "loki", url: "https://loki.example.com", username: "1", password: "right" };
const now = batch.collectedAt;
const intake = { kind: "loki", apiKey: "right", now: () => now } as const;
const { destination, oldRecords } = destinationOf(secret);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const event = (id: string, at: number, more = ""): string =>
  `{"id":"${id}","occurred_at":"${new Date(at).toISOString()}"${more}}`;

/** A body of records of which some are stamped anew. */
const bodyWith = (...records: readonly { raw: string; restampedAt?: number; collectedAt?: number }[]): string => {
  const { open, separator, close } = destination.frame(batch);
  const encoded = records.map(({ collectedAt = now, ...record }) =>
    destination.encode(record, { ...batch, collectedAt }),
  );
  return open + encoded.join(separator) + close;
};

describe("loki", () => {
  it("keeps three records to the character, with labels that tell whose they are", async () => {
    const sent = await exchange(secret, intake, bodyOf(destination, three));
    expect(sent).toMatchObject({ status: 204, verdict: { kind: "accepted" }, held: three });
    expect(sent.intake.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
    expect(destination.request(batch).gzip).toBe(true);
  });

  it("stores a record that comes again once", async () => {
    const met = new SimulatedIntake(intake);
    const body = bodyOf(destination, three);
    for (let times = 0; times < 2; times += 1)
      expect((await exchange(secret, intake, body, {}, met)).verdict.kind).toBe("accepted");
    expect([...met.memory.times.values()]).toEqual([1, 1, 1]);
  });

  it("skips unasked what is older than seven days, and stamps anew what is more than ten minutes ahead", async () => {
    expect(oldRecords).toBe("skip");
    expect(destination.limits).toMatchObject({ maxAgeMs: 7 * day, maxAheadMs: 10 * minute });
    for (const [at, kind] of [
      [now - 7 * day, "accepted"],
      [now - 7 * day - 1, "refused"],
      [now + 10 * minute, "accepted"],
      [now + 10 * minute + 1, "refused"],
    ] as const)
      expect((await exchange(secret, intake, bodyOf(destination, [event("a", at)]))).verdict.kind).toBe(kind);
    const old = event("a", now - 30 * day);
    expect(await exchange(secret, intake, bodyWith({ raw: old, restampedAt: now }))).toMatchObject({ held: [old] });
  });

  it("brings history after the present, of which one stream would refuse all that is more than an hour behind", async () => {
    const met = new SimulatedIntake(intake);
    const ages = [0, 29 * minute, 31 * minute, hour + minute, 3 * hour, 2.5 * hour, 2 * day, 7 * day - hour, 6 * day];
    const raws = ages.map((age, index) => event(`e${index}`, now - age));
    for (const raw of raws)
      expect((await exchange(secret, intake, bodyOf(destination, [raw]), {}, met)).verdict.kind).toBe("accepted");
    expect([...met.memory.texts.values()]).toEqual(raws);
  });

  it("says the hour of what is stamped anew, too", () => {
    const streamOf = (body: string): unknown =>
      (JSON.parse(body) as { streams: { stream: object }[] }).streams[0]?.stream;
    expect(streamOf(bodyWith({ raw: event("a", now) }))).not.toHaveProperty("hour");
    expect(streamOf(bodyWith({ raw: event("a", now), restampedAt: now }))).toHaveProperty("hour");
    expect(streamOf(bodyWith({ raw: event("a", now), restampedAt: now - 4 * hour }))).toMatchObject({
      hour: new Date(now - 4 * hour).toISOString().slice(0, 13),
    });
  });

  it("is refused for one line, and its neighbours are stored once when they come again", async () => {
    const met = new SimulatedIntake(intake);
    const raws = [event("a", now), event("b", now - 8 * day), event("c", now)];
    const whole = await exchange(secret, intake, bodyOf(destination, raws), {}, met);
    expect(whole).toMatchObject({ status: 400, verdict: { kind: "refused" } });
    for (const half of [raws.slice(0, 1), raws.slice(2)])
      expect((await exchange(secret, intake, bodyOf(destination, half), {}, met)).verdict.kind).toBe("accepted");
    expect([...met.memory.times.values()]).toEqual([1, 1]);
  });

  it("fills a line as far as Loki takes it", async () => {
    const { recordBytes = 0 } = destination.limits;
    expect(recordBytes).toBe(262_144);
    const padded = (length: number): string => event("a", now, `,"pad":"${"p".repeat(length)}"`);
    const empty = Buffer.byteLength(destination.encode({ raw: padded(0) }, batch));
    const full = padded(recordBytes - empty);
    expect(Buffer.byteLength(destination.encode({ raw: full }, batch))).toBe(recordBytes);
    expect((await exchange(secret, intake, bodyOf(destination, [full]))).verdict.kind).toBe("accepted");
    const raw = padded(262_144 - padded(0).length);
    expect((await exchange(secret, intake, bodyOf(destination, [raw]))).verdict.kind).toBe("accepted");
    expect((await exchange(secret, intake, bodyOf(destination, [`${raw} `]))).verdict.kind).toBe("refused");
  });

  it("makes names of any record that fit into its metadata", async () => {
    const odd = ["7", "[]", "null", '"x"', event("n", now, ',"actor_id":["a"],"action":7,"target_id":""')];
    const long = (length: number): string => event(`l${length}`, now, `,"actor_id":"${"é".repeat(length)}"`);
    const raws = [...odd, long(1000), long(1001)];
    const sent = await exchange(secret, intake, bodyOf(destination, raws));
    expect(sent).toMatchObject({ status: 204, held: raws });
    const names = (raw: string): string => destination.encode({ raw }, batch).split('"level"')[1] ?? "";
    expect(names(long(1000))).toContain("actor_id");
    expect(names(long(1001))).not.toContain("actor_id");
    expect(names(odd[4] ?? "")).not.toMatch(/actor_id|action|target_id/u);
  });

  it("is held while ingestion is blocked, which is answered 260", async () => {
    const sent = await exchange(secret, { ...intake, isBlocked: true }, bodyOf(destination, three));
    expect(sent).toMatchObject({ status: 260, verdict: { kind: "locked-out" }, held: [] });
  });

  it("is held with wrong credentials and taken with a bearer token", async () => {
    const body = bodyOf(destination, three);
    const wrong = await exchange({ ...secret, password: "wrong" }, intake, body);
    expect(wrong).toMatchObject({ status: 401, verdict: { kind: "locked-out" } });
    const bearer = { type: "loki", url: secret.url, token: "right" };
    expect(await exchange(bearer, intake, body)).toMatchObject({ status: 204 });
    const none = destinationOf({ type: "loki", url: secret.url }).destination.request(batch);
    expect(none.headers).not.toHaveProperty("Authorization");
  });

  it.each([201, 202, 206])("does not believe %i", (status) => {
    expect(judged(secret, status, "")).toBe("try-later");
  });
});

describe("the secret of loki", () => {
  const bare = { type: "loki", url: "https://loki.example.com" };

  it.each<[string, object, string]>([
    ["a user without a password", { username: "1" }, "password"],
    ["a password without a user", { password: "p" }, "username"],
    ["both ways to log in", { username: "1", password: "p", token: "t" }, "token"],
    ["a colon in a user name", { username: "a:b", password: "p" }, "username"],
    ["a tenant that is a path", { tenantId: ".." }, "tenantId"],
    ["a tenant that is two", { tenantId: "a|b" }, "tenantId"],
    ["a tenant with a line break", { tenantId: "a\n" }, "tenantId"],
    ["the push API for a base", { url: "https://loki.example.com/loki/api/v1/push" }, "url"],
    ["a label of ours", { labels: { tenant: "other" } }, "labels.tenant"],
    ["a label with a hyphen", { labels: { "a-b": "c" } }, "labels.a-b"],
    ["a label of Loki's", { labels: { __name__: "c" } }, "labels.__name__"],
    ["an empty label", { labels: { a: "" } }, "labels.a"],
    ["a label that is a number", { labels: { a: 1 } }, "labels.a"],
  ])("has not %s", (_, change, key) => {
    expect(destinationErrors({ ...bare, ...change }).map((error) => error.key)).toEqual([key]);
  });

  it("has as many and as long labels as Loki takes", async () => {
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`label_${index}`, "é".repeat(1024)]));
    expect(destinationErrors({ ...bare, labels: many(12) })).toMatchObject([{ key: "labels" }]);
    expect(destinationErrors({ ...bare, labels: { a: `${"é".repeat(1024)}a` } })).toMatchObject([{ key: "labels.a" }]);
    const full = { ...secret, labels: many(11) };
    const { destination: labelled } = destinationOf(full);
    const old = event("a", now - day);
    expect(await exchange(full, intake, bodyOf(labelled, [old]))).toMatchObject({ status: 204, held: [old] });
  });
});
