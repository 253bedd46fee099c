/** What a fleet did and when: the truth that a reader's findings are held against. */

export type ChangeKind = "created" | "updated" | "deleted";

export interface FleetChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What happened, such as `renamed`: one event may change rows of many datasets. */
  readonly event: string;
  /** As an operator writes it. */
  readonly dataset: string;
  /** The device for datasets of devices, otherwise the id of the row, of a CVE or of a threat. */
  readonly identity: string;
  /** Which of the device's rows; all that it has there when absent. */
  readonly row?: string | undefined;
  readonly kind: ChangeKind;
}

export class ChangeLog {
  readonly #changes: FleetChange[] = [];

  add(change: FleetChange): void {
    this.#changes.push(change);
  }

  get length(): number {
    return this.#changes.length;
  }

  /** Oldest first. */
  all(): readonly FleetChange[] {
    return this.#changes;
  }

  /** Of one dataset, later than `after` and up to `until`. */
  of(dataset: string, after = -Infinity, until = Infinity): FleetChange[] {
    return this.#changes.filter((change) => change.dataset === dataset && change.at > after && change.at <= until);
  }
}
