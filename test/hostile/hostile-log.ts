import { auditEvents } from "../../src/datasets/audit-events.ts";
import { parseInstant } from "../../src/datasets/instant.ts";
import type { HttpAnswer, HttpRequest } from "../../src/ports.ts";
import { AuditLog, type Entry } from "../collection/audit-log.ts";
import { answered, type HostileAnswer } from "./answer.ts";

/** An honest log behind answers that are none, and behind pages that hold all they must and much besides. */

export type Prank =
  /** Some other answer instead; one that could be a page is not given: nobody can know that it lies. */
  | { readonly kind: "instead"; readonly answer: HostileAnswer }
  /** The page, with records of somebody else between, others twice, another `next`, and these headers. */
  | {
      readonly kind: "beside";
      readonly records: readonly string[];
      readonly repeats: number;
      readonly next: string | null;
      readonly headers: readonly (readonly [string, string])[];
    };

interface HonestPage {
  readonly results: readonly { readonly id: string; readonly occurred_at: string }[];
  readonly next: string | null;
}

export class HostileLog extends AuditLog {
  /** What a record looks like, by its id. */
  readonly texts = new Map<string, string>();
  /** What befalls the next requests, first come, first served. */
  readonly pranks: Prank[] = [];
  readonly #honest: AuditLog;
  readonly #given = new Set<string>();
  readonly #unknownCursor: "refused" | "ignored";

  constructor(now: () => number, unknownCursor: "refused" | "ignored" = "refused") {
    super(now);
    this.#honest = new AuditLog(now);
    this.#unknownCursor = unknownCursor;
  }

  /** Writes an event that looks like this. */
  add(entry: Entry, text: string): void {
    this.#honest.write(entry);
    this.texts.set(entry.id, text);
  }

  override readonly http = async (request: HttpRequest, limits = { timeoutMs: 1_000, maxBytes: 16_000_000 }) => {
    const prank = this.pranks.shift();
    if (prank?.kind === "instead") {
      const answer = await answered(prank.answer, request, limits);
      if (answer.status !== 200 || !isPage(answer.body)) return answer;
    }
    const known = this.#withKnownCursor(request);
    if (known === null) return { status: 400, headers: new Headers(), body: '{"detail":"Invalid cursor"}' };
    const page = JSON.parse((await this.#honest.http(known)).body ?? "") as HonestPage;
    if (page.next !== null) this.#given.add(page.next);
    const isById = new URL(request.url).searchParams.get("sort_by") === "id";
    return this.#told(page, isById, prank?.kind === "beside" ? prank : undefined);
  };

  #withKnownCursor(request: HttpRequest): HttpRequest | null {
    const url = new URL(request.url);
    const cursor = url.searchParams.get("cursor");
    if (cursor === null || this.#given.has(cursor)) return request;
    if (this.#unknownCursor === "refused") return null;
    url.searchParams.delete("cursor");
    return { ...request, url: url.href };
  }

  #told(page: HonestPage, isById: boolean, prank: Extract<Prank, { kind: "beside" }> | undefined): HttpAnswer {
    const { records = [], repeats = 0, next = null, headers = [] } = prank ?? {};
    const own = page.results.map(({ id }) => this.texts.get(id) ?? "");
    const between = records.filter((text) => page.next === null || !isBeyond(text, page.results));
    const all = own.flatMap((text, index) => [...between.slice(index, index + 1), text]);
    all.push(...between.slice(own.length), ...own.slice(0, repeats));
    const way = JSON.stringify(page.next);
    // Where the way on is the only one, and where there is one that the other would hide, the log's own stands.
    const isFree = next !== null && !isById && (page.next === null || !isEnd(next));
    return {
      status: 200,
      headers: new Headers(headers.map(([name, value]): [string, string] => [name, value])),
      body: `{"next":${isFree ? next : way},"results":[${all.join(",\n")}]}`,
    };
  }
}

const isEnd = (next: string): boolean => ["null", '""'].includes(next);

function isPage(body: string | undefined): boolean {
  try {
    return Array.isArray((JSON.parse(body ?? "") as { results?: unknown } | null)?.results);
  } catch {
    return false;
  }
}

/** Whether a record is dated behind all that the page has: then it would say that there is nothing between. */
function isBeyond(text: string, results: HonestPage["results"]): boolean {
  const time = parseInstant(auditEvents.timeOf(JSON.parse(text)) ?? "") ?? -Infinity;
  return results.every(({ occurred_at }) => (parseInstant(occurred_at) ?? 0) < time);
}
