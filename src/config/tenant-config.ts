import type { Filters } from "../datasets/listing.ts";
import { datasets, type Dataset } from "../datasets/registry.ts";
import type { Complaint } from "../destinations/settings.ts";
import { checkName, datasetCatalogue } from "./catalogue.ts";
import { configError, explain, type KnownKeys } from "./complaints.ts";
import type { ConfigError, DatasetOptions, Parsed, TenantConfig } from "./config.ts";
import { meaninglessOptions, misplacedOption, optionKeys, optionsOf, type RawOptions } from "./dataset-options.ts";
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
/** The dataset whose options stand at this place of the secret. */
const datasetAt = ([top, name, ...rest]: readonly PropertyKey[]): Dataset | undefined =>
  top === "datasets" && rest.length === 0 ? datasets.get(String(name)) : undefined;

const knownKeys: KnownKeys = (path) => {
  const dataset = datasetAt(path);
  return dataset === undefined ? (keys.get(path.join(".")) ?? []) : optionKeys(dataset);
};

function unknownKey(path: readonly PropertyKey[], key: string): Complaint | undefined {
  if (path.join(".") === "datasets") return checkName(key, datasetCatalogue);
  return datasetAt(path) === undefined ? undefined : misplacedOption(key);
}

export function parseTenant(json: unknown, named: Named, allowLocal: boolean): Parsed<TenantConfig> {
  const parsed = (allowLocal ? schemas.local : schemas.public).safeParse(json);
  if (parsed.success) return { ok: true, value: tenantConfig(parsed.data, named) };
  return { ok: false, errors: explain(parsed.error.issues, { secret: named.secret, json, knownKeys, unknownKey }) };
}

function tenantConfig(secret: TenantSecret, { id, secret: secretName, fingerprint }: Named): TenantConfig {
  const options = chosenDatasets(secret).map(({ dataset, raw }): [string, DatasetOptions] => [
    dataset.name,
    optionsOf(dataset, raw),
  ]);
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

function chosenDatasets(secret: TenantSecret): { dataset: Dataset; raw: RawOptions }[] {
  return Object.entries(secret.datasets).flatMap(([name, raw]) => {
    const dataset = datasets.get(name);
    return dataset === undefined || raw === undefined ? [] : [{ dataset, raw }];
  });
}

/** Only those that were written. */
const filtersOf = (filters: TenantSecret["filters"]): Filters =>
  Object.fromEntries(Object.entries(filters ?? {}).filter(([, wanted]) => wanted !== undefined));

/** What was written and means nothing: it runs all the same, and status says so. */
function notes(secret: TenantSecret, secretName: string): ConfigError[] {
  const chosen = chosenDatasets(secret);
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
