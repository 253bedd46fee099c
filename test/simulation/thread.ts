/** A thread that tells histories: one at a time, since each has the globals of its thread for itself. */
import { parentPort, workerData } from "node:worker_threads";
import { defects } from "./defects.ts";
import { tellHistory, type Ending } from "./history.ts";
import { loadCode, type Code } from "./platform/code.ts";
import { installGlobals } from "./platform/globals.ts";
import { nextVersion } from "./versions.ts";

export interface Task {
  readonly seed: number;
  readonly defect: string | null;
  readonly isDetailed: boolean;
}

/** Loads what a task is about and tells its history. */
export async function tellTask({ seed, defect, isDetailed }: Task): Promise<Ending> {
  const edits = defect === null ? [] : (defects.find(({ name }) => name === defect)?.edits ?? []);
  const code = await loadCode(defect ?? "current", edits);
  const next = async (): Promise<Code> => loadCode(`${defect ?? "current"}-next`, [...edits, ...nextVersion]);
  return tellHistory({ seed, code, next, isDetailed });
}

if (parentPort !== null && workerData === "histories") {
  const port = parentPort;
  installGlobals();
  port.on("message", (task: Task) => {
    tellTask(task).then(
      (ending) => port.postMessage(ending),
      (error: unknown) => {
        throw error;
      },
    );
  });
}
