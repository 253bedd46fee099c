import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Destination, Verdict } from "../../src/destinations/destination.ts";
import type { SpooledRecord } from "../../src/destinations/record.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { version } from "../../src/version.ts";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { batch, three } from "./exchange.ts";
import { fixtures } from "./fixtures.ts";

/** What every destination type must hold. A type without a fixture fails. */

// What the contract and the vendors speak of, and some that nobody speaks of.
const statuses = [
  [100, 103, 199, 200, 201, 202, 204, 206, 260, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308],
  [400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 418, 421, 422, 425, 426, 429, 431, 451, 499],
  [500, 501, 502, 503, 504, 520, 522, 529, 599],
].flat();

function bodyOf(destination: Destination, records: readonly SpooledRecord[]): string {
  const { open, separator, close } = destination.frame(batch);
  return open + records.map((record) => destination.encode(record, batch)).join(separator) + close;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** JSON as Kandji may send it: any letters, any digits, and never a line break outside of an escape. */
const raw = fc
  .tuple(fc.string({ unit: "grapheme" }), fc.bigInt(), fc.constantFrom("", " ", "  "))
  .map(([text, number, blank]) => `{${blank}"id":${JSON.stringify(text)},${blank}"n":${number},"n":${number}.50}`);

describe("the registry", () => {
  it("has a fixture for every type, and a type for every fixture", () => {
    expect([...fixtures.keys()].toSorted()).toEqual([...destinationTypes.keys()].toSorted());
  });

  it("names every type as it names itself", () => {
    for (const [name, type] of destinationTypes) expect(type.type).toBe(name);
  });
});

describe.each([...fixtures])("%s", (name, fixture) => {
  const secret = (which: "fewest" | "most"): object => ({ type: name, ...fixture.settings[which] });
  const open = (which: "fewest" | "most" = "fewest"): Destination => destinationOf(secret(which)).destination;
  const judge = (status: number, body?: string): Verdict =>
    open().judge({ status, headers: new Headers(), body }, { records: 1 });

  it("cites the vendor's page and knows its limits", () => {
    const type = destinationTypes.get(name);
    expect(type?.source.protocol).toBe("https:");
    expect(type?.title).not.toBe("");
    expect(type?.limits.records).toBeGreaterThan(0);
    expect(type?.limits.bytes).toBeGreaterThan(0);
  });

  it("goes to the right place", () => {
    expect(open("fewest").request(batch).url).toBe(fixture.url.fewest);
    expect(open("most").request(batch).url).toBe(fixture.url.most);
    expect(open("most").host).toBe(new URL(fixture.url.most).host);
  });

  it("carries its headers, and the same ones every time", () => {
    expect(open("most").request(batch).headers).toEqual(fixture.headers);
    expect(open("most").request(batch)).toEqual(open("most").request(batch));
    expect([...new Headers(open("most").request(batch).headers).keys()]).toHaveLength(
      Object.keys(fixture.headers).length,
    );
  });

  it("encodes as agreed", () => {
    for (const { record, batch: changed, text } of fixture.encoded) {
      expect(open().encode(record, { ...batch, ...changed })).toBe(text);
    }
  });

  it("delivers every record to the character, in order", () => {
    fc.assert(
      fc.property(fc.array(raw, { minLength: 1, maxLength: 5 }), (texts) => {
        expect(
          fixture.rawOf(
            bodyOf(
              open(),
              texts.map((text) => ({ raw: text })),
            ),
          ),
        ).toEqual(texts);
      }),
    );
  });

  it("makes the same bytes every time, as many as its parts have", () => {
    fc.assert(
      fc.property(fc.array(raw, { minLength: 1, maxLength: 5 }), fc.constantFrom("fewest", "most"), (texts, which) => {
        const destination = open(which);
        const records = texts.map((text) => ({ raw: text }));
        const { open: opening, separator, close } = destination.frame(batch);
        const parts = records.map((record) => bytesOf(destination.encode(record, batch)));
        const sum = parts.reduce((total, part) => total + part, bytesOf(opening) + bytesOf(close));
        expect(bytesOf(bodyOf(destination, records))).toBe(sum + bytesOf(separator) * (records.length - 1));
        expect(bodyOf(destination, records)).toBe(bodyOf(open(which), records));
      }),
    );
  });

  it("lowers its limits and never raises them", () => {
    const { limits } = open();
    const most = { ...secret("fewest"), maxBatchRecords: limits.records, maxBatchBytes: limits.bytes };
    expect(destinationOf(most)).toMatchObject({ maxBatchRecords: limits.records, maxBatchBytes: limits.bytes });
    expect(destinationErrors({ ...most, maxBatchRecords: limits.records + 1 })).toMatchObject([
      { key: "maxBatchRecords" },
    ]);
    expect(destinationErrors({ ...most, maxBatchBytes: limits.bytes + 1 })).toMatchObject([{ key: "maxBatchBytes" }]);
  });

  it("skips old records unasked only where the intake drops them unasked", () => {
    const { oldRecords, destination } = destinationOf(secret("fewest"));
    expect(oldRecords).toBe(destination.limits.maxAgeMs === undefined ? "send" : "skip");
  });

  it("makes the same request of three records as ever", async () => {
    const { url, headers, gzip } = open().request(batch);
    const head = Object.entries(headers).map(([key, value]) => `${key}: ${value.replace(version, "VERSION")}`);
    const whole = [
      `POST ${url}`,
      ...head,
      `(gzip: ${gzip})`,
      "",
      bodyOf(
        open(),
        three.map((text) => ({ raw: text })),
      ),
    ];
    await expect(whole.join("\n")).toMatchFileSnapshot(`fixtures/requests/${name}.txt`);
  });

  it("is not taken in by a success that is none", () => {
    const body = fixture.bodies?.get(fixture.success) ?? "";
    expect(judge(fixture.success, body)).toEqual({ kind: "accepted" });
    const odd = {
      empty: judge(fixture.success, "").kind,
      markup: judge(fixture.success, "<!doctype html><title>Sign in</title>").kind,
      truncated: judge(fixture.success, body === "" ? '{"ok":tr' : body.slice(0, -1)).kind,
      "too long to read": judge(fixture.success, undefined).kind,
    };
    expect(odd).toEqual(fixture.odd);
  });

  it("judges every status", () => {
    const judged = new Map(statuses.map((status) => [status, judge(status, fixture.bodies?.get(status)).kind]));
    const agreed = Object.entries(fixture.verdicts).flatMap(([kind, codes]) =>
      codes.map((status) => [status, kind] as const),
    );
    expect(judged).toEqual(new Map(agreed.toSorted(([a], [b]) => a - b)));
  });

  it("says why, with the status, and how to mend what does not pass by itself", () => {
    for (let status = 100; status <= 599; status++) {
      const verdict = judge(status, fixture.bodies?.get(status));
      if (verdict.kind === "accepted" || verdict.kind === "accepted-except") continue;
      expect(verdict.why).toContain(String(status));
      expect(verdict.why).toMatch(/^[A-Z].*[^.]$/u);
      if (verdict.kind === "locked-out") expect(verdict.fix).toMatch(/^[A-Z].*[^.]$/u);
    }
  });

  it("takes 405 for a wrong address", () => {
    expect(judge(405)).toMatchObject({
      kind: "locked-out",
      why: expect.stringMatching(/405: it takes no POST requests/u),
    });
  });

  it("asks for its token as agreed and of nobody else, or for none", () => {
    const { authorization } = open("most");
    const { login } = fixture;
    if (authorization === undefined) return expect(login).toBeUndefined();
    const { url, headers, body } = authorization.request();
    expect(headers["User-Agent"]).toBe(`kandji-forwarder/${version}`);
    expect(`POST ${url}\n${body}`).toBe(login?.asked);
    expect(new URL(open().authorization?.request().url ?? "").host).toBe(login?.host);
    const answer = { status: 200, headers: new Headers(), body: login?.body };
    expect(authorization.read(answer).kind).toBe("granted");
  });

  it("does not show what is hidden", () => {
    const shown = [
      inspect(open("most"), { depth: 9, showHidden: true }),
      JSON.stringify(open("most")),
      open("most").host,
    ];
    const said = statuses.map((status) => JSON.stringify(judge(status, fixture.hidden.join(" "))));
    for (const hidden of fixture.hidden) expect([...shown, ...said].join("\n")).not.toContain(hidden);
  });

  it("refuses a key that it does not know", () => {
    expect(destinationErrors({ ...secret("most"), nonsense: 1 })).toMatchObject([{ key: "nonsense" }]);
  });

  it("does not open without what it needs", () => {
    expect(() => destinationTypes.get(name)?.open({})).toThrow(/./u);
  });
});
