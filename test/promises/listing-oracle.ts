import { hash } from "node:crypto";
import { datasets } from "../../src/datasets/registry.ts";
import type { Listing } from "../../src/datasets/listing.ts";
import type { Delivery } from "../simulator/intake-memory.ts";
import type { Served } from "../simulator/kandji.ts";

/**
 * Knows which rows a reader was shown, and holds what was delivered against that: each difference between two readings of a
 * row is one record, none is two. It takes identity, volatile and sensitive keys from the documented lists of each dataset.
 */

type Json = Readonly<Record<string, unknown>>;

interface Note {
  readonly change: "snapshot" | "created" | "updated" | "deleted";
  readonly changed?: readonly string[];
  readonly device?: { readonly id: string };
}

interface Shown {
  /** Its contents as they were shown one after the other, each once until it differs. */
  readonly contents: string[];
  lastAt: number;
}

interface Arrived {
  readonly change: Note["change"];
  readonly changed: readonly string[] | undefined;
  readonly content: string;
}

/** All that is known of a row. */
interface Story extends Shown {
  readonly arrived: readonly Arrived[];
  readonly removals: ReadonlyMap<string, number>;
}

/** A complete walk, as the report told of it. */
export interface Walked {
  readonly startedAt: number;
  readonly endedAt: number;
}

export class ListingOracle {
  readonly #shown = new Map<string, Map<string, Shown>>();
  readonly #arrived = new Map<string, Map<string, Arrived[]>>();
  readonly #walks = new Map<string, Walked[]>();
  /** What was shown and not stored before a kill is shown again, as it is then: what it was in between nobody has to tell. */
  readonly mayForget: boolean;
  /** When devices were removed, by id. */
  readonly removals: () => ReadonlyMap<string, number>;

  constructor({ mayForget = false, removals = (): ReadonlyMap<string, number> => new Map() } = {}) {
    this.mayForget = mayForget;
    this.removals = removals;
  }

