import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { bodyOf, bodyOfSize, exchange, judged, three } from "./exchange.ts";

const code = "ZaVnC4dhaV1QWERTY012345==";
const secret = { type: "sumo-logic", url: `https://collectors.sumologic.com/receiver/v1/http/${code}` };
const intake = { kind: "sumo-logic", apiKey: code } as const;
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };
const { destination } = destinationOf(secret);

describe("sumo-logic", () => {
  it("makes a line of each of three records, its time first", () => {
    const start = '"tenant":"acme","dataset":"audit-events","record":';
    expect(bodyOf(destination, three)).toBe(
      `{"timestamp":"2026-05-01T08:31:02.123456Z",${start}${three[0]}}\n` +
        `{"timestamp":"2026-05-01T08:31:03Z",${start}${three[1]}}\n` +
        `{"timestamp":"2026-05-01T08:31:04.500Z",${start}${three[2]}}\n`,
    );
  });

  it("names the source after the dataset, a verification after itself", () => {
    const categoryOf = (more: object, test = false) =>
      destinationOf({ ...secret, ...more }).destination.request({ ...batch, test }).headers["X-Sumo-Category"];
    expect(categoryOf({})).toBe("kandji/audit-events");
    expect(categoryOf({ sourceCategory: "sec/iru" })).toBe("sec/iru");
    expect(categoryOf({ sourceCategory: "sec/iru" }, true)).toBe("kandji-forwarder/verification");
  });

  it.each(["https://collectors.sumologic.com", "https://collectors.sumologic.com/receiver/v1/http/"])(
    "does not take %s for an address",
    (url) => {
      expect(destinationErrors({ ...secret, url })).toMatchObject([{ key: "url" }]);
    },
  );

  it.each(["", " a", "a\nb", "é"])("refuses %j for a category", (sourceCategory) => {
    expect(destinationErrors({ ...secret, sourceCategory })).toMatchObject([{ key: "sourceCategory" }]);
  });

  it("takes only 200 for an acceptance, and no page of markup", () => {
    expect([200, 202, 204, 260].map((status) => judged(secret, status, ""))).toEqual([
      "accepted",
      "try-later",
      "try-later",
      "try-later",
    ]);
    expect(["<html>", '{"stat', "{}", undefined].map((body) => judged(secret, 200, body))).toEqual([
      "try-later",
      "try-later",
      "accepted",
      "accepted",
    ]);
  });
});

describe("the simulated Sumo Logic", () => {
  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await exchange(secret, intake, bodyOf(destination, three));
    expect(verdict).toEqual({ kind: "accepted" });
    expect(held).toEqual(three);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("knows no other address", async () => {
    const other = { ...secret, url: `${secret.url}x` };
    expect(await exchange(other, intake, bodyOf(destination, three))).toMatchObject({
      status: 401,
      verdict: { kind: "locked-out" },
    });
  });

  it("takes a megabyte and no byte more", async () => {
    const { bytes } = destination.limits;
    expect((await exchange(secret, intake, bodyOfSize(destination, bytes))).verdict.kind).toBe("accepted");
    expect((await exchange(secret, intake, bodyOfSize(destination, bytes + 1))).verdict.kind).toBe("too-big");
  });

  it("answers 200 and throws away what is sent beyond a budget", async () => {
    const over = await exchange(secret, { ...intake, isOverBudget: true }, bodyOf(destination, three));
    expect([over.verdict.kind, over.held]).toEqual(["accepted", []]);
    expect(over.intake.memory.dropped.size).toBe(3);
  });
});
