import * as fc from "fast-check";
import { jsonText } from "../collection/json-text.ts";
import { anyJson, anyText, spoiled } from "./hostile-text.ts";
import { kandjiToken } from "./secrets.ts";

/** What Kandji, or somebody in its place, may put into an answer. */

/** Times that are none, or that no clock shows. */
export const oddTimes = [
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00.000001Z",
  "1684-08-18T00:00:00Z",
  "1969-12-31T23:59:59.999999Z",
  "1970-01-01T00:00:00Z",
  "2026-02-30T08:00:00Z",
  "2026-02-29T08:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-05-01T24:00:00Z",
  "2026-05-01T25:61:61Z",
  "2026-06-30T23:59:60Z",
  "2026-05-01T08:00:00",
  "2026-05-01 08:00:00,123456789",
  "2026-05-01T08:00:00.123456789Z",
  "2026-05-01T08:00:00.1234567890Z",
  "2026-05-01T08:00:00+23:59",
  "2026-05-01T08:00:00-99:99",
  "2026-05-01",
  "2255-06-05T23:47:34.740991Z",
  "2255-06-05T23:47:34.740993Z",
  "9999-12-31T23:59:59.999999Z",
  "+275760-09-13T00:00:00Z",
  "-000001-01-01T00:00:00Z",
  "now",
  "1777622400",
  "",
];

/** Times as JSON has them: mostly texts, some near to when these tests are. */
const timeJson = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -600_000_000, max: 600_000_000 }).map(nearNow) },
  { weight: 4, arbitrary: fc.constantFrom(...oddTimes).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom("null", "0", "1777622400000", "1e400", "-0", "[]", "{}", "true") },
);

/** Microseconds from 2026-05-01T08:00:00Z, as Kandji writes them. */
function nearNow(micros: number): string {
  const at = Date.parse("2026-05-01T08:00:00Z") + Math.floor(micros / 1000);
  const rest = ((micros % 1000) + 1000) % 1000;
  return `"${new Date(at).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}Z"`;
}

const idJson = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20).map((number) => `"id-${number}"`) },
  { weight: 3, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom("null", "0", "9007199254740993", '"\\ud800"', '"\\u0000"', "[]", "{}") },
);

const memberJson = fc.oneof(
  { weight: 4, arbitrary: idJson.map((id) => `"id":${id}`) },
  { weight: 4, arbitrary: timeJson.map((time) => `"occurred_at":${time}`) },
  { weight: 2, arbitrary: jsonText.map((value) => `"new_state":${value}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"__proto__":{"id":"polluted","occurred_at":"2026-05-01T08:00:00Z"}',
      '"constructor":{"prototype":{"polluted":true}}',
      '"n":9007199254740993',
      '"n":1e400',
      '"n":-0',
      '"n":1,"n":2',
      '"s":"\\ud83d"',
      '"results":[{"id":"inner"}]',
    ),
  },
  { weight: 1, arbitrary: anyJson.map((value) => `"details":${value}`) },
);

/** One record: an object with whatever members, or no object at all. */
export const recordJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.array(memberJson, { maxLength: 6 }).map((members) => `{${members.join(",")}}`) },
  { weight: 1, arbitrary: anyJson },
);

const events = "https://acme.api.kandji.io/api/v1/audit/events";

/** Where Kandji may say that the log goes on. */
const links = [
  `${events}?cursor=a`,
  `${events}?cursor=b&limit=500`,
  events,
  "https://acme.api.kandji.io@evil.example/api/v1/audit/events?cursor=c",
  "https://evil.example/api/v1/audit/events?cursor=d",
  "http://acme.api.kandji.io/?cursor=e",
  "HTTPS://EVIL.EXAMPLE/?cursor=f",
  "https://",
  "https://[::1/?cursor=g",
  "javascript:alert(1)",
  "javascript://evil.example/%0aalert(1)?cursor=h",
  "data:text/html,x",
  "//evil.example/?cursor=i",
  "/api/v1/audit/events?cursor=j",
  "?cursor=k",
  "#",
  "a",
  "b",
];

/** What is neither a text nor null. */
const otherKinds = [..."0 7 -1 1e400 true false {} []".split(" "), '{"href":"x"}', '["a"]'];

/** One of each kind, by name. */
export const nextKinds: readonly (readonly [name: string, json: string])[] = [
  ...[...links, "\0", "\uD800", " ", "__proto__"].map((text) => [JSON.stringify(text), JSON.stringify(text)] as const),
  ...otherKinds.map((json) => [json, json] as const),
  ["a cursor of 1 MB", `"${"x".repeat(1_000_000)}"`],
  ["a URL with a cursor of 1 MB", `"${events}?cursor=${"x".repeat(1_000_000)}"`],
];

/** `next` as the API's page describes it, as JSON: a text or null. */
export const nextText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("null") },
  { weight: 6, arbitrary: fc.constantFrom(...links).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: anyText.map((text) => JSON.stringify(text)) },
);

/** Every kind of `next`, as JSON. */
export const nextJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: nextText },
  { weight: 1, arbitrary: fc.constantFrom(...otherKinds) },
);

const around = fc.constantFrom("", " ", "\n", "\r\n\t");

/** A page, whose records and whose way on are anything. */
export const pageJson = ({
  most = 8,
  next = nextJson,
}: { readonly most?: number; readonly next?: fc.Arbitrary<string> } = {}): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(recordJson, { maxLength: most }), fc.nat(5), fc.option(next), around)
    .map(([texts, again, way, gap]) => {
      // Some pages hold one record as often as a page can.
      const all = again === 5 ? texts.flatMap((text) => Array.from({ length: 70 }, () => text)) : texts;
      const results = `"results":${gap}[${gap}${all.join(`${gap},${gap}`)}${gap}]`;
      return `${gap}{${way === null ? "" : `"next":${way},`}${gap}"previous":null,${results}${gap}}${gap}`;
    });

/** The token with every letter written as an escape of JSON. */
export const escapedToken = Array.from(
  kandjiToken,
  (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
).join("");

/** Ways to say a token back to whoever sent it. */
const echoes = [
  kandjiToken,
  `Authorization: Bearer ${kandjiToken}`,
  `<p>${kandjiToken}</p>`,
  JSON.stringify({ detail: `Invalid token ${kandjiToken}` }),
  // Many programs write a slash as \/ , and may write any character so.
  `{"error":"${JSON.stringify(kandjiToken).slice(1, -1).replaceAll("/", "\\/")}"}`,
  `{"message":["${escapedToken}"]}`,
  `{"msg":"${"x".repeat(190)}${JSON.stringify(kandjiToken).slice(1, -1)}"}`,
];

/** Any body of an answer that is no page. */
export const errorBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...echoes) },
  { weight: 2, arbitrary: anyText },
  { weight: 2, arbitrary: anyJson },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("detail", "error", "errors", "message", "msg", "x"), anyJson)
      .map(([key, value]) => `{"${key}":${value}}`),
  },
  { weight: 1, arbitrary: spoiled(anyJson) },
);

/** Any body at all. */
export const anyBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: pageJson() },
  { weight: 2, arbitrary: spoiled(pageJson()) },
  { weight: 3, arbitrary: errorBody },
);
