import type { NotifierConfig } from "../config/config.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { Row, Sql } from "../ports.ts";
import { runMigrations, type Migrations } from "../sqlite.ts";
import type { Problem } from "../tenant/report.ts";
import { begun, isReminderDue, observed, type Condition } from "./conditions.ts";
import { entryOfNotice, noticeOf, noTenant, type Notice } from "./notice.ts";
import { added, emptyOutbox, isDue, isEmpty, type Outbox } from "./outbox.ts";
import type { Sight } from "./sights.ts";

/** The tables of health, numbered and append-only: a landed step is never edited. */
const migrations: Migrations = {
  of: "the forwarder's health",
  table: "health_migrations",
  steps: [
    `CREATE TABLE conditions (
       tenant TEXT NOT NULL, subject TEXT NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL,
       PRIMARY KEY (tenant, subject, code)) WITHOUT ROWID;
     CREATE TABLE outboxes (notifier TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;`,
  ],
};

export interface Notifiers {
  readonly valid: readonly NotifierConfig[];
  /** Ids of all of them: what waits for one whose secret cannot be read goes on waiting. */
  readonly named: ReadonlySet<string>;
}

/** What concerns all of them is for those that were not asked for some only, and nobody is told of himself that he cannot be told. */
const isTold = ({ tenants, secretName }: NotifierConfig, { tenant, subject, code }: Condition): boolean =>
  (tenants?.includes(tenant) ?? true) && !(code === "notification-failing" && subject === `secret ${secretName}`);

interface HealthPorts {
  readonly sql: Sql;
  /** Must not throw: what cannot be journalled is notified all the same. */
  readonly append: (entry: JournalEntry) => void;
}

/** What one look at the reports brings; nothing of it stands before all of it is written. */
interface Findings {
  /** Null: forgotten. */
  readonly conditions: Map<string, { readonly before: Condition; readonly after: Condition | null }>;
  readonly entries: JournalEntry[];
  readonly outboxes: Map<string, Outbox>;
}

const keyOf = ({ subject, code }: Pick<Problem, "subject" | "code">): string => `${subject}\n${code}`;
const placeOf = (condition: Condition): string => `${condition.tenant}\n${keyOf(condition)}`;

/**
 * Notices when a tenant, a dataset or a destination turns bad, worse or good again, and what of it waits to be told.
 * All of it is kept in memory and written when it changes, so that an eviction forgets nothing and an idle firing costs nothing.
 */
export class HealthWatch {
  readonly #ports: HealthPorts;
  readonly #tenants = new Map<string, Map<string, Condition>>();
  readonly #outboxes = new Map<string, Outbox>();

  /** Throws when a newer version wrote the tables. */
  constructor(ports: HealthPorts) {
    this.#ports = ports;
    runMigrations(ports.sql, migrations);
    for (const { body } of ports.sql.exec<Row & { body: string }>("SELECT body FROM conditions")) {
      const condition = JSON.parse(body) as Condition;
      this.#of(condition.tenant).set(keyOf(condition), condition);
    }
    for (const { notifier, body } of ports.sql.exec<{ notifier: string; body: string }>("SELECT * FROM outboxes"))
      this.#outboxes.set(notifier, JSON.parse(body) as Outbox);
  }

