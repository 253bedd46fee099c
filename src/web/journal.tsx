/** What was done to this forwarder, newest first: read-only, filtered and paged by the address alone. */

import type { Context } from "hono";
import * as z from "zod";
import { parseInstant } from "../datasets/instant.ts";
import { actionResults } from "../journal/entry.ts";
import { cursorOf, placeIn, type JournalQuery } from "../journal/query.ts";
import { page, wantsPage } from "./answers.tsx";
import { JournalPage } from "./pages/journal-page.tsx";
import { readQuery, withoutEmpty, type QueryShape } from "./query.ts";
import { reach } from "./subject.ts";
import type { WebTypes } from "./web-types.ts";

const usualLimit = 100;
/** A person reads fewer at once, and the page stays small. */
const usualLimitOfPage = 25;
const highestLimit = 1_000;

const text = z.string().min(1).max(320, "is too long").optional();
const time = z
  .string()
  .transform((given, check) => {
    const instant = parseInstant(given);
    if (instant !== undefined) return instant;
    check.addIssue({ code: "custom", message: "is not a time" });
    return z.NEVER;
  })
  .optional();

/** What may be asked. */
export const journalFilters = z.strictObject({
  // Entries have milliseconds: both ends are meant to the microsecond, and belong to the range.
  since: time.transform((micros) => (micros === undefined ? undefined : Math.ceil(micros / 1000))),
  until: time.transform((micros) => (micros === undefined ? undefined : Math.floor(micros / 1000))),
  actor: text,
  action: text,
  tenant: text,
  result: z.enum(actionResults, `is none of ${actionResults.join(", ")}`).optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "is not a whole number")
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= highestLimit, `is not between 1 and ${highestLimit}`)
    .optional(),
  cursor: z
    .string()
    .transform((cursor, check) => {
      const place = placeIn(cursor);
      if (place !== undefined) return place;
      check.addIssue({ code: "custom", message: "is not a cursor that an answer gave" });
      return z.NEVER;
    })
    .optional(),
});

const shape = z.preprocess(withoutEmpty, journalFilters);

const question: QueryShape<z.infer<typeof shape>> = {
  schema: shape,
  mend: `Ask with any of since and until (RFC 3339: 2026-05-01T08:30:00Z), actor, action, tenant, result (${actionResults.join(", ")}), limit (1 to ${highestLimit}) and cursor (the "next" of the answer before), each once`,
};

export async function showJournal(c: Context<WebTypes>): Promise<Response> {
  const { cursor, limit, ...filters } = readQuery(c.req.url, question);
  const gateway = c.get("gateway");
  const isPage = wantsPage(c);
  const query: JournalQuery = {
    ...filters,
    limit: limit ?? (isPage ? usualLimitOfPage : usualLimit),
    before: cursor,
  };
  const { entries, next } = await reach("the journal", () => gateway.journal(query));
  const nextCursor = next === null ? null : cursorOf(next);
  if (!isPage) return c.json({ entries, next: nextCursor });
  const asked = new URL(c.req.url).searchParams;
  return page(
    c,
    <JournalPage
      nonce={c.get("secureHeadersNonce")}
      version={gateway.version}
      now={gateway.now()}
      asked={asked}
      entries={entries}
      next={nextCursor}
    />,
  );
}
