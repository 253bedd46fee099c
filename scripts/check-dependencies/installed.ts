/** Whether what is installed is what the lockfile says. */
import { packagesOf, unpackedElsewhere, type Locked, type Lockfile, type Violation } from "./lockfile.ts";

/** What an installed package says of itself. */
export interface Installed {
  readonly version?: unknown;
  readonly license?: unknown;
  readonly scripts?: unknown;
}

const onInstall = ["preinstall", "install", "postinstall"];

function hasScripts({ scripts }: Installed): boolean {
  return typeof scripts === "object" && scripts !== null && onInstall.some((name) => Object.hasOwn(scripts, name));
}

/** `read` gives what is installed at a path of the lockfile; undefined where nothing is, as for other platforms. */
export function deviating(lockfile: Lockfile, read: (path: string) => Installed | undefined): Violation[] {
  return packagesOf(lockfile).flatMap((locked) => {
    const installed = read(locked.path);
    return installed === undefined ? [] : compare(locked, installed);
  });
}

function compare({ path, name, version, license, hasInstallScript }: Locked, installed: Installed): Violation[] {
  const wrong: string[] = [];
  if (installed.version !== version) wrong.push(`version ${String(installed.version)} is installed, not ${version}`);
  if (typeof installed.license === "string" && installed.license !== license) {
    wrong.push(`it says "${installed.license}" of its licence, and the lockfile says "${license}"`);
  }
  if (hasScripts(installed) && hasInstallScript !== true && !unpackedElsewhere.has(name)) {
    wrong.push("it has install scripts that the lockfile does not tell of");
  }
  return wrong.map((what) => ({
    what: `${path}: ${what}`,
    mend: "Delete node_modules, run npm ci, and look at it again; if it stays, npm install writes its entry anew",
  }));
}
