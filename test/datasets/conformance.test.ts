import { describe, expect, test } from "vitest";
import { readRow, rowReader } from "../../src/collection/listing/row.ts";
import type { Listing, Paging, Way } from "../../src/datasets/listing.ts";
import { listings } from "../../src/datasets/registry.ts";
import type { FailureKind } from "../../src/kandji/failure.ts";
import { deviceRow, Setting, type Options } from "../collection/listing/setting.ts";
import { planted } from "./fixture.ts";
import { fixtures } from "./fixtures.ts";

/** What the engine makes of each dataset: every way of every listing is walked over its fixture, in pages of four. */

const pageRows = 4;

interface Row {
  readonly device: string;
  readonly list: string;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

/** A field that nobody foresaw, in spellings that would not survive being parsed and written again. */
const unforeseen = String.raw`"unforeseen" : {"n":12345678901234567890, "e":1.50,"s":"\u0041\/"}`;

const withUnforeseen = (text: string): string => `${text.slice(0, -1)},${unforeseen}}`;

function small(paging: Paging): Paging {
  if (paging.by === "nothing") return paging;
  if (paging.by !== "cursor") return { ...paging, limit: pageRows };
  return paging.size === undefined ? paging : { ...paging, size: { ...paging.size, limit: pageRows } };
}

/** One way of a dataset with rows of it. */
class Case {
  readonly dataset: Listing;
  readonly #way: number;
  readonly rows: readonly Row[];

