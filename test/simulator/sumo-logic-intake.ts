/** A Sumo Logic HTTP source: lines, known by the code in its address; beyond an ingest budget it answers 200 and drops. */
import type { Reading, ReadingContext } from "./intake.ts";

const PATH = /^(?:.*)\/receiver\/v1\/http\/([^/]+)$/;

export function readSumoLogic({ request, url, body, text, options }: ReadingContext): Reading {
  const code = PATH.exec(url.pathname)?.[1];
  if (code === undefined) return refusal(404);
  if (request.method !== "POST") return refusal(405);
  if (options.apiKey !== undefined && code !== options.apiKey) return refusal(401);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first = ""] = lines;
  return {
    kind: "delivery",
    delivery: {
      records: lines.map(recordIn),
      body,
      batchId: undefined,
      tenant: request.headers.get("x-sumo-host") ?? undefined,
      dataset: /"dataset":"([^"]*)"/.exec(first)?.[1],
    },
    accepted: { status: 200, text: "" },
    drops: () => options.isOverBudget === true,
  };
}

const refusal = (status: number): Reading => ({
  kind: "answer",
  status,
  text: JSON.stringify({ status, id: "1UIZZ-1", errors: [{ code: "rejected", message: "Rejected" }] }),
  authorized: status !== 401,
});

/** What stands under the last key, to the character; any text is a message of its own. */
function recordIn(line: string): string {
  const at = line.indexOf('"record":');
  return at < 0 ? line : line.slice(at + '"record":'.length, -1);
}
