import { ecs } from "./ecs.ts";
import type { Format, FormatName } from "./format.ts";
import { panther } from "./panther.ts";
import { ocsf } from "./ocsf.ts";
import { raw } from "./raw.ts";
import { runreveal } from "./runreveal.ts";

/** Every format of this version, by the name that the operator writes. */
export const formats: ReadonlyMap<string, Format> = new Map(
  [
    // One line each, so that two new formats are two new lines.
    raw,
    panther,
    runreveal,
    ocsf,
    ecs,
  ].map((format) => [format.name, format]),
);

export function formatNamed(name: FormatName): Format {
  const format = formats.get(name);
  if (format === undefined) throw new Error(`No format "${name}"`);
  return format;
}
