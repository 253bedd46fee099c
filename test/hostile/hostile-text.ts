import * as fc from "fast-check";
import { jsonText } from "../collection/json-text.ts";

/** Texts and JSON as somebody writes them who wants to see a program fall. */

/** Prototypes, format strings, markup, paths, line ends, halves of characters. */
const nasty = [
  "",
  " ",
  "\n",
  "\r\n",
  "\0",
  "a\0b",
  "a\nb",
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e400",
  "../../etc/passwd",
  "%00",
  "%E0%A4%A",
  "<script>alert(1)</script>",
  "\"'><img src=x onerror=alert(1)>",
  "{{7*7}}",
  "$&$1$`",
  "\uD800",
  "\uDC00x",
  "\uFEFF",
  "\u2028",
  "\u202Etxt.exe",
  "😀",
  "e\u0301",
  "javascript:alert(1)",
  "//evil.example/x",
  "https://evil.example/api/v1/audit/events?cursor=stolen",
  "file:///etc/passwd",
  "https://acme.api.kandji.io:99999/",
  "https://[::1",
  "http://169.254.169.254/",
];

const long = fc
  .tuple(
    fc.constantFrom("x", "<", "\\", '"', " ", "é", "[", "\uD83D\uDE00", "<a"),
    fc.integer({ min: 200, max: 4_000 }),
  )
  .map(([piece, times]) => piece.repeat(times));

/** Any text at all. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: long },
);

/** What a header may hold, every byte of it: tab, blank, printable ASCII and what lies beyond it (RFC 9110 §5.5). */
export const headerValue: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }), fc.constant(0x09)), {
    maxLength: 40,
  })
  .map((codes) => String.fromCharCode(...codes));

const letters = Array.from("!#$%&'*+-.^_`|~0189AZaz");
export const headerName: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 20 })
  .map((parts) => parts.join(""));

/** JSON that is nested so deep: `{"a":[{"a":[…` or `[[[…`. */
export function deep(levels: number, open = "[", close = "]", core = "1"): string {
  return open.repeat(levels) + core + close.repeat(levels);
}

export const nestedJson = fc
  .tuple(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(8, 60, 500) },
      { weight: 3, arbitrary: fc.constant(10_000) },
      {
        weight: 1,
        arbitrary: fc.constant(100_000),
      },
    ),
    fc.constantFrom<readonly [string, string]>(
      ["[", "]"],
      ['{"a":', "}"],
      ['[{"detail":', "}]"],
      ['{"errors":[', "]}"],
    ),
  )
  .map(([levels, [open, close]]) => deep(levels, open, close));

/** Any JSON, written in any way. */
export const anyJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: jsonText },
  { weight: 10, arbitrary: anyText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: nestedJson },
);

/** Texts that are JSON no more: cut, doubled, begun with a mark, or with something behind them. */
export const spoiled = (json: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(json, fc.nat(1_000), fc.nat(5)).map(([text, cut, way]) => {
    if (way === 0) return text.slice(0, cut % (text.length + 1));
    if (way === 1) return text + text;
    if (way === 2) return `\uFEFF${text}`;
    if (way === 3) return `${text}\0`;
    if (way === 4) return `)]}'\n${text}`;
    return text.replaceAll('"', "'");
  });

/** Texts with a name for each that fits a line. */
export const named = (texts: readonly string[]): [name: string, text: string][] =>
  texts.map((text) => [text.length > 60 ? `${text.slice(0, 10)}… of ${text.length}` : JSON.stringify(text), text]);
