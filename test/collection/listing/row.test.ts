import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedFields, emptyFingerprint, fingerprintOf, Shapes } from "../../../src/collection/listing/fingerprint.ts";
import {
  identityOf,
  keyPrefix,
  readRow,
  recordOf,
  rowReader,
  type ListedRow,
  type Note,
} from "../../../src/collection/listing/row.ts";
import { readDevice, type Device } from "../../../src/collection/listing/device-list.ts";
import { jsonText } from "../json-text.ts";
import { deviceRow, things } from "./setting.ts";

const raw = String.raw;
const device = readDevice(JSON.parse(deviceRow("d1"))) as Device;

function read(
  text: string,
  { dataset = things, list = "", of = undefined as Device | undefined, allowed = [] as string[] } = {},
): ListedRow {
  return readRow(rowReader(dataset, allowed), { raw: text, value: JSON.parse(text), list }, of);
}

const changed = (before: string, after: string, dataset = things): string[] =>
  changedFields(read(before, { dataset }).fingerprint, read(after, { dataset }).fingerprint, dataset.volatile);

describe("who a row is", () => {
  test("its identity, after its device and its list where there are such", () => {
    expect(read('{"id":7,"name":"x"}').key).toBe("[7]");
    expect(read('{"name":"x","id":"7","new":1}').key).toBe('["7"]');
    expect(read('{"id":7}', { of: device, list: "parameters" }).key).toBe('["d1","parameters",7]');
    expect(read('{"id":7}', { of: device }).key.startsWith(keyPrefix("d1"))).toBe(true);
    expect(read('{"id":7}', { of: device }).id).toBe("[7]");
    expect(read('{"id":7}', { of: { ...device, id: "d10" } }).key.startsWith(keyPrefix("d1"))).toBe(false);
  });

  test("parts that it lacks are null; without any it is all that it holds, and told as drift", () => {
    const dataset = { ...things, identity: ["id", "path"] };
    expect(read('{"id":7}', { dataset })).toMatchObject({ key: "[7,null]", drift: false });
    const nameless = read('{"name":"x"}', { dataset });
    expect(nameless.drift).toBe(true);
    expect(nameless.key).toMatch(/^\["sha256:.{44}"\]$/);
    expect(read('{"name":"x"}', { dataset }).key).toBe(nameless.key);
    expect(read('{"name":"y"}', { dataset }).key).not.toBe(nameless.key);
    expect(read('{"name":"x"}', { dataset: { ...things, identity: [] } })).toMatchObject({ key: "[]", drift: false });
  });

  test("a long identity is remembered by its hash, behind its device", () => {
    const long = (last: string): ListedRow => read(JSON.stringify({ id: "x".repeat(1_000) + last }), { of: device });
    expect(long("a").key.length).toBeLessThan(100);
    expect(long("a").key.startsWith(keyPrefix("d1"))).toBe(true);
    expect(long("a").key).not.toBe(long("b").key);
    expect(long("a").drift).toBe(false);
  });

  test("a prototype's keys are no fields", () => {
    const dataset = { ...things, identity: ["constructor", "__proto__"] };
    expect(identityOf(dataset, {})).toEqual({ id: "[null,null]", parts: [null, null], shown: undefined });
    expect(identityOf(dataset, JSON.parse('{"__proto__":"x","constructor":1}')).shown).toBe("1 x");
  });

  test("what a notice repeats: identity and names, as far as it has them", () => {
    expect(read('{"x":1,"name":"n","id":7}').names).toBe('{"id":7,"name":"n"}');
    expect(read('{"id":7,"name":null}').names).toBe('{"id":7}');
  });

  test("its time is the first that it has, without a zone UTC; none where it cannot be read", () => {
    const dataset = { ...things, times: ["at", "made"] };
    const at = Date.parse("2026-05-01T08:00:00Z") * 1000;
    expect(read('{"at":"2026-05-01T08:00:00.000001"}', { dataset }).time).toBe(at + 1);
    expect(read('{"at":null,"made":"2026-05-01T10:00:00+02:00"}', { dataset }).time).toBe(at);
    expect(read('{"at":"soon","made":"2026-05-01T08:00:00Z"}', { dataset }).time).toBeNull();
    expect(read('{"id":1}', { dataset }).time).toBeNull();
  });
});

