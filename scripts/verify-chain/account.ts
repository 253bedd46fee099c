import { nameOf, type Chain } from "./chain.ts";
import type { Changed, Damage } from "./damage.ts";
import type { Links } from "./links.ts";
import type { Places } from "./places.ts";
import type { Wanted } from "./search.ts";

/** Says what was found. */

export interface Findings {
  readonly chains: readonly Chain[];
  readonly places: Places;
  readonly damage: Damage;
  /** Lines that were put into a batch, as far as that can be told. */
  readonly strangers: ReadonlyMap<Changed, number>;
  /** Batches that were found, each counted once. */
  readonly found: number;
  /** Times that a batch was found again. */
  readonly repeated: number;
  /** Records of verifications. */
  readonly tests: number;
  /** Missing batches that were accepted outside of the time that was asked about. */
  readonly outside: number;
  readonly links: ReadonlyMap<Chain, Links>;
  readonly hasKeys: boolean;
  /** False when a head was noted down and no chain has it. */
  readonly hasHead: boolean;
}

export interface Account {
  readonly text: string;
  readonly isWell: boolean;
}

/** So many of a kind are named, the rest is counted. */
export const named = 10;

export function accountOf(findings: Findings): Account {
  const wrong = [...manifestsWrong(findings), ...linksWrong(findings), ...archiveWrong(findings)];
  const outcome = wrong.length === 0 ? well(findings) : `WRONG: ${wrong.map(({ what }) => what).join("; ")}.`;
  const details = wrong.flatMap(({ details: of }) => of);
  const text = [...summary(findings), "", ...(details.length === 0 ? [] : [...details, ""]), outcome].join("\n");
  return { text, isWell: wrong.length === 0 };
}

/** One thing that is wrong: a few words for the outcome, and where. */
interface Wrong {
  readonly what: string;
  readonly details: readonly string[];
}

const number = (count: number): string => count.toLocaleString("en");
const some = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

function listed<T>(word: string, items: readonly T[], say: (item: T) => string): string[] {
  const lines = items.slice(0, named).map((item) => `${word.padEnd(9)}${say(item)}`);
  const more = items.length - named;
  return more > 0 ? [...lines, `${"".padEnd(9)}… and ${number(more)} more`] : lines;
}

function summary({ chains, places, damage, found, repeated, tests, outside }: Findings): string[] {
  const total = chains.reduce((sum, { entries }) => sum + entries.length, 0);
  const seen = [`${number(found)} found`, `${number(damage.changed.length)} changed`];
  seen.push(`${number(damage.missing.length)} missing`);
  if (outside > 0) seen.push(`${number(outside)} not asked about`);
  const besides = tests === 0 ? "" : `, ${some(tests, "record")} of verifications among them`;
  return [
    ...chains.map(extent),
    `${"Archive".padEnd(9)}${some(places.files, "file")}, ${some(places.lines, "line")}${besides}`,
    `${"Batches".padEnd(9)}${number(total)} in the chain: ${seen.join(", ")}; ${number(repeated)} repeated`,
  ];
}

function extent(chain: Chain): string {
  const [first, last] = [chain.entries[0], chain.entries.at(-1)];
  const what =
    first === undefined || last === undefined
      ? "nothing was delivered"
      : `batches ${number(first.seq)} to ${number(last.seq)}, accepted ${first.at} to ${last.at}`;
  return `${"Chain".padEnd(9)}${nameOf(chain)}: ${what}`;
}

const manifestsWrong = ({ chains, hasHead }: Findings): Wrong[] => {
  const details = chains.flatMap(({ wrong }) => wrong);
  const manifests = { what: "a manifest is not as it was given", details: listed("MANIFEST", details, String) };
  const head = { what: "the head that was noted down is not in the chain", details: [] };
  return [...(details.length === 0 ? [] : [manifests]), ...(hasHead ? [] : [head])];
};

function linksWrong({ links, hasKeys }: Findings): Wrong[] {
  return [...links].flatMap(([chain, { broken, unknown, unkeyedTail }]) => {
    const name = nameOf(chain);
    const wrong: Wrong[] = [];
    if (broken.length > 0) {
      const details = [`${"LINK".padEnd(9)}${name}: ${broken.slice(0, named).join(", ")}`];
      wrong.push({
        what: `${some(broken.length, "link is", "links are")} broken, the first at batch ${broken[0]}`,
        details,
      });
    }
    if (!hasKeys) return wrong;
    for (const [id, count] of unknown)
      wrong.push({
        what: `${some(count, "link was", "links were")} made with key ${id}, which was not given`,
        details: [],
      });
    if (unkeyedTail > 0)
      wrong.push({ what: `the last ${some(unkeyedTail, "link was", "links were")} made without a key`, details: [] });
    return wrong;
  });
}

function archiveWrong({ damage, places, strangers: inserted }: Findings): Wrong[] {
  const { missing, changed, unknown } = damage;
  const place = (one: Changed): string => {
    const at = inserted.get(one);
    return at === undefined ? places.of(one) : `${places.of(one)}, put in: ${places.of({ from: at, to: at + 1 })}`;
  };
  const strangers = unknown.reduce((sum, { from, to }) => sum + to - from, 0);
  const all = [
    {
      count: missing.length,
      what: some(missing.length, "batch is missing", "batches are missing"),
      details: listed("MISSING", missing, (wanted) => batch(wanted)),
    },
    {
      count: changed.length,
      what: some(changed.length, "batch is changed", "batches are changed"),
      details: listed("CHANGED", changed, (one) => `${batch(one.wanted)}; ${difference(one)}: ${place(one)}`),
    },
    {
      count: strangers,
      what: some(strangers, "line belongs to no batch", "lines belong to no batch"),
      details: listed("UNKNOWN", unknown, (stretch) => places.of(stretch)),
    },
  ];
  return all.filter(({ count }) => count > 0);
}

const batch = ({ chain, entry }: Wanted): string =>
  `batch ${number(entry.seq)} of ${chain.tenant} (${entry.id}), ${some(entry.records, "record")}, accepted ${entry.at}`;

function difference({ from, to, wanted, begins }: Changed): string {
  const lines = to - from;
  const { records } = wanted.entry;
  const guess = begins ? "" : "by its place, ";
  if (lines === records) return `${guess}as many lines, and not the same`;
  return `${guess}${lines < records ? `${some(records - lines, "line")} fewer` : `${some(lines - records, "line")} more`}`;
}

function well({ links, hasKeys, found }: Findings): string {
  const all = [...links.values()];
  const sum = (count: (links: Links) => number): number => all.reduce((total, one) => total + count(one), 0);
  const [keyed, unkeyed] = [sum((one) => one.keyed), sum((one) => one.unkeyed)];
  const records = `${some(found, "batch", "batches")} found, nothing missing, nothing changed, nothing inserted`;
  if (!hasKeys && sum(({ unknown }) => unknown.size) > 0)
    return `OK: ${records}. LINKS NOT CHECKED: put the key into CHAIN_KEY or ADMIN_TOKEN, or whoever made the manifest may have made it up.`;
  if (unkeyed > 0 && keyed === 0)
    return `OK: ${records}. LINKS MADE WITHOUT A KEY: whoever made the manifest may have made it up.`;
  return `OK: ${records}; ${some(keyed + unkeyed, "link holds", "links hold")}.`;
}
