import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { send } from "../../src/delivery/send.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import type { HttpRequest, Ports } from "../../src/ports.ts";
import { iso } from "../collection/audit-log.ts";
import { jsonText } from "../collection/json-text.ts";
import { answered, anyAnswer, type HostileAnswer } from "./answer.ts";
import { EngineRoom, start } from "./engine-room.ts";
import { fixtures, goodAnswerOf, isAcceptance, isLogin, textOf } from "./fixtures.ts";
import { HostileLog } from "./hostile-log.ts";
import { anyJson, anyText } from "./hostile-text.ts";
import { property } from "./inputs.ts";
import { destinationSecrets, environment, secretsIn } from "./secrets.ts";

/** Whatever an intake answers, for every destination type. */

const types = [...destinationTypes.keys()];

/** What an intake may say, its own secrets among it. */
const echoes = Object.values(environment).map((secret) => JSON.stringify({ errors: [secret] }));
const anyBody = fc.oneof(fc.constantFrom(...echoes, "{}", ""), anyText, anyJson);

describe("an answer", () => {
  test("is judged here for every type of the registry", () => {
    expect([...fixtures.keys()].toSorted()).toEqual(types.toSorted());
  });

  const { destinations } = readConfig(environment);

  property(
    "one answer of an intake is a verdict that says no credential",
    fc.record({ type: fc.constantFrom(...types), hostile: anyAnswer(anyBody) }),
    async ({ type, hostile }) => {
      const parsed = destinations.get(type);
      if (parsed?.ok !== true) throw new Error(`No valid secret for ${type}`);
      const { destination } = parsed.value;
      const asked: HttpRequest[] = [];
      const ports: Pick<Ports, "now" | "http"> = {
        now: () => start,
        http: async (request, limits) => {
          asked.push(request);
          return answered(hostile, request, limits);
        },
      };
      const batch = {
        id: "b-1",
        context: { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000 },
        body: "{}\n",
      };
      const sent = await send(ports as Ports, destination, batch);
      expect(asked.map(({ url, method }) => [new URL(url).host, method])).toEqual([[destination.host, "POST"]]);
      if (!sent.answered) return expect(secretsIn(sent.why)).toEqual([]);
      const verdict = destination.judge(sent.answer, { records: 1 });
      const reasons = verdict.kind === "accepted-except" ? [...verdict.refused.values()] : [];
      expect(secretsIn(JSON.stringify([verdict, reasons]))).toEqual([]);
      if (verdict.kind !== "accepted" && verdict.kind !== "accepted-except") expect(verdict.why).not.toBe("");
      if (verdict.kind === "accepted") expect(isAcceptance(type, sent.answer.status)).toBe(true);
    },
  );
});

const hour = 3_600_000;

/** A tenant with a few records in Kandji, some of which the intake will never take, and how it is sent to. */
const story = fc
  .record({
    type: fc.constantFrom(...types),
    records: fc.array(
      fc.record({
        hoursAgo: fc.constantFrom(0, 1, 1, 17, 19, 70),
        isBad: fc.nat(4).map((number) => number === 4),
        more: jsonText,
      }),
      { minLength: 1, maxLength: 10 },
    ),
    answers: fc.array(anyAnswer(anyBody), { minLength: 1, maxLength: 12 }),
    oldRecords: fc.constantFrom("send", "skip", "restamp"),
    maxBatchRecords: fc.integer({ min: 1, max: 6 }),
    gzip: fc.nat(4).map((number) => number === 4),
    evictedBefore: fc.nat(12),
  })
  .map(({ gzip, ...plot }) => ({ ...plot, isPacked: plot.type === "webhook" && gzip }));
type Story = typeof story extends fc.Arbitrary<infer Plot> ? Plot : never;

const idOf = (raw: string): string => (JSON.parse(raw) as { id: string }).id;

class Told {
  readonly arrived = new Map<string, string>();
  readonly log: HostileLog;
  readonly room: EngineRoom;
  readonly #plot: Story;
  readonly #rest: HostileAnswer[];
  readonly #bad = new Set<string>();

