import { gzipSync } from "node:zlib";
import { describe, expect, it, test } from "vitest";
import { datasets } from "../../src/datasets/registry.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { verify } from "../../src/tenant/verify.ts";
import { World } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";
import { destinationErrors, destinationOf, tenantErrors } from "../config/ask.ts";
import { batch, bodyOf, exchange, three } from "./exchange.ts";

const secret = { type: "r2", bucket: "ARCHIVE" };
const { destination } = destinationOf(secret);

const urlOf = (change: object, settings: object = secret): string =>
  destinationOf(settings).destination.request({ ...batch, ...change }).url;

describe("r2", () => {
  it("names an object after what it holds and when that was read: the same at each retry, another for each batch", () => {
    const folder = "r2://ARCHIVE/kandji/acme/audit-events/dt=2026-05-01/hr=08";
    expect(urlOf({})).toBe(`${folder}/b-1.ndjson.gz`);
    expect(urlOf({ id: "b-2" })).toBe(`${folder}/b-2.ndjson.gz`);
    expect(urlOf({ collectedAt: Date.parse("2026-12-31T23:59:59.999Z") })).toContain("/dt=2026-12-31/hr=23/");
    expect(urlOf({ collectedAt: Date.parse("2027-01-01T00:00:00Z") })).toContain("/dt=2027-01-01/hr=00/");
  });

  it("puts the record of a verification aside", () => {
    expect(urlOf({ test: true })).toBe("r2://ARCHIVE/kandji/verification/b-1.ndjson.gz");
  });

  it("names no object with more than the 1,024 bytes that R2 takes, whatever is named at length", () => {
    const prefix = "p".repeat(512);
    const tenant = "t".repeat(63);
    for (const dataset of datasets.keys()) {
      const position = Number.MAX_SAFE_INTEGER;
      const id = `${tenant}_4294967295_${dataset}_redriven_${position}_10000_0123abcd-99-runreveal99_abcd-abcd-zzzzzzzzz`;
      const url = urlOf({ tenant, dataset, id }, { ...secret, prefix });
      expect(url.slice("r2://ARCHIVE/".length).length).toBeLessThanOrEqual(1024);
    }
    expect(destinationErrors({ ...secret, prefix: `${prefix}p` })).toMatchObject([{ key: "prefix" }]);
  });

  it.each(["", "/kandji", "kandji/", "a//b", "..", "a/../b", "a/.", "a b", "a?b", "a#b", "a%2fb", "é", "a\n"])(
    "refuses the prefix %j",
    (prefix) => {
      expect(destinationErrors({ ...secret, prefix })).toMatchObject([{ key: "prefix" }]);
    },
  );

  it.each(["", "archive", "1ARCHIVE", "MY-BUCKET", "A/B", "A.B", "A:B", "__proto__", "A".repeat(65)])(
    "refuses the binding %j",
    (bucket) => {
      expect(destinationErrors({ ...secret, bucket })).toMatchObject([{ key: "bucket" }]);
    },
  );

  it("takes no address: what is bound is the only place", () => {
    expect(destinationErrors({ ...secret, url: "https://logs.example.com" })).toMatchObject([{ key: "url" }]);
    expect(destination.host).toBe("ARCHIVE");
  });

  it("takes an object that is there already for its own, and says what to add where no bucket is bound", () => {
    const judge = (status: number) => destination.judge({ status, headers: new Headers(), body: "" }, { records: 1 });
    expect(judge(412)).toEqual({ kind: "accepted" });
    expect(judge(404)).toMatchObject({ kind: "locked-out", fix: expect.stringContaining("[[r2_buckets]]") });
    expect(judge(429)).toMatchObject({ kind: "try-later" });
    expect(judge(503)).toMatchObject({ kind: "try-later" });
  });

  it("is understood by a bucket, which keeps a key once", async () => {
    const body = bodyOf(destination, three);
    const { intake, verdict, held } = await exchange(secret, { kind: "r2" }, body);
    expect(verdict).toEqual({ kind: "accepted" });
    expect(held).toEqual(three);
    const { url, headers } = destination.request(batch);
    const again = { method: "POST", headers: { ...headers, "content-encoding": "gzip" }, body: gzipSync(body) };
    expect((await intake.fetch(new Request(url, again))).status).toBe(412);
    expect(intake.memory.arrivals).toBe(3);
  });
});

describe("an address r2:", () => {
  const address = "r2://ARCHIVE/kandji/x";

  it.each([...destinationTypes.keys()].filter((type) => type !== "r2"))("is none that %s goes to", (type) => {
    const errors = destinationErrors({ type, url: address }, { local: true });
    expect(errors.map(({ key }) => key)).toContain("url");
  });

  it("is no place to ask Kandji at", () => {
    for (const local of [false, true])
      expect(tenantErrors({ apiUrl: address, token: "t" }, { local })).toMatchObject([{ key: "apiUrl" }]);
  });

  it("leads to no intake but a bucket", async () => {
    const world = new World({ kandji: {}, intakes: { ARCHIVE: { kind: "webhook" } } });
    expect((await world.fetch(new Request(address, { method: "POST", body: "{}\n" }))).status).toBe(404);
  });
});

const events = [{ seed: 1, count: 500, from: epoch - day, to: epoch - hour }];

/** Not compressed: that takes real time, which the household's clock does not know. */
const archive = { archive: { ...secret, gzip: false, url: undefined } };

describe("a history with a bucket", () => {
  const start = (): Household =>
    new Household(
      { kandji: { acme: { token: "token-of-acme", events } }, intakes: { ARCHIVE: { kind: "r2" } } },
      secrets(archive),
    );

  test("holds every record once, though answers were lost and the process was killed", async () => {
    const home = start();
    const bucket = home.world.intakes.get("ARCHIVE");
    bucket?.faults.set({ script: [{ do: "lost-answer" }, { do: "status", status: 503 }, { do: "lost-answer" }] });
    await home.tick();
    home.evict();
    await home.pass(10 * minute);
    const [account] = home.world.accounts();
    expect(account).toMatchObject({ delivered: 500, repeated: 0, lost: 0 });
    expect(home.report().destinations).toMatchObject([{ delivered: 500, pending: 0, dead: 0 }]);
  });

  test("gets one marked object of a verification, aside", async () => {
    const home = start();
    const { ok, checks } = await verify(home.engine.state);
    expect([ok, checks.at(-1)?.name]).toEqual([true, "Destination archive (r2, ARCHIVE)"]);
    const batches = home.world.intakes.get("ARCHIVE")?.memory.batches ?? [];
    expect(batches.map(({ id }) => id)).toEqual([expect.stringMatching(/^kandji\/verification\/test_acme_archive_/u)]);
  });

  test("waits for a bucket that is not bound, and says so", async () => {
    const home = new Household({ kandji: { acme: { token: "token-of-acme", events } }, intakes: {} }, secrets(archive));
    await home.tick();
    expect(home.report().destinations).toMatchObject([{ delivered: 0, dead: 0 }]);
    expect(JSON.stringify(home.report().problems)).toContain("[[r2_buckets]]");
    await home.pass(hour);
    expect(home.report().destinations).toMatchObject([{ delivered: 0, dead: 0 }]);
  });
});
