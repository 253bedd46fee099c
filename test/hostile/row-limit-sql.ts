import type { Row } from "../../src/ports.ts";
import { NodeSql } from "../tenant/node-sql.ts";

/** A Durable Object's SQLite takes no row beyond 2 MB: https://developers.cloudflare.com/durable-objects/platform/limits/. */
const maxRowBytes = 2_000_000;

/** SQLite of Node with the limit that the platform has and no local runtime enforces. */
export class RowLimitSql extends NodeSql {
  override exec<R extends Row = Row>(query: string, ...bindings: (string | number | null)[]): R[] {
    const lengths = bindings.map((value) => (typeof value === "string" ? value.length : 8));
    // Three bytes a unit at the most: only what may be too long is measured.
    const isNear = lengths.reduce((sum, length) => sum + length, 0) > maxRowBytes / 3;
    if (isNear && bytesOf(bindings) > maxRowBytes) throw new Error("string or blob too big: SQLITE_TOOBIG");
    return super.exec<R>(query, ...bindings);
  }
}

const bytesOf = (bindings: readonly (string | number | null)[]): number =>
  bindings.reduce<number>((sum, value) => sum + (typeof value === "string" ? Buffer.byteLength(value) : 8), 0);
