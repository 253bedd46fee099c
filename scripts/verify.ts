/** `npm run verify -- acme.json`: does a secret work? Asks both ends for real, before it is put. */
import { verify } from "./verify/checks.ts";
import { CannotVerify, readCommand, usage } from "./verify/command.ts";
import { sayAll } from "./verify/words.ts";

async function main(args: readonly string[]): Promise<number> {
  try {
    const command = readCommand(args);
    if (command === undefined) {
      console.log(usage);
      return 0;
    }
    const verified = await verify(command);
    const ok = verified.every((file) => file.ok);
    console.log(command.asJson ? JSON.stringify({ ok, files: verified }, null, 2) : sayAll(verified));
    return ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CannotVerify)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