  look(sights: readonly Sight[], { valid: notifiers, named }: Notifiers, now: number): void {
    const found: Findings = { conditions: new Map(), entries: [], outboxes: new Map() };
    for (const sight of sights) this.#compare(sight, { found, notifiers, now });
    for (const gone of this.#outboxes.keys()) if (!named.has(gone)) found.outboxes.set(gone, emptyOutbox);
    this.#write(found);
  }

  /** Its notices that wait are told all the same. */
  forget(tenant: string): void {
    if ((this.#tenants.get(tenant)?.size ?? 0) === 0) return;
    this.#ports.sql.exec("DELETE FROM conditions WHERE tenant = ?", tenant);
    this.#tenants.delete(tenant);
  }

  outbox(notifier: string): Outbox {
    return this.#outboxes.get(notifier) ?? emptyOutbox;
  }

  isAnyDue(notifiers: readonly NotifierConfig[], now: number): boolean {
    return this.#outboxes.size > 0 && notifiers.some(({ id }) => isDue(this.outbox(id), now));
  }

  keep(notifier: string, outbox: Outbox): void {
    this.#writeOutbox(notifier, outbox);
    this.#rememberOutbox(notifier, outbox);
  }

  #writeOutbox(notifier: string, outbox: Outbox): void {
    const { sql } = this.#ports;
    if (isEmpty(outbox)) sql.exec("DELETE FROM outboxes WHERE notifier = ?", notifier);
    else sql.exec("INSERT OR REPLACE INTO outboxes (notifier, body) VALUES (?, ?)", notifier, JSON.stringify(outbox));
  }

  #rememberOutbox(notifier: string, outbox: Outbox): void {
    if (isEmpty(outbox)) this.#outboxes.delete(notifier);
    else this.#outboxes.set(notifier, outbox);
  }

  #compare(
    { tenant: subjectTenant, problems, concerns }: Sight,
    about: { readonly found: Findings; readonly notifiers: readonly NotifierConfig[]; readonly now: number },
  ): void {
    const { found, now } = about;
    const tenant = subjectTenant ?? noTenant;
    const present = worstByKey(problems);
    const known = this.#of(tenant);
    for (const [key, problem] of present) {
      if (known.has(key)) continue;
      const condition = begun(tenant, problem, now);
      found.conditions.set(placeOf(condition), { before: condition, after: condition });
    }
    for (const [key, before] of known) {
      if (!concerns(before.code)) continue;
      const notifiers = about.notifiers.filter((notifier) => isTold(notifier, before));
      const problem = present.get(key);
      const { condition, change } = observed(before, problem, now);
      if (change !== undefined) this.#tell(found, noticeOf(change, condition ?? before, now), notifiers);
      const after = condition === null ? null : this.#remind(found, { condition, problem }, notifiers, now);
      if (after !== before) found.conditions.set(placeOf(before), { before, after });
    }
  }

  /** A notice of a change: into the journal, and to everybody. */
  #tell(found: Findings, notice: Notice, notifiers: readonly NotifierConfig[]): void {
    found.entries.push(entryOfNotice(notice, Date.parse(notice.at)));
    for (const { id } of notifiers) found.outboxes.set(id, added(found.outboxes.get(id) ?? this.outbox(id), notice));
  }

  #remind(
    found: Findings,
    { condition, problem }: { readonly condition: Condition; readonly problem: Problem | undefined },
    notifiers: readonly NotifierConfig[],
    now: number,
  ): Condition {
    const due = notifiers.filter(({ id, reminderEveryMs }) => isReminderDue(condition, id, reminderEveryMs, now));
    if (due.length === 0) return condition;
    const notice = noticeOf("reminder", { ...condition, message: problem?.message ?? condition.message }, now);
    for (const { id } of due) found.outboxes.set(id, added(found.outboxes.get(id) ?? this.outbox(id), notice));
    const reminders = { ...condition.reminders, ...Object.fromEntries(due.map(({ id }) => [id, now])) };
    return { ...condition, reminders };
  }

  #write({ conditions, entries, outboxes }: Findings): void {
    if (conditions.size === 0 && outboxes.size === 0) return;
    const { sql, append } = this.#ports;
    sql.transaction(() => {
      for (const change of conditions.values()) this.#writeCondition(change);
      for (const [id, outbox] of outboxes) this.#writeOutbox(id, outbox);
      for (const entry of entries) append(entry);
    });
    for (const { before, after } of conditions.values()) {
      if (after === null) this.#of(before.tenant).delete(keyOf(before));
      else this.#of(before.tenant).set(keyOf(after), after);
    }
    for (const [id, outbox] of outboxes) this.#rememberOutbox(id, outbox);
  }

  #writeCondition({ before, after }: { readonly before: Condition; readonly after: Condition | null }): void {
    const { sql } = this.#ports;
    const { tenant, subject, code } = before;
    if (after === null) {
      sql.exec("DELETE FROM conditions WHERE tenant = ? AND subject = ? AND code = ?", tenant, subject, code);
      return;
    }
    sql.exec(
      "INSERT OR REPLACE INTO conditions (tenant, subject, code, body) VALUES (?, ?, ?, ?)",
      tenant,
      subject,
      code,
      JSON.stringify(after),
    );
  }

  #of(tenant: string): Map<string, Condition> {
    const known = this.#tenants.get(tenant) ?? new Map<string, Condition>();
    this.#tenants.set(tenant, known);
    return known;
  }
}

/** A subject may have a code twice, with two texts: it is one condition, as bad as the worse. */
function worstByKey(problems: readonly Problem[]): Map<string, Problem> {
  const worst = new Map<string, Problem>();
  for (const problem of problems) {
    const key = keyOf(problem);
    if (worst.get(key)?.health === "failing" || (worst.has(key) && problem.health !== "failing")) continue;
    worst.set(key, problem);
  }
  return worst;
}
