import { describe, expect, test } from "vitest";
import { advised, counted, readAudit } from "../../scripts/check-dependencies/advisories.ts";
import { deviating } from "../../scripts/check-dependencies/installed.ts";
import {
  exceptions,
  isException,
  isMet,
  needlessExceptions,
  unlicensed,
} from "../../scripts/check-dependencies/licences.ts";
import {
  mostInWorker,
  packagesOf,
  tooMany,
  undecidedScripts,
  unpackedElsewhere,
  unpinned,
  unverified,
  withScripts,
  type LockedPackage,
  type Lockfile,
  type Manifest,
  type Violation,
} from "../../scripts/check-dependencies/lockfile.ts";
import { textOf } from "./tree.ts";

/** Each rule about other people's code, on made-up lockfiles and on ours. */

const hash = `sha512-${"A".repeat(86)}==`;
const good: LockedPackage = { version: "1.2.3", integrity: hash, license: "MIT", dev: true };
const lockfile = (packages: Readonly<Record<string, Partial<LockedPackage>>>): Lockfile => ({
  packages: {
    "": { version: "0.1.0" },
    ...Object.fromEntries(Object.entries(packages).map(([path, changes]) => [path, { ...good, ...changes }])),
  },
});
const said = (violations: readonly Violation[]): string => violations.map(({ what }) => what).join("\n");

const ours = {
  manifest: JSON.parse(textOf("package.json")) as Manifest,
  lockfile: JSON.parse(textOf("package-lock.json")) as Lockfile,
};

describe("our own dependencies", () => {
  test("come from the registry with their hashes", () => {
    expect(packagesOf(ours.lockfile).length).toBeGreaterThan(100);
    expect(unverified(ours.lockfile)).toEqual([]);
  });

  test("have licences that may be here, and no exception more than needed", () => {
    expect(unlicensed(ours.lockfile)).toEqual([]);
    expect(needlessExceptions(ours.lockfile)).toEqual([]);
  });

  test("are at most three in the Worker", () => {
    expect(tooMany(ours.lockfile)).toEqual([]);
  });

  test("are pinned to one version each", () => {
    expect(unpinned(ours.manifest)).toEqual([]);
  });

  test("have install scripts that somebody has decided about", () => {
    expect(undecidedScripts(ours.manifest, ours.lockfile)).toEqual([]);
  });
});

describe("a direct dependency", () => {
  test.each(["1.2.3", "5.20261023.2-beta", "1.0.0-rc.1+build.5", "0.0.0"])("may be %s", (version) => {
    expect(unpinned({ dependencies: { a: version }, devDependencies: { b: version } })).toEqual([]);
  });

  test.each([
    "^1.2.3",
    "~1.2.3",
    ">=1.2.3",
    "1.2",
    "1",
    "1.2.x",
    "*",
    "",
    "latest",
    "1.2.3 || 2.0.0",
    "1.2.3 - 2.0.0",
    "v1.2.3",
    "npm:other@1.2.3",
    "file:../a",
    "git+https://example.com/a.git",
    "https://example.com/a.tgz",
    "workspace:*",
  ])("may not be %j, of whatever kind", (version) => {
    for (const key of ["dependencies", "devDependencies", "optionalDependencies"]) {
      expect(said(unpinned({ [key]: { a: version, b: "1.2.3" } }))).toBe(
        `package.json / ${key} / a: "${version}" is not one version`,
      );
    }
  });
});

describe("a package of the lockfile", () => {
  test("may leave its address to npm, or come from any registry", () => {
    const resolved = "https://registry.example/@a/b/-/b-1.2.3.tgz";
    expect(unverified(lockfile({ "node_modules/a": {}, "node_modules/@a/b": { resolved } }))).toEqual([]);
    expect(unverified(lockfile({ "node_modules/a": { integrity: `sha1-x ${hash}` } }))).toEqual([]);
  });

  test("may lack a hash of its own inside the archive of another", () => {
    const { integrity: _, ...inside } = good;
    const packages = { "node_modules/a/node_modules/b": { ...inside, inBundle: true } };
    expect(unverified({ packages })).toEqual([]);
  });

  test.each([
    "git+ssh://git@example.com/a.git#0123",
    "git+https://example.com/a.git",
    "git://example.com/a.git",
    "github:a/b",
    "file:../a",
    "../a",
    "http://registry.example/a/-/a-1.2.3.tgz",
    "https://example.com/a.tgz",
    "https://codeload.example/a/tar.gz/main",
  ])("does not come from %s", (resolved) => {
    expect(said(unverified(lockfile({ "node_modules/a": { resolved } })))).toBe(
      "package-lock.json / node_modules/a: it does not come from the registry",
    );
  });

  test("is no link to a folder", () => {
    expect(said(unverified(lockfile({ "node_modules/a": { link: true } })))).toContain("node_modules/a");
  });

  test.each([undefined, "", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", hash.slice(0, -3), `${hash}x`, "sha512-"])(
    "has a sha512 hash, which %j is not",
    (integrity) => {
      const { integrity: _, ...rest } = good;
      const packages = { "node_modules/a": integrity === undefined ? rest : { ...rest, integrity } };
      expect(said(unverified({ packages }))).toBe("package-lock.json / node_modules/a: it has no sha512 hash");
    },
  );

  test("of the Worker has few neighbours: three, not four; tools and what a platform may lack do not count", () => {
    const worker = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`node_modules/w${index}`, { dev: false }]));
    const others = {
      "node_modules/a": {},
      "node_modules/b": { dev: false, optional: true },
      "node_modules/c": { dev: false, devOptional: true },
    };
    expect(mostInWorker).toBe(3);
    expect(tooMany(lockfile({ ...worker(3), ...others }))).toEqual([]);
    expect(said(tooMany(lockfile({ ...worker(4), ...others })))).toContain(
      "4 packages of others, and the limit is 3: w0, w1, w2, w3",
    );
  });
});

