import type { Context } from "hono";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { prefersPage } from "./negotiation.ts";
import { refreshSeconds } from "./pages/refresh.tsx";
import { RefusalPage } from "./pages/refusal-page.tsx";
import type { Refusal } from "./refusal.ts";
import type { WebTypes } from "./web-types.ts";

/** How answers are said: a page to a person, JSON to a program. */

export function wantsPage(c: Context<WebTypes>): boolean {
  return prefersPage(c.req.header("Accept"));
}

/** A form of our own pages wants to see a page again; a program wants the bare answer. */
export function isBrowserForm(c: Context<WebTypes>): boolean {
  return wantsPage(c) && (c.req.header("Content-Type") ?? "").startsWith("application/x-www-form-urlencoded");
}

export function page(
  c: Context<WebTypes>,
  content: JSX.Element,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  return c.html(html`<!doctype html>${content}`, status);
}

/**
 * Has the page load itself anew unless the reader stopped that; says whether it will. By header and not by a `meta` element,
 * which checkers of accessibility refuse wherever it stands: they cannot see that the page has a link to stop it.
 */
export function keepFresh(c: Context<WebTypes>): boolean {
  const isOn = c.req.query("refresh") !== "off";
  if (isOn) c.header("Refresh", String(refreshSeconds));
  return isOn;
}

export function refuse(c: Context<WebTypes>, { status, text, headers }: Refusal): Response | Promise<Response> {
  for (const [name, value] of Object.entries(headers)) {
    c.header(name, value);
  }
  if (!wantsPage(c)) {
    return c.json({ error: text }, status);
  }
  return page(
    c,
    <RefusalPage nonce={c.get("secureHeadersNonce")} text={text} inside={c.get("role") !== undefined} />,
    status,
  );
}
