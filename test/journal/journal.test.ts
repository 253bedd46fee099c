import { describe, expect, test } from "vitest";
import { actionNames, descriptions } from "../../src/journal/actions.ts";
import { entryOf, itself, journalEntry, type Deed } from "../../src/journal/entry.ts";
import { addressIn, provenanceOf } from "../../src/journal/provenance.ts";
import { cursorOf, placeIn } from "../../src/journal/query.ts";
import { merged, RefusalCounter, refusedEntry } from "../../src/journal/refused-access.ts";
import { changesOf } from "../../src/journal/secrets-seen.ts";
import { textOf } from "../house/tree.ts";

const at = Date.parse("2026-05-01T08:30:00.123Z");
const deed: Deed = { action: "POLL", result: "SUCCEEDED", actor: itself };

/** The attributes of Panther's audit log with whether they are required, as its page lists them, our version in place of theirs. */
const attributes = {
  actionName: true,
  actionDescription: false,
  actionResult: true,
  actionParams: false,
  actionDetails: false,
  actor: true,
  errors: false,
  sourceIP: false,
  XForwardedFor: false,
  userAgent: false,
  timestamp: true,
  forwarderVersion: true,
};

const whole = {
  ...entryOf({ ...deed, details: { status: 202 }, errors: ["x"] }, at),
  sourceIP: "192.0.2.1",
  XForwardedFor: ["192.0.2.1"],
  userAgent: "curl/8.4.0",
};

describe("an entry", () => {
  test("has the attributes of the contract, each required where it is there, and no other", () => {
    expect(Object.keys(whole).toSorted()).toEqual(Object.keys(attributes).toSorted());
    expect(journalEntry.parse(whole)).toEqual(whole);
    for (const [name, isRequired] of Object.entries(attributes)) {
      const without = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name));
      expect([name, journalEntry.safeParse(without).success]).toEqual([name, !isRequired]);
    }
    expect(journalEntry.safeParse({ ...whole, pantherVersion: "1" }).success).toBe(false);
    for (const actor of [
      { id: "x" },
      { type: "USER" },
      { id: "x", type: "ADMIN" },
      { id: "x", type: "USER", role: "x" },
    ])
      expect(journalEntry.safeParse({ ...whole, actor }).success).toBe(false);
    for (const actionResult of ["OK", "succeeded"])
      expect(journalEntry.safeParse({ ...whole, actionResult }).success).toBe(false);
    expect(journalEntry.safeParse({ ...whole, actionParams: { static: {} } }).success).toBe(false);
  });

  test("says when, with milliseconds, and by which version", () => {
    const { version } = JSON.parse(textOf("package.json")) as { version: string };
    expect(entryOf(deed, at)).toMatchObject({ timestamp: "2026-05-01T08:30:00.123Z", forwarderVersion: version });
  });

  test("stays small: texts of 500 characters and lists of 50 are whole, longer ones are cut and counted", () => {
    const given = (texts: number, items: number) =>
      entryOf({ ...deed, dynamic: { text: "x".repeat(texts), ids: Array.from({ length: items }, (_, id) => id) } }, at);
    expect(given(500, 50).actionParams?.dynamic).toEqual({
      text: "x".repeat(500),
      ids: Array.from({ length: 50 }, (_, id) => id),
    });
    const cut = given(501, 51).actionParams?.dynamic;
    expect(cut).toEqual({ text: `${"x".repeat(500)}…`, ids: Array.from({ length: 50 }, (_, id) => id), idsCount: 51 });
    const errors = Array.from({ length: 60 }, () => "y".repeat(600));
    expect(entryOf({ ...deed, errors }, at).errors).toHaveLength(50);
    expect(entryOf({ ...deed, errors }, at).errors?.[0]?.message).toHaveLength(501);
  });

  test("is described wherever it may occur, in docs/journal.md too", () => {
    const document = textOf("docs/journal.md");
    expect(actionNames.filter((name) => !document.includes(`| \`${name}\` |`))).toEqual([]);
    for (const name of actionNames) expect(descriptions[name]).toMatch(/^[A-Z]/);
  });
});

