import { datasets } from "../datasets/registry.ts";
import { checkName, datasetCatalogue } from "./catalogue.ts";
import { configError, explain, type KnownKeys } from "./complaints.ts";
import type { ConfigError, DatasetOptions, Parsed, TenantConfig } from "./config.ts";
import type { Named } from "./secret-text.ts";
import { tenantSecret, type TenantSecret } from "./tenant-secret.ts";

/** Makes a tenant's configuration of the JSON of its secret. */

const schemas = { public: tenantSecret(false), local: tenantSecret(true) };
const { shape } = schemas.public;

const keys: ReadonlyMap<string, readonly string[]> = new Map([
  ["", Object.keys(shape)],
  ["datasets", [...datasets.keys()]],
  ["filters", Object.keys(shape.filters.unwrap().shape)],
]);
const optionKeys = ["every", "backfill", "overlap", "snapshotEvery"];
const knownKeys: KnownKeys = (path) => keys.get(path.join(".")) ?? optionKeys;

export function parseTenant(json: unknown, named: Named, allowLocal: boolean): Parsed<TenantConfig> {
  const parsed = (allowLocal ? schemas.local : schemas.public).safeParse(json);
  if (parsed.success) return { ok: true, value: tenantConfig(parsed.data, named) };
  const subject = {
    secret: named.secret,
    json,
    knownKeys,
    unknownKey: (path: readonly PropertyKey[], key: string) =>
      path.join(".") === "datasets" ? checkName(key, datasetCatalogue) : undefined,
  };
  return { ok: false, errors: explain(parsed.error.issues, subject) };
}

function tenantConfig(secret: TenantSecret, { id, secret: secretName, fingerprint }: Named): TenantConfig {
  const chosen = Object.entries(secret.datasets).flatMap(([name, options]) =>
    options === undefined ? [] : [{ name, options }],
  );
  const options = chosen.map(({ name, options: { every, backfill, overlap } }): [string, DatasetOptions] => [
    name,
    { everyMs: every, backfillMs: backfill, overlapMs: overlap },
  ]);
  return {
    id,
    secretName,
    apiOrigin: apiOrigin(secret),
    token: secret.token,
    datasets: new Map(options),
    destinations: secret.destinations === undefined ? undefined : [...new Set(secret.destinations)],
    jurisdiction: secret.jurisdiction,
    maxRequestsPerHour: secret.maxRequestsPerHour,
    notes: notes(secret, secretName),
    fingerprint,
  };
}

function apiOrigin({ apiUrl, subdomain, region }: TenantSecret): string {
  return new URL(apiUrl ?? `https://${subdomain}.api.${region === "eu" ? "eu." : ""}kandji.io`).origin;
}

/** Every dataset of this version is a log of events: it has no full state to send again and no device to filter by. */
function notes(secret: TenantSecret, secretName: string): ConfigError[] {
  const snapshots = Object.entries(secret.datasets)
    .filter(([, options]) => options?.snapshotEvery !== undefined)
    .map(([name]) =>
      configError(secretName, ["datasets", name, "snapshotEvery"], {
        what: "means nothing for a dataset of events",
        fix: "Remove it",
      }),
    );
  if (secret.filters === undefined) return snapshots;
  const filters = configError(secretName, ["filters"], {
    what: "narrows only datasets about devices, and none is collected",
    fix: "Remove it",
  });
  return [...snapshots, filters];
}
