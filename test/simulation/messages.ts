/** What a message to a chat says, read back out of the shape that its kind wants. */
import type { ChatKind } from "../simulator/chat.ts";

export interface ToldNotice {
  readonly kind: "notice";
  readonly event: "degraded" | "restored" | "reminder";
  readonly subject: string;
  readonly code: string;
  /** `ok` where it is over. */
  readonly health: string;
  /** RFC 3339. */
  readonly at: string;
}

export interface ToldSum {
  readonly kind: "sum";
  readonly degraded: number;
  readonly restored: number;
  readonly reminder: number;
}

export type Told = ToldNotice | ToldSum;

interface Card {
  readonly attachments: readonly {
    readonly content: { readonly body: readonly { readonly inlines: readonly { readonly text: string }[] }[] };
  }[];
}

/** Undefined: nobody can read it. */
export function readMessage(kind: ChatKind, body: string): Told | undefined {
  const json: unknown = JSON.parse(body);
  if (kind === "json") return readPlain(json as ToldNotice & ToldSum);
  if (kind === "slack") return readLines(unescaped((json as { readonly text: string }).text).split("\n"));
  const [attachment] = (json as Card).attachments;
  return readLines(attachment?.content.body.map(({ inlines }) => inlines[0]?.text ?? "") ?? []);
}

function readPlain(json: Omit<ToldNotice, "kind" | "event"> & Omit<ToldSum, "kind"> & { event: string }): Told {
  const { event, subject, code, health, at, degraded, restored, reminder } = json;
  if (event === "more") return { kind: "sum", degraded, restored, reminder };
  return { kind: "notice", event: event as ToldNotice["event"], subject, code, health, at };
}

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const titles: Readonly<Record<string, readonly [ToldNotice["event"], string]>> = {
  Degraded: ["degraded", "degraded"],
  Failing: ["degraded", "failing"],
  "Still degraded": ["reminder", "degraded"],
  "Still failing": ["reminder", "failing"],
  Over: ["restored", "ok"],
};

function readLines(lines: readonly string[]): Told | undefined {
  const sum = /^And \d+ more: (\d+) turned bad or worse, (\d+) over, (\d+) last on$/.exec(lines[0] ?? "");
  if (sum !== null)
    return { kind: "sum", degraded: Number(sum[1]), restored: Number(sum[2]), reminder: Number(sum[3]) };
  const [, title = "", subject = "", code = ""] = /^([A-Z][a-z ]+): (.*) \(([a-z-]+)\)$/.exec(lines[0] ?? "") ?? [];
  const [, at] = lines.map((line) => /, noticed (\S+)$/.exec(line)).find((match) => match !== null) ?? [];
  const [event, health] = titles[title] ?? [];
  if (event === undefined || health === undefined || at === undefined) return undefined;
  return { kind: "notice", event, subject, code, health, at };
}
