import { entryOf, itself, type JournalEntry } from "../journal/entry.ts";
import { merged, refusedEntry, type RefusedAccess } from "../journal/refused-access.ts";
import { changesOf, type SecretsSeen } from "../journal/secrets-seen.ts";
import type { TenantReport } from "../tenant/report.ts";

/** What the forwarder notices by itself and tells its journal, and what it remembers for that. */

const secretsKey = "secrets-seen";
const refusedKey = "refused-access";
/** Strangers may knock as often as they like: one entry an hour tells of it. */
const refusedEveryMs = 3_600_000;

interface Keys {
  get<T>(key: string): T | undefined;
  put(key: string, value: unknown): void;
}

interface RefusedNote {
  readonly writtenAt: number;
  /** Refused since then, and not told yet. */
  readonly waiting: RefusedAccess | null;
}

interface WatchPorts {
  readonly keys: Keys;
  /** All or nothing of what `work` writes. */
  transaction<T>(work: () => T): T;
  append(entry: JournalEntry): void;
}

export class Watch {
  readonly #ports: WatchPorts;
  #seen: SecretsSeen | undefined;
  #refused: RefusedNote | undefined;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /** A firing of the cron: costs nothing where nothing changed. */
  look(secrets: SecretsSeen | undefined, now: number): void {
    if (secrets !== undefined) this.#compare(secrets, now);
    const { writtenAt, waiting } = this.#note();
    if (waiting !== null && now - writtenAt >= refusedEveryMs) this.#tell(waiting, now);
  }

  refused(access: RefusedAccess, now: number): void {
    const { writtenAt, waiting } = this.#note();
    const all = waiting === null ? access : merged(waiting, access);
    if (now - writtenAt >= refusedEveryMs) this.#tell(all, now);
    else this.#keep({ writtenAt, waiting: all });
  }

  tenantForgotten(tenant: string, now: number): void {
    this.#ports.append(
      entryOf({ action: "TENANT_FORGOTTEN", result: "SUCCEEDED", actor: itself, static: { tenant } }, now),
    );
  }

  /** A destination that a report does not name any more had been absent, which reports call paused, and its state is deleted. */
  destinationsForgotten(before: TenantReport | undefined, after: TenantReport, now: number): void {
    const left = new Set(after.destinations.map(({ name }) => name));
    for (const { name, paused } of before?.destinations ?? []) {
      if (!paused || left.has(name)) continue;
      const subject = { tenant: after.id, destination: name };
      this.#ports.append(
        entryOf({ action: "DESTINATION_FORGOTTEN", result: "SUCCEEDED", actor: itself, static: subject }, now),
      );
    }
  }

  #compare(secrets: SecretsSeen, now: number): void {
    const before = (this.#seen ??= this.#ports.keys.get<SecretsSeen>(secretsKey) ?? {});
    const changes = changesOf(before, secrets, now);
    if (changes.length === 0) return;
    this.#ports.transaction(() => {
      for (const change of changes) this.#ports.append(change);
      this.#ports.keys.put(secretsKey, secrets);
    });
    this.#seen = secrets;
  }

  #note(): RefusedNote {
    this.#refused ??= this.#ports.keys.get<RefusedNote>(refusedKey) ?? { writtenAt: -refusedEveryMs, waiting: null };
    return this.#refused;
  }

  #tell(access: RefusedAccess, now: number): void {
    this.#ports.transaction(() => {
      this.#ports.append(refusedEntry(access, now));
      this.#ports.keys.put(refusedKey, { writtenAt: now, waiting: null } satisfies RefusedNote);
    });
    this.#refused = { writtenAt: now, waiting: null };
  }

  #keep(note: RefusedNote): void {
    this.#ports.keys.put(refusedKey, note);
    this.#refused = note;
  }
}
