import { describe, expect, test } from "vitest";
import { parseInstant } from "../../src/datasets/instant.ts";
import type { Asking, Listing, Way } from "../../src/datasets/listing.ts";
import { datasets, listings } from "../../src/datasets/registry.ts";
import { unlockMaterial } from "../../src/datasets/unlock-material.ts";
import { filesBelow } from "../house/tree.ts";
import { fixtures } from "./fixtures.ts";
import { type Answer, planted } from "./fixture.ts";

/** What every dataset that is walked whole must hold. A dataset without a fixture fails. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

interface Row {
  readonly value: Record<string, unknown>;
  /** Whose it is, where each device is asked, and the array that it lies in. */
  readonly of: string;
}

function rowsOf(way: Way, { body, device = "" }: Answer): Row[] {
  if (way.rows === "whole") return [{ value: body as Record<string, unknown>, of: device }];
  return way.rows.flatMap((path) => {
    const list = (valueAt(body, path) ?? []) as Record<string, unknown>[];
    return list.map((value) => ({ value, of: `${device}/${path.join(".")}` }));
  });
}

const answersOf = ({ name }: Listing, way = 0): Answer[] =>
  (fixtures.get(name)?.answers ?? []).filter((answer) => (answer.way ?? 0) === way);

const wayOf = (dataset: Listing, way: number): Way => dataset.ways[way] ?? dataset.ways[0];

const allRows = (dataset: Listing, way = 0): Row[] =>
  answersOf(dataset, way).flatMap((answer) => rowsOf(wayOf(dataset, way), answer));

const keyOf = ({ identity }: Listing, { of, value }: Row): string =>
  JSON.stringify([of, ...identity.map((field) => value[field] ?? null)]);

