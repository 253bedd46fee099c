// Lets `npm test` and `npm run demo` be the first command in a bare clone, and the first one after a pull.
// Plain JavaScript: it runs on Node 20, before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const packagesOf = (lockfile) => JSON.parse(readFileSync(lockfile, "utf8")).packages;

const glibc = () => process.report?.getReport().header.glibcVersionRuntime !== undefined;
const libc = process.platform !== "linux" ? undefined : glibc() ? "glibc" : "musl";

/**
 * What npm installs here. Of the optional packages it takes those that are made for this system, and leaves the rest;
 * a `node_modules` copied from another machine lacks exactly those.
 */
const isWanted = (entry) =>
  !entry.optional ||
  (entry.os !== undefined &&
    [entry.os].flat().includes(process.platform) &&
    [entry.cpu ?? process.arch].flat().includes(process.arch) &&
    [entry.libc ?? libc].flat().includes(libc));

/** npm writes its own copy of the lockfile last, so an interrupted install has none; a deleted folder is seen by its absence. */
const isInstalled = () => {
  const installed = "node_modules/.package-lock.json";
  if (!existsSync(installed) || !existsSync("node_modules/.bin")) return false;
  const present = packagesOf(installed);
  return Object.entries(packagesOf("package-lock.json"))
    .filter(([path, entry]) => path !== "" && isWanted(entry))
    .every(([path, entry]) => present[path]?.version === entry.version && existsSync(`${path}/package.json`));
};

if (!isInstalled()) {
  console.log("Installing dependencies (npm ci) …");
  const flags = ["--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", ["ci", ...flags], { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}
