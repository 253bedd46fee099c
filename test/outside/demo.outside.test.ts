/** Contract §2: the demo ends by itself with exit code 0 when nothing was lost, here with a destination of every type in the real runtime. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { intakeKinds } from "../simulator/intakes.ts";

const demo = join(import.meta.dirname, "../simulator/demo.ts");

async function run(...options: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [demo, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => (text += piece.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}

test(
  "the demo with a destination of every type ends with nothing lost, and accounts for each of them",
  { timeout: 240_000 },
  async () => {
    const { code, text } = await run("--once", "--every-type");
    expect(text).toContain("Nothing was lost.");
    const [, account = ""] = text.split("Account, made from");
    const names = intakeKinds.map((kind) => ({ webhook: "archive", datadog: "siem" })[kind as string] ?? kind);
    for (const name of names) expect(account).toMatch(new RegExp(`^${name} +[1-9]`, "mu"));
    expect(code).toBe(0);
  },
);

test("it says what it can be asked for", async () => {
  expect(await run("--help")).toEqual({ code: 0, text: expect.stringContaining("--every-type") });
});
