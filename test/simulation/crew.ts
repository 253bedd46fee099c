/** Several threads that tell histories side by side. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Ending } from "./history.ts";
import type { Task } from "./thread.ts";

export class Crew {
  readonly size: number;
  readonly #workers: Worker[];

  constructor(size = availableParallelism()) {
    this.size = size;
    this.#workers = Array.from(
      { length: size },
      () =>
        new Worker(join(import.meta.dirname, "thread.ts"), {
          workerData: "histories",
          resourceLimits: { maxYoungGenerationSizeMb: 64 },
        }),
    );
  }

  /** Tells the histories of all tasks; `see` gets each ending as it comes, and false from it ends the work. */
  async tell(tasks: Iterable<Task>, see: (ending: Ending, task: Task) => boolean): Promise<void> {
    const queue = tasks[Symbol.iterator]();
    let goesOn = true;
    const work = async (worker: Worker): Promise<void> => {
      for (let next = queue.next(); goesOn && next.done !== true; next = queue.next()) {
        const ending = await ask(worker, next.value);
        goesOn = goesOn && see(ending, next.value);
      }
    };
    await Promise.all(this.#workers.map(work));
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function ask(worker: Worker, task: Task): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new Error(`The history of seed ${task.seed} could not be told`, { cause }));
    worker.once("error", fail);
    worker.once("message", (ending: Ending) => {
      worker.off("error", fail);
      resolve(ending);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(task);
  });
}
