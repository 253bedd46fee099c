/**
 * Two promises about the built Worker: it is small, and it starts quickly. Both are measured on what would be uploaded,
 * without an account: wrangler builds it, then runs its top level once in workerd under the CPU profiler.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const maxGzippedBytes = 200 * 1024;
const maxStartupMs = 75;
/** A busy machine only ever makes a start look slower, so the best of a few is the closest to the truth. */
const startupAttempts = 3;

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
  readonly samples: readonly number[];
  /** Microseconds, one per sample. */
  readonly timeDeltas: readonly number[];
}

function wrangler(...args: string[]): void {
  // Not through the PATH: the installed wrangler, with the Node that runs this.
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    ["node_modules/wrangler/bin/wrangler.js", ...args],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
    },
  );
  if (status !== 0) {
    throw new Error(`Cannot run "wrangler ${args.join(" ")}": ${error?.message ?? `${stdout}${stderr}`}`);
  }
}

/** Milliseconds in which the profiler saw the processor busy: parsing, compiling, the top level of every module, garbage. */
function busyMs(profile: CpuProfile): number {
  const idle = profile.nodes.find((node) => node.callFrame.functionName === "(idle)")?.id;
  const busy = profile.timeDeltas.filter((_, index) => profile.samples[index] !== idle);
  return busy.reduce((sum, delta) => sum + delta, 0) / 1000;
}

function startupMs(bundle: string, folder: string): number {
  const outfile = join(folder, "startup.cpuprofile");
  let best = Infinity;
  for (let attempt = 0; attempt < startupAttempts && best > maxStartupMs / 2; attempt++) {
    wrangler("check", "startup", "--worker", bundle, "--outfile", outfile);
    best = Math.min(best, busyMs(JSON.parse(readFileSync(outfile, "utf8")) as CpuProfile));
  }
  return best;
}

function measure(): { readonly gzippedBytes: number; readonly ms: number } {
  const folder = mkdtempSync(join(tmpdir(), "kandji-forwarder-bundle-"));
  try {
    const bundle = join(folder, "worker.bundle");
    wrangler("deploy", "--dry-run", "--outdir", folder, "--outfile", bundle);
    return {
      gzippedBytes: gzipSync(readFileSync(join(folder, "worker.js"))).byteLength,
      ms: startupMs(bundle, folder),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { gzippedBytes, ms } = measure();
const size = `${(gzippedBytes / 1024).toFixed(1)} KiB gzipped (limit ${maxGzippedBytes / 1024})`;
console.log(`Bundle: ${size}, start: ${ms.toFixed(1)} ms of CPU (limit ${maxStartupMs})`);

if (gzippedBytes > maxGzippedBytes || ms > maxStartupMs) {
  console.error("The Worker is over a limit: see what it imports (wrangler deploy --dry-run --outdir dist).");
  process.exitCode = 1;
}
