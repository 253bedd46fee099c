import type * as z from "zod";
import { Refusal } from "./refusal.ts";

/** Reads what stands behind the `?` of an address. */

export interface QueryShape<T> {
  readonly schema: z.ZodType<T>;
  /** Says what may be asked; shown with every refusal. */
  readonly mend: string;
}

/** The query in the shape that the route takes. Throws a `Refusal` otherwise; it names the key and never the value. */
export function readQuery<T>(url: string, { schema, mend }: QueryShape<T>): T {
  const query = new URL(url).searchParams;
  const repeated = [...query.keys()].find((key) => query.getAll(key).length > 1);
  if (repeated !== undefined) throw refused(`"${repeated.slice(0, 60)}" stands there twice`, mend);
  const parsed = schema.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") throw refused(`unknown key "${issue.keys[0]?.slice(0, 60) ?? ""}"`, mend);
  throw refused(`"${String(issue?.path[0] ?? "")}" ${issue?.message ?? "cannot be read"}`, mend);
}

/** What a form sends of fields that were left empty means that nothing was chosen. */
export const withoutEmpty = (query: unknown): unknown =>
  Object.fromEntries(Object.entries(query as object).filter(([, value]) => value !== ""));

export const refused = (why: string, mend: string): Refusal =>
  new Refusal(400, { what: `Cannot accept the query: ${why}`, where: "query", mend });
