/**
 * `npm run verify-chain -- manifest.json… records.ndjson…`: does an archive hold what was delivered, nothing missing,
 * nothing changed, nothing inserted? `docs/tamper-evidence.md` says what that proves.
 */
import { CannotCheck } from "./verify-chain/cannot-check.ts";
import { check } from "./verify-chain/check.ts";
import { readQuestion, usage } from "./verify-chain/question.ts";

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  try {
    const { text, isWell } = await check(readQuestion(args, process.env));
    console.log(text);
    return isWell ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CannotCheck)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
