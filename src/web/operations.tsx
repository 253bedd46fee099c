/** What can be done. Each operation is handed to the tenant's object, which finishes it on its own; each is safe to repeat. */

import type { Context } from "hono";
import type { Scope } from "../tenant/report.ts";
import { isBrowserForm } from "./answers.tsx";
import { confirmBody, deadLettersBody, noBody, readBody, refused, scopeBody } from "./bodies.ts";
import { note } from "./journalling.ts";
import { whereabouts } from "../status/known-tenant.ts";
import { statusPath } from "./pages/parts.tsx";
import { requireKnown, partsOf } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { askTenant, hindered, reach, subjectOf, type Subject } from "./subject.ts";
import { hindrances } from "../status/tenant-status.ts";
import type { WebTypes } from "./web-types.ts";

export async function poll(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  await readBody(c.req.raw, noBody);
  const [hindrance] = hindrances(subject.tenant);
  if (hindrance !== undefined) {
    throw new Refusal(409, hindered(subject.tenant.id, hindrance));
  }
  await askTenant(subject, (object) => object.poll());
  return accepted(c, subject, "poll");
}

export async function pause(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const scope = await readScope(c, subject);
  await askTenant(subject, (object) => object.pause(scope));
  return accepted(c, subject, "pause");
}

export async function resume(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const scope = await readScope(c, subject);
  await askTenant(subject, (object) => object.resume(scope));
  return accepted(c, subject, "resume");
}

export async function redrive(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const { ids } = await readBody(c.req.raw, deadLettersBody);
  note(c, { dynamic: { ...(ids !== undefined && { ids }) } });
  const deadLetters = await askTenant(subject, (object) => object.redrive(ids));
  note(c, { details: { deadLetters } });
  return accepted(c, subject, "redrive", { deadLetters });
}

export async function deleteDeadLetters(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const { ids } = await readBody(c.req.raw, deadLettersBody);
  note(c, { dynamic: { ...(ids !== undefined && { ids }) } });
  const deadLetters = await askTenant(subject, (object) => object.deleteDeadLetters(ids));
  note(c, { details: { deadLetters } });
  return accepted(c, subject, "delete", { deadLetters });
}

export async function forget(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const { tenant, gateway } = subject;
  const { confirm } = await readBody(c.req.raw, confirmBody);
  if (confirm !== tenant.id) {
    throw refused(`"confirm" is not the id of this tenant`, ["confirm"], confirmBody.mend);
  }
  note(c, { dynamic: { confirm } });
  const home = whereabouts(tenant);
  // Without whereabouts there is no object, so there is nothing to forget.
  if (home !== undefined) {
    await reach(`tenant "${tenant.id}"`, () => gateway.forgetTenant(tenant.id, home));
  }
  return isBrowserForm(c) ? c.redirect("/status", 303) : c.json({ accepted: "forget", tenant: tenant.id }, 202);
}

/** A form is led back to the page it came from, which says what was done; a program reads 202. */
export function accepted(
  c: Context<WebTypes>,
  { tenant }: Subject,
  operation: string,
  more: Readonly<Record<string, unknown>> = {},
): Response {
  if (isBrowserForm(c)) {
    return c.redirect(`${statusPath(tenant.id)}?done=${operation}`, 303);
  }
  return c.json({ accepted: operation, tenant: tenant.id, ...more }, 202);
}

async function readScope(c: Context<WebTypes>, subject: Subject): Promise<Scope> {
  const scope = await readBody(c.req.raw, scopeBody);
  const { datasets, destinations } = partsOf(subject);
  requireKnown("dataset", scope.dataset, datasets, refused);
  requireKnown("destination", scope.destination, destinations, refused);
  const { dataset, destination } = scope;
  note(c, {
    dynamic: { ...(dataset !== undefined && { dataset }), ...(destination !== undefined && { destination }) },
  });
  return scope;
}