describe("an install script", () => {
  const scripted = lockfile({
    "node_modules/a": { hasInstallScript: true },
    "node_modules/b/node_modules/@c/d": { hasInstallScript: true },
    "node_modules/e": {},
  });

  test("is allowed or denied by the name of its package", () => {
    expect(withScripts(scripted)).toEqual(["@c/d", "a"]);
    expect(undecidedScripts({ allowScripts: { a: true, "@c/d": false } }, scripted)).toEqual([]);
  });

  test("that nobody decided about is told, with the package", () => {
    expect(said(undecidedScripts({ allowScripts: { a: true } }, scripted))).toContain("the install scripts of @c/d");
    expect(undecidedScripts({}, scripted)).toHaveLength(2);
  });

  test("that is not there is not decided about", () => {
    const allowScripts = { a: true, "@c/d": true, e: true };
    expect(said(undecidedScripts({ allowScripts }, scripted))).toContain("e is not a package with install scripts");
  });

  test("of a package that this system never unpacks is decided about all the same", () => {
    for (const name of unpackedElsewhere.keys()) {
      const elsewhere = lockfile({ [`node_modules/${name}`]: { optional: true } });
      expect(undecidedScripts({}, elsewhere)).toHaveLength(1);
      expect(undecidedScripts({ allowScripts: { [name]: false } }, elsewhere)).toEqual([]);
      expect(undecidedScripts({ allowScripts: { [name]: false } }, lockfile({}))).toHaveLength(1);
    }
  });
});

describe("a licence", () => {
  const isMit = (licence: string): boolean => licence === "MIT";

  test.each<[string, boolean | undefined]>([
    ["MIT", true],
    ["GPL-3.0-only", false],
    ["GPL-3.0-only OR MIT", true],
    ["GPL-3.0-only AND MIT", false],
    ["(GPL-3.0-only OR MIT)", true],
    ["MIT AND GPL-3.0-only OR MIT", true],
    ["MIT OR GPL-3.0-only AND GPL-3.0-only", true],
    ["(MIT OR GPL-3.0-only) AND GPL-3.0-only", false],
    ["MIT AND (GPL-3.0-only OR (MIT))", true],
    ["GPL-2.0-only WITH Classpath-exception-2.0", false],
    ["MIT WITH x", false],
    ["MIT+", false],
    ["mit", false],
    ["SEE LICENSE IN LICENSE.md", undefined],
    ["MIT OR", undefined],
    ["OR MIT", undefined],
    ["MIT MIT", undefined],
    ["(MIT", undefined],
    ["MIT)", undefined],
    ["()", undefined],
    ["MIT WITH", undefined],
    ["", undefined],
  ])("%j is read by the rules of SPDX: %s", (expression, met) => {
    expect(isMet(expression, isMit)).toBe(met);
  });

  test.each([
    "GPL-3.0-only",
    "AGPL-3.0-or-later",
    "UNLICENSED",
    "SEE LICENSE IN LICENSE",
    "BUSL-1.1",
    "MIT AND GPL-3.0-only",
    "Custom: http://a",
  ])("%s may not be here, for development either", (license) => {
    for (const dev of [true, false]) {
      expect(said(unlicensed(lockfile({ "node_modules/a": { license, dev } })))).toContain(
        `"${license}" is not allowed`,
      );
    }
  });

  test.each(["", " "])("that is not known may not be here: %j", (license) => {
    expect(said(unlicensed(lockfile({ "node_modules/a": { license } })))).toContain("no licence is known");
  });

  test("that is absent may not be here", () => {
    const { license: _, ...rest } = good;
    expect(said(unlicensed({ packages: { "node_modules/a": rest } }))).toContain("no licence is known");
  });

  test("may be another one for the tools that are named with a reason, and for nothing else", () => {
    for (const { names, licence, reason } of exceptions) {
      expect(reason.length).toBeGreaterThan(20);
      const name = names[0]!.replace("*", "x");
      const [tool, other] = [
        { [`node_modules/${name}`]: { license: licence } },
        { "node_modules/other": { license: licence } },
      ];
      expect(unlicensed(lockfile(tool))).toEqual([]);
      expect(packagesOf(lockfile(tool)).map(isException)).toEqual([true]);
      expect(unlicensed(lockfile(other))).toHaveLength(1);
      expect(unlicensed(lockfile({ [`node_modules/${name}`]: { license: "GPL-3.0-only" } }))).toHaveLength(1);
      // Never in the Worker.
      expect(unlicensed(lockfile({ [`node_modules/${name}`]: { license: licence, dev: false } }))).toHaveLength(1);
    }
  });

  test("of an exception that lets nothing in is told", () => {
    expect(needlessExceptions(lockfile({ "node_modules/a": {} }))).toHaveLength(exceptions.length);
  });
});

