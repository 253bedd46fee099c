/** What the demo shows: one line that moves on a terminal, plain lines elsewhere, and the closing account in words. */
import type { Account } from "./account.ts";
import { intakeSetups } from "./intake-setups.ts";
import { intakes } from "./intakes.ts";

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
  const isShort = accounts.length > SIDE_BY_SIDE;
  const parts = (isShort ? [slowest(accounts)] : accounts).map((account) => {
    const settled = account.visible - account.lost;
    return `${isShort ? "slowest " : ""}${account.intake} ${bar(settled / Math.max(1, account.visible))} ${number(account.delivered)}`;
  });
  const [first] = accounts;
  const collected = first === undefined ? "" : `collected ${number(first.collected)} of ${number(first.visible)}`;
  return [`${String(Math.round(seconds)).padStart(3)} s`, collected, ...parts, note]
    .filter((part) => part !== "")
    .join("   ");
}

const slowest = (accounts: readonly Account[]): Account =>
  accounts.reduce((one, other) => (other.lost > one.lost ? other : one));

function bar(share: number): string {
  const full = Math.floor(share * 12);
  return "█".repeat(full) + "░".repeat(12 - full);
}

/** More destinations than these would make lines that no terminal has: each then has a line of its own. */
const SIDE_BY_SIDE = 4;

const FIGURES: readonly (readonly [title: string, short: string, (account: Account) => number])[] = [
  ["events in Kandji", "in Kandji", (account) => account.visible],
  ["collected", "collected", (account) => account.collected],
  ["delivered", "delivered", (account) => account.delivered],
  ["skipped, too old for it", "too old", (account) => account.tooOld],
  ["refused by it, dead letter", "refused", (account) => account.refused],
  ["dropped by it", "dropped", (account) => account.dropped],
  ["lost", "lost", (account) => account.lost],
  ["repeated", "repeated", (account) => account.repeated],
  ["altered", "altered", (account) => account.altered ?? 0],
];

function tableOf(accounts: readonly Account[]): string[] {
  const isLong = accounts.length > SIDE_BY_SIDE;
  const rows = isLong
    ? [
        ["", ...FIGURES.map(([, short]) => short)],
        ...accounts.map((account) => [account.intake, ...FIGURES.map(([, , value]) => number(value(account)))]),
      ]
    : [
        ["", ...accounts.map(({ intake }) => intake)],
        ...FIGURES.map(([title, , value]) => [title, ...accounts.map((account) => number(value(account)))]),
      ];
  const [first, others] = isLong ? [14, 11] : [28, 12];
  return rows.map(
    ([title = "", ...cells]) => title.padEnd(first) + cells.map((cell) => cell.padStart(others)).join(""),
  );
}

export function closingAccount(accounts: readonly Account[]): string {
  return [
    "",
    "Account, made from what Kandji had and what the intakes hold:",
    "",
    ...tableOf(accounts),
    "",
    ...words(accounts),
    "",
  ].join("\n");
}

function words(accounts: readonly Account[]): string[] {
  const said: string[] = [];
  for (const { intake, kind, tooOld, refused, repeated, lost, lostKeys } of accounts) {
    if (tooOld > 0) {
      said.push(
        `${intake}: ${intakeSetups[kind].title} keeps no events older than ${(intakes[kind].maxAgeMs ?? 0) / 3_600_000} hours, whatever it answers, so ${number(tooOld)} were skipped and counted instead.`,
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
