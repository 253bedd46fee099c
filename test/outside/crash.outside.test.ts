/**
 * Contract §7.1, 7.2, 7.5 to 7.8 and the books of §6, with the runtime killed at random moments under a load that goes on.
 *
 * `PROOF_KILLS=200` makes the whole proof of which the default is a tenth, `PROOF_SEED` tells another story, and
 * `PROOF_REPORT` names a file that is given one line of JSON with what was counted.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { FaultSettings } from "../simulator/faults.ts";
import type { Batch } from "../simulator/intake-memory.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import { integer, randomFrom } from "../simulator/random.ts";
import type { WorldPlan } from "../simulator/world.ts";
import { imbalance, repeatedRecords } from "./evidence.ts";
import { base, Installation, tenantSecret, tokenOf, until, webhookSecret, type Secrets } from "./installation.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const kills = wholeNumber("PROOF_KILLS", 20);
const seed = wholeNumber("PROOF_SEED", 20_260_501);
const perSecond = 10;
const historyPerKill = 250;
/** Of the events of each life; at times there are more than a page holds. */
const livePerKill = (kill: number): number => (kill % 7 === 3 ? 800 : 150);
const poison = "the strict one refuses this";
const signingSecret = `whsec_${Buffer.from("a secret of the outside tests only").toString("base64")}`;
const destinations = ["fast", "slow", "strict", "flaky"];
/** An answer of the world may be a little late for who was killed: after so long all have been given. */
const lastAnswersMs = 300;
/** None of them does what it was asked to do, so only a kill can make a repeat. */
const passing: FaultSettings["shares"] = [
  { share: 0.08, fault: { do: "status", status: 503 } },
  { share: 0.04, fault: { do: "cut" } },
  { share: 0.04, fault: { do: "status", status: 429, retryAfter: { seconds: 1, as: "seconds" } } },
];

let house: Installation;
afterEach(async () => house.stop());

function wholeNumber(name: string, otherwise: number): number {
  const number = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name} must be a whole number above 0`);
  return number;
}

/** Requests that have reached any part of the world. */
const requestsSeen = (): number =>
  house.kandji().requests.manners().requests +
  destinations.reduce((sum, name) => sum + house.intake(name).requests.manners().requests, 0);

/** Visible events that a destination has neither taken nor refused. */
function waitingFor(name: string): number {
  const { times, refused } = house.intake(name).memory;
  return house.kandji().store.visible().length - times.size - refused.size;
}

function worldAt(start: number): WorldPlan {
  return {
    kandji: {
      acme: {
        token: tokenOf("acme"),
        // Paces the catch-up, and binds: what would come faster than announced would show.
        rate: { perSecond, perHour: 10_000, announced: true },
        latencyMs: 5,
        faults: { shares: [{ share: 0.03, fault: { do: "status", status: 502 } }] },
        events: [
          {
            seed,
            count: kills * historyPerKill,
            from: start - 300 * 24 * hour,
            to: start - 20 * minute,
            odd: 300,
            ties: { groups: 30, size: 7 },
            marked: { count: Math.ceil(kills / 10), text: poison },
          },
          // More at one instant than a page holds.
          { seed: seed + 1, count: 650, from: start - 2 * hour, to: start - hour, ties: { groups: 1, size: 620 } },
        ],
      },
    },
    intakes: {
      fast: { kind: "webhook", signingSecret, latencyMs: 5 },
      slow: { kind: "webhook", latencyMs: 30 },
      strict: { kind: "webhook", latencyMs: 5, refuse: [{ contains: poison, status: 422 }] },
      flaky: { kind: "webhook", latencyMs: 5, faults: { shares: passing } },
    },
  };
}

/** What happens in each life: some events now, some of them tied and some late, and sometimes one that is refused. */
function happen(kill: number): void {
  const now = Date.now();
  house.kandji().seed({
    seed: seed + 1000 + kill,
    count: livePerKill(kill),
    from: now - 1500,
    to: now + 1500,
    ties: { groups: 3, size: 4 },
    late: { share: 0.1, byMs: 6000 },
    marked: { count: kill % 5 === 0 ? 1 : 0, text: poison },
  });
}

/** Fires at once and every second while it waits. */
async function untilWhileFiring<T>(what: string, look: () => T, holds: (seen: T) => boolean, withinMs: number) {
  let firedAt = 0;
  const fireAndLook = (): T => {
    if (Date.now() - firedAt >= second) {
      firedAt = Date.now();
      house.beginFiring();
    }
    return look();
  };
  return until(what, fireAndLook, holds, withinMs);
}

/** Who holds the secrets: now and then one of them is another after a kill. */
class Operator {
  #token = tokenOf("acme");
  #changes = 0;
  #isMistyped = false;
  readonly #sizes = new Map(Object.entries({ fast: 250, slow: 250, strict: 300, flaky: 200 }));

  secrets(addresses: Installation["addresses"]): Secrets {
    const webhook = (name: string, more: object = {}): string =>
      webhookSecret(addresses, name, { maxBatchRecords: this.#sizes.get(name), ...more });
    const strict = webhook("strict", { encoding: "json-array" });
    return {
      ...base,
      // So small that a destination which is away for some lives is owed what it misses.
      MAX_SPOOL_BYTES: "1000000",
      TENANT_ACME: tenantSecret(addresses, "acme", {
        token: this.#token,
        maxRequestsPerHour: 10_000,
        datasets: { "audit-events": { every: "2s", overlap: "30s" } },
      }),
      DESTINATION_FAST: webhook("fast", { signingSecret }),
      DESTINATION_SLOW: webhook("slow", { gzip: true }),
      DESTINATION_STRICT: this.#isMistyped ? strict.slice(0, -1) : strict,
      DESTINATION_FLAKY: webhook("flaky"),
    };
  }

  /** Makes the next change; answers the destination whose batches are formed anew after it. */
  change(): string | undefined {
    this.#changes += 1;
    switch (this.#changes % 5) {
      case 1:
        return this.#resize("fast");
      case 2:
        this.#token = tokenOf(`acme${this.#changes}`);
        house.kandji().change({ token: this.#token });
        return undefined;
      case 3:
        return this.#resize("slow");
      case 4:
        this.#isMistyped = true;
        return undefined;
      default:
        return this.putRight();
    }
  }

  putRight(): undefined {
    this.#isMistyped = false;
  }

  #resize(name: string): string {
    this.#sizes.set(name, this.#sizes.get(name) === 250 ? 170 : 250);
    return name;
  }
}

