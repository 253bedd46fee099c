import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository as data: what the house tests look at. */

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Paths from the root of the repository, of files below `folder` whose name matches. */
export function filesBelow(folder: string, name: RegExp = /\.tsx?$/): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)))
    .toSorted();
}

export function foldersBelow(folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)));
}

export function textOf(path: string): string {
  return readFileSync(`${root}/${path}`, "utf8");
}

export function exists(path: string): boolean {
  return existsSync(`${root}/${path}`);
}

export interface Import {
  readonly from: string;
  /** A package or `cloudflare:…` as written, a file of ours as its path from the root. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const importPattern =
  /^(?:import|export)\s+(?<type>type\s)?(?:[^;"']*?\sfrom\s+)?"(?<static>[^"]+)"|\bimport\(\s*"(?<dynamic>[^"]+)"/gm;

export function importsOf(path: string): Import[] {
  return [...textOf(path).matchAll(importPattern)].map(({ groups = {} }) => {
    const written = groups["static"] ?? groups["dynamic"] ?? "";
    return {
      from: path,
      to: written.startsWith(".") ? posix.join(posix.dirname(path), written) : written,
      typeOnly: groups["type"] !== undefined,
    };
  });
}
