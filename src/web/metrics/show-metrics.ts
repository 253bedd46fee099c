import type { Context } from "hono";
import { overview } from "../../status/overview.ts";
import { circumstancesOf } from "../subject.ts";
import type { WebTypes } from "../web-types.ts";
import { exposition, expositionType } from "./exposition.ts";
import { families } from "./families.ts";

/** What `/status` knows, as figures over time. It wakes no tenant. */
export async function showMetrics(c: Context<WebTypes>): Promise<Response> {
  const status = overview(await circumstancesOf(c.get("gateway")));
  return c.body(exposition(families, status), 200, { "Content-Type": expositionType });
}