  readonly served = ({ dataset, path, rows, at }: Served): void => {
    const listing = listingOf(dataset);
    if (listing === undefined) return;
    const device = /^\/api\/v1\/devices\/([^/]+)\//.exec(path)?.[1];
    const shown = mapIn(this.#shown, dataset);
    const inAnswer = new Map<string, string[]>();
    for (const text of rows) {
      const row = JSON.parse(text) as Json;
      const key = keyOf(listing, row, device);
      const content = contentOf(listing, row);
      const twins = inAnswer.get(key) ?? [];
      if (!twins.includes(content)) twins.push(content);
      inAnswer.set(key, twins);
      const nth = twins.indexOf(content) + 1;
      const name = nth === 1 ? key : `${key}#${nth}`;
      const before = shown.get(name) ?? { contents: [], lastAt: at };
      if (before.contents.at(-1) !== content) before.contents.push(content);
      before.lastAt = at;
      shown.set(name, before);
    }
  };

  /** A batch may come again after a kill: it is known by its id. */
  readonly #batches = new Set<string>();

  readonly accepted = ({ dataset = "", records, batchId = "" }: Delivery): void => {
    const listing = listingOf(dataset);
    if (listing === undefined || this.#batches.has(batchId)) return;
    this.#batches.add(batchId);
    const arrived = mapIn(this.#arrived, dataset);
    for (const text of records) {
      const { _forwarder, ...row } = JSON.parse(text) as Json & { _forwarder?: Note };
      const note: Note = _forwarder ?? { change: "created" };
      const key = keyOf(listing, row, note.device?.id);
      const content = contentOf(listing, row);
      const name = this.#nameOf(dataset, key, content, note);
      const list = arrived.get(name) ?? [];
      list.push({ change: note.change, changed: note.changed, content });
      arrived.set(name, list);
    }
  };

  walked(dataset: string, walk: Walked): void {
    const walks = this.#walks.get(dataset) ?? [];
    if (walks.at(-1)?.startedAt !== walk.startedAt) walks.push(walk);
    this.#walks.set(dataset, walks);
  }

  /** Twins are told apart as they are where they are shown: by what they hold. */
  #nameOf(dataset: string, key: string, content: string, { change }: Note): string {
    const shown = this.#shown.get(dataset);
    for (let nth = 2; shown?.has(`${key}#${nth}`) === true; nth += 1) {
      const twin = `${key}#${nth}`;
      if (change !== "deleted" && shown.get(twin)?.contents.includes(content) === true) return twin;
    }
    return key;
  }

  /** How many rows were shown, how many records came, and everything that is not as promised, as text. */
  verdict(dataset: string): { rows: number; records: Record<string, number>; complaints: string[] } {
    const shown = this.#shown.get(dataset) ?? new Map<string, Shown>();
    const arrived = this.#arrived.get(dataset) ?? new Map<string, Arrived[]>();
    const removals = this.removals();
    const complaints = [...shown].flatMap(([key, row]) =>
      this.#complaintsOf(dataset, key, { ...row, arrived: arrived.get(key) ?? [], removals }),
    );
    for (const key of arrived.keys())
      if (!shown.has(key)) complaints.push(`${dataset} ${key}: came and was never shown`);
    const records: Record<string, number> = {};
    for (const list of arrived.values()) for (const { change } of list) records[change] = (records[change] ?? 0) + 1;
    return { rows: shown.size, records, complaints };
  }

  #complaintsOf(dataset: string, key: string, { contents, lastAt, arrived, removals }: Story): string[] {
    const said = `${dataset} ${key}`;
    const lives = arrived.filter(({ change }) => change !== "deleted");
    const distinct = lives.filter(({ content }, index) => content !== lives[index - 1]?.content);
    const complaints: string[] = [];
    const came = distinct.map(({ content }) => content);
    const met = this.mayForget ? contents.filter((content) => came.includes(content)) : contents;
    if (JSON.stringify(came) !== JSON.stringify(met) || came.at(-1) !== contents.at(-1))
      complaints.push(`${said}: ${contents.length} contents were shown and ${came.length} came`);
    const changes = lives.filter(({ change }) => change !== "snapshot").length;
    const first = lives[0]?.change === "snapshot" ? 1 : 0;
    if (changes !== met.length - first)
      complaints.push(`${said}: ${met.length - first} changes and ${changes} records of them`);
    if (lives.some(({ change, changed }) => (change === "updated") !== (changed !== undefined && changed.length > 0)))
      complaints.push(`${said}: what changed is not named`);
    const removedAt = removals.get(JSON.parse(key.replace(/#\d+$/, ""))[0]) ?? Infinity;
    const missed = (this.#walks.get(dataset) ?? []).filter(({ startedAt }) => startedAt > lastAt);
    // A device that went away while it was walked was still asked by that walk, or was not: either is right.
    const sure = missed.filter(({ startedAt, endedAt }) => removedAt < startedAt || removedAt > endedAt).length;
    const isState = listingOf(dataset)?.sends === "state";
    const least = isState && sure >= 2 ? 1 : 0;
    const most = isState && missed.length >= 2 ? 1 : 0;
    const notices = arrived.filter(({ change }) => change === "deleted").length;
    if (notices < least || notices > most)
      complaints.push(`${said}: absent from ${missed.length} walks and ${notices} notices`);
    return complaints;
  }
}

function listingOf(name: string): Listing | undefined {
  const dataset = datasets.get(name);
  return dataset?.reading === "listing" ? dataset : undefined;
}

function mapIn<V>(maps: Map<string, Map<string, V>>, name: string): Map<string, V> {
  const map = maps.get(name) ?? new Map<string, V>();
  maps.set(name, map);
  return map;
}

/** An event is sent as it is, and its id is unique in the tenant. */
const keyOf = ({ identity, sends }: Listing, row: Json, device: string | undefined): string =>
  JSON.stringify([
    ...(device === undefined || sends === "once" ? [] : [device]),
    ...identity.map((field) => row[field] ?? null),
  ]);

/** What is news when it differs; nothing of an event is. */
function contentOf({ volatile, sensitive, sends }: Listing, row: Json): string {
  if (sends === "once") return "";
  const isIgnored = (key: string): boolean => Object.hasOwn(volatile, key) || Object.hasOwn(sensitive, key);
  // A fleet has a million rows: of each a digest is kept.
  return hash(
    "sha1",
    JSON.stringify(row, (key, value: unknown) => (isIgnored(key) ? undefined : value)),
    "base64",
  );
}
