/** Every operation goes into the journal: done, refused or failed. */

import type { Context, MiddlewareHandler } from "hono";
import type { ActionName } from "../journal/actions.ts";
import { entryOf, itself, type Deed } from "../journal/entry.ts";
import { provenanceOf } from "../journal/provenance.ts";
import { keepAlive } from "./keep-alive.ts";
import { Refusal } from "./refusal.ts";
import type { WebTypes } from "./web-types.ts";

/**
 * What a handler says of its operation: `static` what the address named, `dynamic` what the body gave. Only what was
 * looked at and understood: a text that somebody made up, or pasted into the wrong field, may be a secret.
 */
export type Noted = Partial<Pick<Deed, "static" | "dynamic" | "details" | "result" | "errors">>;

export function note(c: Context<WebTypes>, more: Noted): void {
  c.set("noted", { ...c.get("noted"), ...more });
}

export const journalled =
  (action: ActionName): MiddlewareHandler<WebTypes> =>
  async (c, next) => {
    const at = c.get("gateway").now();
    const answered = next();
    const done = answered
      .then(() => c.get("goesOn"))
      .then(() => c.get("gateway").record(entryOf(deedOf(c, action), at)));
    // Who hangs up ends neither the operation nor its entry.
    keepAlive(c, done);
    await answered;
    if (c.get("goesOn") === undefined) await done;
  };

function deedOf(c: Context<WebTypes>, action: ActionName): Deed {
  const { details, ...noted } = c.get("noted") ?? {};
  return {
    action,
    actor: c.get("actor") ?? itself,
    ...(c.error === undefined ? { result: "SUCCEEDED" } : { result: "FAILED", errors: [sayError(c.error)] }),
    static: tenantNamed(c),
    ...noted,
    details: { status: c.res.status, ...details },
    ...provenanceOf(c.req.raw.headers, (text) => c.get("gateway").hide(text)),
  };
}

/** Who is sent away before the tenant was looked up tried it all the same. A name that no secret has may be anything. */
function tenantNamed(c: Context<WebTypes>): Deed["static"] {
  const tenant = c.req.param("tenant");
  return tenant !== undefined && c.get("gateway").config().tenants.has(tenant) ? { tenant } : {};
}

export function sayError(error: Error): string {
  if (!(error instanceof Refusal)) return "An error in the forwarder itself";
  const { what } = error.text;
  // Of bad input, what stands in quotes is what somebody sent.
  return error.status === 400 || error.status === 404 ? what.replace(/".*"/su, '"…"') : what;
}