/** All keys at any depth. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]) : [];
}

const without = (value: unknown, keys: readonly string[]): string =>
  JSON.stringify(value, (key, inner: unknown) => (keys.includes(key) ? undefined : inner));

const asking: Asking = { device: "5d0e9b77 ../?", days: 365, filters: {} };

const priority = [
  "threats",
  "behavioral-detections",
  "vulnerability-detections",
  "devices",
  "users",
  "admins",
  "blueprints",
  "tags",
  "licensing",
  "vulnerabilities",
  "prism",
  "device-status",
  "device-activity",
  "device-details",
  "device-apps",
];

describe("the registry", () => {
  test("has a fixture for every dataset, and a dataset for every fixture", () => {
    expect([...fixtures.keys()].toSorted()).toEqual([...listings.keys()].toSorted());
    const files = filesBelow("test/datasets/fixtures").map((path) => path.replace(/^.*\/(.*)\.ts$/, "$1"));
    expect(files).toEqual([...listings.keys()].toSorted());
  });

  test("lists them in the order in which they come to their turn", () => {
    const order = [...listings.keys()].map((name) => name.replace(/^prism-.*/, "prism"));
    expect([...new Set(order)]).toEqual(priority);
    expect([...listings.keys()].filter((name) => name.startsWith("prism-"))).toHaveLength(16);
  });

  test("names every dataset as it names itself, and once", () => {
    for (const [name, dataset] of datasets) expect(dataset.name).toBe(name);
    const titles = [...datasets.values()].map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe.each([...listings])("%s", (name, dataset) => {
  const fixture = fixtures.get(name) ?? { answers: [] };
  const named = [dataset.identity, dataset.names, Object.keys(dataset.volatile), Object.keys(dataset.sensitive)].flat();

  test("cites its page, says what it holds and how often it is read", () => {
    expect(dataset.source.protocol).toBe("https:");
    expect(dataset.holds).not.toBe("");
    expect(dataset.defaults.every).toMatch(/^[1-9]\d*[smh]$/);
    expect(dataset.defaults.backfill).toMatch(dataset.sends === "state" ? /^0s$/ : /^[1-9]\d*d$/);
  });

  test("is state where rows are sent again, and append-only where they are events", () => {
    expect(dataset.kind).toBe(dataset.sends === "state" ? "state" : "append-only");
  });

  test("has an answer of each of its ways, with rows in it", () => {
    for (const way of dataset.ways.keys()) expect(allRows(dataset, way), `way ${way}`).not.toEqual([]);
  });

  test("has rows where its ways say that they lie", () => {
    for (const { body, way = 0 } of fixture.answers) {
      const { rows } = wayOf(dataset, way);
      const lists = rows === "whole" ? [[body]] : rows.map((path) => valueAt(body, path));
      // Of several lists one may be missing.
      expect(lists.some(Array.isArray)).toBe(true);
    }
  });

  test("pages as its answers are made", () => {
    for (const { body, way = 0 } of fixture.answers) {
      const { paging } = wayOf(dataset, way);
      if (paging.by === "cursor") expect(body).toHaveProperty(paging.next);
      if (paging.by === "offset" && paging.total !== undefined)
        expect(valueAt(body, paging.total)).toBeTypeOf("number");
      if (paging.by === "page") expect(valueAt(body, [paging.total])).toBeTypeOf("number");
    }
  });

  test("tells every row from all others", () => {
    for (const way of dataset.ways.keys()) {
      const keys = allRows(dataset, way).map((row) => keyOf(dataset, row));
      expect(new Set(keys).size, keys.join("\n")).toBe(keys.length);
    }
  });

  test("finds an identity in every row", () => {
    const nameless = allRows(dataset).filter(({ value }) =>
      dataset.identity.every((field) => (value[field] ?? "") === ""),
    );
    expect(dataset.identity.length === 0 ? [] : nameless).toEqual([]);
  });

  test("knows a row again when its keys stand in another order and others were added", () => {
    for (const row of allRows(dataset)) {
      const other = { added: true, ...Object.fromEntries(Object.entries(row.value).toReversed()), more: { id: 7 } };
      expect(keyOf(dataset, { ...row, value: other })).toBe(keyOf(dataset, row));
    }
  });

  test("is not identified by what changes or is cut out", () => {
    const changing = new Set([
      "version",
      "status",
      "severity",
      ...Object.keys({ ...dataset.volatile, ...dataset.sensitive }),
    ]);
    expect(dataset.identity.filter((field) => changing.has(field))).toEqual([]);
  });

  test("finds a readable time in every row of an event, and seeks none in state, which is as it was seen", () => {
    if (dataset.sends === "state") expect(dataset.times).toEqual([]);
    for (const { value } of dataset.sends === "state" ? [] : dataset.ways.flatMap((_, way) => allRows(dataset, way))) {
      const time = dataset.times.map((field) => value[field]).find((text) => typeof text === "string");
      expect(parseInstant(String(time)), time).toBeTypeOf("number");
    }
  });

  test("names no field that its answers do not have, unless the fixture says why", () => {
    const present = new Set(fixture.answers.flatMap(({ body }) => keysOf(body)));
    // Named everywhere, shown nowhere: planted in the answers of `device-details`.
    const excused = new Set(Object.keys({ ...fixture.absent, ...unlockMaterial }));
    expect(named.filter((field) => !present.has(field) && !excused.has(field))).toEqual([]);
    expect(Object.keys(fixture.absent ?? {}).filter((field) => present.has(field))).toEqual([]);
  });

  test("cuts out all that is secret, and names nothing that is not", () => {
    const whole = fixture.answers.map(({ body }) => JSON.stringify(body)).join("\n");
    const rest = fixture.answers.map(({ body }) => without(body, Object.keys(dataset.sensitive))).join("\n");
    expect(rest).not.toContain(planted(""));
    const own = Object.keys(dataset.sensitive).filter((key) => !Object.hasOwn(unlockMaterial, key));
    for (const key of own) {
      const others = Object.keys(dataset.sensitive).filter((other) => other !== key);
      const only = fixture.answers.map(({ body }) => without(body, others)).join("\n");
      expect(only, `${key} in ${whole.length} characters`).toContain(planted(""));
    }
  });

  test("says where its rows name device and blueprint", () => {
    for (const path of Object.values(dataset.about) as (readonly string[])[]) {
      expect(allRows(dataset).filter(({ value }) => valueAt(value, path) === undefined)).toEqual([]);
    }
  });

  test("asks for the paths that its permissions name, with the device in its place", () => {
    for (const way of dataset.ways) {
      const { path, search } = way.ask(asking);
      expect(path).toBe(way.permission.path.replace("{device_id}", encodeURIComponent(asking.device ?? "")));
      expect(way.permission.label).not.toBe("");
      const isPerDevice = (way.scope ?? dataset.scope) === "device";
      expect(path.includes("5d0e9b77") || search["device_id"] === asking.device).toBe(isPerDevice);
    }
  });

  test("asks for no secrets and changes nothing", () => {
    for (const way of dataset.ways) {
      const { permission } = way;
      expect(permission.method).toBe("GET");
      expect(`${permission.path}/ ${way.ask(asking).path}/`).not.toMatch(/secrets|lostmode|\/notes\//);
      expect(permission.path).toMatch(/^\/api\/v[12]\//);
    }
  });

  test("leaves the parameters of paging to the paging", () => {
    for (const way of dataset.ways) {
      const { paging } = way;
      const own =
        paging.by === "cursor" ? [paging.parameter, paging.size?.parameter ?? ""] : ["limit", "offset", "page", "size"];
      expect(Object.keys(way.ask(asking).search).filter((parameter) => own.includes(parameter))).toEqual([]);
    }
  });

  test("can choose among its ways by name where there are several", () => {
    const [first, ...others] = dataset.ways;
    expect(first.onlyByName).toBeUndefined();
    const names = dataset.ways.map(({ api }) => api);
    expect(names).toEqual(others.length === 0 ? [undefined] : ["v1", "v2"]);
  });
});
