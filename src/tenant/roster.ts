import type { Config, DestinationConfig, TenantConfig } from "../config/config.ts";
import type { Lane, Stream } from "../spool/lanes.ts";
import type { Range } from "../spool/ranges.ts";
import type { Spool } from "../spool/spool.ts";
import type { Trouble } from "../delivery/trouble.ts";
import type { Documents } from "./documents.ts";

/** What is kept of a destination of this tenant besides its offsets. */
export interface DestinationNote {
  /** Under which secret `trouble` came up: another one lifts it at once. */
  readonly fingerprint: string;
  readonly trouble: Trouble | null;
  /** Since when its secret is absent, or the tenant does not list it. */
  readonly absentSince: number | null;
  /** Records that were owed to it and that Kandji did not return any more. */
  readonly owedMissing: number;
  readonly type: string;
  readonly host: string;
}

export type Standing = "present" | "broken" | "absent";

export interface Member {
  readonly id: string;
  readonly standing: Standing;
  /** Set when present. */
  readonly config: DestinationConfig | undefined;
}

/** How long the state of what is absent is kept (contract §3, Changes). */
export const keptAbsentMs = 30 * 24 * 3_600_000;
const streams: readonly Stream[] = ["live", "history", "redriven"];

export const noteName = (destination: string): string => `destination ${destination}`;

const lists = (tenant: TenantConfig, id: string): boolean => tenant.destinations?.includes(id) ?? true;

/** Every destination that this tenant sends to, or has sent to and not forgotten. */
export function members(config: Config, tenant: TenantConfig, documents: Documents): Member[] {
  const listed = [...config.destinations].filter(([id]) => lists(tenant, id));
  const known = documents
    .names()
    .filter((name) => name.startsWith(noteName("")))
    .map((name) => name.slice(noteName("").length));
  const gone = known.filter((id) => !listed.some(([other]) => other === id));
  return [
    ...listed.map(([id, parsed]): Member =>
      parsed.ok ? { id, standing: "present", config: parsed.value } : { id, standing: "broken", config: undefined },
    ),
    ...gone.map((id): Member => ({ id, standing: "absent", config: undefined })),
  ];
}

/** Which datasets go to a destination. */
const takes = (config: DestinationConfig, dataset: string): boolean => config.datasets?.includes(dataset) ?? true;

interface Kept {
  readonly spool: Spool;
  readonly documents: Documents;
  readonly now: number;
}

/**
 * Lets the destinations with valid secrets take part in the lanes of the tenant's datasets. Answers those that joined a
 * dataset after it had begun. Call it inside a transaction.
 */
export function enrol(
  all: readonly Member[],
  tenant: TenantConfig,
  { spool, documents, hasBegun }: Omit<Kept, "now"> & { readonly hasBegun: (dataset: string) => boolean },
): { destination: string; dataset: string }[] {
  const latecomers: { destination: string; dataset: string }[] = [];
  for (const { id, config } of all) {
    if (config === undefined) continue;
    noteSecret(id, config, documents);
    for (const dataset of tenant.datasets.keys()) {
      const live: Lane = { dataset, stream: "live" };
      if (!takes(config, dataset) || spool.offsets.get(id, live) !== undefined) continue;
      if (hasBegun(dataset)) latecomers.push({ destination: id, dataset });
      for (const stream of streams) spool.join(id, { dataset, stream });
    }
  }
  return latecomers;
}

function noteSecret(id: string, config: DestinationConfig, documents: Documents): void {
  const before = documents.read<DestinationNote>(noteName(id));
  const isSameSecret = before?.fingerprint === config.fingerprint;
  documents.write(noteName(id), {
    fingerprint: config.fingerprint,
    trouble: isSameSecret || isWish(before, config) ? (before?.trouble ?? null) : null,
    absentSince: null,
    owedMissing: before?.owedMissing ?? 0,
    type: config.type,
    host: config.destination.host,
  } satisfies DestinationNote);
}

/** The intake named a time before which it wants no request: another key to the same host does not change that. */
const isWish = (before: DestinationNote | undefined, { destination }: DestinationConfig): boolean =>
  before?.trouble?.kind === "unavailable" && before.trouble.isAsked && before.host === destination.host;

/** Notes since when destinations are absent and forgets those that are for 30 days. Call it inside a transaction. */
export function forgetAbsent(all: readonly Member[], { spool, documents, now }: Kept): void {
  for (const { id, standing } of all) {
    const note = documents.read<DestinationNote>(noteName(id));
    if (note === undefined) continue;
    if (standing !== "absent") documents.write(noteName(id), { ...note, absentSince: null } satisfies DestinationNote);
    else if (note.absentSince === null)
      documents.write(noteName(id), { ...note, absentSince: now } satisfies DestinationNote);
    else if (now - note.absentSince >= keptAbsentMs) {
      spool.leave(id);
      documents.delete(noteName(id));
    }
  }
}

/** What a destination was owed and Kandji did not return any more. */
export function noteMissing({ destination }: Range, missing: number, documents: Documents): void {
  const note = destination === null ? undefined : documents.read<DestinationNote>(noteName(destination));
  if (destination === null || note === undefined || missing === 0) return;
  documents.write(noteName(destination), {
    ...note,
    owedMissing: note.owedMissing + missing,
  } satisfies DestinationNote);
}
