import { createHash } from "node:crypto";
import { readChainSecret } from "./chain-secret.ts";
import { configError } from "./complaints.ts";
import type { Config, ConfigError, DestinationConfig, NotifierConfig, Parsed, TenantConfig } from "./config.ts";
import { parseDestination } from "./destination-config.ts";
import { parseNotifier } from "./notifier-config.ts";
import { ownTenantId } from "../datasets/forwarder-log.ts";
import { ownTenant } from "./own-tenant.ts";
import { type Named, readSecretText } from "./secret-text.ts";
import { parseTenant } from "./tenant-config.ts";

/** Reads what the operator asked for out of the Worker's environment. One broken secret leaves all others as they are. */

interface Kind<T> {
  readonly prefix: string;
  readonly noun: string;
  /** Ids that mean something else. */
  readonly reserved: ReadonlySet<string>;
  readonly parse: (json: object, named: Named, allowLocal: boolean) => Parsed<T>;
}

const tenant: Kind<TenantConfig> = {
  prefix: "TENANT_",
  noun: "tenant",
  // The name under which records that concern no tenant are sent.
  reserved: new Set([ownTenantId]),
  parse: parseTenant,
};

const destination: Kind<DestinationConfig> = {
  prefix: "DESTINATION_",
  noun: "destination",
  reserved: new Set(),
  parse: parseDestination,
};

const notifier: Kind<NotifierConfig> = {
  prefix: "NOTIFY_",
  noun: "notification",
  reserved: new Set(),
  parse: parseNotifier,
};

/** Reads every `TENANT_<NAME>`, `DESTINATION_<NAME>` and `NOTIFY_<NAME>`, and what the chain is keyed with. Never throws. */
export function readConfig(env: object): Config {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const allowLocal = entries.some(([name, value]) => name === "ALLOW_LOCAL_HOSTS" && value === "true");
  const misnamed: ConfigError[] = [];
  const notifiers = readKind(notifier, entries, allowLocal, misnamed);
  const tenants = readKind(tenant, entries, allowLocal, misnamed);
  const own = ownTenant(tenants);
  if (own !== undefined) tenants.set(own.id, { ok: true, value: own });
  return {
    tenants,
    destinations: readKind(destination, entries, allowLocal, misnamed),
    notifiers: notifiers.size === 0 ? undefined : notifiers,
    misnamed,
    chain: readChainSecret(new Map(entries)),
  };
}

function readKind<T>(
  kind: Kind<T>,
  entries: readonly [string, string][],
  allowLocal: boolean,
  misnamed: ConfigError[],
) {
  const found = new Map<string, Parsed<T>>();
  const holders = new Map<string, string>();
  for (const [secret, text] of entries) {
    if (!secret.startsWith(kind.prefix)) continue;
    const id = idOf(kind, secret);
    if (id === undefined) {
      misnamed.push(misname(kind, secret));
      continue;
    }
    const other = holders.get(id);
    holders.set(id, secret);
    found.set(id, other === undefined ? remembered(kind, secret, id, text, allowLocal) : twice(kind, secret, other));
  }
  return found;
}

/** Ids stand in headers, in URLs and in the names of objects, so they are made of little. */
function idOf<T>(kind: Kind<T>, secret: string): string | undefined {
  const name = secret.slice(kind.prefix.length);
  if (!/^[A-Za-z0-9][A-Za-z0-9_]{0,62}$/u.test(name)) return undefined;
  const id = name.toLowerCase().replaceAll("_", "-");
  return kind.reserved.has(id) ? undefined : id;
}

function misname<T>({ prefix, noun }: Kind<T>, secret: string): ConfigError {
  return configError(secret, [], {
    what: `has a name that no ${noun} can have`,
    fix: `Name it ${prefix} and then at most 63 of A to Z, 0 to 9 and _, beginning with a letter or digit, and not "forwarder"`,
  });
}

function twice<T>({ noun }: Kind<T>, secret: string, other: string): Parsed<T> {
  const complaint = {
    what: `names the same ${noun} as secret "${other}"`,
    fix: `Delete one of the two: wrangler secret delete ${other}`,
  };
  return { ok: false, errors: [configError(secret, [], complaint)] };
}

// A Worker has at most 128 secrets of 5 KB; beyond that the memory is of secrets that were replaced.
const mostRemembered = 256;
const memory = new Map<string, Parsed<unknown>>();

/** Configuration is read at every tick and request; the same text under the same name means the same every time. */
function remembered<T>(kind: Kind<T>, secret: string, id: string, text: string, allowLocal: boolean): Parsed<T> {
  const key = `${secret} ${String(allowLocal)} ${text}`;
  const known = memory.get(key) as Parsed<T> | undefined;
  if (known !== undefined) return known;
  if (memory.size >= mostRemembered) memory.clear();
  const parsed = parse(kind, secret, id, text, allowLocal);
  memory.set(key, parsed);
  return parsed;
}

function parse<T>(kind: Kind<T>, secret: string, id: string, text: string, allowLocal: boolean): Parsed<T> {
  const read = readSecretText(text, secret);
  if (!read.ok) return { ok: false, errors: [configError(secret, [], read.complaint)] };
  const fingerprint = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return kind.parse(read.json, { id, secret, fingerprint }, allowLocal);
}
