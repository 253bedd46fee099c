import { Worker } from "node:worker_threads";

/** Far longer than anything here takes that ends at all. */
const endsWithinMs = 30_000;

const thread = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, name, input } = workerData;
import(module).then(async (found) => parentPort.postMessage(await found[name](...input)));
`;

/**
 * Calls a function of a module of `src` in a thread of its own: what never ends there can be ended, and hangs nobody else.
 * `input` and the answer are copied. Throws when the function throws, or does not end.
 */
export async function apart(module: string, name: string, ...input: readonly unknown[]): Promise<unknown> {
  const workerData = { module: new URL(`../../src/${module}`, import.meta.url).href, name, input };
  const worker = new Worker(thread, { eval: true, execArgv: [], workerData });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
      timer = setTimeout(() => reject(new Error(`${name} of ${module} does not end`)), endsWithinMs);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
