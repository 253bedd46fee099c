import { accountOf, named, type Account } from "./account.ts";
import { linesOf, sorted } from "./archive.ts";
import { CannotCheck } from "./cannot-check.ts";
import { joined, type Chain } from "./chain.ts";
import { cover } from "./cover.ts";
import { damageIn } from "./damage.ts";
import { checkLinks } from "./links.ts";
import { pinpointed } from "./pinpoint.ts";
import { Places } from "./places.ts";
import { usage, type Question } from "./question.ts";
import { Search, type Hit, type Wanted } from "./search.ts";

/** Compares an archive with its manifests. Throws `CannotCheck` when that is not possible. */
export async function check(question: Question): Promise<Account> {
  const { manifests, archive } = await filesOf(question.paths);
  const candidates = called(joined(manifests), question.destination);
  const wanted = candidates.flatMap((chain) => chain.entries.map((entry): Wanted => ({ chain, entry })));
  const search = new Search(wanted);
  const places = await read(archive, search);
  const { destination, chosen } = bestOf(candidates, wanted, search);
  const chains = candidates.filter((chain) => chain.destination === destination);
  const all = wanted.filter(({ chain }) => chain.destination === destination);
  const damage = damageIn(search, chosen, all);
  const missing = damage.missing.filter((one) => isAsked(one, question));
  const found = new Set(chosen.map((hit) => hit.wanted)).size;
  const strangers = await pinpointed(archive, damage.changed.slice(0, named));
  return accountOf({
    chains,
    places,
    damage: { ...damage, missing },
    strangers,
    found,
    repeated: chosen.length - found,
    tests: search.tests.size,
    outside: damage.missing.length - missing.length,
    links: new Map(chains.map((chain) => [chain, checkLinks(chain, question.keys)])),
    hasKeys: question.keys.size > 0,
    hasHead: chains.some((chain) => knowsHead(chain, question)) || question.head === undefined,
  });
}

async function filesOf(paths: readonly string[]) {
  if (paths.length === 0) throw new CannotCheck(usage);
  const files = await sorted(paths);
  if (files.manifests.length === 0) {
    const names = paths.join(", ");
    throw new CannotCheck(
      `Cannot check: no manifest is among ${names}. Fetch one: curl -f -H "$AUTH" $BASE/tenants/TENANT/chain > manifest.json`,
    );
  }
  if (files.archive.length === 0) {
    throw new CannotCheck(
      "Cannot check: no archive was named. Add files with one record per line, or - for standard input",
    );
  }
  return files;
}

async function read(archive: readonly string[], search: Search): Promise<Places> {
  const places = new Places();
  for (const path of archive) {
    const before = search.lines;
    for await (const line of linesOf(path)) search.add(line);
    places.add(path, search.lines - before);
  }
  return places;
}

function called(chains: readonly Chain[], destination: string | undefined): readonly Chain[] {
  const names = [...new Set(chains.map((chain) => chain.destination))];
  if (destination === undefined || names.includes(destination))
    return chains.filter((chain) => destination === undefined || chain.destination === destination);
  throw new CannotCheck(
    `Cannot check: no manifest has a destination "${destination}". Name one of ${names.join(", ") || "none"} with --destination`,
  );
}

interface Reading {
  readonly destination: string;
  readonly chosen: readonly Hit[];
  /** Lines that it leaves over, and records that it misses. */
  readonly rest: number;
}

/**
 * The destination that the archive is of: where there are several, the one that leaves least over. Batches of another can be
 * found too, since the same records go to all of them.
 */
function bestOf(chains: readonly Chain[], wanted: readonly Wanted[], search: Search): Reading {
  const names = [...new Set(chains.map(({ destination }) => destination))];
  const readings = names.map((name) => readAs(name, wanted, search));
  const possible = readings.filter(({ chosen }) => chosen.length > 0 || names.length === 1);
  const [best] = possible.toSorted((a, b) => a.rest - b.rest);
  if (best !== undefined) return best;
  throw new CannotCheck(
    `Cannot check: no batch of any destination is whole in the archive. Say which one it is of: --destination ${names.join(" or ")}`,
  );
}

function readAs(destination: string, wanted: readonly Wanted[], { hits, lines }: Search): Reading {
  const own = hits.filter((hit) => hit.wanted.chain.destination === destination);
  const chosen = cover(own, lines);
  const found = new Set(chosen.map((hit) => hit.wanted));
  const missed = wanted.filter((one) => one.chain.destination === destination && !found.has(one));
  const covered = chosen.reduce((sum, { from, to }) => sum + to - from, 0);
  return { destination, chosen, rest: lines - covered + missed.reduce((sum, { entry }) => sum + entry.records, 0) };
}

const isAsked = ({ entry }: Wanted, { since, until }: Question): boolean => {
  const at = Date.parse(entry.at);
  return at >= since && at <= until;
};

const knowsHead = ({ before, entries }: Chain, { head }: Question): boolean =>
  [before, ...entries].some(({ seq, mac }) => seq === head?.seq && mac === head.mac);
