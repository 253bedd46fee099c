import { destinationJsonSchema } from "../../src/config/json-schema.ts";
import type { DestinationType } from "../../src/destinations/destination.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";

/** The table of destination types, made of what the forwarder itself goes by. */

const block = /(<!-- npm run destinations -->\n)[\s\S]*?(\n<!-- end -->)/;
const common = new Set(["type", "url", "format", "datasets", "oldRecords", "maxBatchRecords", "maxBatchBytes"]);
const number = new Intl.NumberFormat("en-US");

interface Branch {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** The README with the table between its marks. Throws where it has none. */
export function withTable(readme: string): string {
  if (!block.test(readme)) throw new Error('README.md has no "<!-- npm run destinations -->", a line, "<!-- end -->"');
  return readme.replace(block, (_, open: string, close: string) => `${open}\n${table()}\n${close}`);
}

function table(): string {
  const branches = destinationJsonSchema()["oneOf"] as readonly Branch[];
  const types = [...destinationTypes.values()].map((type, index) => ({ type, branch: branches[index] }));
  const rows = types
    .toSorted((a, b) => a.type.type.localeCompare(b.type.type))
    .map(({ type, branch }) => [
      `[\`${type.type}\`](docs/destinations/${type.type}.md)`,
      type.title,
      keysOf(branch),
      formatOf(type),
      `${number.format(type.limits.records)} records, ${number.format(type.limits.bytes)} bytes`,
      ageOf(type),
    ]);
  const head = [
    "type",
    "what it is",
    "its own keys (**required**)",
    "`format` unless you say",
    "a request at most",
    "too old for it",
  ];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const keysOf = (branch: Branch | undefined): string =>
  Object.keys(branch?.properties ?? {})
    .filter((key) => !common.has(key) || (key === "url" && branch?.required.includes("url") === true))
    .map((key) => (branch?.required.includes(key) === true ? `**\`${key}\`**` : `\`${key}\``))
    .join(", ");

function formatOf({ prefers, prefersFor }: DestinationType): string {
  const others = [...prefersFor].map(([dataset, format]) => `\`${format}\` for \`${dataset}\``);
  return [`\`${prefers}\``, ...others].join("; ");
}

const ageOf = ({ limits: { maxAgeMs } }: DestinationType): string =>
  maxAgeMs === undefined ? "–" : `${maxAgeMs / 3_600_000} h: \`oldRecords\` is \`"skip"\``;
