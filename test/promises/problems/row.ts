import { expect, test } from "vitest";
import type { Problem } from "../../../src/tenant/report.ts";
import { minute } from "../../tenant/household.ts";
import { kandjiToken, Watched, type Stage } from "./watched-installation.ts";

/** How one problem comes and goes. */
export interface Row {
  readonly code: string;
  readonly subject: string;
  /** As it is at first, where that is another than at the end of the second firing. */
  readonly health: Problem["health"];
  /** What there is before; a tenant with events and one webhook by default. */
  readonly stage?: () => Stage;
  /** Minutes in which all is well. */
  readonly calm?: number;
  readonly cause: (it: Watched) => void | Promise<void>;
  /** Where it does not show at the next poll: how many minutes earlier the cause lies, and why. */
  readonly after?: { readonly minutes: number; readonly because: string };
  readonly remove: (it: Watched) => void | Promise<void>;
  /** Where it is shown longer than it lasts. */
  readonly shown?: { readonly minutes: number; readonly because: string };
  /** Other problems that come of the same cause. */
  readonly besides?: readonly string[];
}

const journalled = (it: Watched, { code, subject }: Row): string[] =>
  it.forwarder.entries
    .filter(
      ({ actionDetails, actionParams }) =>
        actionDetails?.["code"] === code && actionParams?.static?.["subject"] === subject,
    )
    .map(({ actionName }) => actionName);

const told = (it: Watched, { code, subject }: Row): string[] =>
  it.told.filter((message) => message.code === code && message.subject === subject).map(({ event }) => event);

const shown = (it: Watched, { code, subject }: Row) =>
  it.status().problems.filter((problem) => problem.code === code && problem.subject === subject);

async function twice(it: Watched): Promise<void> {
  await it.fire();
  await it.fire();
}

/** What is tried again at firings needs them; over hours and days they would only take time. */
async function goOn(it: Watched, minutes: number): Promise<void> {
  if (minutes > 30) return it.pass(minutes * minute);
  for (let passed = 0; passed < minutes; passed += 1) await it.fire();
}

/** Causes it: health, sentence, mend, message, entry. Removes it: all is well again, and that is told, too, within two polls. */
async function play(row: Row): Promise<void> {
  const it = new Watched(row.stage?.());
  await it.pass(((row.calm ?? 3) - 2) * minute);
  await twice(it);
  expect([it.status().health, it.status().problems, it.told]).toEqual(["ok", [], []]);

  await row.cause(it);
  await it.pass((row.after?.minutes ?? 0) * minute);
  await twice(it);
  const status = it.status();
  expect(status.problems.map(({ code }) => code)).toContain(row.code);
  const [problem] = shown(it, row);
  expect(problem).toMatchObject({ health: row.health, docs: `/docs/operating.md#${row.code}` });
  for (const text of [problem?.message, problem?.fix]) expect(text).toMatch(/\S \S/u);
  expect(status.health).toBe(status.problems.some(({ health }) => health === "failing") ? "failing" : "degraded");
  const others = new Set(status.problems.map(({ code }) => code).filter((code) => code !== row.code));
  expect([...others].toSorted()).toEqual([...(row.besides ?? [])].toSorted());
  expect([told(it, row), journalled(it, row)]).toEqual([["degraded"], ["HEALTH_DEGRADED"]]);
  const message = it.told.find(({ code, subject }) => code === row.code && subject === row.subject);
  for (const text of [message?.message, message?.fix]) expect(text).toMatch(/\S \S/u);
  await it.fire();
  expect(told(it, row)).toEqual(["degraded"]);

  await row.remove(it);
  await goOn(it, row.shown?.minutes ?? 0);
  await twice(it);
  expect([it.status().problems, it.status().health]).toEqual([[], "ok"]);
  expect([told(it, row), journalled(it, row)]).toEqual([
    ["degraded", "restored"],
    ["HEALTH_DEGRADED", "HEALTH_RESTORED"],
  ]);
  expectNoSecret(it);
}

/** Nothing that was said has a secret or a record in it. */
function expectNoSecret(it: Watched): void {
  const out = JSON.stringify([it.forwarder.posted.map(({ body }) => body), it.forwarder.entries, it.status().problems]);
  expect(out).not.toContain(kandjiToken);
  expect(out).not.toContain("-secret");
  expect(out).not.toMatch(/occurred_at|actor_id/);
}

export const playEach = (rows: readonly Row[]): void =>
  test.each(rows.map((row) => [row.code, row.subject, row] as const))("%s of %s", async (_, __, row) => play(row));
