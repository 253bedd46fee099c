import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { defects } from "./defects.ts";
import { edited, sourceOf } from "./platform/source-edit.ts";
import { seedsOnRecord } from "./record.ts";
import { nextVersion } from "./versions.ts";

/** The real command: histories change the globals of their process and load the code in variants, which a test runner would notice. */
async function simulate(...options: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const command = join(import.meta.dirname, "simulate.ts");
  // Where `npm run proof` collects its figures.
  const report = process.env["PROOF_REPORT"];
  const counted = report === undefined ? [] : ["--report", report];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...options, ...counted]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

/** `.ci/run` asks for more. */
const seeds = process.env["SIMULATION_SEEDS"] ?? "300";
const long = 1_500_000;

describe("histories of faults, kills and changes drawn from a seed", () => {
  test(
    "every promise is kept in each of them: nothing lost, nothing altered, the books balance, nobody is asked too early",
    { timeout: long },
    async () => {
      const { code, text } = await simulate("--seeds", seeds);
      expect(text).toContain("Every promise was kept in each of them.");
      expect(code).toBe(0);
    },
  );

  test("a seed tells the same history each time, step by step", { timeout: long }, async () => {
    const [once, again] = await Promise.all([simulate("--seed", "7"), simulate("--seed", "7")]);
    expect(again.text).toBe(once.text);
    expect(once.text).toContain("Every promise was kept.");
    expect(once.text.split("\n").length).toBeGreaterThan(100);
  });

  test("what is asked wrongly is answered with what is wrong", async () => {
    expect(await simulate("--seeds", "none")).toMatchObject({
      code: 2,
      text: expect.stringContaining("--seeds takes a whole number"),
    });
    expect(await simulate("--defect", "none")).toMatchObject({
      code: 2,
      text: expect.stringContaining("--list-defects"),
    });
  });
});

describe("planted defects", () => {
  test("are twenty at least, and listed by their names", async () => {
    const { text } = await simulate("--list-defects");
    expect(text.trim().split("\n")).toEqual(defects.map(({ name }) => name));
    expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
    expect(defects.length).toBeGreaterThanOrEqual(20);
  });

  test.each(defects)("$name changes the code that is there", ({ edits }) => {
    const texts = new Map<string, string>();
    for (const edit of edits) texts.set(edit.file, edited(texts.get(edit.file) ?? sourceOf(edit.file), edit));
    for (const [file, text] of texts) expect(text).not.toBe(sourceOf(file));
  });

  // The seed on record first: a defect that is found there needs no search, and one that is not is searched for as ever.
  test("are each found within 200 histories", { timeout: long }, async () => {
    const { code, text } = await simulate("--all-defects", "--recorded");
    expect(text).not.toContain("NOT FOUND");
    expect(code).toBe(0);
  });

  test("are on record at seeds within 200, under the names that they have", () => {
    const record = seedsOnRecord();
    const names = new Set(defects.map(({ name }) => name));
    expect([...record.keys()].filter((name) => !names.has(name))).toEqual([]);
    expect(record.size).toBeGreaterThanOrEqual(20);
    expect(Math.max(...record.values())).toBeLessThanOrEqual(200);
  });

  test("so is the next version of the program, to which histories upgrade", () => {
    for (const edit of nextVersion) expect(edited(sourceOf(edit.file), edit)).not.toBe(sourceOf(edit.file));
  });
});
