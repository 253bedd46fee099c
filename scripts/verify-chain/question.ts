import { parseArgs } from "node:util";
import { ChainKey, type ChainHead } from "../../src/spool/chain-entry.ts";
import { CannotCheck } from "./cannot-check.ts";

/** What was asked for on the command line and in the environment. */

export interface Question {
  readonly paths: readonly string[];
  readonly destination: string | undefined;
  /** Batches that were accepted outside of this need not be in the archive: milliseconds since 1970, both inclusive. */
  readonly since: number;
  readonly until: number;
  /** The last entry of a chain, as it was noted down earlier. */
  readonly head: ChainHead | undefined;
  /** By their ids. */
  readonly keys: ReadonlyMap<string, ChainKey>;
}

export const usage = `npm run verify-chain -- [options] manifest.json… records.ndjson…

Tells of an archive whether it holds what was delivered: nothing missing, nothing changed, nothing inserted.
Manifests come from GET /tenants/:tenant/chain; other files have one record per line, - is standard input.

  --destination NAME  which destination the archive is of; otherwise the one that fits best
  --since TIME        batches accepted before TIME (RFC 3339) need not be in the archive
  --until TIME        batches accepted after TIME need not be in the archive
  --head SEQ:MAC      the chain must have had this entry: a head that you noted down earlier

CHAIN_KEY and ADMIN_TOKEN in the environment are the keys; older ones may follow, separated by commas.
Exit code: 0 all is well, 1 something is wrong, 2 it cannot be checked.`;

export function readQuestion(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Question {
  const { values, positionals } = parsed(args);
  return {
    paths: positionals,
    destination: values.destination,
    since: timeOf("--since", values.since) ?? -Infinity,
    until: timeOf("--until", values.until) ?? Infinity,
    head: headOf(values.head),
    keys: keysIn(env),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { destination: text, since: text, until: text, head: text };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new CannotCheck(`${(error as Error).message}\n\n${usage}`);
  }
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new CannotCheck(`${option} is not a time: write it like 2026-05-01T08:30:00Z`);
  return time;
}

function headOf(text: string | undefined): ChainHead | undefined {
  if (text === undefined) return undefined;
  const [, seq, mac] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || mac === undefined)
    throw new CannotCheck('--head is not SEQ:MAC: write both numbers of "head" in an earlier manifest, with a colon');
  return { seq: Number(seq), mac };
}

/** A key may have a comma in it, so the whole is tried too. */
function keysIn(env: Readonly<Record<string, string | undefined>>): Map<string, ChainKey> {
  const given = (name: string): string[] =>
    [env[name] ?? "", ...(env[name] ?? "").split(",")].map((key) => key.trim()).filter((key) => key !== "");
  const keys = [
    ...given("CHAIN_KEY").map((key) => new ChainKey(key)),
    ...given("ADMIN_TOKEN").map((token) => ChainKey.derivedFrom(token)),
  ];
  return new Map(keys.map((key) => [key.id ?? "", key]));
}
