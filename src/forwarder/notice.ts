import { entryOf, itself, type JournalEntry } from "../journal/entry.ts";
import type { Health, Problem } from "../tenant/report.ts";
import type { Condition } from "./conditions.ts";

/** What is told when something turned bad or good again. No record and no secret: its texts are those of `/status`. */
export interface Notice {
  readonly event: "degraded" | "restored" | "reminder";
  /** Null: of the forwarder itself. */
  readonly tenant: string | null;
  readonly subject: string;
  readonly code: string;
  /** How bad this problem makes its subject; `ok` where it is over. */
  readonly health: Health;
  readonly message: string;
  readonly fix: string;
  /** RFC 3339, UTC: when it began. */
  readonly since: string;
  /** When it was noticed that it had changed, or lasts. */
  readonly at: string;
}

/** Stands for the forwarder itself among the ids of tenants: none of them is empty. */
export const noTenant = "";

const longestText = 500;
const cut = (text: string): string => (text.length <= longestText ? text : `${text.slice(0, longestText)}…`);

export function noticeOf(event: Notice["event"], condition: Condition, now: number): Notice {
  const { tenant, subject, code, told, message, fix, since } = condition;
  const texts = { message: cut(message), fix: cut(fix) };
  const times = { since: new Date(since).toISOString(), at: new Date(now).toISOString() };
  return {
    event,
    tenant: tenant === noTenant ? null : tenant,
    subject,
    code,
    health: told ?? "ok",
    ...texts,
    ...times,
  };
}

export function entryOfNotice({ event, tenant, subject, ...details }: Notice, now: number): JournalEntry {
  const action = event === "restored" ? "HEALTH_RESTORED" : "HEALTH_DEGRADED";
  const about = { ...(tenant !== null && { tenant }), subject };
  return entryOf({ action, result: "SUCCEEDED", actor: itself, static: about, details }, now);
}

/** What is left unsaid, so that the text of an error goes nowhere but to the status page. */
export function tickProblem(tenant: string): Problem {
  return {
    code: "tick-failed",
    subject: `tenant ${tenant}`,
    message: "Its last tick failed: /status says why",
    fix: "Do what it says there; it is tried again at each firing of the cron",
    health: "failing",
  };
}