describe("what is installed", () => {
  const one = lockfile({ "node_modules/a": {}, "node_modules/b": { hasInstallScript: true } });
  const installed = { version: "1.2.3", license: "MIT" };
  const only = (path: string, what: object) => (asked: string) => (asked === path ? what : undefined);

  test("is what the lockfile says, or not there", () => {
    expect(deviating(one, () => installed)).toEqual([]);
    expect(deviating(one, () => undefined)).toEqual([]);
    expect(deviating(one, only("node_modules/b", { ...installed, scripts: { postinstall: "x" } }))).toEqual([]);
  });

  test.each([
    [{ ...installed, version: "1.2.4" }, "version 1.2.4 is installed, not 1.2.3"],
    [{ ...installed, license: "GPL-3.0-only" }, 'it says "GPL-3.0-only" of its licence'],
    [{ ...installed, scripts: { postinstall: "curl" } }, "install scripts that the lockfile does not tell of"],
    [{ ...installed, scripts: { preinstall: "curl" } }, "install scripts that the lockfile does not tell of"],
    [{ ...installed, scripts: { install: "curl" } }, "install scripts that the lockfile does not tell of"],
  ])("is told when it is not: %j", (what, words) => {
    expect(said(deviating(one, only("node_modules/a", what)))).toContain(words);
  });
});

describe("published faults", () => {
  const packages = lockfile({ "node_modules/tool": {}, "node_modules/worker": { dev: false } });
  const report = (severity: string, ...nodes: string[]): string =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: { faulty: { name: "faulty", severity, nodes, via: ["other", { title: "It leaks" }] } },
    });
  const judged = (output: string): string => {
    const audit = readAudit(output);
    return audit.kind === "checked" ? said(advised(audit.findings, packages)) : "unchecked";
  };

  test.each<[string, boolean, boolean]>([
    ["info", false, false],
    ["low", false, false],
    ["moderate", false, true],
    ["high", true, true],
    ["critical", true, true],
    ["unheard-of", true, true],
  ])("%s: counts in a tool %s, in the Worker %s", (severity, inTool, inWorker) => {
    expect(judged(report(severity, "node_modules/tool")) !== "").toBe(inTool);
    expect(judged(report(severity, "node_modules/worker")) !== "").toBe(inWorker);
    expect(judged(report(severity, "node_modules/tool", "node_modules/worker")) !== "").toBe(inWorker);
    // Of a place that nobody knows the worse is thought.
    expect(judged(report(severity)) !== "").toBe(inWorker);
    expect(judged(report(severity, "node_modules/unknown")) !== "").toBe(inWorker);
  });

  test("are told with their name, severity and title", () => {
    expect(judged(report("high", "node_modules/tool"))).toBe("faulty has an advisory (high): It leaks");
  });

  test("are counted from the worst to the least", () => {
    const audit = readAudit(
      JSON.stringify({
        vulnerabilities: { a: { severity: "low" }, b: { severity: "critical" }, c: { severity: "low" } },
      }),
    );
    expect(audit.kind === "checked" && counted(audit.findings)).toBe("1 critical, 2 low");
    expect(counted([])).toBe("none");
  });

  test.each([
    [
      '{"message":"405 Method Not Allowed - POST https://user:secret@registry.example/-/npm/v1/security/advisories/bulk","statusCode":405,"error":{"summary":""}}',
      "405 Method Not Allowed",
    ],
    [
      '{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile.","detail":"x"}}',
      "This command requires an existing lockfile.",
    ],
    ['{"message":"getaddrinfo ENOTFOUND"}', "getaddrinfo ENOTFOUND"],
    ["{}", "npm audit gave no report"],
    ["", "npm audit gave no report"],
    ["<html>", "npm audit gave no report"],
    ["[]", "npm audit gave no report"],
    ['{"vulnerabilities":[]}', "npm audit gave no report"],
  ])("that could not be asked for are not taken for none, and no address is told: %s", (output, why) => {
    expect(readAudit(output)).toEqual({ kind: "unchecked", why });
  });
});
