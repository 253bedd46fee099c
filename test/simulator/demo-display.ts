/** What the demo shows: one line that moves on a terminal, plain lines elsewhere, and the closing account in words. */
import type { Account } from "./account.ts";

const number = (value: number): string => value.toLocaleString("en-US");

export class Progress {
  readonly #isTerminal = process.stdout.isTTY;
  #lastPlain = -Infinity;

  /** On a terminal it replaces itself; elsewhere every few seconds a line is enough. */
  show(line: string): void {
    if (this.#isTerminal) {
      process.stdout.write(`\r\u001b[2K${line.slice(0, process.stdout.columns - 1)}`);
      return;
    }
    const now = performance.now();
    if (now - this.#lastPlain < 3000) return;
    this.#lastPlain = now;
    console.log(line);
  }

  /** Leaves the moving line standing. */
  end(): void {
    if (this.#isTerminal) process.stdout.write("\n");
  }
}

export function progressLine(seconds: number, accounts: readonly Account[], note: string): string {
  const parts = accounts.map((account) => {
    const settled = account.visible - account.lost;
    return `${account.intake} ${bar(settled / Math.max(1, account.visible))} ${number(account.delivered)}`;
  });
  const [first] = accounts;
  const collected = first === undefined ? "" : `collected ${number(first.collected)} of ${number(first.visible)}`;
  return [`${String(Math.round(seconds)).padStart(3)} s`, collected, ...parts, note]
    .filter((part) => part !== "")
    .join("   ");
}

function bar(share: number): string {
  const full = Math.floor(share * 12);
  return "█".repeat(full) + "░".repeat(12 - full);
}

const ROWS: readonly (readonly [string, (account: Account) => number])[] = [
  ["events in Kandji", (account) => account.visible],
  ["collected", (account) => account.collected],
  ["delivered", (account) => account.delivered],
  ["skipped, too old for it", (account) => account.tooOld],
  ["refused by it, dead letter", (account) => account.refused],
  ["dropped by it", (account) => account.dropped],
  ["lost", (account) => account.lost],
  ["repeated", (account) => account.repeated],
  ["altered", (account) => account.altered ?? 0],
];

export function closingAccount(accounts: readonly Account[]): string {
  const table = [
    ["", ...accounts.map((account) => account.intake)],
    ...ROWS.map(([title, value]) => [title, ...accounts.map((account) => number(value(account)))]),
  ];
  const lines = table.map(
    ([title = "", ...cells]) => title.padEnd(28) + cells.map((cell) => cell.padStart(12)).join(""),
  );
  return [
    "",
    "Account, made from what Kandji had and what the intakes hold:",
    "",
    ...lines,
    "",
    ...words(accounts),
    "",
  ].join("\n");
}

function words(accounts: readonly Account[]): string[] {
  const said: string[] = [];
  for (const { intake, tooOld, refused, repeated, lost, lostKeys } of accounts) {
    if (tooOld > 0) {
      said.push(
        `${intake}: Datadog answers 202 to events older than 18 hours and throws them away, so ${number(tooOld)} were skipped and counted instead.`,
      );
    }
    if (refused > 0) {
      said.push(
        `${intake}: it refuses ${number(refused)} for good; all the neighbours arrived, and that one waits as a dead letter.`,
      );
    }
    if (repeated > 0) {
      said.push(
        `${intake}: ${number(repeated)} arrived twice: it took a batch and its answer was lost, so the batch was sent again under the same id.`,
      );
    }
    if (lost > 0) said.push(`${intake}: ${number(lost)} are missing, such as ${lostKeys.slice(0, 3).join(", ")}.`);
  }
  if (accounts.every((account) => account.lost === 0)) said.push("Nothing was lost.");
  return said;
}
