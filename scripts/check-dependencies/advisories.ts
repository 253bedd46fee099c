/** What `npm audit --json` says: published faults of packages that are here. */
import { isProduction, type Lockfile, type Violation } from "./lockfile.ts";

/** From bad to worse; one that is none of these counts as the worst. */
const severities = ["info", "low", "moderate", "high", "critical"] as const;
type Severity = (typeof severities)[number];

export interface Finding {
  readonly name: string;
  readonly severity: Severity;
  /** Paths in the lockfile. */
  readonly paths: readonly string[];
  readonly titles: readonly string[];
}

export type Audit =
  | { readonly kind: "checked"; readonly findings: readonly Finding[] }
  /** The registry has no advisories, or npm could not ask. */
  | { readonly kind: "unchecked"; readonly why: string };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/** Reads the report. Any output that is none means that nothing was checked. */
export function readAudit(output: string): Audit {
  const report = parsed(output);
  if (!isObject(report)) return { kind: "unchecked", why: "npm audit gave no report" };
  const { vulnerabilities } = report;
  if (isObject(vulnerabilities)) {
    return { kind: "checked", findings: Object.entries(vulnerabilities).map(([name, found]) => finding(name, found)) };
  }
  return { kind: "unchecked", why: whyNot(report) };
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function finding(name: string, found: unknown): Finding {
  const { severity, nodes, via } = isObject(found) ? found : {};
  const titles = (Array.isArray(via) ? via : []).flatMap((one) => (isObject(one) ? texts([one["title"]]) : []));
  return { name, severity: severities.find((known) => known === severity) ?? "critical", paths: texts(nodes), titles };
}

/** The words of npm's error without addresses: one may hold credentials. */
function whyNot(report: Readonly<Record<string, unknown>>): string {
  const { message, error } = report;
  const { summary } = isObject(error) ? error : {};
  const said = texts([message, summary]).find((text) => text !== "") ?? "npm audit gave no report";
  return said
    .replaceAll(/(?: - [A-Z]+)? *\bhttps?:\S+/g, "")
    .split("\n", 1)
    .join("");
}

/** `2 moderate, 1 high`, from worst to best; `none`. */
export function counted(findings: readonly Finding[]): string {
  const counts = severities.toReversed().flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return counts.length === 0 ? "none" : counts.join(", ");
}

const isAtLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf(least);

/** Nothing from moderate on outside of development, nothing from high on anywhere. */
export function advised(findings: readonly Finding[], lockfile: Lockfile): Violation[] {
  return findings
    .filter(({ severity, paths }) => {
      // A place that the lockfile does not know is taken for the worse one.
      const isOutside = paths.length === 0 || paths.some((path) => isProduction(lockfile.packages[path] ?? {}));
      return isAtLeast(severity, isOutside ? "moderate" : "high");
    })
    .map(({ name, severity, titles }) => ({
      what: `${name} has an advisory (${severity})${titles.length === 0 ? "" : `: ${titles.join("; ")}`}`,
      mend: "Take a version without it (npm audit says which), or do without the package",
    }));
}
