/** What a spooled record says of itself, read again for what is owed and for dead letters. */
import { expect, test } from "vitest";
import { identify, recordIdOf } from "../../src/tenant/record-identity.ts";

const dataset = "audit-events";
const whole = '{"id":"01HV","occurred_at":"2026-05-01T07:00:00.000001Z"}';
const withoutId = '{"occurred_at":"2026-05-01T07:00:00Z","action":"a"}';
const withoutTime = '{"id":"01HV","action":"a"}';

test("a record has its own id, and its time to the microsecond", () => {
  expect(identify(dataset, whole)).toEqual({ id: "01HV", time: Date.parse("2026-05-01T07:00:00Z") * 1000 + 1 });
  expect(recordIdOf(dataset, whole)).toBe("01HV");
});

test("one without an id is known by its text: the same has the same, another has another, and nobody can look for it", () => {
  const { id } = identify(dataset, withoutId);
  expect(identify(dataset, withoutId).id).toBe(id);
  expect(identify(dataset, withoutId.replace('"a"', '"b"')).id).not.toBe(id);
  expect(recordIdOf(dataset, withoutId)).toBeNull();
});

test.each([
  ["without a time", withoutTime],
  ["with a time that is none", '{"id":"01HV","occurred_at":"yesterday"}'],
  ["that is no object", "7"],
])("one %s has none", (_, raw) => {
  expect(identify(dataset, raw).time).toBeNull();
});

test("a long id is shown by its beginning: it stands in a row beside its record", () => {
  const id = `01HV${"x".repeat(1_000)}`;
  const raw = JSON.stringify({ id });
  expect(recordIdOf(dataset, raw)).toBe(id.slice(0, 200));
});

test("nothing is guessed about a record of a dataset that this program does not have", () => {
  expect(() => identify("no-such-dataset", whole)).toThrow('No dataset "no-such-dataset"');
  expect(recordIdOf("no-such-dataset", whole)).toBeNull();
});
