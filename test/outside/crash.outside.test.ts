/** Contract §7.1, 7.2, 7.8 and the books of §6, with the runtime killed at random moments. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { integer, randomFrom } from "../simulator/random.ts";
import { imbalance, repeatedRecords, repeatsAt } from "./evidence.ts";
import { base, Installation, tenantSecret, tokenOf, until, webhookSecret } from "./installation.ts";

const minute = 60_000;
const hour = 60 * minute;
const seed = 20_260_501;
const kills = 30;
const perSecond = 15;
const signingSecret = `whsec_${Buffer.from("a secret of the outside tests only").toString("base64")}`;
const destinations = ["fast", "slow"];

let house: Installation;
afterEach(async () => house.stop());

/** Requests that have reached any part of the world. */
const requestsSeen = (): number =>
  house.kandji().requests.manners().requests +
  destinations.reduce((sum, name) => sum + house.intake(name).requests.manners().requests, 0);

async function expectBalance(): Promise<void> {
  const { destinations: books } = await house.tenant();
  expect(books.map((one) => [one.name, imbalance(one)])).toEqual(books.map(({ name }) => [name, 0]));
  // Nothing is called delivered that the intake does not have.
  for (const one of books) expect(one.delivered).toBeLessThanOrEqual(house.intake(one.name).memory.times.size);
}

describe(`${kills} kills at random moments (seed ${seed})`, () => {
  test(
    "lose nothing, repeat one batch per stream at the most, and leave the books balanced",
    { timeout: 280_000 },
    async () => {
      const random = randomFrom(seed);
      const start = Date.now();
      house = await Installation.start(
        {
          kandji: {
            acme: {
              token: tokenOf("acme"),
              // Paces the catch-up, and binds: what would come faster than announced would show.
              rate: { perSecond, perHour: 10_000, announced: true },
              latencyMs: 5,
              events: [
                {
                  seed: 1,
                  count: 49_000,
                  from: start - 300 * 24 * hour,
                  to: start - 20 * minute,
                  odd: 300,
                  ties: { groups: 30, size: 7 },
                },
                {
                  seed: 2,
                  count: 1000,
                  from: start - 5 * minute,
                  to: start + minute,
                  late: { share: 0.1, byMs: 8000 },
                },
              ],
            },
          },
          intakes: { fast: { kind: "webhook", signingSecret, latencyMs: 5 }, slow: { kind: "webhook", latencyMs: 60 } },
        },
        (addresses) => ({
          ...base,
          TENANT_ACME: tenantSecret(addresses),
          DESTINATION_FAST: webhookSecret(addresses, "fast", { signingSecret, maxBatchRecords: 450 }),
          DESTINATION_SLOW: webhookSecret(addresses, "slow", { gzip: true, maxBatchRecords: 400 }),
        }),
      );
      /** When each life after a kill began to answer. */
      const lives: number[] = [];
      for (let kill = 0; kill < kills; kill += 1) {
        const doomed = requestsSeen() + integer(random, 16);
        house.beginFiring();
        await until(`request ${doomed}`, requestsSeen, (seen) => seen >= doomed, 20_000);
        await sleep(random() * 40);
        await house.worker.kill9();
        await house.worker.restart();
        lives.push(Date.now());
        await expectBalance();
      }
      // Otherwise the last kills hit a forwarder that had nothing to do.
      expect(house.account("slow").lost).toBeGreaterThan(1000);

      await until(
        "the last event to become visible",
        () => house.account("fast"),
        ({ events, visible }) => visible === events,
        90_000,
      );
      await house.settled(destinations);

      const lifeOf = (at: number): number => lives.filter((began) => began <= at).length;
      const liveFrom = new Map(
        house
          .kandji()
          .store.visible()
          .map((event) => [event.key, event.at / 1000 >= start - 10 * minute]),
      );
      for (const name of destinations) {
        const intake = house.intake(name);
        expect(house.account(name)).toMatchObject({ lost: 0, altered: 0, delivered: 50_000 });
        expect([...intake.memory.changedBatches]).toEqual([]);
        const repeats = repeatsAt(intake);
        const perKill = new Map<string, number>();
        for (const { first, again } of repeats) {
          expect(again.keys).toEqual(first.keys);
          expect(again.bodyDigest).toBe(first.bodyDigest);
          expect(lifeOf(again.at)).toBeGreaterThan(lifeOf(first.at));
          const key = `life ${lifeOf(again.at)}, ${liveFrom.get(again.keys[0] ?? "") === true ? "live" : "history"}`;
          perKill.set(key, (perKill.get(key) ?? 0) + 1);
        }
        expect([...perKill].filter(([, count]) => count > 1)).toEqual([]);
        // Repeated in whole batches only.
        expect(repeatedRecords(intake)).toBe(repeats.reduce((sum, { again }) => sum + again.keys.length, 0));
        expect(await house.destination(name)).toMatchObject({
          collected: 50_000,
          delivered: 50_000,
          pending: 0,
          skipped: 0,
          dead: 0,
        });
      }
      await expectBalance();
      const { maxPerSecond } = house.kandji().requests.manners();
      expect(maxPerSecond).toBeLessThanOrEqual(perSecond);
    },
  );
});

test("at full speed, over a crash, no second has more than the 50 requests that are announced", async () => {
  const start = Date.now();
  const history = { count: 60_000, from: start - 300 * 24 * hour, to: start - 20 * minute };
  house = await Installation.start(
    {
      kandji: { acme: { token: tokenOf("acme"), events: [{ seed: 3, ...history }] } },
      intakes: { fast: { kind: "webhook", keepTexts: false } },
    },
    (addresses) => ({
      ...base,
      TENANT_ACME: tenantSecret(addresses),
      DESTINATION_FAST: webhookSecret(addresses, "fast"),
    }),
  );
  const asked = () => house.kandji().requests.manners().requests;
  house.beginFiring();
  await until("half of it", asked, (requests) => requests > 60);
  await house.worker.kill9();
  await house.worker.restart();
  await house.settled(["fast"]);
  const { maxPerSecond, byStatus } = house.kandji().requests.manners();
  expect(maxPerSecond).toBeLessThanOrEqual(50);
  // It was fast enough for the limit to be felt, and never ran into it.
  expect(maxPerSecond).toBeGreaterThan(25);
  expect(byStatus["429"]).toBeUndefined();
});
