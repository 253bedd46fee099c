/** At the end of a history, the chain of each destination tells exactly what that destination accepted. */
import { createHash } from "node:crypto";
import type { ChainPage } from "../../src/spool/chain.ts";
import type { ChainEntry } from "../../src/spool/chain-entry.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import type { Stage } from "./stage.ts";

export async function judgeChains(stage: Stage): Promise<void> {
  for (const [tenant, { destinations }] of stage.oracle.reports) {
    for (const { name, delivered } of destinations) {
      const entries = await entriesOf(stage, tenant, name);
      const intake = stage.world.intakes.get(name);
      if (intake === undefined || entries === undefined) continue;
      const records = entries.reduce((sum, entry) => sum + entry.records, 0);
      if (records !== delivered)
        stage.oracle.note(
          `chain: ${records} records of ${tenant} are in the chain of ${name}, and ${delivered} are delivered`,
        );
      if (entries.some(({ seq }, index) => seq !== index + 1))
        stage.oracle.note(`chain: that of ${tenant} at ${name} has a gap`);
      // Of the others the texts are not kept: the records are longer by what a vendor or a format puts around them.
      if (intake.kind === "webhook" && isRaw(stage, name)) judgeDigests(stage, name, intake, entries);
    }
  }
}

function isRaw({ env }: Stage, destination: string): boolean {
  const { format = "raw" } = JSON.parse(env[`DESTINATION_${destination.toUpperCase()}`] ?? "{}") as { format?: string };
  return format === "raw";
}

async function entriesOf(stage: Stage, tenant: string, destination: string): Promise<ChainEntry[] | undefined> {
  const entries: ChainEntry[] = [];
  for (;;) {
    const answer = await stage.ask(tenant, "chainPage", destination, entries.at(-1)?.seq ?? 0);
    if (answer === undefined) return undefined;
    const page = answer.value as ChainPage;
    entries.push(...(JSON.parse(`[${page.entries}]`) as ChainEntry[]));
    if (!page.hasMore) return entries;
  }
}

function judgeDigests(stage: Stage, name: string, { memory }: SimulatedIntake, entries: readonly ChainEntry[]): void {
  const accepted = new Map(memory.batches.flatMap((batch) => (batch.accepted ? [[batch.id, batch.keys]] : [])));
  for (const { id, digest } of entries) {
    const keys = accepted.get(id);
    const lines = keys?.map((key) => `${memory.texts.get(key) ?? ""}\n`).join("");
    if (lines === undefined) stage.oracle.note(`chain: ${name} never accepted batch ${id}, which is in its chain`);
    else if (createHash("sha256").update(lines).digest("hex") !== digest)
      stage.oracle.note(`chain: batch ${id} of ${name} has another digest than what arrived`);
  }
}
