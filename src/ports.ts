/**
 * The only ways out of the engine: time, chance, network, storage. Collection, spool, delivery and the tenant plan
 * receive these and import nothing from the platform, so a test can be the clock, the network and the disk.
 */

/** One row as SQLite returns it. Text only: records are kept as text, never as blobs. */
export type Row = Record<string, string | number | null>;

export interface Sql {
  /** Runs one statement and returns all of its rows. Numbers come back as JavaScript numbers. */
  exec<R extends Row = Row>(query: string, ...bindings: (string | number | null)[]): R[];
  /** Runs `work` in one transaction: all of it, or nothing when it throws. */
  transaction<T>(work: () => T): T;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as text, `undefined` when it was longer than the cap that the caller gave. */
  readonly body: string | undefined;
}

/** The answer began and broke off. */
export class CutBody extends Error {}
/** No answer began within the time given. */
export class TimedOut extends Error {}

export interface Ports {
  /** Milliseconds since 1970. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  sleep(ms: number): Promise<void>;
  /**
   * Sends one request, without following redirects, and reads the answer to its end.
   * Throws when there is no whole answer within `timeoutMs`: `TimedOut`, `CutBody`, anything else for no connection.
   */
  http(request: HttpRequest, limits: { readonly timeoutMs: number; readonly maxBytes: number }): Promise<HttpAnswer>;
  readonly sql: Sql;
}
