import type { Sql } from "../ports.ts";
import { beginning, type Acceptance, type ChainEntry, type ChainHead, type ChainKey } from "./chain-entry.ts";
import type { Offset, Offsets } from "./offsets.ts";

/** Entries of one row: an accepted batch costs this part of a row, and its offset's row grows by as many at the most. */
export const entriesPerRow = 32;
/** Of each destination at least so many of the newest entries are kept; the oldest rows go. */
export const keptEntries = 100_000;
/** Rows of one page: some 700 KB of text. */
const rowsPerPage = 64;

/** What every entry of a tenant is signed with. */
export interface ChainSeal {
  readonly tenant: string;
  /** That of the tenant's state. */
  readonly generation: string;
  readonly key: ChainKey;
}

/** Where the chain of a destination stands. */
export interface ChainStanding {
  readonly destination: string;
  /** Null while nothing was accepted. */
  readonly generation: string | null;
  readonly head: ChainHead;
}

/** A stretch of a chain. */
export interface ChainPage {
  readonly generation: string | null;
  /** What the first entry of the page is linked to. */
  readonly before: ChainHead;
  /** The entries as JSON, separated by commas: they are passed on as they are stored. */
  readonly entries: string;
  /** The last entry of the page; `before` when it has none. */
  readonly head: ChainHead;
  readonly hasMore: boolean;
}

/** What lies in rows of its own. */
interface Stored extends ChainHead {
  readonly generation: string;
}

interface ChainRow extends Record<string, string | number> {
  last: number;
  first: number;
  generation: string;
  before: string;
  mac: string;
  entries: string;
}

/**
 * What each destination accepted, batch by batch, every entry signed together with the one before. The newest entries lie
 * in the rows of the offsets that they moved, so an entry costs no row and is written exactly when its offset is; a full tail
 * becomes one row. Lanes share one sequence, so a row takes the tails of all of them: what is left of those in the
 * other lanes' rows is behind the stored end, and known by that.
 */
export class Chains {
  readonly #sql: Sql;
  readonly #offsets: Offsets;
  readonly #kept: number;
  readonly #stored = new Map<string, Stored | undefined>();

  constructor(sql: Sql, offsets: Offsets, kept = keptEntries) {
    this.#sql = sql;
    this.#offsets = offsets;
    this.#kept = kept;
  }

  /** Adds an entry; answers the offset with the tail that is to be written with it. Call it inside a transaction. */
  link(offset: Offset, acceptance: Acceptance, { tenant, generation: life, key }: ChainSeal): Offset {
    const { destination } = offset;
    const loose = this.#loose(destination);
    const stored = this.#storedOf(destination);
    const generation =
      this.#generation(destination) ?? `${life}-${Math.floor(Date.parse(acceptance.at) / 1000).toString(36)}`;
    const head = loose.at(-1) ?? stored ?? beginning;
    const unsigned = { seq: head.seq + 1, ...acceptance, key: key.id };
    const entry = { ...unsigned, mac: key.link({ tenant, destination, generation }, head.mac, unsigned) };
    const isFull = loose.length + 1 >= entriesPerRow;
    if (isFull) this.#store(destination, generation, [...loose, entry]);
    const own = offset.chain?.tail.filter(({ seq }) => seq > (stored?.seq ?? 0)) ?? [];
    return { ...offset, chain: { generation, tail: isFull ? [] : [...own, entry] } };
  }

