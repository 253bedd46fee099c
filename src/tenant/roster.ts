import type { Config, DestinationConfig, TenantConfig } from "../config/config.ts";
import type { Lane, Stream } from "../spool/lanes.ts";
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
export const takes = (config: DestinationConfig, dataset: string): boolean => config.datasets?.includes(dataset) ?? true;

export interface Begun {
  /** Whether the dataset's live tail has begun: a destination that comes later gets the past for itself. */
  (dataset: string): boolean;
}

/**
 * Brings the spool in line with the secrets: new destinations join the lanes, absent ones are noted and forgotten after
 * 30 days. Answers the destinations that joined a dataset after it had begun. Call it inside a transaction.
 */
export function enrol(
  all: readonly Member[],
  tenant: TenantConfig,
  { spool, documents, now, hasBegun }: { spool: Spool; documents: Documents; now: number; hasBegun: Begun },
): { destination: string; dataset: string }[] {
  const latecomers: { destination: string; dataset: string }[] = [];
  for (const { id, config, standing } of all) {
    const note = documents.read<DestinationNote>(noteName(id));
    if (standing === "absent" && note !== undefined) {
      noteAbsence(id, note, spool, documents, now);
      continue;
    }
    if (config === undefined) continue;
    const isSameSecret = note?.fingerprint === config.fingerprint;
    documents.write(noteName(id), {
      fingerprint: config.fingerprint,
      trouble: isSameSecret ? note.trouble : null,
      absentSince: null,
      owedMissing: note?.owedMissing ?? 0,
      type: config.type,
      host: config.destination.host,
    } satisfies DestinationNote);
    for (const dataset of tenant.datasets.keys()) {
      const live: Lane = { dataset, stream: "live" };
      if (!takes(config, dataset) || spool.offsets.get(id, live) !== undefined) continue;
      if (hasBegun(dataset)) latecomers.push({ destination: id, dataset });
      for (const stream of streams) spool.join(id, { dataset, stream });
    }
  }
  return latecomers;
}

function noteAbsence(id: string, note: DestinationNote, spool: Spool, documents: Documents, now: number): void {
  if (note.absentSince === null) {
    documents.write(noteName(id), { ...note, absentSince: now } satisfies DestinationNote);
  } else if (now - note.absentSince >= keptAbsentMs) {
    spool.leave(id);
    documents.delete(noteName(id));
  }
}
