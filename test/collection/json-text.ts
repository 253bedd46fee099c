import * as fc from "fast-check";

/** JSON as hostile as it may be written: any white space, any escape, repeated keys, numbers that `Number` cannot hold. */

const space = fc.constantFrom("", "", " ", "\n", "\r\n", "\t", " \n\t ");
const pieces = fc.oneof(
  fc.constantFrom(
    ...String.raw`\\ \" \/ \n \r \t \b \f \u0000 \u0022 \u005c \ud800 \udc00 \ud83d\ude00 \u005B`.split(" "),
  ),
  fc.constantFrom("{", "}", "[", "]", ",", ":", "results", "é", "漢", "😀", "\u2028", "\u007f", " ", "'"),
);
const string = fc.array(pieces, { maxLength: 8 }).map((parts) => `"${parts.join("")}"`);
const number = fc.constantFrom(
  ..."0 -0 1 -17 3.10 12345678901234567890 9007199254740993 1e5 1E+400 -2.50e-7 0.1000000000000000055".split(" "),
);
/**
 * V8 (13.6, as in Node 24) now and then reads a key that is one escape and nothing else as a backslash, once objects with other
 * such keys were read: Object.keys(JSON.parse('{"constructor":null,"\\u00e9":null}'))[1]. What is compared with `JSON.parse` has none.
 */
const isOneEscape = (text: string): boolean => /^"\\(?:u....|.)"$/.test(text);
const key = fc.oneof(
  string.filter((text) => !isOneEscape(text)),
  fc.constantFrom('"results"', String.raw`"\u0072esults"`, '"__proto__"', '"constructor"', '""', '"next"'),
);

const joined = (open: string, parts: readonly string[], close: string, gap: string): string =>
  `${open}${gap}${parts.join(`${gap},${gap}`)}${gap}${close}`;

const { value } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("null", "true", "false"),
    number,
    string,
    tie("array"),
    tie("object"),
  ),
  array: fc.tuple(fc.array(tie("value"), { maxLength: 5 }), space).map(([parts, gap]) => joined("[", parts, "]", gap)),
  object: fc.tuple(fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }), space, space).map(([members, gap, colon]) =>
    joined(
      "{",
      members.map(([name, content]) => `${name}${colon}:${colon}${content}`),
      "}",
      gap,
    ),
  ),
}));

export const jsonText = value;

/** Objects that have the key `results` more often than not, once or several times. */
export const answerText = fc
  .tuple(fc.array(fc.tuple(key, value), { maxLength: 6 }), space, space, space)
  .map(([members, before, gap, after]) => {
    const parts = members.map(([name, content]) => `${name}${gap}:${gap}${content}`);
    return `${before}${joined("{", parts, "}", gap)}${after}`;
  });
