import { describe, expect, test } from "vitest";
import { tellHistory } from "./history.ts";

// `SEEDS=2000 FROM=1 npx vitest run test/simulation` runs more of them; a failing one is named by its seed.
const from = Number(process.env["FROM"] ?? 1);
const seeds = Array.from({ length: Number(process.env["SEEDS"] ?? 60) }, (_, index) => from + index);

describe("histories of faults, kills and changes drawn from a seed", () => {
  test.each(seeds)(
    "seed %i: nothing lost, nothing altered, the books balance, nobody was asked too early",
    async (seed) => {
      const ending = await tellHistory(seed);
      expect(ending.wrong, ending.story.join("\n")).toEqual([]);
    },
  );
});