/** What is known of the lives of the forwarder, the first being life 0: a kill ends one and begins the next. */
class Lives {
  readonly #began: number[] = [];
  readonly #changed: { readonly destination: string; readonly life: number }[] = [];
  readonly #owed = new Set<string>();
  /** Kills that hit a forwarder when it had nothing to do for anybody. */
  idle = 0;

  /** Ends this life and begins the next; nobody is given an answer between them. */
  async kill(secrets: Secrets | undefined, changed: string | undefined): Promise<void> {
    if (destinations.every((name) => waitingFor(name) === 0)) this.idle += 1;
    await house.worker.kill9();
    await Promise.all([
      house.worker.restart(secrets),
      // The next takes longer to start than that.
      sleep(lastAnswersMs).then(() => this.#began.push(Date.now())),
    ]);
    if (changed !== undefined) this.#changed.push({ destination: changed, life: this.#began.length });
  }

  of({ at }: Batch): number {
    return this.#began.filter((began) => began <= at).length;
  }

  hasChanged(name: string, old: Batch, anew: Batch): boolean {
    return this.#changed.some(
      ({ destination, life }) => destination === name && life > this.of(old) && life <= this.of(anew),
    );
  }

  async expectBalance(): Promise<void> {
    const { destinations: books, problems } = await house.tenant();
    expect(books.map((one) => [one.name, imbalance(one)])).toEqual(books.map(({ name }) => [name, 0]));
    // Nothing is called delivered that the intake does not have.
    for (const one of books) expect(one.delivered).toBeLessThanOrEqual(house.intake(one.name).memory.times.size);
    for (const { code, subject } of problems) if (code === "records-owed") this.#owed.add(subject.replace(/^.* /, ""));
  }

  get owed(): ReadonlySet<string> {
    return this.#owed;
  }
}

/** Records of an accepted batch that were accepted once more. */
interface Repetition {
  readonly old: Batch;
  /** The batch that brought the first of them again. */
  readonly again: Batch;
  readonly keys: Set<string>;
}

/** By which batch each record came again, told from its arrival before. */
function repetitionsAt(intake: SimulatedIntake): Repetition[] {
  const found = new Map<Batch, Repetition>();
  const bearers = new Map<string, Batch>();
  for (const batch of intake.memory.batches.filter(({ accepted }) => accepted)) {
    for (const key of batch.keys) {
      const old = bearers.get(key);
      bearers.set(key, batch);
      if (old === undefined) continue;
      const repetition = found.get(old) ?? { old, again: batch, keys: new Set() };
      repetition.keys.add(key);
      found.set(old, repetition);
    }
  }
  return [...found.values()];
}

const timesOf = (names: readonly string[]): [string, number][] => [
  ...names.reduce((counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1), new Map<string, number>()),
];

/**
 * Each kill repeats at most one batch per stream of a destination: the same bytes under the same id. Where the operator
 * has changed the destination since, or the spool let go of the batch and it was owed, the same records come formed anew.
 * Answers how many batches were repeated.
 */
