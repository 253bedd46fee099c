/** Reads Prometheus's text format (0.0.4) as its page describes it, and refuses what a scraper would: knows nothing of how ours is written. */

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: `_bucket`, `_sum` or `_count`; nothing of the others. */
  readonly suffix: string;
}

export interface ReadFamily {
  readonly help: string;
  readonly type: string;
  readonly series: readonly Series[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/u;

export function readExposition(text: string): Map<string, ReadFamily> {
  if (!text.endsWith("\n")) throw new Error("The last line does not end");
  const families = new Map<string, { help: string; type: string; series: Series[] }>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/u.exec(line) ?? [];
    if (kind === "HELP") {
      if (families.has(name)) throw new Error(`${name} has HELP twice`);
      families.set(name, { help: rest, type: "", series: [] });
      current = name;
    } else if (kind === "TYPE") {
      const family = families.get(name);
      if (family === undefined || family.type !== "" || family.series.length > 0) throw new Error(`TYPE of ${name}`);
      if (!["counter", "gauge", "histogram", "summary", "untyped"].includes(rest)) throw new Error(`type ${rest}`);
      family.type = rest;
    } else {
      const { name: own, ...series } = readSeries(line);
      const suffixes = families.get(current)?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      const suffix = suffixes.find((end) => own === current + end);
      if (suffix === undefined) throw new Error(`${own} stands among ${current}`);
      const identity = own + JSON.stringify(Object.entries(series.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      if (seen.has(identity)) throw new Error(`${identity} stands there twice`);
      seen.add(identity);
      families.get(current)!.series.push({ ...series, suffix });
    }
  }
  return families;
}

/** One label with what separates it from the next: `name="value",`. In a value stand `\\`, `\"`, `\n` and no other escape. */
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|(?=\}))/u;

function readSeries(line: string): Omit<Series, "suffix"> & { readonly name: string } {
  const [name] = metricName.exec(line) ?? [];
  if (name === undefined) throw new Error(`No metric in ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const [all, key, value] = label.exec(rest) ?? [];
      if (all === undefined || key === undefined || Object.hasOwn(labels, key)) throw new Error(`Label in ${line}`);
      labels[key] = (value ?? "").replaceAll(/\\(.)/gu, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
      rest = rest.slice(all.length);
    }
    rest = rest.slice(1);
  }
  const [, number] = /^ (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/u.exec(rest) ?? [];
  if (number === undefined) throw new Error(`No number in ${line}`);
  return { name, labels, value: Number(number) };
}
