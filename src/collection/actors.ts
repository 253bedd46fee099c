import { admins } from "../datasets/admins.ts";
import { UnreadableAnswer, type KandjiFeed, type Micros } from "../datasets/dataset.ts";
import { microsOf } from "../datasets/instant.ts";
import type { RequestBudget } from "../kandji/budget.ts";
import { unreadable, type KandjiClient } from "../kandji/client.ts";
import type { Failure } from "../kandji/failure.ts";
import type { Ports } from "../ports.ts";
import { actorIdOf, adminOf, hasActorKey, withActor, type Actor } from "./actor.ts";
import { firstPlace, pageLimitOf, pageParameters, readListingPage, type Place } from "./listing/pages.ts";
import type { CollectedRecord } from "./page.ts";

/** What is kept of the admins between two lives of the object. */
export interface KnownActors {
  readonly actors: readonly (readonly [id: string, actor: Actor])[];
  /** Ids that were looked for and not found. */
  readonly missing: readonly string[];
  /** When the list that was read last was asked for. */
  readonly readAt: number | null;
  readonly trouble: EnrichmentTrouble | null;
}

/** Why names are missing. */
export interface EnrichmentTrouble {
  readonly message: string;
  readonly fix: string;
  readonly attempts: number;
  readonly retryAt: number;
  /** Under which secret this came up: with another one it is tried at once. */
  readonly fingerprint: string;
}

export interface ActorStore {
  read(): KnownActors | undefined;
  write(known: KnownActors): void;
}

export interface ActorsAround {
  readonly ports: Pick<Ports, "now">;
  readonly client: KandjiClient;
  readonly budget: Pick<RequestBudget, "availableAt">;
  readonly store: ActorStore;
  readonly dataset: KandjiFeed;
  /** Of the tenant's secret. */
  readonly fingerprint: string;
}

const minute = 60_000;
/** An id that was looked for in vain is looked for again, at the soonest. */
const againMs = 10 * minute;
/** Between two readings of the list, whatever happens. */
const leastMs = 30_000;
/** Who created an admin may have another clock than we. */
const clocksMs = minute;
const firstPauseMs = minute;
const longestPauseMs = 10 * minute;
/** Requests of one page of events: the rest of a longer list is read with the next page. */
const pagesAtOnce = 5;
/** A longer list leads nowhere. */
const maxPages = 200;
/** What must be left of the hour: a poll comes first. */
const spareRequests = 3;
/** What is kept is one row, and a row has 2 MB. */
const maxKeptBytes = 1_000_000;
const maxMissing = 1_000;

const [way] = admins.ways;
const { label, method, path } = way.permission;
const giveUp = 'or take "actor" out of "enrich"';

/** A reading of the list in progress. */
interface Reading {
  readonly startedAt: number;
  readonly followed: Set<Place>;
  place: Place;
  pages: number;
}

interface Sought {
  readonly id: string;
  readonly time: Micros;
}

/**
 * Names the admin behind an event. The list of admins is read when somebody acts who is not on the one that is known, and at
 * no other time: an event that is older than that list can name nobody who came later. Whatever fails here costs the name and
 * never the event.
 */
export class ActorDirectory {
  readonly #around: ActorsAround;
  /** Those that are on the list first, then those that were. */
  #actors: ReadonlyMap<string, Actor>;
  #missing: Set<string>;
  #readAt: number | null;
  #trouble: EnrichmentTrouble | null;
  #reading: Reading | null = null;
  #found = new Map<string, Actor>();

  constructor(around: ActorsAround) {
    const kept = around.store.read();
    this.#around = around;
    this.#actors = new Map(kept?.actors);
    this.#missing = new Set(kept?.missing);
    this.#readAt = kept?.readAt ?? null;
    const trouble = kept?.trouble ?? null;
    const isOver = trouble !== null && trouble.fingerprint !== around.fingerprint;
    this.#trouble = isOver ? { ...trouble, attempts: 0, retryAt: 0 } : trouble;
  }

  get trouble(): EnrichmentTrouble | null {
    return this.#trouble;
  }

