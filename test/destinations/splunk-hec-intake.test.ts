import { describe, expect, it } from "vitest";
import { destinationOf } from "../config/ask.ts";
import { SimulatedIntake, type IntakeOptions } from "../simulator/intake.ts";

const token = "token-0123456789";
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };
const { destination } = destinationOf({ type: "splunk-hec", url: "https://splunk.example.com:8088", token });

const idOf = (n: number): string => `01K8QZ3M4T7R9W2X5Y6A${String(n).padStart(6, "0")}`;
const event = (n: number, note = ""): string => `{"id":"${idOf(n)}", "n":1.50,"note":"${note}{"}`;
const intakeOf = (more: Partial<IntakeOptions> = {}): SimulatedIntake =>
  new SimulatedIntake({ kind: "splunk-hec", apiKey: token, ...more });

async function post(intake: SimulatedIntake, body: string, change: Record<string, string> = {}, path?: string) {
  const { url, headers } = destination.request(batch);
  const to = path === undefined ? url : new URL(path, url).href;
  const answer = await intake.fetch(new Request(to, { method: "POST", headers: { ...headers, ...change }, body }));
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    verdict: destination.judge({ status: answer.status, headers: answer.headers, body: text }, { records: 1 }),
  };
}

const bodyOf = (...raws: string[]): string =>
  raws.map((raw) => destination.encode({ raw }, batch)).join(destination.frame(batch).separator);

describe("the simulated Splunk", () => {
  it("takes what the forwarder sends, to the character", async () => {
    const intake = intakeOf();
    expect((await post(intake, bodyOf(event(1), event(2), event(3)))).verdict).toEqual({ kind: "accepted" });
    expect([...intake.memory.texts.values()]).toEqual([event(1), event(2), event(3)]);
    expect(intake.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events", accepted: true }]);
  });

  it("stores the events before a bad one and refuses the rest", async () => {
    const intake = intakeOf({ refuse: [{ contains: "poison", status: 400 }] });
    const { text, verdict } = await post(intake, bodyOf(event(1), event(2, "poison"), event(3)));
    expect(JSON.parse(text)).toMatchObject({ code: 6, "invalid-event-number": 1 });
    expect(verdict).toMatchObject({ kind: "refused", why: expect.stringContaining("event 1") });
    expect([...intake.memory.times.keys()]).toEqual([idOf(1)]);
    expect([...intake.memory.refused]).toEqual([idOf(2)]);
  });

  it.each([
    ["", 5],
    ["   ", 5],
    ["[]", 6],
    ['{"event":"a"', 6],
    ['{"event":"a"} x', 6],
    ['x {"event":"a"}', 6],
    ['{"event":"a","time":"soon"}', 6],
    ['{"time":1}', 12],
    ['{"event":" "}', 13],
    ['{"event":"a","fields":{"a":{"b":"c"}}}', 15],
  ])("refuses %j with code %i", async (body, code) => {
    const { status, text, verdict } = await post(intakeOf(), body);
    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ code })]);
    expect(verdict.kind).toBe("refused");
  });

  it("refuses wrong tokens, addresses and sizes", async () => {
    const intake = intakeOf();
    const kinds = [
      await post(intake, bodyOf(event(1)), { Authorization: "Splunk other" }),
      await post(intake, bodyOf(event(1)), { Authorization: `Bearer ${token}` }),
      await post(intake, bodyOf(event(1)), {}, "/services/other"),
    ].map(({ status, verdict }) => [status, verdict.kind]);
    expect(kinds).toEqual([
      [403, "locked-out"],
      [401, "locked-out"],
      [404, "locked-out"],
    ]);
    const [exact, over] = [1_000_000, 1_000_001].map((size) => {
      const empty = Buffer.byteLength(bodyOf('""'));
      return bodyOf(`"${"x".repeat(size - empty)}"`);
    });
    expect((await post(intake, exact ?? "")).verdict.kind).toBe("accepted");
    expect((await post(intake, over ?? "")).verdict.kind).toBe("too-big");
    expect(Buffer.byteLength(exact ?? "")).toBe(destination.limits.bytes);
  });
});
