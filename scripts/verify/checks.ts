import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { ConfigError, DestinationConfig, Parsed, TenantConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { exchange } from "../../src/http.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import type { Ports } from "../../src/ports.ts";
import type { Check } from "../../src/verification/check.ts";
import { checkDestination, checkSource } from "../../src/verification/checks.ts";
import type { Command, SecretFile } from "./command.ts";

/** Runs the checks of the forwarder itself on secrets in files. */

export interface VerifiedFile {
  readonly file: string;
  readonly secret: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
  /** Things to know that are no problem. */
  readonly notes: readonly string[];
}

/** Under this name a destination is sent its test record where no tenant was named. */
const nobody = "verification";

/** Nothing is stored, so a check that wanted to store something is a mistake in this program. */
const nothingStored = (): never => {
  throw new Error("A verification stores nothing");
};

const ports: Ports = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (ms) => setTimeout(ms),
  http: (request, limits) => exchange((url, init) => fetch(url, init), request, limits),
  sql: { exec: nothingStored, transaction: nothingStored },
};

export async function verify({ files, allowLocalHosts }: Command): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  const texts = new Map(files.map((file) => [file, textOf(file)]));
  const secrets = files.flatMap((file) => [[file.secret, texts.get(file)?.text] as const]);
  const known = secrets.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const config = readConfig({ ...Object.fromEntries(known), ALLOW_LOCAL_HOSTS: String(allowLocalHosts) });
  const tenants = byName(config.tenants);
  const [tenant = nobody] = config.tenants.keys();
  const destinations = byName(config.destinations);
  for (const file of files) {
    const unreadable = texts.get(file)?.unreadable;
    const misnamed = config.misnamed.filter(({ secret }) => secret === file.secret).map(complaint);
    const early = [...(unreadable === undefined ? [] : [unreadable]), ...misnamed];
    const parsed = file.kind === "tenant" ? tenants.get(file.secret) : destinations.get(file.secret);
    const checks = parsed === undefined ? early : await tried(parsed, file, tenant);
    const notes = parsed?.ok === true && "notes" in parsed.value ? parsed.value.notes.map(noteOf) : [];
    verified.push({ file: file.path, secret: file.secret, ok: checks.every(({ ok }) => ok), checks, notes });
  }
  return verified;
}

/** By the names of secrets instead of by ids. */
function byName<T>(parsed: ReadonlyMap<string, Parsed<T>>): Map<string, Parsed<T>> {
  const nameOf = (id: string, one: Parsed<T>): string =>
    one.ok ? (one.value as { secretName: string }).secretName : (one.errors[0]?.secret ?? id);
  return new Map([...parsed].map(([id, one]) => [nameOf(id, one), one]));
}

function textOf({ path, secret }: SecretFile): { readonly text?: string; readonly unreadable?: Check } {
  try {
    return { text: readFileSync(path, "utf8") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const why = code === "ENOENT" ? "there is no such file" : code;
    const message = `Cannot read ${path}: ${why}`;
    return { unreadable: { name: `Secret ${secret}`, ok: false, message, fix: "Name a file with one JSON object" } };
  }
}

async function tried(
  parsed: Parsed<TenantConfig> | Parsed<DestinationConfig>,
  { secret }: SecretFile,
  tenant: string,
): Promise<Check[]> {
  if (!parsed.ok) return parsed.errors.map(complaint);
  const read: Check = { name: `Secret ${secret}`, ok: true, message: "The forwarder can read it" };
  const { value } = parsed;
  if ("destination" in value) return [read, await checkDestination(ports, tenant, value)];
  const budget = new RequestBudget(ports, { perHour: value.maxRequestsPerHour, forLive: 0 }, noUsage);
  const client = new KandjiClient(ports, value.apiOrigin, value.token, budget);
  return [read, ...(await checkSource(ports, client, value, { mayName: true }))];
}

const complaint = ({ secret, key, message, fix }: ConfigError): Check => ({
  name: key === "" ? `Secret ${secret}` : `Secret ${secret} / ${key}`,
  ok: false,
  message,
  fix,
});

const noteOf = ({ message, fix }: ConfigError): string => `${message}. ${fix}`;
