import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Account } from "../../scripts/verify-chain/account.ts";
import { check } from "../../scripts/verify-chain/check.ts";
import { readQuestion } from "../../scripts/verify-chain/question.ts";
import { beginning, ChainKey, evidenceOf, type ChainEntry, type ChainHead } from "../../src/spool/chain-entry.ts";
import { chainPage, chainStandings } from "../../src/tenant/chain.ts";
import { epoch, minute, type Household } from "../tenant/household.ts";
import { asking } from "../web/asking.ts";
import { aConfig, aFleet, aGateway, aReport, operations, validTenant } from "../web/sample.ts";
import type { ManifestFile } from "./manifest-file.ts";

/** What an operator has in hand: manifests as the route gives them, and the lines that an intake holds. */

export const chainKey = "a-chain-key-that-the-intake-does-not-have";

export interface Delivered {
  readonly tenant?: string;
  readonly destination?: string;
  readonly generation?: string;
  readonly key?: ChainKey;
  readonly at?: string;
}

/** The manifest of batches of lines that were delivered a minute apart. */
export function manifestFor(batches: readonly (readonly string[])[], options: Delivered = {}): ManifestFile {
  const {
    tenant = "acme",
    destination = "siem",
    generation = "9f3a1b2c-tecm9o",
    key = new ChainKey(chainKey),
  } = options;
  let head: ChainHead = beginning;
  const entries = batches.map((lines, index): ChainEntry => {
    const batch = { dataset: "audit-events", stream: "live", id: `batch-${index + 1}`, at: momentOf(index) } as const;
    const unsigned = { seq: index + 1, ...batch, ...evidenceOf(lines), key: key.id };
    const entry = { ...unsigned, mac: key.link({ tenant, destination, generation }, head.mac, unsigned) };
    head = { seq: entry.seq, mac: entry.mac };
    return entry;
  });
  const manifests = [{ destination, generation, before: beginning, entries, head }];
  return { format: "kandji-forwarder-chain/1", tenant, at: options.at ?? momentOf(batches.length), manifests };
}

/** When the batch with this index was delivered. */
export const momentOf = (index: number): string => new Date(epoch + index * minute).toISOString();

/** What `?after=` would leave of a manifest. */
export function behind(file: ManifestFile, after: number): ManifestFile {
  const manifests = file.manifests.map((manifest) => {
    const { seq, mac } = manifest.entries[after - 1] ?? beginning;
    return { ...manifest, before: { seq, mac }, entries: manifest.entries.slice(after) };
  });
  return { ...file, manifests };
}

/** Asks the web room for the chain of a household, as its Worker would. */
export async function manifestOf(house: Household, query = ""): Promise<ManifestFile> {
  const { state } = house.engine;
  const object = {
    ...operations([], "acme@", async () => aReport(), [], { ok: true, checks: [] }),
    chains: async () => chainStandings(state),
    chainPage: async (destination: string, after: number) => chainPage(state, destination, after),
  };
  const gateway = aGateway({
    now: () => house.time.now(),
    config: () => aConfig({ tenants: new Map([["acme", validTenant()]]) }),
    fleet: async () => aFleet(),
    tenant: () => object,
  });
  const response = await asking(gateway)(`/tenants/acme/chain${query}`);
  if (response.status !== 200) throw new Error(`The route answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as ManifestFile;
}

/** Every batch that an intake accepted, in order of arrival: the lines as they came. */
export function batchesOf(house: Household, intake = "siem"): string[][] {
  const { batches, texts } = house.world.intakes.get(intake)!.memory;
  return batches.filter(({ accepted }) => accepted).map(({ keys }) => keys.map((key) => texts.get(key)!));
}

export interface VerifyOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Writes files for one test and asks the tool about them. Texts are files of lines, objects are manifests. */
export async function verify(
  files: Readonly<Record<string, string | readonly string[] | ManifestFile>>,
  { args = [], env = { CHAIN_KEY: chainKey } }: VerifyOptions = {},
): Promise<Account> {
  const folder = folderWith(files);
  const paths = Object.keys(files).map((name) => join(folder, name));
  const { text, isWell } = await check(readQuestion([...args, ...paths], env));
  return { text: text.replaceAll(`${folder}/`, ""), isWell };
}

export function folderWith(files: Readonly<Record<string, string | readonly string[] | ManifestFile>>): string {
  const folder = mkdtempSync(join(tmpdir(), "verify-chain-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), textOf(content));
  return folder;
}

function textOf(content: string | readonly string[] | ManifestFile): string {
  if (typeof content === "string") return content;
  return "format" in content ? JSON.stringify(content) : content.map((line) => `${line}\n`).join("");
}
