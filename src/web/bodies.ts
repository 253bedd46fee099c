import * as z from "zod";
import type { Micros } from "../datasets/dataset.ts";
import { parseInstant } from "../datasets/instant.ts";
import { Refusal } from "./refusal.ts";

/** Reads what an operation was given: JSON from programs, a form from our own pages, or nothing. */

const name = z.string().min(1).max(200);
const ids = z.array(z.int().positive()).min(1).max(10_000);

interface Shape<T> {
  readonly schema: z.ZodType<T>;
  /** Says what the body may hold; shown with every refusal. */
  readonly mend: string;
}

export const scopeBody: Shape<{ dataset?: string | undefined; destination?: string | undefined }> = {
  schema: z.strictObject({ dataset: name.optional(), destination: name.optional() }),
  mend: 'Send {"dataset": "<name>"}, {"destination": "<id>"}, or no body for the whole tenant',
};

const instant = z.string().transform((text, context) => {
  const micros = parseInstant(text);
  if (micros !== undefined) return micros;
  context.addIssue({ code: "custom", message: "it is no time that can be read", input: text });
  return z.NEVER;
});

/** What a replay is asked with: in a body, or behind the `?` where it is only looked at. */
export interface ReplayAsked {
  readonly dataset: string;
  readonly since: Micros;
  readonly until?: Micros | undefined;
  readonly destination?: string | undefined;
}

export const replayBody: Shape<ReplayAsked> = {
  schema: z.strictObject({ dataset: name, since: instant, until: instant.optional(), destination: name.optional() }),
  mend: 'Send {"dataset": "<name>", "since": "<RFC 3339>"}, and "until" and "destination" if you like: {"dataset": "audit-events", "since": "2026-05-01T00:00:00Z"}',
};

export const deadLettersBody: Shape<{ ids?: number[] | undefined }> = {
  schema: z.strictObject({ ids: ids.optional() }),
  mend: 'Send {"ids": [1, 2]} with ids of dead letters, or no body for all of them',
};

export const confirmBody: Shape<{ confirm: string }> = {
  schema: z.strictObject({ confirm: z.string() }),
  mend: 'Send {"confirm": "<id>"} with the id of the tenant',
};

export const noBody: Shape<Record<string, never>> = {
  schema: z.strictObject({}),
  mend: "Send no body",
};

/** The body in the shape that the operation takes. Throws a `Refusal` otherwise. */
export async function readBody<T>(request: Request, shape: Shape<T>): Promise<T> {
  const text = await request.text();
  const parsed = shape.schema.safeParse(valueOf(text, request.headers.get("Content-Type") ?? "", shape.mend));
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  throw issue === undefined
    ? refused("it has the wrong shape", [], shape.mend)
    : refused(sayIssue(issue), issue.path, shape.mend);
}

export function refused(why: string, path: readonly PropertyKey[], mend: string): Refusal {
  const where = ["body", ...path.map(String)].join(" / ");
  return new Refusal(400, { what: `Cannot accept the body: ${why}`, where, mend });
}

function valueOf(text: string, contentType: string, mend: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") {
    return {};
  }
  // `curl -d '{…}'` calls its JSON a form; a form of ours never begins with a brace.
  if (contentType.startsWith("application/x-www-form-urlencoded") && !trimmed.startsWith("{")) {
    return fromForm(new URLSearchParams(trimmed));
  }
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    throw refused("it is not JSON", [], mend);
  }
}

/** An empty field of a form means that nothing was chosen; `ids` is the one field that may repeat. */
function fromForm(form: URLSearchParams): Record<string, unknown> {
  const fields = [...form].filter(([key, value]) => value !== "" && key !== "ids");
  const chosen = form.getAll("ids").map((id) => (/^\d+$/.test(id) ? Number(id) : id));
  return { ...Object.fromEntries(fields), ...(chosen.length > 0 && { ids: chosen }) };
}

function sayIssue(issue: z.core.$ZodIssue): string {
  const key = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return `unknown key "${issue.keys[0]?.slice(0, 60) ?? ""}"`;
  }
  if (issue.code === "invalid_type") {
    return key === "" ? `it is not an ${issue.expected}` : `"${key}" is missing or not of type ${issue.expected}`;
  }
  return `"${key}" has a value that cannot be: ${issue.message.toLowerCase()}`;
}