function judgeRepeats(name: string, lives: Lives, isLive: (key: string) => boolean): number {
  const intake = house.intake(name);
  const repetitions = repetitionsAt(intake);
  const isOwed = lives.owed.has(name);
  expect([...intake.memory.changedBatches]).toEqual([]);
  for (const { old, again, keys } of repetitions) {
    expect(lives.of(again)).toBeGreaterThan(lives.of(old));
    // In whole batches only.
    expect([...keys].toSorted()).toEqual(old.keys.toSorted());
    if (again.id === old.id) expect([again.keys, again.bodyDigest]).toEqual([old.keys, old.bodyDigest]);
    else expect(isOwed || lives.hasChanged(name, old, again), `${old.id} came again as ${again.id}`).toBe(true);
  }
  expect(repeatedRecords(intake)).toBe(repetitions.reduce((sum, { old }) => sum + old.keys.length, 0));

  const killOf = ({ old }: Repetition): string => `kill ${lives.of(old) + 1}`;
  const streamOf = ({ old }: Repetition): string => (isLive(old.keys[0] ?? "") ? "live" : "history");
  const perStream = timesOf(repetitions.map((one) => `${killOf(one)}, ${streamOf(one)}`));
  // What was owed comes in the stream of history, whatever its age.
  const most = (what: string): number => (isOwed && what.endsWith("live") ? 2 : 1);
  expect(perStream.filter(([what, count]) => count > most(what))).toEqual([]);
  expect(timesOf(repetitions.map(killOf)).filter(([, count]) => count > 2)).toEqual([]);
  return repetitions.length;
}

describe(`${kills} kills at random moments (seed ${seed})`, () => {
  test(
    "lose nothing, repeat one batch per stream at the most, and leave the books balanced",
    { timeout: 120_000 + kills * 8_000 },
    async () => {
      const random = randomFrom(seed);
      const start = Date.now();
      const operator = new Operator();
      const lives = new Lives();
      house = await Installation.start(worldAt(start), (addresses) => operator.secrets(addresses));
      for (let kill = 0; kill < kills; kill += 1) {
        happen(kill);
        // Away for five lives of twenty.
        const isAway = kill % 20 >= 5 && kill % 20 < 10;
        house.intake("slow").faults.set({ always: isAway ? { do: "status", status: 503 } : null });
        const doomed = requestsSeen() + integer(random, kill % 4 === 0 ? 60 : 16);
        await untilWhileFiring(`request ${doomed}`, requestsSeen, (seen) => seen >= doomed, 30_000);
        await sleep(random() * 40);
        const changed = kill % 4 === 3 ? operator.change() : undefined;
        await lives.kill(operator.secrets(house.addresses), changed);
        await lives.expectBalance();
      }
      // Otherwise the kills hit a forwarder that had nothing to do.
      expect(lives.idle).toBeLessThanOrEqual(kills / 10);
      expect([...lives.owed]).toContain("slow");
      house.intake("slow").faults.clear();
      operator.putRight();
      await lives.kill(operator.secrets(house.addresses), undefined);

      const { store } = house.kandji();
      await untilWhileFiring(
        "the last event to become visible, and all to arrive",
        () => [store.total - store.visible().length, ...destinations.map(waitingFor)],
        (waiting) => waiting.every((count) => count === 0),
        60_000 + kills * 3_000,
      );
      await house.settled(destinations);

      const liveKeys = new Set(
        store.visible().flatMap(({ key, at }) => (at / 1000 >= start - 10 * minute ? [key] : [])),
      );
      const accounts = destinations.map((name) => house.account(name));
      const total = (count: (account: (typeof accounts)[number]) => number): number =>
        accounts.reduce((sum, account) => sum + count(account), 0);
      const requests = requestsSeen();
      const repeatedBatches = destinations.reduce(
        (sum, name) => sum + judgeRepeats(name, lives, (key) => liveKeys.has(key)),
        0,
      );
      report({
        proof: "crashes",
        kills,
        events: store.total,
        lost: total(({ lost }) => lost),
        altered: total(({ altered }) => altered ?? 0),
        repeatedBatches,
        requests,
        seconds: Math.round((Date.now() - start) / second),
        seed,
      });

      const poisoned = store.visible().filter(({ raw }) => raw.includes(poison)).length;
      for (const account of accounts) {
        const dead = account.intake === "strict" ? poisoned : 0;
        expect(account).toMatchObject({ lost: 0, altered: 0, delivered: store.total - dead, refused: dead });
        expect(await house.destination(account.intake)).toMatchObject({
          collected: store.total,
          delivered: store.total - dead,
          pending: 0,
          skipped: 0,
          dead,
        });
      }
      await lives.expectBalance();
      const { maxPerSecond } = house.kandji().requests.manners();
      expect(maxPerSecond).toBeLessThanOrEqual(perSecond);
      // Whoever is killed before the answer comes does not know how long it was asked to wait.
      expect(house.intake("flaky").requests.manners().early).toBeLessThanOrEqual(kills);
    },
  );
});

/** Only what was counted; the file belongs to whoever asked for it. */
function report(counted: Readonly<Record<string, string | number>>): void {
  const path = process.env["PROOF_REPORT"];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(counted)}\n`);
}

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
