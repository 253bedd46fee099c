import { deleteDeadLetters } from "../../../src/tenant/operations.ts";
import { replay } from "../../../src/tenant/replay.ts";
import type { Fault } from "../../simulator/faults.ts";
import { epoch, hour, minute, secrets } from "../../tenant/household.ts";
import type { Row } from "./row.ts";
import { kandjiToken, type Stage, type Watched } from "./watched-installation.ts";

/** What goes wrong on the way to a destination. */

const subject = "tenant acme / destination siem";
const live = { dataset: "audit-events", stream: "live" } as const;

const fails = (status: number): Fault => ({ do: "status", status });
const answers = (code: string, health: Row["health"], fault: Fault): Row => ({
  code,
  subject,
  health,
  cause: (it) => it.siem.faults.set({ always: fault }),
  remove: (it) => it.siem.faults.clear(),
});

const offsetOf = (it: Watched) => {
  const offset = it.household.engine.state.spool.offsets.get("siem", live);
  if (offset === undefined) throw new Error("The test's destination has not joined");
  return offset;
};

/** What a fault of the forwarder could do: records that wait count as delivered, and never were. */
function lose(it: Watched): void {
  const { spool } = it.household.engine.state;
  const offset = offsetOf(it);
  const position = spool.lanes.length(live).appended;
  const delivered = offset.delivered + position - offset.position;
  spool.settle({ ...offset, position, delivered, ends: [], suspects: [] });
}

const hoursOfEvents = (count: number, hours: number, more: Partial<Stage> = {}): Stage => ({
  kandji: { acme: { token: kandjiToken, events: [{ seed: 9, count, from: epoch, to: epoch + hours * hour }] } },
  ...more,
});

const datadog = { type: "datadog", apiKey: "datadog-key-0123456789", url: "https://intake.example/intake/siem" };

export const rows: readonly Row[] = [
  answers("destination-unavailable", "degraded", fails(503)),
  answers("destination-locked-out", "failing", fails(403)),
  {
    code: "refuses-everything",
    subject,
    health: "failing",
    cause: (it) => it.siem.change({ refuse: [{ contains: '"action"', status: 422 }] }),
    remove: (it) => it.siem.change({ refuse: [] }),
  },
  {
    code: "dead-letters",
    subject,
    health: "degraded",
    stage: () => ({ intakes: { siem: { kind: "webhook", refuse: [{ contains: "poison", status: 422 }] } } }),
    cause: (it) => {
      const marked = { count: 2, text: "poison" };
      it.acme.seed({ seed: 5, count: 20, from: it.now, to: it.now + 30_000, marked });
    },
    remove: (it) => void deleteDeadLetters(it.household.engine.state, undefined),
  },
  {
    code: "records-owed",
    subject,
    health: "degraded",
    stage: () =>
      hoursOfEvents(2_000, 10, {
        intakes: { siem: { kind: "webhook" }, archive: { kind: "webhook" } },
        env: secrets({ siem: {}, archive: {} }),
        maxSpoolBytes: 20_000,
      }),
    cause: (it) => it.siem.faults.set({ always: fails(503) }),
    after: { minutes: 120, because: "what waits has to outgrow the spool" },
    besides: ["destination-unavailable"],
    remove: (it) => it.siem.faults.clear(),
    shown: { minutes: 10, because: "what was let go is read from Kandji again" },
  },
  {
    code: "spool-full",
    subject: "tenant acme",
    health: "failing",
    stage: () => hoursOfEvents(2_000, 10, { maxSpoolBytes: 20_000 }),
    cause: (it) => it.siem.faults.set({ always: fails(503) }),
    after: { minutes: 30, because: "half of the spool has to wait" },
    besides: ["destination-unavailable"],
    remove: (it) => it.siem.faults.clear(),
    shown: { minutes: 5, because: "the one that is furthest has to catch up" },
  },
  {
    code: "records-growing-old",
    subject,
    health: "failing",
    stage: () => ({
      intakes: { siem: { kind: "datadog", apiKey: datadog.apiKey } },
      env: secrets({ siem: datadog }),
      kandji: { acme: { token: kandjiToken, events: [{ seed: 9, count: 900, from: epoch, to: epoch + 9 * hour }] } },
    }),
    calm: 60,
    cause: (it) => it.siem.faults.set({ always: fails(503) }),
    after: { minutes: 9 * 60 + 30, because: "half of the 18 hours has to pass" },
    besides: ["destination-unavailable"],
    remove: (it) => it.siem.faults.clear(),
  },
  {
    code: "hour-does-not-add-up",
    subject: `tenant acme / audit-events / destination siem`,
    health: "degraded",
    stage: () =>
      hoursOfEvents(2_000, 10, {
        env: secrets(
          { siem: {} },
          { datasets: { "audit-events": { overlap: "10m", sweepEvery: "2h", sweep: "1d", backfill: "0s" } } },
        ),
      }),
    calm: 3 * 60,
    cause: async (it) => {
      it.siem.faults.set({ always: fails(503) });
      await it.pass(30 * minute);
      lose(it);
      it.siem.faults.clear();
    },
    after: { minutes: 4 * 60, because: "a sweep has to read the hour" },
    remove: (it) => {
      const [since, until] = [(epoch + 3 * hour) * 1000, (epoch + 4 * hour) * 1000 - 1];
      replay(it.household.engine.state, { dataset: "audit-events", since, until, destination: "siem" });
    },
  },
  {
    code: "books-unbalanced",
    subject,
    health: "degraded",
    stage: () => hoursOfEvents(2_000, 10),
    cause: (it) => {
      const offset = offsetOf(it);
      it.household.engine.state.spool.offsets.write({ ...offset, delivered: offset.delivered - 1 });
    },
    remove: (it) => {
      const offset = offsetOf(it);
      it.household.engine.state.spool.offsets.write({ ...offset, delivered: offset.delivered + 1 });
    },
  },
];
