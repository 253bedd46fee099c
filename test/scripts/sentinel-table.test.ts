import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sentinelTemplate } from "../../scripts/write-sentinel-table/template.ts";
import { columns } from "../../src/destinations/sentinel-table.ts";

const path = join(import.meta.dirname, "../../docs/sentinel/kandji-table.json");

test("the Azure template is what `npm run sentinel-table` writes", () => {
  expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(sentinelTemplate(), null, 2)}\n`);
});

test("table and stream have the columns that rows are made of", () => {
  const text = JSON.stringify(sentinelTemplate());
  for (const { name, type } of columns) {
    expect(text).toContain(`{"name":"${name}","type":"${type}"}`);
    expect(text).toContain(`{"name":"${name}","type":"${type}","description":`);
  }
});
