import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { shares } from "./inputs.ts";

describe("the inputs", () => {
  test("are shared out whole, and no surface has less than three in a hundred", () => {
    const bySurface = new Map<string, number>();
    for (const { surface, of1000 } of Object.values(shares))
      bySurface.set(surface, (bySurface.get(surface) ?? 0) + of1000);
    expect([...bySurface.keys()].toSorted()).toEqual(["configuration", "intake", "kandji", "routes"]);
    expect([...bySurface.values()].reduce((sum, of1000) => sum + of1000, 0)).toBe(1_000);
    expect(Math.min(...bySurface.values())).toBeGreaterThanOrEqual(30);
  });

  test("are given to every property that has a share", () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
    const texts = files.map((name) => readFileSync(`${import.meta.dirname}/${name}`, "utf8")).join("\n");
    expect(Object.keys(shares).filter((name) => texts.split(JSON.stringify(name)).length !== 2)).toEqual([]);
  });
});
