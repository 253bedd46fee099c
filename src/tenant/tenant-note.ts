import type { TenantConfig } from "../config/config.ts";
import type { Ports } from "../ports.ts";

/** What is known of a tenant besides its records. */
export interface TenantNote {
  /** Differs for each life of the state, so that batch ids never come again. */
  readonly generation: string;
  /** Where the records that are remembered came from. */
  readonly apiOrigin: string;
  readonly isPaused: boolean;
  readonly pausedDatasets: readonly string[];
  readonly pausedDestinations: readonly string[];
}

/** Its name among the documents. */
export const tenantNote = "tenant";

export const newNote = (ports: Pick<Ports, "random">, tenant: TenantConfig): TenantNote => ({
  generation: Math.floor(ports.random() * 0xffffffff)
    .toString(16)
    .padStart(8, "0"),
  apiOrigin: tenant.apiOrigin,
  isPaused: false,
  pausedDatasets: [],
  pausedDestinations: [],
});
