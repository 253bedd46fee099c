/** What the local runtime keeps of the objects of a bucket: a file each, with the bytes that were put. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SimulatedIntake } from "./intake.ts";

/** Brings objects of a bucket to the intake that stands for it, each once. */
export class BucketFiles {
  readonly #folder: string;
  readonly #intake: SimulatedIntake;
  readonly #met = new Set<string>();

  /** `state` is where the runtime persists. */
  constructor(state: string, bucket: string, intake: SimulatedIntake) {
    this.#folder = join(state, "v3", "r2", bucket, "blobs");
    this.#intake = intake;
  }

  async bring(): Promise<void> {
    for (const file of await filesIn(this.#folder)) {
      if (this.#met.has(file)) continue;
      this.#met.add(file);
      const body = await readFile(join(this.#folder, file));
      // The names of the objects, and whose they are, stand elsewhere.
      const headers = { "content-encoding": "gzip", tenant: "acme", dataset: "audit-events" };
      await this.#intake.fetch(new Request(`r2://bucket/${file}.ndjson.gz`, { method: "POST", headers, body }));
    }
  }
}

/** Before the first object there is no folder. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