describe("where a request came from", () => {
  const of = (headers: Record<string, string>) =>
    provenanceOf(new Headers(headers), (text) => text.replaceAll("secret", "‹hidden›"));

  test("is said by addresses and a user agent, and by nothing else", () => {
    expect(of({})).toEqual({});
    expect(
      of({
        "CF-Connecting-IP": "2001:db8::7",
        "X-Forwarded-For": "192.0.2.1, 2001:db8::7,unknown, <script>",
        "User-Agent": "curl/8.4.0 secret",
        Cookie: "secret",
      }),
    ).toEqual({
      sourceIP: "2001:db8::7",
      XForwardedFor: ["192.0.2.1", "2001:db8::7"],
      userAgent: "curl/8.4.0 ‹hidden›",
    });
  });

  test("is bounded: ten hops, and 200 characters of the agent", () => {
    const hops = (count: number) => Array.from({ length: count }, (_, index) => `192.0.2.${index}`).join(",");
    expect(
      [of({ "X-Forwarded-For": hops(10) }), of({ "X-Forwarded-For": hops(11) })].map(
        (one) => one.XForwardedFor?.length,
      ),
    ).toEqual([10, 10]);
    expect([200, 201].map((length) => of({ "User-Agent": "a".repeat(length) }).userAgent?.length)).toEqual([200, 200]);
    expect(of({ "X-Forwarded-For": hops(1).repeat(10_000), "User-Agent": "a".repeat(100_000) }).userAgent).toHaveLength(
      200,
    );
  });

  test.each(["192.0.2.1", "2001:db8::1", "::", "::ffff:192.0.2.1", "fe80::1"])("%s is an address", (address) => {
    expect(addressIn(` ${address} `)).toBe(address);
  });

  test.each([
    "",
    "x",
    "192.0.2",
    "192.0.2.1.5",
    "1921.0.2.1",
    "0123456789abcdef0123456789abcdef",
    "12:34",
    "0e5b2b1e-9f2c-4e1a-8000-000000000000",
    "::g",
    "1:2:3:4:5:6:7:8:9:a",
  ])("%j is none", (text) => {
    expect(addressIn(text)).toBeUndefined();
  });
});

describe("secrets that were seen", () => {
  const said = (before: Record<string, string | null>, now: Record<string, string | null>) =>
    changesOf(before, now, at).map(({ actionName, actionResult, actionParams }) => [
      actionName,
      actionResult,
      actionParams?.static,
    ]);

  test("are told of when they appear, change, become invalid, valid again, and go away", () => {
    const acme = { secret: "TENANT_ACME_EU", tenant: "acme-eu" };
    expect(said({}, { TENANT_ACME_EU: "a" })).toEqual([["SECRET_ADDED", "SUCCEEDED", acme]]);
    expect(said({ TENANT_ACME_EU: "a" }, { TENANT_ACME_EU: "a" })).toEqual([]);
    expect(said({ TENANT_ACME_EU: null }, { TENANT_ACME_EU: null })).toEqual([]);
    expect(said({ TENANT_ACME_EU: "a" }, { TENANT_ACME_EU: "b" })).toEqual([["SECRET_CHANGED", "SUCCEEDED", acme]]);
    expect(said({ TENANT_ACME_EU: "a" }, { TENANT_ACME_EU: null })).toEqual([["SECRET_INVALID", "FAILED", acme]]);
    expect(said({}, { TENANT_ACME_EU: null })).toEqual([["SECRET_INVALID", "FAILED", acme]]);
    expect(said({ TENANT_ACME_EU: null }, { TENANT_ACME_EU: "a" })).toEqual([["SECRET_CHANGED", "SUCCEEDED", acme]]);
    expect(said({ TENANT_ACME_EU: "a" }, {})).toEqual([["SECRET_REMOVED", "SUCCEEDED", acme]]);
    expect(said({}, { DESTINATION_SIEM: "a" })).toEqual([
      ["SECRET_ADDED", "SUCCEEDED", { secret: "DESTINATION_SIEM", destination: "siem" }],
    ]);
  });

  test("are told of by valid entries, without their fingerprints", () => {
    const entries = changesOf(
      { A_B: "fingerprint-one", TENANT_X: "y" },
      { TENANT_X: null, TENANT_Z: "fingerprint-two" },
      at,
    );
    for (const entry of entries) expect(journalEntry.parse(entry)).toEqual(entry);
    expect(JSON.stringify(entries)).not.toContain("fingerprint");
  });
});

describe("refused access", () => {
  test("is a summary with counts and some addresses", () => {
    const counter = new RefusalCounter();
    for (let index = 0; index < 11; index += 1) counter.add("wrongToken", `192.0.2.${index}`, at + index);
    counter.add("noCredentials", "198.51.100.1", at - 5);
    const refused = counter.take(at + 20)!;
    expect(refused).toMatchObject({ since: at - 5, until: at + 10, counts: { wrongToken: 11, noCredentials: 1 } });
    expect(refused.addresses).toHaveLength(10);
    const entry = refusedEntry(merged(refused, refused), at + 30);
    expect(journalEntry.parse(entry)).toEqual(entry);
    expect(entry).toMatchObject({
      actionName: "ACCESS_REFUSED",
      actionResult: "FAILED",
      actionDetails: { wrongToken: 22, noCredentials: 2, throttled: 0, since: "2026-05-01T08:30:00.118Z" },
    });
    expect(entry.actionDetails?.["addresses"]).toHaveLength(10);
  });
});

describe("a cursor", () => {
  test("leads back to its place, and nothing else does", () => {
    for (const place of [0, 1, 250_000, 999_999_999_999_999]) expect(placeIn(cursorOf(place))).toBe(place);
    for (const text of [
      "",
      "1",
      "journal:1",
      btoa("journal:-1"),
      btoa("journal:1e3"),
      btoa("other:1"),
      btoa(`journal:${"9".repeat(16)}`),
      "%%%%",
      "AAAAAAAAAAAA",
      "A".repeat(1_000),
    ])
      expect(placeIn(text)).toBeUndefined();
  });
});
