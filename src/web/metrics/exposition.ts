/** The Prometheus text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/. Pure. */

export const expositionType = "text/plain; version=0.0.4; charset=utf-8";

export interface Sample {
  /** A value for each label of the family, in its order. */
  readonly labels: readonly string[];
  /** Of a histogram: which of its series; the last label, `le`, belongs to buckets alone. */
  readonly of?: "bucket" | "sum" | "count";
  readonly value: number;
}

/** One metric, with all of its series. */
export interface Family<Source> {
  readonly name: string;
  /** A counter is never lowered but by a reset, its name ends in `_total`; nor is anything of a histogram. */
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  samples(source: Source): readonly Sample[];
}

export function exposition<Source>(families: readonly Family<Source>[], source: Source): string {
  return families.map((family) => textOf(family, family.samples(source))).join("");
}

function textOf<Source>({ name, type, help, labels }: Family<Source>, samples: readonly Sample[]): string {
  const lines = samples
    .filter(({ value }) => Number.isFinite(value))
    .map(({ of, ...sample }) => {
      const series = of === undefined ? name : `${name}_${of}`;
      return `${series}${labelled(labels.slice(0, sample.labels.length), sample.labels)} ${sample.value}\n`;
    });
  return `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelled(names: readonly string[], values: readonly string[]): string {
  const pairs = names.map((name, index) => `${name}="${escapedLabel(values[index] ?? "")}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapedHelp = (text: string): string => text.replaceAll("\\", String.raw`\\`).replaceAll("\n", String.raw`\n`);
const escapedLabel = (text: string): string => escapedHelp(text).replaceAll('"', String.raw`\"`);
