/**
 * `npm run dependencies`: what there is of other people's code, and whether it keeps to the rules. Exit code 1 when it does not;
 * with `--require-advisories` also when nobody could be asked for published faults.
 */
import { spawnSync, type SpawnSyncOptionsWithStringEncoding } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { advised, counted, readAudit, type Audit } from "./check-dependencies/advisories.ts";
import { deviating, type Installed } from "./check-dependencies/installed.ts";
import { isException, needlessExceptions, unlicensed } from "./check-dependencies/licences.ts";
import {
  isInWorker,
  packagesOf,
  tooMany,
  undecidedScripts,
  unpinned,
  unverified,
  withScripts,
  type Lockfile,
  type Manifest,
  type Violation,
} from "./check-dependencies/lockfile.ts";

const root = dirname(import.meta.dirname);
const auditTimeoutMs = 60_000;

const read = <T>(path: string): T => JSON.parse(readFileSync(join(root, path), "utf8")) as T;

function readInstalled(path: string): Installed | undefined {
  const file = `${path}/package.json`;
  return existsSync(join(root, file)) ? read<Installed>(file) : undefined;
}

/** Asks the registry through npm: the one that runs this, or the one on the path. */
function audit(): Audit {
  const { npm_execpath: npm } = process.env;
  const options: SpawnSyncOptionsWithStringEncoding = {
    cwd: root,
    encoding: "utf8",
    timeout: auditTimeoutMs,
    stdio: ["ignore", "pipe", "ignore"],
  };
  const { stdout, error } =
    npm === undefined
      ? spawnSync("npm audit --json", { ...options, shell: true })
      : spawnSync(process.execPath, [npm, "audit", "--json"], options);
  if (error !== undefined) return { kind: "unchecked", why: `npm audit did not run: ${error.message}` };
  return readAudit(stdout);
}

/** Licences and how many packages have each, the most frequent first. */
function licences(lockfile: Lockfile): string {
  const counts = new Map<string, number>();
  for (const { license = "none known" } of packagesOf(lockfile)) counts.set(license, (counts.get(license) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  return sorted.map(([licence, count]) => `${licence} ${count}`).join(", ");
}

function account(manifest: Manifest, lockfile: Lockfile, advisories: Audit): string[] {
  const packages = packagesOf(lockfile);
  const inWorker = packages.filter(isInWorker).map(({ name, version }) => `${name} ${version}`);
  const scripts = withScripts(lockfile).map((name) => {
    const decision = manifest.allowScripts?.[name];
    return `${name} ${decision === undefined ? "undecided" : decision ? "allowed" : "denied"}`;
  });
  return [
    `Packages: ${packages.length} in the lockfile; in the Worker: ${inWorker.join(", ")}`,
    `Licences: ${licences(lockfile)}; ${packages.filter(isException).length} packages by exception`,
    `Install scripts: ${scripts.join(", ")}`,
    advisories.kind === "checked"
      ? `Advisories: ${counted(advisories.findings)}`
      : `Note: advisories were not checked: ${advisories.why}`,
  ];
}

function violations(manifest: Manifest, lockfile: Lockfile, advisories: Audit): Violation[] {
  return [
    ...unpinned(manifest),
    ...unverified(lockfile),
    ...tooMany(lockfile),
    ...undecidedScripts(manifest, lockfile),
    ...unlicensed(lockfile),
    ...needlessExceptions(lockfile),
    ...deviating(lockfile, readInstalled),
    ...(advisories.kind === "checked" ? advised(advisories.findings, lockfile) : []),
  ];
}

function main(args: readonly string[]): number {
  const unknown = args.find((arg) => arg !== "--require-advisories");
  if (unknown !== undefined) {
    console.error(`Cannot run with "${unknown}": the only option is --require-advisories`);
    return 2;
  }
  const manifest = read<Manifest>("package.json");
  const lockfile = read<Lockfile>("package-lock.json");
  const advisories = audit();
  for (const line of account(manifest, lockfile, advisories)) console.log(line);
  const broken = violations(manifest, lockfile, advisories);
  for (const { what, mend } of broken) console.error(`✗ ${what}. ${mend}.`);
  const isUnchecked = advisories.kind === "unchecked" && args.includes("--require-advisories");
  if (isUnchecked) console.error("✗ Advisories were not checked, and --require-advisories asks for them. Try again.");
  return broken.length > 0 || isUnchecked ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
