import { vi } from "vitest";
import type { Env } from "../../src/env.ts";
import type { Tenant } from "../../src/tenant/tenant-object.ts";
import { RowLimitSql } from "./row-limit-sql.ts";

/** As much of Cloudflare as a tenant's object touches, in plain Node: thousands of objects a minute. */

/** Stands in for `cloudflare:workers`. */
export const cloudflareWorkers = {
  DurableObject: class {
    readonly ctx: unknown;
    readonly env: unknown;
    constructor(ctx: unknown, env: unknown) {
      this.ctx = ctx;
      this.env = env;
    }
  },
};

export interface Premises {
  readonly object: Tenant;
  /** What the object left under way. */
  readonly background: Promise<unknown>[];
  /** When the alarm is set to ring. */
  alarmAt: number | null;
}

/** An object of this class with these bindings. */
export function objectOf(
  TenantClass: new (ctx: DurableObjectState, env: Env) => Tenant,
  bindings: Readonly<Record<string, unknown>>,
): Premises {
  const sql = new RowLimitSql();
  const values = new Map<string, unknown>();
  const background: Promise<unknown>[] = [];
  const storage = {
    sql: {
      exec: (query: string, ...given: (string | number | null)[]) => ({ toArray: () => sql.exec(query, ...given) }),
    },
    transactionSync: <T>(work: () => T): T => sql.transaction(work),
    kv: {
      get: (key: string) => values.get(key),
      put: (key: string, value: unknown) => void values.set(key, value),
      delete: (key: string) => values.delete(key),
    },
    getAlarm: async () => premises.alarmAt,
    setAlarm: async (at: number) => void (premises.alarmAt = at),
    deleteAlarm: async () => void (premises.alarmAt = null),
    deleteAll: async () => values.clear(),
  };
  const ctx = { id: { name: "acme" }, storage, waitUntil: (work: Promise<unknown>) => void background.push(work) };
  const nobody = { takeReports: async () => false, forget: async () => {} };
  const env = { ...bindings, FORWARDER: { getByName: () => nobody } };
  const object = new TenantClass(ctx as unknown as DurableObjectState, env as unknown as Env);
  const premises: Premises = { object, background, alarmAt: null };
  return premises;
}

/** No wait lasts, but the longest: whoever waits so long gives up on what does not end. */
export function stubWaiting(): void {
  vi.stubGlobal("scheduler", {
    wait: async (ms: number, { signal }: { signal?: AbortSignal } = {}) =>
      ms < 5_000
        ? undefined
        : new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted")))),
  });
}
