import type { Filters } from "../datasets/listing.ts";
import type { Destination, OldRecords } from "../destinations/destination.ts";
import type { Secret } from "../secret.ts";

/** What the operator asked for, validated: durations in milliseconds, credentials as `Secret`, defaults filled in. */

/** `Infinity` never occurs here: "never" is refused where a number is needed. */
export interface FeedOptions {
  readonly everyMs: number;
  readonly backfillMs: number;
  readonly overlapMs: number;
  /** How far back events are read again to look for those that became visible later than the overlap; 0 for never. */
  readonly sweepMs: number;
  readonly sweepEveryMs: number;
}

export interface DatasetOptions extends FeedOptions {
  /** How often a state dataset is sent whole; `Infinity` for never. */
  readonly snapshotEveryMs: number;
  /** Keys that are sent although they are sensitive. */
  readonly sensitive: readonly string[];
  /** The version of the API that was asked for; absent: the dataset's own choice. */
  readonly api?: "v1" | "v2" | undefined;
  /** What is added to each record. */
  readonly enrich: readonly "actor"[];
}

export type Jurisdiction = "eu" | "us" | "fedramp";

export interface TenantConfig {
  readonly id: string;
  readonly secretName: string;
  /** Origin of the API, without a path: `https://acme.api.kandji.io`. */
  readonly apiOrigin: string;
  readonly token: Secret;
  readonly datasets: ReadonlyMap<string, DatasetOptions>;
  /** Ids of the destinations that this tenant sends to; `undefined` means all. */
  readonly destinations: readonly string[] | undefined;
  /** Narrow the datasets about devices; empty: no filter. */
  readonly filters: Filters;
  readonly jurisdiction: Jurisdiction | undefined;
  readonly maxRequestsPerHour: number;
  /** Options that mean nothing for their dataset, for the status page. */
  readonly notes: readonly ConfigError[];
  /** Changes when the secret's text changes; says nothing about it. */
  readonly fingerprint: string;
}

export interface DestinationConfig {
  readonly id: string;
  readonly secretName: string;
  readonly type: string;
  readonly destination: Destination;
  /** Names of the datasets that go there; `undefined` means all. */
  readonly datasets: readonly string[] | undefined;
  readonly oldRecords: OldRecords;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly fingerprint: string;
}

/** Where it is told that something turned bad, or good again. */
export interface NotifierConfig {
  readonly id: string;
  readonly secretName: string;
  readonly type: "slack" | "teams" | "json";
  /** Whoever knows it can post there. */
  readonly url: Secret;
  readonly host: string;
  /** Ids of the tenants of which it tells; `undefined` means all. */
  readonly tenants: readonly string[] | undefined;
  /** `Infinity` for never. */
  readonly reminderEveryMs: number;
  readonly statusUrl: string | undefined;
  readonly fingerprint: string;
}

/** One thing wrong with a secret: names the secret, the key and the mend, never a value. */
export interface ConfigError {
  readonly secret: string;
  /** Path of the key, `datasets.audit-events.every`; empty when the whole secret is meant. */
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}

/** What the links of the chain of deliveries are made with. */
export interface ChainConfig {
  /** A key is derived from the token where no key was put; `undefined` where there is neither: everybody can make such links. */
  readonly secret: { readonly from: "CHAIN_KEY" | "ADMIN_TOKEN"; readonly value: Secret } | undefined;
  readonly errors: readonly ConfigError[];
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

export interface Config {
  readonly tenants: ReadonlyMap<string, Parsed<TenantConfig>>;
  readonly destinations: ReadonlyMap<string, Parsed<DestinationConfig>>;
  /** Absent where no secret of one was put. */
  readonly notifiers?: ReadonlyMap<string, Parsed<NotifierConfig>> | undefined;
  /** Secrets whose name gives no id. */
  readonly misnamed: readonly ConfigError[];
  /** Absent where no secret for it was put and nothing is wrong with one. */
  readonly chain?: ChainConfig | undefined;
}
