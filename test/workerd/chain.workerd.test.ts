/** The chain of deliveries in the real runtime: over evictions, and over more pages than one call carries. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { beginning, ChainKey, type ChainEntry } from "../../src/spool/chain-entry.ts";
import type { ManifestFile } from "../scripts/manifest-file.ts";
import { minute, Premises } from "./premises.ts";

const key = "a-chain-key-of-the-workerd-tests";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function chainOf(place: Premises, query = ""): Promise<ManifestFile["manifests"][number]> {
  const response = await place.ask(`/tenants/${place.tenant}/chain${query}`);
  expect(response.status).toBe(200);
  const { manifests } = (await response.json()) as ManifestFile;
  return manifests[0]!;
}

/** Numbers of the entries that do not follow from those before them. */
function brokenIn(
  { destination, generation, before, entries }: ManifestFile["manifests"][number],
  place: Premises,
  sign: ChainKey,
) {
  let last = before;
  return entries.flatMap(({ mac, ...entry }) => {
    const isRight =
      entry.seq === last.seq + 1 &&
      sign.link({ tenant: place.tenant, destination, generation: generation! }, last.mac, entry) === mac;
    last = { seq: entry.seq, mac };
    return isRight ? [] : [entry.seq];
  });
}

test("an object that is evicted again and again goes on with the chain where it was", async () => {
  const place = new Premises("chained");
  place.set("CHAIN_KEY", key);
  place.set(
    "DESTINATION_SIEM",
    JSON.stringify({ type: "webhook", url: "https://intake.example/intake/siem", maxBatchRecords: 2 }),
  );
  for (let firing = 0; firing < 12; firing += 1) {
    place.happen(7, 10 + firing);
    await place.fire();
    await place.ringDue();
    await place.evict();
    place.pass(minute);
  }
  const chain = await chainOf(place);
  const { batches } = place.world.intakes.get("siem")!.memory;
  expect(chain.entries.map(({ id, records }) => [id, records])).toEqual(
    batches.map(({ id, keys }) => [id, keys.length]),
  );
  expect(chain.entries.length).toBeGreaterThan(32);
  expect(chain.before).toEqual(beginning);
  expect(brokenIn(chain, place, new ChainKey(key))).toEqual([]);
  expect(JSON.stringify(chain)).not.toContain(key);
  place.unset("CHAIN_KEY");
});

test("a chain of many pages is given whole, from the key that the admin token makes", async () => {
  const place = new Premises("long");
  const token = "admin-token-of-the-workerd-tests";
  place.set("ADMIN_TOKEN", token);
  place.happen(1, 1);
  await place.fire();
  const sign = ChainKey.derivedFrom(token);
  const first = await chainOf(place);
  expect(first.entries).toMatchObject([{ seq: 1, records: 1, key: sign.id }]);
  await runInDurableObject(place.stub, (_, { storage }) => lengthen(storage.sql, place.tenant, first, sign, 100));
  await place.evict();
  const chain = await chainOf(place);
  expect(chain.entries).toHaveLength(3_201);
  expect(brokenIn(chain, place, sign)).toEqual([]);
  const rest = await chainOf(place, "?after=3200&destination=siem");
  expect(rest).toEqual({
    ...chain,
    before: { seq: 3_200, mac: chain.entries[3_199]!.mac },
    entries: chain.entries.slice(3_200),
  });
});

/** Puts so many rows of 32 entries before the newest entry, as if they had been delivered. */
function lengthen(
  sql: SqlStorage,
  tenant: string,
  { destination, generation, entries }: ManifestFile["manifests"][number],
  sign: ChainKey,
  rows: number,
): void {
  const name = { tenant, destination, generation: generation! };
  const { mac: _, ...model } = entries[0]!;
  const signed = (seq: number, before: string): ChainEntry => ({
    ...model,
    seq,
    mac: sign.link(name, before, { ...model, seq }),
  });
  let last: { seq: number; mac: string } = beginning;
  for (let row = 0; row < rows; row += 1) {
    const before = last.mac;
    const run: ChainEntry[] = [];
    for (let index = 0; index < 32; index += 1) {
      const entry = signed(last.seq + 1, last.mac);
      run.push(entry);
      last = entry;
    }
    sql.exec(
      "INSERT INTO chain (destination, last, first, generation, before, mac, entries) VALUES (?, ?, ?, ?, ?, ?, ?)",
      destination,
      last.seq,
      run[0]!.seq,
      generation,
      before,
      last.mac,
      JSON.stringify(run),
    );
  }
  const tail = { generation, tail: [signed(last.seq + 1, last.mac)] };
  sql.exec(
    "UPDATE offsets SET state = json_set(state, '$.chain', json(?)) WHERE stream = 'live'",
    JSON.stringify(tail),
  );
}