  constructor(dataset: Listing, way: number) {
    const [first, ...others] = dataset.ways.map((one): Way => ({ ...one, paging: small(one.paging) }));
    this.dataset = { ...dataset, ways: [first ?? dataset.ways[0], ...others] };
    this.#way = way;
    const asAnswered = (fixtures.get(dataset.name)?.answers ?? []).filter((answer) => (answer.way ?? 0) === way);
    const found = asAnswered.flatMap(({ body, device = "" }) => this.#rowsOf(body, this.isPerDevice ? device : ""));
    this.rows =
      this.way.rows === "whole" ? found : found.flatMap((row) => [row, this.#other(row, 1), this.#other(row, 2)]);
  }

  get way(): Way {
    return this.dataset.ways[this.#way] ?? this.dataset.ways[0];
  }

  get isPerDevice(): boolean {
    return (this.way.scope ?? this.dataset.scope) === "device";
  }

  get isPaged(): boolean {
    return this.way.paging.by !== "nothing";
  }

  #rowsOf(body: unknown, device: string): Row[] {
    const { rows } = this.way;
    const row = (value: unknown, list = ""): Row => ({ device, list, text: withUnforeseen(JSON.stringify(value)) });
    if (rows === "whole") return [row(body)];
    return rows.flatMap((path) => {
      const list = rows.length > 1 ? (path.at(-1) ?? "") : "";
      return ((valueAt(body, path) ?? []) as unknown[]).map((value) => row(value, list));
    });
  }

  /** The same under another identity, so that there are pages of them. */
  #other(row: Row, nth: number): Row {
    const value = JSON.parse(row.text.replace(`,${unforeseen}`, "")) as Json;
    const field = this.dataset.identity.find((name) => (value[name] ?? "") !== "") ?? "";
    const before = value[field];
    const after = typeof before === "number" ? before + 100_000 * nth : `${String(before)}-${nth}`;
    return { ...row, text: withUnforeseen(JSON.stringify({ ...value, [field]: after })) };
  }

  setting(options: Options = {}): Setting {
    const { api } = this.way;
    const it = new Setting(this.dataset, { ...options, ...(api === undefined ? {} : { api }) });
    it.kandji.pageRows = pageRows;
    this.show(it, this.rows);
    return it;
  }

  /** These are what Kandji has now; the devices have just checked in. */
  show(it: Setting, rows: readonly Row[]): void {
    const devices = new Set(this.rows.map(({ device }) => device));
    const checkIn = { last_check_in: new Date(it.clock.at).toISOString() };
    it.kandji.devices = this.isPerDevice
      ? [...devices].map((id) => deviceRow(id, checkIn))
      : rows.map(({ text }) => text);
    for (const { device, list } of this.rows) {
      const its = rows.filter((row) => row.device === device && row.list === list);
      it.kandji.set(
        its.map(({ text }) => text),
        device,
        this.#way,
        list,
      );
    }
  }

  /** In the order in which a walk meets them. */
  get inOrder(): readonly Row[] {
    const lists = this.way.rows === "whole" ? [""] : this.way.rows.map((path) => path.at(-1) ?? "");
    const placeOf = ({ list }: Row): number => Math.max(0, lists.indexOf(list));
    return this.rows.toSorted((a, b) =>
      a.device === b.device ? placeOf(a) - placeOf(b) : a.device < b.device ? -1 : 1,
    );
  }

  /** The second page, or the second device. */
  get secondPage(): readonly Row[] {
    const [, second] = new Set(this.inOrder.map(({ device }) => device));
    return this.isPerDevice
      ? this.rows.filter(({ device }) => device === second)
      : this.rows.slice(pageRows, 2 * pageRows);
  }

  /** A walk, and what it sent. */
  async walk(it: Setting): Promise<{ texts: string[]; changes: string[] }> {
    await it.walk();
    const texts = it.texts();
    return {
      texts,
      changes: texts.map(
        (text) => (JSON.parse(text) as { _forwarder?: { change: string } })._forwarder?.change ?? "sent",
      ),
    };
  }
}

const cases = [...listings].flatMap(([name, dataset]) =>
  dataset.ways.map(
    (way, index) => [`${name}${way.api === undefined ? "" : ` ${way.api}`}`, new Case(dataset, index)] as const,
  ),
);

/** The record as it was in Kandji's answer. */
const rowOf = (text: string): string => text.replace(/,"_forwarder":\{"change":.*\}$/, "}");

const without = (text: string, keys: readonly string[]): string =>
  JSON.stringify(JSON.parse(text), (key, inner: unknown) => (keys.includes(key) ? undefined : inner));

const sorted = (texts: readonly string[]): string[] => [...texts].toSorted((a, b) => (a < b ? -1 : 1));

describe.each(cases)("%s", (_, it) => {
  const { dataset, way } = it;
  const secrets = Object.keys(dataset.sensitive);
  const first = dataset.sends === "state" ? "snapshot" : dataset.sends === "once" ? "sent" : "created";

  test("is read to its end in the order of its pages, each row once, and all of it to the character", async () => {
    const setting = it.setting({ sensitive: secrets });
    const { texts, changes } = await it.walk(setting);
    expect(texts.map(rowOf)).toEqual(it.inOrder.map(({ text }) => text));
    expect(new Set(changes)).toEqual(new Set([first]));
    expect(setting.walker.last).toMatchObject({ isComplete: true });
    const pages = setting.kandji.requests.length - (it.isPerDevice ? 1 : 0);
    if (it.isPaged && !it.isPerDevice) expect(pages).toBeGreaterThanOrEqual(Math.ceil(it.rows.length / pageRows));
    expect((await it.walk(setting)).texts).toEqual([]);
  });

  test("tells no secret unless the operator lists its key, and then that one alone", async () => {
    const { texts } = await it.walk(it.setting());
    expect(texts.join("\n")).not.toContain(planted(""));
    expect(texts.map((text) => without(rowOf(text), []))).toEqual(it.inOrder.map(({ text }) => without(text, secrets)));
    for (const text of texts) expect(text).toContain(unforeseen);
    const whole = it.rows.map(({ text }) => text).join("\n");
    for (const key of secrets.filter((secret) => whole.includes(`"${secret}":`))) {
      const told = (await it.walk(it.setting({ sensitive: [key] }))).texts.map((text) => without(rowOf(text), []));
      const others = secrets.filter((secret) => secret !== key);
      expect(told).toEqual(it.inOrder.map(({ text }) => without(text, others)));
    }
  });

  test("knows its rows again when their keys stand in another order, and when some were added", async () => {
    const setting = it.setting();
    await it.walk(setting);
    const turned =
      (added: object) =>
      ({ text, ...row }: Row): Row => {
        const entries = Object.entries(JSON.parse(text) as Json).toReversed();
        return { ...row, text: JSON.stringify({ ...added, ...Object.fromEntries(entries) }) };
      };
    it.show(setting, it.rows.map(turned({})));
    expect((await it.walk(setting)).texts).toEqual([]);
    it.show(setting, it.rows.map(turned({ added: 1 })));
    const { texts } = await it.walk(setting);
    const notes = texts.map((text) => (JSON.parse(text) as { _forwarder: Json })._forwarder);
    expect(notes).toHaveLength(dataset.sends === "once" ? 0 : it.rows.length);
    for (const note of notes) expect(note).toMatchObject({ change: "updated", changed: ["added"] });
  });

  test.runIf(way.rows !== "whole")("takes a row that comes twice for one", async () => {
    const setting = it.setting();
    const last = it.rows.findLast(({ device }) => device === it.rows[0]?.device);
    it.show(setting, [...it.rows, it.rows[0], last, it.rows[0]] as Row[]);
    expect((await it.walk(setting)).texts).toHaveLength(it.rows.length);
    expect((await it.walk(setting)).texts).toEqual([]);
  });

  test("reads its times as instants; those without a zone are UTC", () => {
    for (const { text } of it.rows) {
      const value = JSON.parse(text) as Json;
      const { time } = readRow(rowReader(dataset, []), { raw: text, value, list: "" }, undefined);
      const written = dataset.times.map((field) => value[field]).find((field) => typeof field === "string");
      const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(String(written)) ? String(written) : `${String(written)}Z`;
      expect(time === null ? null : Math.floor(time / 1000)).toBe(written === undefined ? null : Date.parse(zoned));
    }
  });

  test.runIf(it.isPaged)("an empty page, and pages that are not full, make nothing new and nothing gone", async () => {
    const setting = it.setting();
    await it.walk(setting);
    const cursors = way.paging.by === "cursor" ? way.paging.parameter : "";
    setting.kandji.spoil = (page, url) => {
      if (way.paging.by === "page") return page;
      const from = Number((url.searchParams.get(cursors) ?? "c0").slice(1));
      const next = page.next === null ? null : `c${from + pageRows - 1}`;
      return {
        ...page,
        next,
        rows: page.rows.map((rows) => rows.slice(0, next === null && cursors !== "" ? pageRows : pageRows - 1)),
      };
    };
    expect((await it.walk(setting)).texts).toEqual([]);
    expect(setting.walker.last).toMatchObject({ isComplete: true });
    let pages = 0;
    setting.kandji.spoil = (page) => ((pages += 1) === 2 ? { ...page, rows: page.rows.map(() => []) } : page);
    expect((await it.walk(setting)).texts).toEqual([]);
    setting.kandji.spoil = (page) => page;
    expect((await it.walk(setting)).texts).toEqual([]);
  });

  const gone = way.rows === "whole" ? [] : it.secondPage;

  test.runIf(gone.length > 0)(
    "a page that is missing from one walk is gone by none, and from two by a notice for each of its rows",
    async () => {
      const rest = it.rows.filter((row) => !gone.includes(row));
      const setting = it.setting();
      await it.walk(setting);
      for (const rows of [rest, it.rows, rest]) {
        it.show(setting, rows);
        expect((await it.walk(setting)).texts).toEqual([]);
      }
      it.show(setting, rest);
      const notices = (await it.walk(setting)).texts.map((text) => JSON.parse(text) as Json);
      expect(notices).toHaveLength(dataset.sends === "state" ? gone.length : 0);
      const named = [...dataset.identity, ...dataset.names];
      const expected = gone.map(({ text }) =>
        JSON.stringify(Object.fromEntries(named.map((field) => [field, (JSON.parse(text) as Json)[field] ?? null]))),
      );
      const told = notices.map((notice) =>
        JSON.stringify(Object.fromEntries(named.map((field) => [field, notice[field] ?? null]))),
      );
      if (dataset.sends === "state") expect(sorted(told)).toEqual(sorted(expected));
      expect((await it.walk(setting)).texts).toEqual([]);
    },
  );

  describe.each([401, 403, 404, 429, 500, 502, 503])("an answer %i", (status) => {
    const kinds: Readonly<Record<number, FailureKind>> = {
      401: "token-rejected",
      403: "token-lacks-permission",
      404: "wrong-host",
      429: "rate-limited",
    };
    // The list of devices comes first where each is asked, and needs no licence.
    const isRefusedForLicence = dataset.licence !== undefined && !it.isPerDevice && status < 405;
    const kind = isRefusedForLicence ? "not-available" : (kinds[status] ?? "kandji-unavailable");
    const answer = { status, headers: new Headers({ "Retry-After": "120" }), body: '{"detail":"No"}' };

    test("at the first requests: it says why, waits as long as it is told, and recovers", async () => {
      const setting = it.setting();
      setting.kandji.fault = () => (setting.kandji.requests.length <= 3 ? answer : undefined);
      const asked: number[] = [];
      const { failures } = await setting.walk({}, () => {
        if (setting.kandji.requests.length <= 3) asked.push(setting.blockedUntil - setting.clock.at);
      });
      expect(failures.map((failure) => [failure.kind, failure.retryAfterMs])).toEqual(
        Array.from({ length: 3 }, () => [kind, 120_000]),
      );
      // The pause is over when it is asked again, not before.
      expect(asked).toEqual([0, 0, 0]);
      const urls = setting.kandji.requests.map(String);
      expect(new Set(urls.slice(0, 4)).size).toBe(1);
      expect(setting.texts()).toHaveLength(it.rows.length);
      expect(setting.walker.last).toMatchObject({ isComplete: true });
    });

    test("in the midst of a walk: nothing is lost, told twice or called gone", async () => {
      const setting = it.setting();
      setting.kandji.fault = () => ([2, 3, 4].includes(setting.kandji.requests.length) ? answer : undefined);
      await setting.walk();
      // A device that was left out comes with the next walk.
      it.show(setting, it.rows);
      await setting.walk();
      await setting.walk();
      expect(sorted(setting.texts().map((text) => without(rowOf(text), [])))).toEqual(
        sorted(it.rows.map(({ text }) => without(text, secrets))),
      );
    });
  });
});
