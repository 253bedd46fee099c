import * as z from "zod";
import type { Health } from "../../tenant/report.ts";

/** What several answers are made of. */

/** The schemas that have a name in the document; the others stand where they are used. */
export const named = z.registry<{ id: string }>();

export function component<T extends z.ZodType>(id: string, schema: T): T {
  named.add(schema, { id });
  return schema;
}

export const count = z.int().min(0);
export const percent = z.number().min(0).max(100);
export const time = component("Time", z.iso.datetime().describe("RFC 3339, UTC"));
export const maybe = time.nullable();
export const health: z.ZodType<Health> = component("Health", z.enum(["ok", "degraded", "failing", "paused"]));
