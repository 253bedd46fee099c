import type { Context } from "hono";
import type { WebTypes } from "../web-types.ts";
import { openapiDocument, type Described } from "./document.ts";

/** The routes are handed in: the table of routes has this handler in it. */
export const showOpenapi =
  (routes: () => readonly Described[]) =>
  (c: Context<WebTypes>): Response =>
    c.json(openapiDocument(routes(), c.get("gateway").version));
