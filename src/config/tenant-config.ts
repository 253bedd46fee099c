import type { Filters } from "../datasets/listing.ts";
import { datasets, type Dataset } from "../datasets/registry.ts";
import { checkName, datasetCatalogue } from "./catalogue.ts";
import { configError, explain, type KnownKeys } from "./complaints.ts";
import type { ConfigError, DatasetOptions, Parsed, TenantConfig } from "./config.ts";
import { meaninglessOptions, optionsOf } from "./dataset-options.ts";
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
const optionKeys = ["every", "backfill", "overlap", "snapshotEvery", "sensitive", "api", "enrich"];
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
  const options = chosen.map(({ name, options: raw }): [string, DatasetOptions] => [name, optionsOf(raw)]);
  return {
    id,
    secretName,
    apiOrigin: apiOrigin(secret),
    token: secret.token,
    datasets: new Map(options),
    destinations: secret.destinations === undefined ? undefined : [...new Set(secret.destinations)],
    filters: filtersOf(secret.filters),
    jurisdiction: secret.jurisdiction,
    maxRequestsPerHour: secret.maxRequestsPerHour,
    notes: notes(secret, secretName),
    fingerprint,
  };
}

function apiOrigin({ apiUrl, subdomain, region }: TenantSecret): string {
  return new URL(apiUrl ?? `https://${subdomain}.api.${region === "eu" ? "eu." : ""}kandji.io`).origin;
}

/** Only those that were written. */
const filtersOf = (filters: TenantSecret["filters"]): Filters =>
  Object.fromEntries(Object.entries(filters ?? {}).filter(([, wanted]) => wanted !== undefined));

/** What was written and means nothing: it runs all the same, and status says so. */
function notes(secret: TenantSecret, secretName: string): ConfigError[] {
  const chosen = Object.entries(secret.datasets).flatMap(([name, raw]) => {
    const dataset = datasets.get(name);
    return dataset === undefined || raw === undefined ? [] : [{ dataset, raw }];
  });
  const options = chosen.flatMap(({ dataset, raw }) =>
    meaninglessOptions(dataset, raw).map(({ option, why }) =>
      configError(secretName, ["datasets", dataset.name, option], { what: why, fix: "Remove it" }),
    ),
  );
  const isNarrowed = chosen.some(({ dataset }) => isAboutDevices(dataset));
  if (secret.filters === undefined || isNarrowed) return options;
  const filters = configError(secretName, ["filters"], {
    what: "narrows only datasets about devices, and none is collected",
    fix: "Remove it",
  });
  return [...options, filters];
}

const isAboutDevices = (dataset: Dataset): boolean =>
  dataset.reading === "listing" && (dataset.scope === "device" || Object.keys(dataset.about).length > 0);
