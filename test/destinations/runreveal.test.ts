import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { batch, bodyOf, bodyOfSize, exampleEvent, exchange, three } from "./exchange.ts";

const secret = { type: "runreveal", url: "https://api.runreveal.com/sources/hook/source-id", token: "token-1" };
const intake = { kind: "runreveal", apiKey: "token-1" } as const;
const { destination } = destinationOf(secret);

describe("runreveal", () => {
  it("sends an array of structured events, each with the record in it", () => {
    const [event] = JSON.parse(bodyOf(destination, [exampleEvent])) as Record<string, unknown>[];
    expect(event).toMatchObject({ eventName: "library_item.update", record: JSON.parse(exampleEvent) as object });
  });

  it("goes to the whole address, with a token where there is one", () => {
    const url = "https://api.runreveal.com/sources/webhook/a?b=c";
    const request = destinationOf({ type: "runreveal", url }).destination.request(batch);
    expect(request).toMatchObject({ url, gzip: true });
    expect(Object.keys(request.headers)).toEqual(["Content-Type", "User-Agent"]);
  });

  it("is refused Panther's shape, and takes the record as it is", () => {
    expect(destinationErrors({ ...secret, format: "panther" })).toMatchObject([{ key: "format" }]);
    expect(bodyOf(destinationOf({ ...secret, format: "raw" }).destination, three)).toBe(`[${three.join(",")}]`);
  });
});

describe("the simulated RunReveal", () => {
  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await exchange(secret, intake, bodyOf(destination, three));
    expect([verdict, held]).toEqual([{ kind: "accepted" }, three]);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("refuses other tokens and addresses, and what it cannot read", async () => {
    const kindOf = async (text: string, headers = {}, settings = {}, more = {}) => {
      const { status, verdict } = await exchange({ ...secret, ...settings }, { ...intake, ...more }, text, headers);
      return [status, verdict.kind];
    };
    expect(await kindOf("[{}]", { Authorization: "token-1" })).toEqual([401, "locked-out"]);
    expect(await kindOf("[{}]", {}, { token: "other" })).toEqual([403, "locked-out"]);
    expect(await kindOf("[{}]", {}, { url: "https://api.runreveal.com/hook" })).toEqual([404, "locked-out"]);
    expect(await kindOf("{}\n{}")).toEqual([400, "refused"]);
    expect(await kindOf("{}")).toEqual([200, "accepted"]);
    for (const event of ["7", '{"tags":["a"]}', '{"eventTime":"1 May"}', '{"actor":{"id":7}}', '{"readOnly":"no"}'])
      expect([event, ...(await kindOf(`[${event}]`))]).toEqual([event, 400, "refused"]);
    expect(await kindOf('[{"tags":["a"]}]', {}, {}, { runreveal: "generic" })).toEqual([200, "accepted"]);
  });

  it("takes a request of our limit and, as we assume, not one byte more", async () => {
    const { bytes } = destination.limits;
    expect((await exchange(secret, intake, bodyOfSize(destination, bytes))).verdict.kind).toBe("accepted");
    expect((await exchange(secret, intake, bodyOfSize(destination, bytes + 1))).verdict.kind).toBe("too-big");
  });
});
