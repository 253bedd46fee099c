import type { TenantConfig } from "../config/config.ts";
import { microsOf } from "../datasets/instant.ts";
import { listings } from "../datasets/registry.ts";
import type { RequestBudget } from "../kandji/budget.ts";
import type { KandjiClient } from "../kandji/client.ts";
import type { Ports } from "../ports.ts";
import type { Spool } from "../spool/spool.ts";
import { startsPoll } from "./plan.ts";
import { WalkSource } from "./walk-source.ts";

interface Around {
  readonly ports: Ports;
  readonly tenant: TenantConfig;
  readonly spool: Spool;
  readonly client: KandjiClient;
  readonly budget: RequestBudget;
}

/** All datasets of a tenant that are walked whole. */
export class Walks {
  readonly #around: Around;
  readonly #sources = new Map<string, WalkSource>();

  constructor(around: Around) {
    const { ports, tenant, spool, client, budget } = around;
    this.#around = around;
    for (const [name, dataset] of listings) {
      const options = tenant.datasets.get(name);
      if (options === undefined) continue;
      const usage = (reserved: number) => budget.usage(reserved);
      const source = new WalkSource({ ports, spool, client, dataset, options, filters: tenant.filters, usage });
      this.#sources.set(name, source);
      // What is owed from now on is another walk's.
      for (const id of source.walker.walk?.ranges ?? []) spool.ranges.beingRead.add(id);
    }
  }

  get all(): WalkSource[] {
    return [...this.#sources.values()];
  }

  get(name: string): WalkSource | undefined {
    return this.#sources.get(name);
  }

  /** A firing of the cron that was scheduled at `slot`. */
  tick(slot: number): void {
    for (const source of this.all) {
      if (!startsPoll(slot, source.lastSlot, source.everyMs, true)) continue;
      source.isAsked = true;
      source.lastSlot = slot;
    }
  }

  /** Without a cron: those that are overdue. */
  askOverdue(now: number, atLeastMs: number): void {
    for (const source of this.all)
      if (now - (source.lastSuccessAt ?? 0) >= Math.max(atLeastMs, source.everyMs)) source.isAsked = true;
  }

  askAll(): void {
    for (const source of this.all) source.isAsked = true;
  }

  flush(): number {
    return this.all.reduce((sum, { walker }) => sum + walker.flush(), 0);
  }

  /** Whether records of a dataset have been sent: then a destination that joins is late. */
  hasBegun(name: string): boolean {
    const walker = this.#sources.get(name)?.walker;
    return walker !== undefined && (walker.walk !== null || walker.last !== null);
  }

  /** A destination that comes later is sent what the others had before, at the next walk. Call it inside a transaction. */
  giveThePast(destination: string, dataset: string): void {
    const { ports, tenant, spool } = this.#around;
    const from = microsOf(ports.now() - (tenant.datasets.get(dataset)?.backfillMs ?? 0));
    // Whatever was found before the walk that answers it is meant, of whatever time.
    const to = Number.MAX_SAFE_INTEGER;
    const range = { dataset, destination, reason: "backfill", expected: 0, edge: [], onlyFrom: null, ids: [] } as const;
    spool.ranges.add({ ...range, from, at: from, to });
    this.#sources.get(dataset)?.walker.abandon();
  }

  /**
   * Requests that short walks of an earlier life may have made since `since` without writing them down: long ones write
   * down theirs before they make them.
   */
  guess(since: number, until: number): number {
    return this.all.reduce((sum, { expected, everyMs, isShort, walker }) => {
      const from = Math.max(since, walker.usage?.at ?? 0);
      return isShort && until > from ? sum + (Math.floor((until - from) / everyMs) + 1) * (expected ?? 1) : sum;
    }, 0);
  }
}
