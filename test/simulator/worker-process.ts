/**
 * The real Worker in the real runtime, in processes of its own that can be killed at any instruction and started again on
 * the same storage. Everything it writes goes to a temporary folder; it needs no network but loopback.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface WorkerOptions {
  /** Secrets and variables by name, as text. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where `wrangler.toml` and the Worker are; this project by default. */
  readonly project?: string | undefined;
  /** Where the runtime keeps its storage: a temporary folder by default, and one that is given is not removed. */
  readonly state?: string | undefined;
  /** Names under which R2 buckets are bound. */
  readonly buckets?: readonly string[] | undefined;
  /** Any free one by default; a restart keeps it. */
  readonly port?: number | undefined;
  /** After which it ends by itself. */
  readonly minutes?: number | undefined;
}

export interface WorkerProcess {
  readonly url: string;
  /** Where the runtime keeps its storage. */
  readonly state: string;
  /** What it printed so far, all starts together; the newest megabyte. */
  output(): string;
  /** Fires the cron as of `scheduledTime` (milliseconds since 1970) and says how that ended: `ok`, or what the runtime calls it. */
  fireCron(scheduledTime?: number): Promise<string>;
  /** Ends all of it at once, as a crash would. */
  kill9(): Promise<void>;
  /** Starts it on the same storage, after `kill9` or over a running one; with other secrets if they are given. */
  restart(secrets?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it and removes everything it wrote, but not into a folder that it was given. */
  stop(): Promise<void>;
}

const PROJECT = join(import.meta.dirname, "../..");
const GUARD = fileURLToPath(import.meta.resolve("./worker-guard.ts"));
const START_WITHIN_MS = 90_000;
const KEPT_OUTPUT = 1_000_000;
const READY = /Ready on (http:\/\/[\w.:]+)/;

/** Silent, offline, and at home in the temporary folder. */
function environment(home: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CI: "1",
    NO_COLOR: "1",
    XDG_CONFIG_HOME: home,
    WRANGLER_CACHE_DIR: home,
    WRANGLER_LOG_PATH: join(home, "logs"),
    WRANGLER_REGISTRY_PATH: join(home, "registry"),
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    X_LOCAL_OBSERVABILITY: "false",
  };
}

const wranglerOf = (project: string): string => join(project, "node_modules/wrangler/bin/wrangler.js");

/** The project's `wrangler.toml` with another entry, so that nothing is written beside the original. */
async function writeConfig(
  folder: string,
  project: string,
  entry: string,
  { top = "", end = "" }: { readonly top?: string; readonly end?: string } = {},
): Promise<string> {
  const original = await readFile(join(project, "wrangler.toml"), "utf8");
  const path = join(folder, "wrangler.toml");
  await writeFile(path, `${original.replace(/^main\s*=.*$/m, `main = ${JSON.stringify(entry)}\n${top}`)}\n${end}`);
  return path;
}

/** The bucket behind the binding `SIEM_1` is called `bucket-siem-1`: R2 has rules of its own for names. */
export const bucketNameOf = (name: string): string => `bucket-${name.toLowerCase().replaceAll("_", "-")}`;

const binding = (name: string): string =>
  `[[r2_buckets]]\nbinding = "${name}"\nbucket_name = "${bucketNameOf(name)}"\n`;

