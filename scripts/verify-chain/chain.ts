import { beginning, type ChainEntry, type ChainHead, type ChainName } from "../../src/spool/chain-entry.ts";
import { CannotCheck } from "./cannot-check.ts";
import type { Manifest } from "./manifest.ts";

/** What the manifests of one chain say together. */
export interface Chain extends ChainName {
  readonly before: ChainHead;
  /** Ascending; without a gap unless `wrong` says so. */
  readonly entries: readonly ChainEntry[];
  /** What shows that a manifest is not what the forwarder gave. */
  readonly wrong: readonly string[];
}

export const nameOf = ({ tenant, destination, generation }: ChainName): string =>
  `${tenant} → ${destination} (${generation})`;

/** Joins the manifests of each chain. Throws `CannotCheck` when some entries are in none of them. */
export function joined(manifests: readonly Manifest[]): Chain[] {
  const groups = Map.groupBy(manifests, ({ tenant, destination, generation }) =>
    JSON.stringify([tenant, destination, generation]),
  );
  return [...groups.values()].map((group) => joinOne(group.toSorted((a, b) => a.before.seq - b.before.seq)));
}

function joinOne(group: readonly Manifest[]): Chain {
  const [first] = group;
  if (first === undefined) throw new Error("A group has a member");
  const { tenant, destination, before } = first;
  const name = { tenant, destination, generation: first.generation ?? "nothing delivered" };
  const wrong: string[] = group.flatMap(brokenOrder);
  const entries = new Map<number, ChainEntry>();
  let end = before;
  for (const manifest of group) {
    if (manifest.before.seq > end.seq) throw gapBetween(manifest, name, end.seq);
    wrong.push(...contradictions(manifest, entries, end));
    for (const entry of manifest.entries) entries.set(entry.seq, entry);
    if (manifest.head.seq >= end.seq) end = manifest.head;
  }
  wrong.push(...shortened(group));
  return { ...name, before, entries: [...entries.values()].toSorted((a, b) => a.seq - b.seq), wrong };
}

/** A manifest by itself: numbers without a gap, from its beginning to its head. */
function brokenOrder({ file, before, entries, head }: Manifest): string[] {
  const wrong: string[] = [];
  let last = before;
  for (const entry of entries) {
    if (entry.seq !== last.seq + 1)
      wrong.push(`${file}: entry ${last.seq + 1} is not where it belongs, ${entry.seq} stands there`);
    last = entry;
  }
  if (last.seq !== head.seq || last.mac !== head.mac)
    wrong.push(
      `${file}: it ends with entry ${last.seq}, and its head is entry ${head.seq} or another one of that number`,
    );
  if (before.seq === 0 && before.mac !== beginning.mac) wrong.push(`${file}: entry 1 is not linked to the beginning`);
  return wrong;
}

/** Two manifests that were given of one chain say the same of the same entry. */
function contradictions(manifest: Manifest, known: ReadonlyMap<number, ChainEntry>, end: ChainHead): string[] {
  const { file, before, entries } = manifest;
  const joint = known.get(before.seq) ?? (before.seq === end.seq ? end : undefined);
  const differing = entries.filter((entry) => {
    const other = known.get(entry.seq);
    return other !== undefined && JSON.stringify(other) !== JSON.stringify(entry);
  });
  const wrong = differing.slice(0, 1).map(({ seq }) => `${file}: entry ${seq} differs from that in another manifest`);
  if (joint !== undefined && joint.mac !== before.mac)
    wrong.push(`${file}: it does not continue entry ${before.seq} of the manifest before it`);
  return wrong;
}

/** A chain only grows. */
function shortened(group: readonly Manifest[]): string[] {
  const byTime = group.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return byTime.flatMap((manifest, index) => {
    const longer = byTime.slice(0, index).find(({ head }) => head.seq > manifest.head.seq);
    return longer === undefined
      ? []
      : [
          `${manifest.file}: it ends with entry ${manifest.head.seq}, and ${longer.file}, given earlier, has ${longer.head.seq}: the end was cut off`,
        ];
  });
}

function gapBetween({ file, before }: Manifest, name: ChainName, end: number): CannotCheck {
  return new CannotCheck(
    `Cannot check ${nameOf(name)}: entries ${end + 1} to ${before.seq} are in no manifest, ${file} begins behind them. Add a manifest that has them: …/tenants/${name.tenant}/chain?after=${end}`,
  );
}
