import * as z from "zod";
import type { DestinationType } from "../destinations/destination.ts";
import { destinationTypes } from "../destinations/registry.ts";
import { checkName, listed, typeCatalogue } from "./catalogue.ts";
import { configError, explain, type Subject } from "./complaints.ts";
import type { ConfigError, DestinationConfig, Parsed } from "./config.ts";
import { commonKeys } from "./destination-secret.ts";
import { checkIntakeUrl } from "./hosts.ts";
import type { Named } from "./secret-text.ts";

/** Makes a destination's configuration of the JSON of its secret: the common keys here, the rest by the type's own settings. */

interface Kind {
  readonly type: DestinationType;
  readonly common: ReturnType<typeof commonKeys>;
}

const kinds: ReadonlyMap<string, Kind> = new Map(
  [...destinationTypes].map(([name, type]) => [name, { type, common: commonKeys(type) }]),
);

export function parseDestination(json: object, named: Named, allowLocal: boolean): Parsed<DestinationConfig> {
  const name = Object.hasOwn(json, "type") ? (json as { readonly type?: unknown }).type : undefined;
  const type = typeof name === "string" ? kinds.get(name) : undefined;
  if (type === undefined) return { ok: false, errors: [wrongType(name, named.secret)] };
  return parseSettings(json, type, named, allowLocal);
}

function parseSettings(
  json: object,
  { type, common }: Kind,
  named: Named,
  allowLocal: boolean,
): Parsed<DestinationConfig> {
  const entries = Object.entries(json);
  const isCommon = ([key]: [string, unknown]): boolean => Object.hasOwn(common.shape, key);
  const shared = common.safeParse(Object.fromEntries(entries.filter(isCommon)));
  const own = Object.fromEntries(entries.filter((entry) => !isCommon(entry)));
  const settings = type.settings.safeParse(own);

  const keysHere = [...Object.keys(common.shape), ...settingKeys(type)];
  const subject: Subject = { secret: named.secret, json, knownKeys: () => keysHere };
  const errors = [
    ...explain(shared.error?.issues ?? [], subject),
    ...explain(settings.error?.issues ?? [], subject),
    ...(settings.success ? checkHosts(type, own, named.secret, allowLocal) : []),
  ];
  if (!shared.success || errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    value: {
      id: named.id,
      secretName: named.secret,
      type: type.type,
      destination: type.open(own, shared.data.format),
      datasets: shared.data.datasets === undefined ? undefined : [...new Set(shared.data.datasets)],
      oldRecords: shared.data.oldRecords,
      maxBatchRecords: shared.data.maxBatchRecords,
      maxBatchBytes: shared.data.maxBatchBytes,
      fingerprint: named.fingerprint,
    },
  };
}

/** The keys of the secret that only this type has. */
function settingKeys({ settings }: DestinationType): string[] {
  return settings instanceof z.ZodObject ? Object.keys(settings.shape) : [];
}

function wrongType(name: unknown, secret: string): ConfigError {
  const has = typeCatalogue.has;
  const choice = `Write "type": ${listed(has, "or")}`;
  if (name === undefined) return configError(secret, ["type"], { what: "is missing", fix: choice });
  const complaint = typeof name === "string" ? checkName(name, typeCatalogue) : undefined;
  return configError(secret, ["type"], complaint ?? { what: "has the wrong type", fix: choice });
}

function checkHosts(type: DestinationType, settings: unknown, secret: string, allowLocal: boolean): ConfigError[] {
  return type.addressesOf(settings).flatMap(({ key, url, hosts }) => {
    const complaint = checkIntakeUrl(url, allowLocal, hosts);
    return complaint === undefined ? [] : [configError(secret, [key], complaint)];
  });
}
