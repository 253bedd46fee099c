import { appendFileSync } from "node:fs";
import * as fc from "fast-check";
import { test } from "vitest";

/**
 * How many inputs each property is given, in this one place. `HOSTILE_INPUTS` is the number over all of them,
 * `HOSTILE_SEED` where they are drawn from, `HOSTILE_PATH` the one input to begin with (a failure prints both), and
 * `HOSTILE_REPORT` a file that each property adds a line to: what it ran, counted as it ran.
 */

export type Surface = "configuration" | "kandji" | "intake" | "routes";

interface Share {
  readonly surface: Surface;
  /** Of a thousand inputs. */
  readonly of1000: number;
}

/** What is cheap gets more of them; no surface gets less than thirty. */
export const shares = {
  "any secrets: what is wrong is named with its mend and no value, and the rest stays as it is": {
    surface: "configuration",
    of1000: 140,
  },
  "a configuration that is printed shows no credential": { surface: "configuration", of1000: 60 },
  "any tokens let in nobody but their holders": { surface: "configuration", of1000: 60 },
  "whatever secrets and variables say, an object answers and its log lines hold no secret": {
    surface: "configuration",
    of1000: 20,
  },
  "one answer of Kandji is a page or a failure, and neither says the token": { surface: "kandji", of1000: 130 },
  "every record stands in the answer to the character": { surface: "kandji", of1000: 80 },
  "a walk over pages that repeat comes to its end": { surface: "kandji", of1000: 80 },
  "hostile answers and then good ones: every record is collected once": { surface: "kandji", of1000: 40 },
  "whatever Kandji answers, a run ends and its report holds no secret": { surface: "kandji", of1000: 30 },
  "one answer of an intake is a verdict that says no credential": { surface: "intake", of1000: 150 },
  "hostile answers of an intake and then good ones: everything arrived or is a dead letter": {
    surface: "intake",
    of1000: 30,
  },
  "any request is answered, never with 500, and nobody does what he may not": { surface: "routes", of1000: 120 },
  "whatever objects report or throw, pages are whole and say no secret": { surface: "routes", of1000: 60 },
} as const satisfies Readonly<Record<string, Share>>;

export type PropertyName = keyof typeof shares;

const usualInputs = 6_000;
const total = Number(process.env["HOSTILE_INPUTS"] ?? usualInputs);
const seed = Number(process.env["HOSTILE_SEED"] ?? 20_260_501);
const path = process.env["HOSTILE_PATH"];
const report = process.env["HOSTILE_REPORT"];

/** Far more than an input takes: this is for what hangs. */
const timeoutMs = (inputs: number): number => 120_000 + inputs * 30;

/** A test that `hold` returns for every input, be it by a promise. It throws for one that breaks the property. */
export function property<Input>(
  name: PropertyName,
  inputs: fc.Arbitrary<Input>,
  hold: (input: Input) => Promise<void> | void,
): void {
  const { surface, of1000 } = shares[name];
  const numRuns = Math.max(1, Math.round((total * of1000) / 1000));
  test(name, { timeout: timeoutMs(numRuns) }, async () => {
    let ran = 0;
    let failures = 0;
    const counted = fc.asyncProperty(inputs, async (input) => {
      // What comes after a failure is looking for a smaller one.
      if (failures === 0) ran += 1;
      try {
        await hold(input);
      } catch (error) {
        failures = 1;
        throw error;
      }
    });
    const outcome = await fc.check(counted, { numRuns, seed, ...(path === undefined ? {} : { path }) });
    if (report !== undefined) {
      appendFileSync(report, `${JSON.stringify({ surface, property: name, inputs: ran, failures, seed })}\n`);
    }
    if (outcome.failed) throw new Error(await fc.asyncDefaultReportMessage(outcome), { cause: outcome.errorInstance });
  });
}
