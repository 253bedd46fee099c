import { describe, expect, it } from "vitest";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { destinationOf } from "../config/ask.ts";
import { bodyOf, deliver } from "./exchange.ts";
import { intakeCredentials, intakeSetups } from "../simulator/intake-setups.ts";
import { intakeKinds } from "../simulator/intakes.ts";
import { SimulatedIntake } from "../simulator/intake.ts";

const event = '{"id":"01K8QZ3M4T7R9W2X5Y6A000001","occurred_at":"2026-05-01T08:00:00.123456Z","n":1.50}';

it("every destination type has a simulated intake that is set up in one way, and no other kind has", () => {
  expect(Object.keys(intakeSetups).toSorted()).toEqual([...destinationTypes.keys()].toSorted());
  expect(intakeKinds.toSorted()).toEqual(Object.keys(intakeSetups).toSorted());
});

it("knows the credentials of each", () => {
  // A bucket is bound: there is nothing to know.
  for (const kind of intakeKinds.filter((one) => one !== "r2")) {
    const secret = JSON.stringify(intakeSetups[kind].secret("https://intake.example/intake/it"));
    expect(
      intakeCredentials.some((credential) => secret.includes(credential)),
      kind,
    ).toBe(true);
  }
});

describe.each(intakeKinds)("a secret for a simulated %s", (kind) => {
  const { knows, secret } = intakeSetups[kind];
  const now = Date.parse("2026-05-01T08:00:10Z");

  async function send(told: typeof knows): Promise<SimulatedIntake> {
    const intake = new SimulatedIntake({ kind, ...told, now: () => now });
    // Whatever signs does so where requests are sent; here nothing is.
    const { signingSecret: _, ...unsigned } = secret("https://intake.example/intake/it");
    const body = bodyOf(destinationOf(unsigned).destination, [event]);
    await deliver(unsigned, intake, { body, records: 1 });
    return intake;
  }

  it("is accepted, and leads to that intake, which takes a record to the character", async () => {
    const { signingSecret: _, ...told } = knows;
    expect(destinationOf(secret("https://intake.example/intake/it"))).toMatchObject({ type: kind });
    const { memory } = await send(told);
    expect([...memory.texts.values()]).toEqual([event]);
  });

  it.skipIf(knows.apiKey === undefined)("lets nobody in who knows something else", async () => {
    const { memory } = await send({ apiKey: "something-else" });
    expect(memory.arrivals).toBe(0);
  });
});
