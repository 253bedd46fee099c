import { beforeAll, describe, expect, test } from "vitest";
import { createHash } from "node:crypto";
import { batchesOf, behind, chainKey, manifestOf, verify } from "../scripts/archive.ts";
import type { ManifestFile } from "../scripts/manifest-file.ts";
import type { FaultSettings } from "../simulator/faults.ts";
import { day, epoch, hour, Household, minute, secrets } from "./household.ts";

/** The chain through the whole engine: what the manifest says against what the intakes have. */

const events = [
  { seed: 1, count: 2_500, from: epoch - 30 * day, to: epoch - hour, marked: { count: 3, text: "poison" }, odd: 20 },
  { seed: 2, count: 900, from: epoch, to: epoch + 50 * minute, marked: { count: 4, text: "poison" }, odd: 20 },
];
const faults: FaultSettings["shares"] = [
  { share: 0.15, fault: { do: "lost-answer" } },
  { share: 0.1, fault: { do: "status", status: 503 } },
  { share: 0.05, fault: { do: "cut" } },
];

function household(env: Readonly<Record<string, string>> = { CHAIN_KEY: chainKey }): Household {
  const refuse = [{ contains: "poison", status: 422 }] as const;
  const intakes = {
    siem: { kind: "webhook", refuse, maxRecords: 300, faults: { shares: faults } },
    archive: { kind: "webhook" },
  } as const;
  return new Household(
    { kandji: { acme: { token: "token-of-acme", events } }, intakes },
    { ...secrets({ siem: {}, archive: { maxBatchRecords: 200 } }), ...env },
  );
}

/** Faults, splits, poison, evictions, and kills before and after commits; then peace. */
async function live(house: Household): Promise<void> {
  for (let chapter = 0; chapter < 10; chapter += 1) {
    house.sql.kill = { in: 3 + chapter * 2, when: chapter % 2 === 0 ? "before" : "after" };
    await house.pass(3 * minute);
    if (chapter % 3 === 0) house.evict();
    await house.pass(2 * minute);
  }
  house.sql.kill = undefined;
  for (const intake of house.world.intakes.values()) intake.faults.clear();
  await house.pass(30 * minute);
}

const manifestFor = (file: ManifestFile, destination: string) =>
  file.manifests.find((manifest) => manifest.destination === destination)!;

/** What an intake accepted, by batch: where it came more than once, the last time is the one that was written down. */
function acceptedBy(house: Household, name: string) {
  const { batches, texts } = house.world.intakes.get(name)!.memory;
  const last = new Map<string, { id: string; records: number; digest: string }>();
  for (const { id, accepted, keys } of batches) {
    if (!accepted) continue;
    const text = keys.map((key) => `${texts.get(key)}\n`).join("");
    last.delete(id);
    last.set(id, { id, records: keys.length, digest: createHash("sha256").update(text).digest("hex") });
  }
  return [...last.values()];
}

