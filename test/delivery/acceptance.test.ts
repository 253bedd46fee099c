import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ChainEntry } from "../../src/spool/chain-entry.ts";
import { history, records, redriven } from "../spool/setting.ts";
import { configOf, destinationOf, officeOf, refusing, start, work } from "./setting.ts";

/** The chain against what was sent: an entry for everything that was accepted, and for nothing else. */

type Office = ReturnType<typeof officeOf>;

const entriesOf = ({ spool }: Pick<Office, "spool">): ChainEntry[] =>
  JSON.parse(`[${spool.chains.page("siem", 0).entries}]`) as ChainEntry[];
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const told = ({ id, records: count, digest }: ChainEntry) => ({ id, count, digest });
const toldOf = (id: string, lines: readonly string[]) => ({
  id,
  count: lines.length,
  digest: sha256(lines.map((line) => `${line}\n`).join("")),
});

describe("an accepted batch", () => {
  test("is one entry, with the digest of the lines as they were sent, in the order of acceptance", async () => {
    const office = officeOf(() => ({}));
    office.append(records(1, 3));
    office.append(records(10, 5), history);
    await work(office.courierFor({ maxBatchRecords: 2 }));
    const sent = office.sent.map(({ id, body }) => toldOf(id, body.split("\n").slice(0, -1)));
    expect(entriesOf(office).map(told)).toEqual(sent);
    expect(entriesOf(office).map(({ seq, stream, at }) => [seq, stream, at])).toEqual([
      [1, "live", new Date(start).toISOString()],
      [2, "live", new Date(start).toISOString()],
      [3, "history", new Date(start).toISOString()],
      [4, "history", new Date(start).toISOString()],
      [5, "history", new Date(start).toISOString()],
    ]);
  });

  test("is told of as encoded, whatever the frame", async () => {
    const frame = { open: "[", separator: ",", close: "]\n" };
    const destination = destinationOf({ frame: () => frame, encode: ({ raw }) => `{"log":${raw}}` });
    const office = officeOf(() => ({}));
    office.append(records(1, 2));
    office.ports.http = async () => ({ status: 200, headers: new Headers(), body: "" });
    await work(office.courierFor(configOf({ destination })));
    const lines = records(1, 2).map((raw) => `{"log":${raw}}`);
    expect(entriesOf(office)[0]).toMatchObject({ records: 2, digest: toldOf("", lines).digest });
  });

  test("but for some: the entry has those that arrived, in their order", async () => {
    const office = officeOf((lines) => (lines.length === 5 ? { status: 207, body: "[0,3]" } : {}));
    office.append(records(1, 5));
    await work(office.courierFor());
    const [first, ...later] = entriesOf(office);
    const arrived = [1, 2, 4].map((index) => records(1, 5)[index]!);
    expect(first).toMatchObject({ records: 3, digest: toldOf("", arrived).digest });
    expect(first?.first).toBe(sha256(`${arrived[0]}\n`).slice(0, 16));
    // What was refused in it is accepted alone, each by itself.
    expect(later.map(({ digest }) => digest)).toEqual([0, 3].map((index) => sha256(`${records(1, 5)[index]}\n`)));
  });

  test("of dead letters that are sent again is told of too", async () => {
    const office = officeOf(refusing("2"));
    office.append(records(1, 3));
    await work(office.courierFor({ maxBatchRecords: 1 }));
    office.office.intake = () => ({});
    office.append(records(2, 1), redriven);
    await work(office.courierFor());
    expect(entriesOf(office).map(({ stream, records: count }) => [stream, count])).toEqual([
      ["live", 1],
      ["live", 1],
      ["redriven", 1],
    ]);
  });

  test("is in the chain once, however often it was sent", async () => {
    let answers = 0;
    const office = officeOf(() => ((answers += 1) <= 3 ? new Error("The answer is lost") : {}));
    office.append(records(1, 4));
    const courier = office.courierFor();
    for (let tries = 0; tries < 5; tries += 1) {
      await work(courier);
      office.clock.at += 120_000;
    }
    expect(office.sent).toHaveLength(4);
    expect(entriesOf(office)).toMatchObject([{ seq: 1, records: 4, id: office.sent[0]!.id }]);
  });
});

describe("what was not accepted is in no entry", () => {
  test("a batch that is refused, split, and has a dead letter in it", async () => {
    const office = officeOf(refusing("6"));
    office.append(records(1, 8));
    await work(office.courierFor());
    const accepted = office.sent.filter(({ ids }) => !ids.includes("6"));
    expect(entriesOf(office).map(({ id }) => id)).toEqual(accepted.map(({ id }) => id));
    expect(entriesOf(office).reduce((sum, { records: count }) => sum + count, 0)).toBe(7);
    expect(office.spool.deadLetters.all()).toHaveLength(1);
  });

  test("a batch that only a rule passes over", async () => {
    const office = officeOf(() => ({}));
    office.append(records(1, 3));
    await work(office.courierFor({ datasets: ["devices"] }));
    expect(office.sent).toEqual([]);
    expect(entriesOf(office)).toEqual([]);
    expect(office.spool.offsets.of("siem")[0]).toMatchObject({ skipped: 3 });
  });

  test("a batch of which every record was refused, and one that no request can carry", async () => {
    const office = officeOf((lines) => ({ status: 207, body: JSON.stringify(lines.map((_, index) => index)) }));
    office.append(records(1, 2));
    const courier = office.courierFor();
    await work(courier);
    office.append(records(3, 1, 500), history);
    await work(office.courierFor({ maxBatchBytes: 100 }));
    expect(entriesOf(office)).toEqual([]);
  });

  test.each([401, 413, 503])("a batch that was answered %i", async (status) => {
    const office = officeOf(() => ({ status }));
    office.append(records(1, 1));
    await work(office.courierFor());
    expect(office.sent.length).toBeGreaterThan(0);
    expect(entriesOf(office)).toEqual([]);
  });
});

describe("a kill while an answer is written down", () => {
  test.each(["before", "after"] as const)(
    "%s the commit: the entry is there exactly when the offset has moved",
    async (when) => {
      const office = officeOf(() => ({}));
      office.append(records(1, 4));
      await office.courierFor({ maxBatchRecords: 2 }).step();
      office.append(records(5, 2));
      office.sql.kill = { in: 1, when };
      await expect(work(office.courierFor({ maxBatchRecords: 2 }))).rejects.toThrow("killed");
      const spool = office.again();
      const delivered = spool.offsets.of("siem").reduce((sum, offset) => sum + offset.delivered, 0);
      const told_ = entriesOf({ spool }).reduce((sum, { records: count }) => sum + count, 0);
      expect(told_).toBe(delivered);
      await work(office.courierFor({ maxBatchRecords: 2 }, null, spool));
      expect(entriesOf({ spool }).map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(new Set(entriesOf({ spool }).map(({ id }) => id)).size).toBe(3);
    },
  );
});
