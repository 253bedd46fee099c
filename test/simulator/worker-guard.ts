/**
 * Runs a command as the head of a process group and takes the whole group along when it is no longer wanted: when its
 * own standard input closes (whoever started it is gone, however it went) or when its time is over.
 *
 *   node worker-guard.ts MINUTES COMMAND [ARGUMENT…]
 */
import { spawn } from "node:child_process";

const [minutes = "30", command = "", ...commandArguments] = process.argv.slice(2);

/** 0 is the group that this process leads: the command, and whatever it started. */
const endGroup = (): boolean => process.kill(0, "SIGKILL");

const child = spawn(command, commandArguments, { stdio: ["ignore", "inherit", "inherit"] });
child.once("error", endGroup).once("exit", endGroup);
setTimeout(endGroup, Number(minutes) * 60_000);
process.stdin.on("end", endGroup).on("error", endGroup).resume();
