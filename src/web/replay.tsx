/** A range that is sent again: first looked at, then begun. */

import type { Context } from "hono";
import * as z from "zod";
import { formatInstant, microsOf } from "../datasets/instant.ts";
import type { ReplayOrder } from "../tenant/report.ts";
import { page, wantsPage } from "./answers.tsx";
import { readBody, refused, replayBody, type ReplayAsked } from "./bodies.ts";
import { note } from "./journalling.ts";
import { accepted } from "./operations.tsx";
import { ReplayPreviewPage } from "./pages/replay-preview.tsx";
import { partsOf, requireKnown, type Refuse } from "./parts.ts";
import { readQuery, refused as refusedQuery, withoutEmpty, type QueryShape } from "./query.ts";
import { Refusal, type RefusalText } from "./refusal.ts";
import { askTenant, subjectOf, type Subject } from "./subject.ts";
import { frameOf } from "./views.tsx";
import type { WebTypes } from "./web-types.ts";

/** The same as the body of the operation. */
const previewQuery: QueryShape<ReplayAsked> = {
  schema: z.preprocess(withoutEmpty, replayBody.schema),
  mend: "Ask ?dataset=<name>&since=<RFC 3339>, and until= and destination= if you like: ?dataset=audit-events&since=2026-05-01T00:00:00Z",
};

export async function showReplay(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const asked = readQuery(c.req.url, previewQuery);
  const order = orderOf(subject, asked, { mend: previewQuery.mend, refuse: (why, _, mend) => refusedQuery(why, mend) });
  const preview = await askTenant(subject, (object) => object.previewReplay(order));
  if (!wantsPage(c)) return c.json(preview);
  const { tenant, gateway, circumstances } = subject;
  const about = { tenant: tenant.id, version: gateway.version, now: circumstances.now, preview };
  // As it was typed: without an end it ends when it is begun, and not when it was looked at.
  return page(c, <ReplayPreviewPage {...frameOf(c)} {...about} until={c.req.query("until") ?? ""} />);
}

export async function replay(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const asked = await readBody(c.req.raw, replayBody);
  const order = orderOf(subject, asked, { mend: replayBody.mend, refuse: refused });
  const { dataset, since, until, destination } = order;
  const times = { since: formatInstant(since), ...(until !== null && { until: formatInstant(until) }) };
  note(c, { dynamic: { dataset, ...times, ...(destination !== undefined && { destination }) } });
  const answer = await askTenant(subject, (object) => object.replay(order));
  note(c, { details: { replay: answer.kind } });
  if (answer.kind === "too-many") throw new Refusal(409, tooManyReplays(subject.tenant.id, answer.most));
  return accepted(c, subject, "replay", { replay: answer.kind });
}

/** What was asked, when it can be done. Throws a `Refusal` otherwise. */
function orderOf(
  subject: Subject,
  asked: ReplayAsked,
  { mend, refuse }: { readonly mend: string; readonly refuse: Refuse },
): ReplayOrder {
  const { dataset, since, until = null, destination } = asked;
  const { datasets, destinations } = partsOf(subject);
  requireKnown("dataset", dataset, datasets, refuse);
  requireKnown("destination", destination, destinations, refuse);
  requireTaken(subject, dataset, destination, refuse);
  const end = until ?? microsOf(subject.gateway.now());
  if (since > end) throw refuse(`"since" is after ${until === null ? "now" : '"until"'}`, ["since"], mend);
  return { dataset, since, until, destination };
}

const tooManyReplays = (tenant: string, most: number): RefusalText => ({
  what: `Cannot take another replay for tenant "${tenant}": ${most} are not done yet`,
  where: "body",
  mend: "Wait until some are done: /status lists them",
});

/** A destination that does not take the dataset would count all of it as skipped. */
function requireTaken(
  { circumstances }: Subject,
  dataset: string,
  destination: string | undefined,
  refuse: Refuse,
): void {
  const parsed = circumstances.config.destinations.get(destination ?? "");
  if (parsed?.ok !== true || (parsed.value.datasets?.includes(dataset) ?? true)) return;
  const mend = `Add it to "datasets" of secret ${parsed.value.secretName}, or name another destination`;
  throw refuse(`destination "${destination}" does not take "${dataset}"`, ["destination"], mend);
}
