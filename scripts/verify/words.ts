import type { VerifiedFile } from "./checks.ts";

/** Says what came of it to a person at a terminal. */

/** Others write into these texts too: what a terminal would obey is left out. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ");

export function sayAll(files: readonly VerifiedFile[]): string {
  return [...files.map(say), verdict(files)].join("\n\n");
}

function say({ file, secret, checks, notes }: VerifiedFile): string {
  const lines = checks.flatMap(({ name, ok, message, fix }) => [
    `  ${ok ? "works" : "FAILS"}  ${plain(name)}`,
    `         ${plain(message)}`,
    ...(ok || fix === undefined ? [] : [`         Mend: ${plain(fix)}`]),
  ]);
  return [`${plain(file)}, as secret ${secret}`, ...lines, ...notes.map((note) => `  note   ${plain(note)}`)].join(
    "\n",
  );
}

function verdict(files: readonly VerifiedFile[]): string {
  const failed = files.flatMap(({ checks }) => checks.filter(({ ok }) => !ok)).length;
  if (failed > 0) return failed === 1 ? "1 check fails" : `${failed} checks fail`;
  const puts = files.map(({ file, secret }) => `  npx wrangler secret put ${secret} < ${plain(file)}`);
  return ["Everything works. Put it:", ...puts].join("\n");
}
