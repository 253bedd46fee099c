import { ChainKey, type ChainEntry } from "../../src/spool/chain-entry.ts";
import type { Chain } from "./chain.ts";

/** What checking the links of a chain showed. */
export interface Links {
  /** Links that hold, under a key that was given. */
  readonly keyed: number;
  /** Links that hold and that everybody can make, since there was no key. */
  readonly unkeyed: number;
  /** Those of them behind the last keyed link: nothing vouches for them. */
  readonly unkeyedTail: number;
  /** Numbers of the entries whose link is wrong. */
  readonly broken: readonly number[];
  /** Ids of keys that were not given, and how many links they made. */
  readonly unknown: ReadonlyMap<string, number>;
}

export function checkLinks(chain: Chain, keys: ReadonlyMap<string, ChainKey>): Links {
  const broken: number[] = [];
  const unknown = new Map<string, number>();
  const good = { keyed: 0, unkeyed: 0, unkeyedTail: 0 };
  let before = chain.before.mac;
  for (const entry of chain.entries) {
    const key = entry.key === null ? ChainKey.none : keys.get(entry.key);
    if (key === undefined) unknown.set(entry.key ?? "", (unknown.get(entry.key ?? "") ?? 0) + 1);
    else if (!holds(chain, before, entry, key)) broken.push(entry.seq);
    else count(good, entry);
    before = entry.mac;
  }
  return { ...good, broken, unknown };
}

const holds = (chain: Chain, before: string, { mac, ...entry }: ChainEntry, key: ChainKey): boolean =>
  key.link(chain, before, entry) === mac;

function count(good: { keyed: number; unkeyed: number; unkeyedTail: number }, { key }: ChainEntry): void {
  if (key === null) {
    good.unkeyed += 1;
    good.unkeyedTail += 1;
  } else {
    good.keyed += 1;
    good.unkeyedTail = 0;
  }
}