/** Bundled once, as `wrangler deploy` does it: edits to the sources do not reload a Worker that is being tested. */
async function bundle(folder: string, project: string): Promise<string> {
  const original = await readFile(join(project, "wrangler.toml"), "utf8");
  const [, entry = "src/worker.ts"] = /^main\s*=\s*"(.+)"/m.exec(original) ?? [];
  const building = join(folder, "building");
  await mkdir(building);
  const config = await writeConfig(building, project, join(project, entry));
  const bundled = join(folder, "bundle");
  const flags = ["deploy", "--dry-run", "--outdir", bundled, "--config", config];
  await promisify(execFile)(process.execPath, [wranglerOf(project), ...flags], {
    env: environment(join(folder, "home")),
  });
  return join(bundled, entry.replace(/^.*\//, "").replace(/\.tsx?$/, ".js"));
}

/** One quoting that the values do not contain: within it `.dev.vars` knows no escapes. */
function variableLine([name, value]: readonly [string, string]): string {
  const quote = ["'", "`", '"'].find((mark) => !value.includes(mark));
  if (quote === undefined) throw new Error(`Cannot write ${name}: its value has every kind of quote`);
  return `${name}=${quote}${value}${quote}\n`;
}

class RunningWorker implements WorkerProcess {
  readonly #folder: string;
  readonly #options: WorkerOptions;
  readonly #project: string;
  #secrets: Readonly<Record<string, string>>;
  readonly #atExit = (): void => this.#killGroup();
  #child: ChildProcess | undefined;
  #output = "";
  #url = "";

  constructor(folder: string, options: WorkerOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#project = options.project ?? PROJECT;
    this.#secrets = options.secrets;
    // A group of its own does not get the terminal's signals; its guard ends it even if this never runs.
    process.once("exit", this.#atExit);
  }

  get url(): string {
    return this.#url;
  }

  get state(): string {
    return this.#options.state ?? join(this.#folder, "state");
  }

  output(): string {
    return this.#output;
  }

  async prepare(): Promise<void> {
    const { buckets = [] } = this.#options;
    const entry = await bundle(this.#folder, this.#project);
    await writeConfig(this.#folder, this.#project, entry, {
      top: "no_bundle = true",
      end: buckets.map(binding).join(""),
    });
  }

  async fireCron(scheduledTime = Date.now()): Promise<string> {
    const answer = await fetch(
      `${this.#url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*&time=${Math.round(scheduledTime)}&format=json`,
    );
    const { outcome } = (await answer.json()) as { readonly outcome: string };
    return outcome;
  }

  async kill9(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const isGone = child.exitCode !== null || child.signalCode !== null;
    const gone = isGone ? undefined : new Promise((resolve) => child.once("close", resolve));
    this.#killGroup(child);
    // Closed means that every process that held its output is gone, the runtime included.
    await gone;
  }

  async restart(secrets = this.#secrets): Promise<void> {
    await this.kill9();
    this.#secrets = secrets;
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill9();
    process.off("exit", this.#atExit);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async start(): Promise<void> {
    await writeFile(join(this.#folder, ".dev.vars"), Object.entries(this.#secrets).map(variableLine).join(""));
    const port = this.#url === "" ? (this.#options.port ?? 0) : Number(new URL(this.#url).port);
    const config = join(this.#folder, "wrangler.toml");
    const guard = [GUARD, String(this.#options.minutes ?? 30)];
    const flags = `--ip 127.0.0.1 --port ${port} --inspector-port 0 --log-level log --show-interactive-dev-session=false`;
    const places = ["--config", config, "--persist-to", this.state];
    const child = spawn(
      process.execPath,
      [...guard, process.execPath, wranglerOf(this.#project), "dev", ...places, ...flags.split(" ")],
      {
        cwd: this.#folder,
        env: environment(join(this.#folder, "home")),
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
      },
    );
    this.#child = child;
    this.#url = await this.#ready(child);
  }

  #ready(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      let sinceStart = "";
      const fail = (why: string): void => reject(new Error(`The Worker ${why}:\n${sinceStart}`));
      const tooLong = setTimeout(() => fail("was not ready in time"), START_WITHIN_MS);
      const hear = (chunk: Buffer): void => {
        const text = chunk.toString();
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
        if (sinceStart.length > KEPT_OUTPUT) return;
        sinceStart += text;
        const url = READY.exec(sinceStart)?.[1];
        if (url === undefined) return;
        clearTimeout(tooLong);
        resolve(url);
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
      child.once("close", () => {
        clearTimeout(tooLong);
        fail("ended before it was ready");
      });
    });
  }

  #killGroup(child = this.#child): void {
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  }
}

export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const folder = await mkdtemp(join(tmpdir(), "kandji-forwarder-"));
  const worker = new RunningWorker(folder, options);
  try {
    await worker.prepare();
    await worker.start();
  } catch (error) {
    await worker.stop();
    throw error;
  }
  return worker;
}