  /** The same records; those whose actor is known, with the actor. May ask Kandji, also for no record, when it failed before. */
  async enrich(records: readonly CollectedRecord[]): Promise<CollectedRecord[]> {
    const asked = records.map((record) => ({ record, id: this.#actorIdOf(record) }));
    const unknown = asked.flatMap(({ record, id }) =>
      id === undefined || this.#actorOf(id) !== undefined ? [] : [{ id, time: record.time }],
    );
    if (this.#isDue(unknown)) await this.#read(unknown);
    return asked.map(({ record, id }) => {
      const actor = id === undefined ? undefined : this.#actorOf(id);
      return actor === undefined ? record : { ...record, raw: withActor(record.raw, actor) };
    });
  }

  /** A record without an id is known by its text, which must stay what it is. */
  #actorIdOf({ raw }: CollectedRecord): string | undefined {
    const record: unknown = JSON.parse(raw);
    const isWhole = this.#around.dataset.idOf(record) !== undefined && !hasActorKey(record);
    return isWhole ? actorIdOf(record) : undefined;
  }

  #actorOf(id: string): Actor | undefined {
    return this.#found.get(id) ?? this.#actors.get(id);
  }

  #isDue(unknown: readonly Sought[]): boolean {
    const now = this.#around.ports.now();
    if (this.#trouble !== null) return now >= this.#trouble.retryAt;
    if (this.#reading !== null || this.#readAt === null) return this.#reading !== null || unknown.length > 0;
    const since = now - this.#readAt;
    const newest = microsOf(this.#readAt - clocksMs);
    return unknown.some(({ id, time }) => time > newest && since >= (this.#missing.has(id) ? againMs : leastMs));
  }

  async #read(unknown: readonly Sought[]): Promise<void> {
    const { ports, budget } = this.#around;
    for (const { id } of unknown) this.#missing.add(id);
    for (let requests = 0; requests < pagesAtOnce; requests += 1) {
      const now = ports.now();
      if (budget.availableAt("live", spareRequests) > now) return this.#wait();
      this.#reading ??= { startedAt: now, followed: new Set(), place: firstPlace(way.paging), pages: 0 };
      const failure = await this.#readPage(this.#reading);
      if (failure !== undefined) return this.#fail(failure);
      if (this.#reading === null) return;
    }
  }

  /** Reads one page of the list; sets `#reading` to null behind the last one. */
  async #readPage(reading: Reading): Promise<Failure | undefined> {
    const { client, dataset } = this.#around;
    const { path: asked, search } = way.ask({ days: 1, filters: {} });
    const parameters = pageParameters(way.paging, reading.place, pageLimitOf(way.paging));
    const request = { path: asked, search: { ...search, ...parameters } };
    const result = await client.get(request, way.permission, "live", dataset.name);
    if (!result.ok) return result.failure;
    try {
      const { rows, next } = readListingPage(way, result.body, reading.place);
      for (const { value } of rows) {
        const admin = adminOf(value);
        if (admin !== undefined) this.#found.set(admin.id, admin.actor);
      }
      reading.pages += 1;
      reading.followed.add(reading.place);
      if (next === null || reading.followed.has(next) || reading.pages >= maxPages) this.#finish(reading);
      else reading.place = next;
      return undefined;
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return unreadable(error.message);
    }
  }

  #finish({ startedAt }: Reading): void {
    // Who is an admin no more may still have acted.
    const former = [...this.#actors].filter(([id]) => !this.#found.has(id));
    this.#actors = fitting([...this.#found, ...former]);
    this.#missing = new Set([...this.#missing].filter((id) => !this.#actors.has(id)).slice(-maxMissing));
    this.#readAt = startedAt;
    this.#trouble = null;
    this.#reading = null;
    this.#found = new Map();
    this.#write();
  }

  #fail(failure: Failure): void {
    const { ports, fingerprint } = this.#around;
    const attempts = (this.#trouble?.attempts ?? 0) + 1;
    const isRefused = failure.status !== undefined && failure.status >= 400 && failure.status < 429;
    const ownPause = isRefused ? longestPauseMs : Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1));
    const retryAt = ports.now() + Math.max(ownPause, failure.retryAfterMs ?? 0);
    this.#reading = null;
    this.#trouble = { message: failure.message, fix: fixOf(failure), attempts, retryAt, fingerprint };
    this.#write();
  }

  /** No request may be made now. That is not written down: it is found out again without asking. */
  #wait(): void {
    const { fingerprint } = this.#around;
    const message = "No request could be spared for the list of admins in this hour";
    const fix = 'Raise "maxRequestsPerHour", or poll less often with "every"';
    this.#trouble ??= { message, fix, attempts: 0, retryAt: 0, fingerprint };
  }

  #write(): void {
    const known = { actors: [...this.#actors], missing: [...this.#missing].slice(-maxMissing) };
    this.#around.store.write({ ...known, readAt: this.#readAt, trouble: this.#trouble });
  }
}

/** Kandji answers for the events, so host and token are right. */
function fixOf({ status, fix }: Failure): string {
  if (status === 401 || status === 403)
    return `In the Kandji/Iru console, under Access, API tokens, tick "${label}" (${method} ${path}) for this token, ${giveUp}`;
  return status === 404 ? `Kandji has no list of admins at ${path}: report it, ${giveUp}` : fix;
}

/** As many of the first ones as fit a row. */
function fitting(actors: readonly (readonly [string, Actor])[]): ReadonlyMap<string, Actor> {
  let bytes = 0;
  return new Map(
    actors.filter((entry) => {
      bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
      return bytes <= maxKeptBytes;
    }),
  );
}
