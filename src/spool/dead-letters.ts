import type { Sql } from "../ports.ts";
import type { EventHour } from "./hours.ts";
import { deleteRest, firstPart, isLong, readRest, writeRest } from "./overflow.ts";

/** A record that a destination refused for good, kept until somebody sends it again or lets it go. */
export interface DeadLetter {
  readonly id: number;
  readonly dataset: string;
  readonly destination: string;
  readonly recordId: string | null;
  /** HTTP status of the refusal; 0 when the record never left because it is longer than the destination takes. */
  readonly status: number;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface DeadLetterRow extends Record<string, string | number | null> {
  id: number;
  dataset: string;
  destination: string;
  record_id: string | null;
  status: number;
  reason: string;
  at: number;
}

const fromRow = ({ record_id, ...row }: DeadLetterRow): DeadLetter => ({ ...row, recordId: record_id });

export class DeadLetters {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(): DeadLetter[] {
    return this.#sql
      .exec<DeadLetterRow>(
        "SELECT id, dataset, destination, record_id, status, reason, at FROM dead_letters ORDER BY id",
      )
      .map(fromRow);
  }

  /** `hour` is that in which it happened, where it was counted by hour. */
  add(letter: Omit<DeadLetter, "id">, raw: string, hour: EventHour = null): void {
    const bytes = Buffer.byteLength(raw);
    const [row] = this.#sql.exec<{ id: number }>(
      `INSERT INTO dead_letters (dataset, destination, record_id, status, reason, at, hour, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      letter.dataset,
      letter.destination,
      letter.recordId,
      letter.status,
      letter.reason,
      letter.at,
      hour,
      firstPart(raw, bytes),
    );
    if (isLong(bytes)) writeRest(this.#sql, `dead letter ${row?.id}`, raw);
  }

  /** The hour under which it is counted. */
  hour(id: number): EventHour {
    const [row] = this.#sql.exec<{ hour: EventHour }>("SELECT hour FROM dead_letters WHERE id = ?", id);
    return row?.hour ?? null;
  }

  raw(id: number): string {
    const [row] = this.#sql.exec<{ body: string }>("SELECT body FROM dead_letters WHERE id = ?", id);
    return (row?.body ?? "") + readRest(this.#sql, `dead letter ${id}`);
  }

  /** The beginning of the record, for a person to recognise it by. */
  excerpt(id: number, length: number): string {
    const [row] = this.#sql.exec<{ body: string }>(
      "SELECT substr(body, 1, ?) AS body FROM dead_letters WHERE id = ?",
      length,
      id,
    );
    return row?.body ?? "";
  }

  delete(id: number): void {
    this.#sql.exec("DELETE FROM dead_letters WHERE id = ?", id);
    deleteRest(this.#sql, `dead letter ${id}`);
  }

  deleteOf(destination: string): void {
    for (const letter of this.all()) if (letter.destination === destination) this.delete(letter.id);
  }
}