describe("what is news of a row", () => {
  test.each([
    ["another value", '{"id":1,"a":1}', '{"id":1,"a":2}', ["a"]],
    ["a new field", '{"id":1}', '{"id":1,"a":null}', ["a"]],
    ["a field that went", '{"id":1,"a":1,"b":2}', '{"id":1,"b":2}', ["a"]],
    ["something within", '{"id":1,"a":{"b":[1,{"c":2}]}}', '{"id":1,"a":{"b":[1,{"c":3}]}}', ["a"]],
    [
      "a text in place of a number",
      '{"id":1,"a":1,"b":true,"c":null}',
      '{"id":1,"a":"1","b":"true","c":"null"}',
      ["a", "b", "c"],
    ],
    ["the order of fields", '{"id":1,"a":1,"b":2}', '{"b":2,"a":1,"id":1}', []],
    ["what is volatile", '{"id":1,"seen":1}', '{"id":1,"seen":2}', []],
    ["what is volatile and comes or goes", '{"id":1,"seen":1}', '{"id":1}', []],
    ["what is volatile within", '{"id":1,"a":[{"b":{"seen":1}}]}', '{"id":1,"a":[{"b":{"seen":2}}]}', []],
    ["what is sensitive", '{"id":1,"secret":1,"a":{"secret":1}}', '{"id":1,"secret":2,"a":{"secret":2}}', []],
  ])("%s", (_, before, after, fields) => {
    expect(changed(before, after)).toEqual(fields);
  });

  test("a row that is no object is one field", () => {
    expect(changed('"a"', '"b"')).toEqual([""]);
    expect(changed("[1]", "[1]")).toEqual([]);
  });

  test("a field that was remembered and is volatile by now is no news", () => {
    const before = fingerprintOf({ seen: 1 }, {}, new Shapes());
    expect(changedFields(before, emptyFingerprint, things.volatile)).toEqual([]);
    expect(changedFields(before, emptyFingerprint, {})).toEqual(["seen"]);
  });
});

describe("what is sensitive", () => {
  const text = raw`{"id":1,"secret":"S1","in":[{"secret":{"x":"S2"},"k":12345678901234567890}],"s\u0065cret":"S3"}`;

  test("is cut out at any depth, however it is spelled, and of nothing else a character", () => {
    const row = read(text);
    expect(row.raw).toBe('{"id":1,"in":[{"k":12345678901234567890}]}');
    expect(row.value).toEqual({ id: 1, in: [{ k: 12345678901234567000 }] });
    expect(row.fingerprint.fields).toEqual(["id", "in"]);
    expect(row.fingerprint).toEqual(read(text.replaceAll(/S\d/g, "other")).fingerprint);
  });

  test("stays where the operator lists it", () => {
    expect(read(text, { allowed: ["secret"] }).raw).toBe(text);
    expect(read(text, { allowed: ["other"] }).raw).not.toContain("S1");
  });
});

describe("the record of a row", () => {
  const note: Note = { change: "snapshot", seenAt: "2026-05-01T08:00:00.000Z" };
  const added = `"_forwarder":${JSON.stringify(note)}}`;

  test("keeps every character of an object and adds one last key", () => {
    const members = fc.array(fc.tuple(fc.constantFrom('"a"', '"b"', raw`"\u0061"`), jsonText), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(members, fc.constantFrom("", " ", "\t"), (pairs, gap) => {
        const body = `{${gap}${pairs.map(([key, value]) => `${key}:${value}`).join(`${gap},`)}`;
        expect(recordOf(`${body}${gap}}${gap}`, note)).toBe(`${body.trimEnd()},${added}`);
        expect(Object.keys(JSON.parse(recordOf(`${body}}`, note)) as object).at(-1)).toBe("_forwarder");
      }),
    );
  });

  test.each(["{}", "{ }", " {\t} ".trimStart()])("of %j has that key alone", (empty) => {
    expect(JSON.parse(recordOf(empty, note))).toEqual({ _forwarder: note });
  });

  test("is an object also where the row is none", () => {
    expect(recordOf("[1, 2]", note)).toBe(`{"value":[1, 2],${added}`);
    expect(recordOf('"{}"', note)).toBe(`{"value":"{}",${added}`);
  });
});
