/**
 * The code under test, loaded from `src` as it is, or with a few words of it changed: a planted defect, or the next
 * version of the program. Each variant is a whole set of modules of its own, so that two versions can live in one history.
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as cron from "../../../src/cron.ts";
import type { ObjectClass } from "./simulated-object.ts";
import { edited, sourceFolder, sourceOf, type Edit } from "./source-edit.ts";

export interface Code {
  readonly name: string;
  readonly Tenant: ObjectClass;
  readonly Forwarder: ObjectClass;
  readonly fireCron: (env: never, slot: number) => Promise<void>;
}

const sourceUrl = pathToFileURL(sourceFolder).href;
const platform = pathToFileURL(join(import.meta.dirname, "durable-object.ts")).href;
const variants = new Map<string, readonly Edit[]>();

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "cloudflare:workers") return { url: platform, shortCircuit: true };
    const resolved = next(specifier, context);
    const variant = new URL(context.parentURL ?? "file:///").searchParams.get("variant");
    if (variant === null || !resolved.url.startsWith(sourceUrl)) return resolved;
    return { ...resolved, url: `${resolved.url}?variant=${variant}` };
  },
  load(url, context, next) {
    const variant = new URL(url).searchParams.get("variant");
    if (variant === null) return next(url, context);
    const file = url.slice(sourceUrl.length + 1, url.indexOf("?"));
    const edits = (variants.get(variant) ?? []).filter((edit) => edit.file === file);
    return { format: "module-typescript", source: edits.reduce(edited, sourceOf(file)), shortCircuit: true };
  },
});

const loaded = new Map<string, Promise<Code>>();

/** Loads a variant; the code as it is, when there is nothing to change. */
export async function loadCode(name: string, edits: readonly Edit[] = []): Promise<Code> {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  variants.set(name, edits);
  const code = load(name);
  loaded.set(name, code);
  return code;
}

async function load(name: string): Promise<Code> {
  const open = async (file: string): Promise<unknown> => import(`${sourceUrl}/${file}?variant=${name}`);
  const { fireCron, cronPorts } = (await open("cron.ts")) as typeof cron;
  const { Tenant } = (await open("tenant/tenant-object.ts")) as { Tenant: ObjectClass };
  const { Forwarder } = (await open("forwarder/forwarder-object.ts")) as { Forwarder: ObjectClass };
  return { name, Tenant, Forwarder, fireCron: async (env, slot) => fireCron(cronPorts(env), slot) };
}