describe("after faults, splits, poison, evictions and kills", () => {
  const house = household();
  let manifest: ManifestFile;
  let archive: string[][];
  beforeAll(async () => {
    await live(house);
    manifest = await manifestOf(house);
    archive = batchesOf(house);
  });

  test("the story was a hard one", () => {
    const report = house.report().destinations.find(({ name }) => name === "siem");
    expect(report).toMatchObject({ dead: 7, pending: 0, delivered: 3_393 });
    expect(house.kills).toBeGreaterThan(10);
    expect(archive.length).toBeGreaterThan(acceptedBy(house, "siem").length);
    expect(house.world.intakes.get("siem")!.memory.changedBatches.size).toBe(0);
  });

  test.each(["siem", "archive"])("the entries are exactly the batches that %s accepted, in their order", (name) => {
    const { entries, before, head } = manifestFor(manifest, name);
    expect(entries.map(({ id, records, digest }) => ({ id, records, digest }))).toEqual(acceptedBy(house, name));
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect([before.seq, head.seq]).toEqual([0, entries.length]);
    const delivered = house.report().destinations.find((one) => one.name === name)!.delivered;
    expect(entries.reduce((sum, { records }) => sum + records, 0)).toBe(delivered);
  });

  test.each(["siem", "archive"])("the archive of %s is well, and is known to be its", async (name) => {
    const { text, isWell } = await verify({ "m.json": manifest, "a.ndjson": batchesOf(house, name).flat() });
    expect(isWell, text).toBe(true);
    expect(text).toContain(`acme → ${name}`);
  });

  test("the answer has no record, no key and no token in it", () => {
    const text = JSON.stringify(manifest);
    for (const secret of [chainKey, "token-of-acme", "occurred_at", "intake.example"])
      expect(text).not.toContain(secret);
  });

  test("a record that was changed in one of them is found in that one only", async () => {
    const lines = archive.flat();
    const forged = lines.with(700, lines[700]!.replace("action", "acti0n"));
    expect((await verify({ "m.json": manifest, "a.ndjson": forged })).isWell).toBe(false);
    const whole = batchesOf(house, "archive").flat();
    expect((await verify({ "m.json": manifest, "a.ndjson": whole })).isWell).toBe(true);
  });

  test("manifests from then and from later join, whatever was there in between", async () => {
    const { seq } = manifestFor(manifest, "siem").head;
    const kandji = house.world.kandji.get("acme");
    kandji?.seed({ seed: 3, count: 300, from: house.time.now(), to: house.time.now() + 20 * minute });
    house.evict();
    await house.pass(40 * minute);
    const later = await manifestOf(house, `?destination=siem&after=${seq}`);
    const entries = manifestFor(later, "siem").entries;
    expect(entries.length).toBeGreaterThan(3);
    expect(later).toEqual(behind(await manifestOf(house, "?destination=siem"), seq));
    const files = { "1.json": manifest, "2.json": later, "a.ndjson": batchesOf(house).flat() };
    const { text, isWell } = await verify(files, { args: ["--destination", "siem"] });
    expect(isWell, text).toBe(true);
  });
});

describe("the key", () => {
  const token = "admin-0123456789abcdef-admin";
  const keysOf = async (house: Household): Promise<(string | null)[]> => {
    const { entries } = manifestFor(await manifestOf(house), "archive");
    return [...new Set(entries.map(({ key }) => key))];
  };

  test("is made from the admin token where there is no other, and a new one goes on with the chain", async () => {
    const house = household({ ADMIN_TOKEN: token });
    await house.pass(20 * minute);
    house.evict({ ...house.env, CHAIN_KEY: chainKey });
    await house.pass(40 * minute);
    expect(await keysOf(house)).toHaveLength(2);
    const files = {
      "m.json": await manifestOf(house, "?destination=archive"),
      "a.ndjson": batchesOf(house, "archive").flat(),
    };
    const both = { env: { CHAIN_KEY: chainKey, ADMIN_TOKEN: token } };
    expect(await verify(files, both)).toMatchObject({ isWell: true });
    expect(await verify(files)).toMatchObject({ isWell: false });
  });

  test("is none where there is no secret, and the entries say so", async () => {
    const house = household({});
    await house.pass(5 * minute);
    expect(await keysOf(house)).toEqual([null]);
  });
});

describe("a destination or tenant that is forgotten", () => {
  test("takes its chain along: what comes later is another chain", async () => {
    const house = household();
    await house.pass(5 * minute);
    const first = manifestFor(await manifestOf(house), "archive");
    const { DESTINATION_ARCHIVE: secret, ...rest } = house.env;
    house.evict(rest);
    await house.pass(10 * minute);
    expect(manifestFor(await manifestOf(house), "archive").head).toEqual(first.head);
    house.evict();
    await house.time.advance(31 * day);
    await house.pass(minute);
    expect((await manifestOf(house)).manifests.map(({ destination }) => destination)).toEqual(["siem"]);
    house.evict({ ...rest, DESTINATION_ARCHIVE: secret! });
    await house.pass(10 * minute);
    const second = manifestFor(await manifestOf(house), "archive");
    expect([second.before.seq, second.entries[0]?.seq]).toEqual([0, 1]);
    expect(second.generation).not.toBe(first.generation);
  });
});