  constructor(plot: Story) {
    this.#plot = plot;
    this.#rest = [...plot.answers];
    const { type, oldRecords, maxBatchRecords, isPacked } = plot;
    const change = { oldRecords, maxBatchRecords, ...(type === "webhook" ? { gzip: isPacked } : {}) };
    this.room = new EngineRoom(
      {
        TENANT_ACME: environment["TENANT_ACME"] ?? "",
        DESTINATION_SIEM: JSON.stringify({ ...destinationSecrets.get(type), ...change }),
      },
      {
        kandji: async (request, limits) => this.log.http(request, limits),
        intake: async (...sent) => this.#answer(...sent),
      },
    );
    this.log = new HostileLog(() => this.room.clock.at);
    for (const [index, { hoursAgo, isBad, more }] of plot.records.entries()) {
      this.#write(`real-${index}`, start - hoursAgo * hour, more);
      if (isBad) this.#bad.add(`real-${index}`);
    }
  }

  get isHostile(): boolean {
    return this.#rest.length > 0;
  }

  /** A record that is taken: by its acceptance others are known to be bad. */
  writeGood(): void {
    this.#write(`real-${this.log.texts.size}`, this.room.clock.at, "null");
  }

  #write(id: string, at: number, more: string): void {
    const time = at * 1000 + this.log.texts.size;
    this.log.add({ id, time, visibleAt: 0 }, `{"id":"${id}","occurred_at":"${iso(time)}","more":${more}}`);
  }

  async #answer(request: HttpRequest, limits: Parameters<typeof answered>[2]) {
    // At every moment: also while a request is under way.
    expect(this.room.imbalances()).toEqual([]);
    const { type } = this.#plot;
    const raws = isLogin(type, request.url) ? [] : (fixtures.get(type)?.rawOf(textOf(request)) ?? []);
    const isBad = raws.some((raw) => this.#bad.has(idOf(raw)));
    const good = { headers: new Headers(), ...(isBad ? { status: 400, body: "{}" } : goodAnswerOf(type, request)) };
    const hostile = this.#rest.shift();
    const answer = hostile === undefined ? good : await answered(hostile, request, limits);
    if (isAcceptance(type, answer.status)) for (const raw of raws) this.arrived.set(idOf(raw), raw);
    return answer;
  }
}

describe("delivery", () => {
  property(
    "hostile answers of an intake and then good ones: everything arrived or is a dead letter",
    story,
    async (plot) => {
      const told = new Told(plot);
      const { room, log } = told;
      for (let run = 0, pending = 1; pending > 0; run += 1) {
        if (run > 200) throw new Error("Delivery does not come to rest");
        if (run === plot.evictedBefore) room.evict();
        const report = await room.fire();
        expect(room.leaks(report)).toEqual([]);
        expect(room.imbalances()).toEqual([]);
        pending = report.destinations[0]?.pending ?? 0;
        room.pass();
        // What is left when the intake is well again is held until it takes something else.
        if (pending > 0 && !told.isHostile) told.writeGood();
      }
      const { deadLetters } = room.engine.state.spool;
      const dead = new Set(deadLetters.all().map(({ recordId }) => recordId));
      const [counts] = room.report().destinations;
      const missing = [...log.texts.keys()].filter((id) => !told.arrived.has(id) && !dead.has(id));
      // An intake may have what it was not believed to have: that is sent again, or skipped as too old by then.
      expect(missing.length).toBeLessThanOrEqual(counts?.skipped ?? 0);
      expect(counts?.delivered).toBeLessThanOrEqual(told.arrived.size);
      expect(counts).toMatchObject({ collected: log.texts.size, dead: dead.size, owed: 0 });
      if (plot.oldRecords !== "restamp")
        for (const [id, raw] of told.arrived) expect(raw).toBe(log.texts.get(id)?.replaceAll(/[\r\n]/gu, ""));
    },
  );
});