  standing(destination: string): ChainStanding {
    const head = this.#loose(destination).at(-1) ?? this.#storedOf(destination) ?? beginning;
    return { destination, generation: this.#generation(destination), head: { seq: head.seq, mac: head.mac } };
  }

  /** The entries behind `after`, as many as a page holds: from the oldest on that is kept, nothing where there is none. */
  page(destination: string, after: number, rows = rowsPerPage): ChainPage {
    const found = this.#sql.exec<ChainRow>(
      "SELECT last, first, generation, before, mac, entries FROM chain WHERE destination = ? AND last > ? ORDER BY last LIMIT ?",
      destination,
      after,
      rows + 1,
    );
    const hasMore = found.length > rows;
    const pages = found.slice(0, rows).map((row) => cutAt(row, after));
    const loose = hasMore ? [] : this.#loose(destination);
    if (!hasMore) pages.push(...this.#tailPage(destination, loose, after));
    const standing = this.standing(destination);
    const before = pages[0]?.before ?? standing.head;
    return {
      generation: standing.generation,
      before,
      entries: pages.map(({ entries }) => entries).join(","),
      head: pages.at(-1)?.head ?? before,
      hasMore,
    };
  }

  deleteOf(destination: string): void {
    this.#sql.exec("DELETE FROM chain WHERE destination = ?", destination);
    this.#stored.delete(destination);
  }

  /** Entries that lie in the offsets' rows only, of all lanes, ascending. */
  #loose(destination: string): ChainEntry[] {
    const stored = this.#storedOf(destination)?.seq ?? 0;
    const tails = this.#offsets.of(destination).flatMap(({ chain }) => chain?.tail ?? []);
    return tails.filter(({ seq }) => seq > stored).toSorted((one, other) => one.seq - other.seq);
  }

  #generation(destination: string): string | null {
    const [known] = this.#offsets.of(destination).flatMap(({ chain }) => chain?.generation ?? []);
    return known ?? this.#storedOf(destination)?.generation ?? null;
  }

  /** Looked up when it is first needed: a tenant without news reads no row of its chains. */
  #storedOf(destination: string): Stored | undefined {
    if (this.#stored.has(destination)) return this.#stored.get(destination);
    const [row] = this.#sql.exec<ChainRow>(
      "SELECT last, generation, mac FROM chain WHERE destination = ? ORDER BY last DESC LIMIT 1",
      destination,
    );
    const stored = row === undefined ? undefined : { seq: row.last, mac: row.mac, generation: row.generation };
    this.#stored.set(destination, stored);
    return stored;
  }

  #store(destination: string, generation: string, entries: readonly ChainEntry[]): void {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#sql.exec(
      "INSERT INTO chain (destination, last, first, generation, before, mac, entries) VALUES (?, ?, ?, ?, ?, ?, ?)",
      destination,
      last.seq,
      first.seq,
      generation,
      (this.#storedOf(destination) ?? beginning).mac,
      last.mac,
      JSON.stringify(entries),
    );
    this.#sql.exec("DELETE FROM chain WHERE destination = ? AND last <= ?", destination, last.seq - this.#kept);
    this.#stored.set(destination, { seq: last.seq, mac: last.mac, generation });
  }

  #tailPage(destination: string, loose: readonly ChainEntry[], after: number): Stretch[] {
    const behind = loose.filter(({ seq }) => seq > after);
    if (behind.length === 0) return [];
    const before = loose.findLast(({ seq }) => seq <= after) ?? this.#storedOf(destination) ?? beginning;
    return [stretchOf(before, behind)];
  }
}

type Stretch = Pick<ChainPage, "before" | "entries" | "head">;

/** The part of a row that is behind `after`. */
function cutAt(row: ChainRow, after: number): Stretch {
  if (row.first > after) {
    const before = { seq: row.first - 1, mac: row.before };
    return { before, entries: row.entries.slice(1, -1), head: { seq: row.last, mac: row.mac } };
  }
  const entries = JSON.parse(row.entries) as ChainEntry[];
  const before = entries.find(({ seq }) => seq === after) ?? beginning;
  return stretchOf(
    before,
    entries.filter(({ seq }) => seq > after),
  );
}

function stretchOf(before: ChainHead, entries: readonly ChainEntry[]): Stretch {
  const { seq, mac } = entries.at(-1) ?? before;
  return {
    before: { seq: before.seq, mac: before.mac },
    entries: JSON.stringify(entries).slice(1, -1),
    head: { seq, mac },
  };
}
