/** Under which licences other people's code may be here. */
import { isProduction, packagesOf, type Locked, type Lockfile, type Violation } from "./lockfile.ts";

/** Permissive ones, by their names in https://spdx.org/licenses: what is asked for is to keep the notice, or nothing. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
]);

export interface Exception {
  /** Names of packages; `*` stands for the rest of a name. */
  readonly names: readonly string[];
  readonly licence: string;
  readonly reason: string;
}

/** Other licences, each for a tool that is used as it is and is no part of the Worker. */
export const exceptions: readonly Exception[] = [
  {
    names: ["lightningcss", "lightningcss-*"],
    licence: "MPL-2.0",
    reason: "vite's own, for style sheets; unchanged, and this program has none that goes through it",
  },
  {
    names: ["axe-core"],
    licence: "MPL-2.0",
    reason: "looks at the pages in npm run test:browser; unchanged, and no part of any page that is served",
  },
  {
    names: ["@img/sharp-libvips-*", "@img/sharp-wasm32", "@img/sharp-win32-*"],
    licence: "LGPL-3.0-or-later",
    reason: "miniflare's imitation of Cloudflare Images; an unchanged library in a package of its own",
  },
  {
    names: ["caniuse-lite"],
    licence: "CC-BY-4.0",
    reason: "data about browsers, with its author named in the package; the coverage report reads it",
  },
];

/** Whether an SPDX expression is met by licences that `isAllowed`; undefined when it cannot be read. */
export function isMet(expression: string, isAllowed: (licence: string) => boolean): boolean | undefined {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const reading = { tokens, at: 0, isAllowed };
  const met = any(reading);
  return reading.at === tokens.length ? met : undefined;
}

interface Reading {
  readonly tokens: readonly string[];
  at: number;
  readonly isAllowed: (licence: string) => boolean;
}

/** AND binds closer than OR: https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/ */
const any = (reading: Reading): boolean | undefined => joined(reading, "OR", every, (left, right) => left || right);
const every = (reading: Reading): boolean | undefined => joined(reading, "AND", term, (left, right) => left && right);

function joined(
  reading: Reading,
  word: string,
  part: (reading: Reading) => boolean | undefined,
  join: (left: boolean, right: boolean) => boolean,
): boolean | undefined {
  let met = part(reading);
  while (reading.tokens[reading.at] === word) {
    reading.at += 1;
    const next = part(reading);
    met = met === undefined || next === undefined ? undefined : join(met, next);
  }
  return met;
}

/** One licence, with its exception if it has one, or an expression in brackets. */
function term(reading: Reading): boolean | undefined {
  const token = reading.tokens[reading.at];
  if (token === undefined || /^(?:OR|AND|WITH|\))$/.test(token)) return undefined;
  reading.at += 1;
  if (token === "(") {
    const met = any(reading);
    if (reading.tokens[reading.at] !== ")") return undefined;
    reading.at += 1;
    return met;
  }
  if (reading.tokens[reading.at] !== "WITH") return reading.isAllowed(token);
  const addition = reading.tokens[reading.at + 1];
  if (addition === undefined) return undefined;
  reading.at += 2;
  return reading.isAllowed(`${token} WITH ${addition}`);
}

const isCalled = (name: string, pattern: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

const exceptionFor = (name: string, licence: string): Exception | undefined =>
  exceptions.find(
    (exception) => exception.licence === licence && exception.names.some((pattern) => isCalled(name, pattern)),
  );

/** Whether only an exception lets this package in. */
export function isException({ name, license = "" }: Locked): boolean {
  return isMet(license, (licence) => allowed.has(licence)) !== true && exceptionAllows(name, license);
}

const exceptionAllows = (name: string, license: string): boolean =>
  isMet(license, (licence) => allowed.has(licence) || exceptionFor(name, licence) !== undefined) === true;

/** Every package has a licence that may be here, or an exception by name; none that reaches the Worker has an exception. */
export function unlicensed(lockfile: Lockfile): Violation[] {
  return packagesOf(lockfile).flatMap((locked) => {
    const { path, name, license } = locked;
    const where = `package-lock.json / ${path}`;
    if (license === undefined || license.trim() === "") {
      return [{ what: `${where}: no licence is known`, mend: "Do without the package" }];
    }
    if (isMet(license, (licence) => allowed.has(licence)) === true) return [];
    if (!isProduction(locked) && exceptionAllows(name, license)) return [];
    return [
      {
        what: `${where}: the licence "${license}" is not allowed`,
        mend: "Do without the package, or name it among the exceptions with a reason if it is no part of the Worker",
      },
    ];
  });
}

/** Exceptions that let no package in any more. */
export function needlessExceptions(lockfile: Lockfile): Violation[] {
  const packages = packagesOf(lockfile);
  return exceptions
    .filter(({ names, licence }) => !packages.some((locked) => isIn(locked, names) && mentions(locked, licence)))
    .map(({ names, licence }) => ({
      what: `The exception of ${names.join(", ")} for ${licence} lets nothing in`,
      mend: "Take it out of scripts/check-dependencies/licences.ts",
    }));
}

const isIn = ({ name }: Locked, names: readonly string[]): boolean => names.some((pattern) => isCalled(name, pattern));
const mentions = ({ license = "" }: Locked, licence: string): boolean => license.split(/[\s()]+/).includes(licence);
