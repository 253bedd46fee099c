import type { NotifierConfig } from "../config/config.ts";
import { docsOf } from "../status/told-problem.ts";
import type { Notice } from "./notice.ts";
import type { Outbox } from "./outbox.ts";

/** What is posted, in the shape that each type of notification wants. Pure. */

export type Message =
  | { readonly kind: "notice"; readonly notice: Notice }
  /** The changes that are not told one by one. */
  | { readonly kind: "sum"; readonly more: Outbox["more"]; readonly at: string };

type Shape = Pick<NotifierConfig, "type" | "statusUrl">;

const bodies: Readonly<Record<Shape["type"], (message: Message, statusUrl: string | undefined) => object>> = {
  slack: (message, statusUrl) => ({ text: linesOf(message, statusUrl).map(escaped).join("\n") }),
  teams: (message, statusUrl) => card(linesOf(message, statusUrl)),
  json: (message, statusUrl) => ({ ...plain(message, statusUrl), ...(statusUrl !== undefined && { statusUrl }) }),
};

/** The body, as JSON. */
export const bodyOf = (message: Message, { type, statusUrl }: Shape): string =>
  JSON.stringify(bodies[type](message, statusUrl));

const plain = (message: Message, statusUrl: string | undefined): object =>
  message.kind === "notice"
    ? { ...message.notice, docs: linkTo(message.notice.code, statusUrl) }
    : { event: "more", ...message.more, at: message.at };

/** Without the address of the status page nobody knows where this forwarder is: then the path is all that can be told. */
const linkTo = (code: string, statusUrl: string | undefined): string =>
  statusUrl === undefined ? docsOf(code) : new URL(docsOf(code), statusUrl).href;

const titles = {
  degraded: { degraded: "Degraded", failing: "Failing" },
  reminder: { degraded: "Still degraded", failing: "Still failing" },
} as const;

function titleOf({ event, health }: Notice): string {
  if (event === "restored") return "Over";
  return titles[event][health === "failing" ? "failing" : "degraded"];
}

function linesOf(message: Message, statusUrl: string | undefined): string[] {
  const link = statusUrl === undefined ? [] : [statusUrl];
  if (message.kind === "sum") {
    const { degraded, restored, reminder } = message.more;
    const counts = [`${degraded} turned bad or worse`, `${restored} over`, `${reminder} last on`];
    return [`And ${degraded + restored + reminder} more: ${counts.join(", ")}`, "/status tells all of them", ...link];
  }
  const { notice } = message;
  const head = `${titleOf(notice)}: ${notice.subject} (${notice.code})`;
  const since = `Since ${notice.since}, noticed ${notice.at}`;
  const more = `More: ${linkTo(notice.code, statusUrl)}`;
  const mend = notice.event === "restored" ? [] : [`Mend: ${notice.fix}`, more];
  return [head, notice.message, ...mend, since, ...link];
}

// https://docs.slack.dev/messaging/formatting-message-text: these three are what makes links and mentions (`<!channel>`) of a text.
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Workflows take Adaptive Cards in a message
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using). A RichTextBlock
 * reads no markdown (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features), so that no text becomes a link.
 */
function card(lines: readonly string[]): object {
  const body = lines.map((text, index) => ({
    type: "RichTextBlock",
    inlines: [{ type: "TextRun", text, ...(index === 0 && { weight: "Bolder" }) }],
  }));
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body,
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return { type: "message", attachments: [attachment] };
}
