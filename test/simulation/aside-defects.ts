/** Mistakes in what people ask for again, in sweeps, and in what is told of health. */
import type { Defect } from "./defects.ts";

const one = (name: string, file: string, find: string, replace: string): Defect => ({
  name,
  edits: [{ file, find, replace }],
});

const ofReplays: readonly Defect[] = [
  one(
    "replay-goes-to-all",
    "tenant/replay.ts",
    "if (destination !== undefined) return [destination];",
    "if (destination !== undefined) return [null];",
  ),
  one("replay-without-its-last-instant", "tenant/replay.ts", "  to: until,", "  to: until - 1,"),
  one(
    "replay-ends-with-its-first-page",
    "collection/history-reader.ts",
    "next === null || next.at > range.to || isComplete)",
    'next === null || next.at > range.to || isComplete || (range.reason === "replay" && draft.held.length > 0))',
  ),
  one(
    "replay-of-what-is-known-left-out",
    "collection/history-reader.ts",
    "const news = isSweep(range) ?",
    'const news = isSweep(range) || range.reason === "replay" ?',
  ),
  one(
    "replays-without-end",
    "tenant/replay.ts",
    "replaysIn(state).length + wanted.length > maxReplays",
    "replaysIn(state).length + wanted.length > maxReplays + 1",
  ),
];

const ofSweeps: readonly Defect[] = [
  one(
    "finds-of-a-sweep-not-remembered",
    "collection/history-reader.ts",
    "if (isSweep(range)) this.#seen.remember(wanted);",
    "",
  ),
  one(
    "sweep-stops-short",
    "tenant/sweeps.ts",
    "const to = source.live.state.floor - 1;",
    "const to = Math.min(source.live.state.floor, microsOf(ports.now() - options.sweepMs / 24)) - 1;",
  ),
  one(
    "finds-of-a-sweep-not-counted-by-hour",
    "collection/history-reader.ts",
    'reason === "owed" ? isCounted === true : reason !== "replay";',
    'reason === "owed" ? isCounted === true : reason === "backfill";',
  ),
];

const ofHealth: readonly Defect[] = [
  one(
    "outbox-in-memory-only",
    "forwarder/health.ts",
    "    this.#writeOutbox(notifier, outbox);\n    this.#rememberOutbox(notifier, outbox);",
    "    this.#rememberOutbox(notifier, outbox);",
  ),
  one(
    "conditions-in-memory-only",
    "forwarder/health.ts",
    "for (const change of conditions.values()) this.#writeCondition(change);",
    "",
  ),
  one(
    "notice-written-before-its-condition",
    "forwarder/health.ts",
    "    sql.transaction(() => {\n      for (const change of conditions.values()) this.#writeCondition(change);\n      for (const [id, outbox] of outboxes) this.#writeOutbox(id, outbox);",
    "    for (const [id, outbox] of outboxes) this.#writeOutbox(id, outbox);\n    sql.transaction(() => {\n      for (const change of conditions.values()) this.#writeCondition(change);",
  ),
  one(
    "message-dropped-that-failed",
    "forwarder/notifier.ts",
    "ports.keep(failed(ports.outbox(), ",
    "ports.keep(failed(withoutFirst(ports.outbox()), ",
  ),
  one("told-at-first-sight", "forwarder/conditions.ts", "export const holdsMs = 30_000;", "export const holdsMs = 0;"),
  one(
    "recovery-not-told",
    "forwarder/health.ts",
    "if (change !== undefined) this.#tell(",
    'if (change === "degraded") this.#tell(',
  ),
  one(
    "reminder-at-each-firing",
    "forwarder/health.ts",
    "    return { ...condition, reminders };",
    "    return condition;",
  ),
  one(
    "reminders-forgotten",
    "forwarder/conditions.ts",
    "if (seen === null || told === null || toldAt === null) return false;",
    "if (seen === null || told === null || toldAt !== null) return false;",
  ),
  one("retry-after-of-a-chat-ignored", "forwarder/outbox.ts", "Math.max(waitMs, wantedMs)", "waitMs"),
  one(
    "address-of-a-chat-in-a-problem",
    "forwarder/notifier.ts",
    "it answered ${status}, ${what}",
    "${url.reveal()} answered ${status}, ${what}",
  ),
];

export const ofAsides: readonly Defect[] = [...ofReplays, ...ofSweeps, ...ofHealth];
