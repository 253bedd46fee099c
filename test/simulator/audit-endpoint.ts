/** One answer of `GET /api/v1/audit/events`: parameters as documented, errors and pages as observed. */
import type { EventStore, Order, Page, Position, SimulatedEvent } from "./event-store.ts";
import type { KandjiSettings } from "./kandji.ts";
import { parseMoment, type Micros } from "./micro-time.ts";
import { readCursor, writeCursor, type PageCursor } from "./page-cursor.ts";

export const AUDIT_EVENTS = "/api/v1/audit/events";

const MAX_LIMIT = 500;
/** Not documented; callers should always send one. */
const USUAL_LIMIT = 100;

export interface AuditAnswer {
  readonly status: 200 | 400;
  readonly text: string;
  readonly events: readonly SimulatedEvent[];
}

interface Question {
  readonly limit: number;
  readonly order: Order;
  readonly descending: boolean;
  readonly from: Micros | undefined;
  readonly to: Micros | undefined;
  readonly cursor: PageCursor | undefined;
}

export function answerAuditEvents(url: URL, store: EventStore, settings: KandjiSettings): AuditAnswer {
  const question = readQuestion(url.searchParams);
  if ("wrong" in question) {
    const detail = [{ loc: ["query", question.wrong], msg: question.message, type: "value_error" }];
    return { status: 400, text: JSON.stringify({ detail }), events: [] };
  }
  const { order, descending, limit, from, to, cursor } = question;
  const until = to === undefined || settings.endDate === "exclusive" ? to : to + 1;
  const page = store.page({
    order,
    descending,
    limit,
    from,
    until,
    beyond: cursor?.position,
    backwards: cursor?.backwards,
  });
  const { next, previous } = links(url, question, page, settings);
  const texts = page.events.map((event) => event.raw).join(",");
  return {
    status: 200,
    text: `{"results":[${texts}],"previous":${JSON.stringify(previous)},"next":${JSON.stringify(next)}}`,
    events: page.events,
  };
}

type Wrong = { readonly wrong: string; readonly message: string };

function readQuestion(query: URLSearchParams): Question | Wrong {
  const limitText = query.get("limit") ?? String(USUAL_LIMIT);
  const limit = /^\d+$/.test(limitText) ? Number(limitText) : Number.NaN;
  if (Number.isNaN(limit)) return { wrong: "limit", message: "Input should be a valid integer" };
  if (limit < 1 || limit > MAX_LIMIT) return { wrong: "limit", message: `Input should be between 1 and ${MAX_LIMIT}` };

  const [, minus = "", field = ""] = /^(-?)(.*)$/.exec(query.get("sort_by") ?? "occurred_at") ?? [];
  if (field !== "occurred_at" && field !== "id")
    return { wrong: "sort_by", message: "Input should be 'occurred_at' or 'id'" };

  const dates: { start_date?: Micros; end_date?: Micros } = {};
  for (const name of ["start_date", "end_date"] as const) {
    const text = query.get(name);
    if (text === null) continue;
    const moment = parseMoment(text);
    if (moment === undefined) return { wrong: name, message: "Input should be a valid datetime or date" };
    dates[name] = moment;
  }

  const cursorText = query.get("cursor");
  const cursor = cursorText === null ? undefined : readCursor(field, cursorText);
  if (cursorText !== null && cursor === undefined) return { wrong: "cursor", message: "Invalid cursor" };
  return { limit, order: field, descending: minus === "-", from: dates.start_date, to: dates.end_date, cursor };
}

function links(
  url: URL,
  question: Question,
  page: Page,
  settings: KandjiSettings,
): { next: string | null; previous: string | null } {
  if (settings.next === "same") return { next: url.href, previous: null };
  const { order } = question;
  const first = page.events[0];
  const last = page.events.at(-1);
  const position = (event: SimulatedEvent): Position => (order === "id" ? event.id : event.at);
  const link = (cursor: PageCursor): string => linkTo(url, writeCursor(order, cursor), settings);
  return {
    next: page.hasNext && last !== undefined ? link({ backwards: false, position: position(last) }) : null,
    previous: page.hasPrevious && first !== undefined ? link({ backwards: true, position: position(first) }) : null,
  };
}

function linkTo(asked: URL, cursor: string, settings: KandjiSettings): string {
  if (settings.next === "token") return cursor;
  const origin = settings.next === "foreign" ? settings.foreignOrigin : asked.origin;
  const link = new URL(asked.pathname, origin);
  const carried = settings.nextCarriesDates ? ["limit", "sort_by", "start_date", "end_date"] : ["limit", "sort_by"];
  for (const name of carried) {
    const value = asked.searchParams.get(name);
    if (value !== null) link.searchParams.set(name, value);
  }
  link.searchParams.set("cursor", cursor);
  return link.href;
}
