/** What the runtime's process has used, read from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessUse {
  readonly cpuMs: number;
  /** The most memory that it ever held. */
  readonly peakMB: number;
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const msPerTick = 10;

interface Stat {
  readonly name: string;
  readonly parent: number;
  readonly cpuTicks: number;
}

/** The name stands in parentheses and may contain blanks; the numbers come after it. See proc_pid_stat(5). */
function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // It ended meanwhile.
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
  return { name, parent: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) };
}

/** The processes of that name among those that this one started, directly or not. */
function descendantsNamed(name: string): number[] {
  const stats = new Map(
    readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => [Number(entry), statOf(Number(entry))]),
  );
  const isOurs = (pid: number): boolean => {
    const parent = stats.get(pid)?.parent ?? 0;
    return parent === process.pid || (parent > 1 && isOurs(parent));
  };
  return [...stats].filter(([pid, stat]) => stat?.name === name && isOurs(pid)).map(([pid]) => pid);
}

function useOf(pid: number): ProcessUse {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpuMs: (statOf(pid)?.cpuTicks ?? 0) * msPerTick, peakMB: Number(kilobytes ?? 0) / 1024 };
}

/**
 * What the runtime uses from now until the answer is called. Wrangler starts two: one that runs the Worker and one that only
 * stands before it, which works next to nothing. The busiest is the one that is meant.
 */
export function meterRuntime(): () => ProcessUse {
  const before = descendantsNamed("workerd").map((pid) => ({ pid, cpuMs: useOf(pid).cpuMs }));
  if (before.length === 0) throw new Error("No runtime has been started");
  return () => {
    const uses = before.map(({ pid, cpuMs }) => ({ ...useOf(pid), cpuMs: useOf(pid).cpuMs - cpuMs }));
    return uses.reduce((busiest, use) => (use.cpuMs > busiest.cpuMs ? use : busiest));
  };
}
