/** What can be seen: the whole installation, one tenant, its dead letters, and the page that verifies it. */

import type { Context } from "hono";
import type { DeadLetterReport, TenantReport } from "../tenant/report.ts";
import { keepFresh, page, wantsPage } from "./answers.tsx";
import { whereabouts } from "../status/known-tenant.ts";
import { overview, overviewOfOne, type Circumstances, type StatusOfOne } from "../status/overview.ts";
import { DeadLettersPage } from "./pages/dead-letters.tsx";
import type { Frame } from "./pages/layout.tsx";
import { ProblemGuidePage } from "./pages/problem-guide.tsx";
import { StatusPage } from "./pages/status-page.tsx";
import { TenantPage } from "./pages/tenant-page.tsx";
import { VerifyPage, type NeededPermission } from "./pages/verify-page.tsx";
import { askTenant, circumstancesOf, subjectOf, type Subject } from "./subject.ts";
import { hindrances } from "../status/tenant-status.ts";
import type { WebTypes } from "./web-types.ts";

export async function showStatus(c: Context<WebTypes>): Promise<Response> {
  const status = overview(await circumstancesOf(c.get("gateway")));
  if (!wantsPage(c)) {
    return c.json(status);
  }
  return page(c, <StatusPage nonce={c.get("secureHeadersNonce")} status={status} refresh={keepFresh(c)} />);
}

export async function showTenant(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const status = await freshStatus(subject);
  if (!wantsPage(c)) {
    return c.json(status);
  }
  const hasDeadLetters = status.destinations.some((destination) => destination.dead > 0);
  const askable = hasDeadLetters && hindrances(subject.tenant).length === 0 && subject.tenant.failed === undefined;
  const deadLetters = askable ? await deadLettersOf(subject) : [];
  const frame = frameOf(c);
  const refresh = frame.operable ? undefined : keepFresh(c);
  return page(
    c,
    <TenantPage {...frame} status={status} deadLetters={deadLetters} done={c.req.query("done")} refresh={refresh} />,
  );
}

export async function showDeadLetters(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const deadLetters = whereabouts(subject.tenant) === undefined ? [] : await deadLettersOf(subject);
  if (!wantsPage(c)) {
    return c.json({ deadLetters });
  }
  const { now, version } = subject.circumstances;
  return page(
    c,
    <DeadLettersPage
      {...frameOf(c)}
      tenant={subject.tenant.id}
      deadLetters={deadLetters}
      now={now}
      version={version}
    />,
  );
}

export async function showVerify(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const { tenant, gateway } = subject;
  return page(
    c,
    <VerifyPage {...frameOf(c)} tenant={tenant.id} version={gateway.version} permissions={permissionsOf(subject)} />,
  );
}

export function showGuide(c: Context<WebTypes>): Response | Promise<Response> {
  return page(c, <ProblemGuidePage nonce={c.get("secureHeadersNonce")} version={c.get("gateway").version} />);
}

export function frameOf(c: Context<WebTypes>): Frame {
  return { nonce: c.get("secureHeadersNonce"), operable: c.get("role") === "admin" };
}

export function permissionsOf({ gateway, tenant }: Subject): NeededPermission[] {
  if (tenant.secret?.ok !== true) {
    return [];
  }
  return [...tenant.secret.value.datasets.keys()].flatMap((dataset) => {
    const label = gateway.permission(dataset);
    return label === undefined ? [] : [{ dataset, label }];
  });
}

/** `undefined` when its object fails and did so at the last firing too: the summary says why. */
async function reportNow(subject: Subject): Promise<TenantReport | undefined> {
  try {
    return await askTenant(subject, (object) => object.report());
  } catch (error) {
    if (subject.tenant.failed === undefined) {
      throw error;
    }
    return undefined;
  }
}

/** The status with the tenant's report of this moment instead of that of its last run. */
async function freshStatus(subject: Subject): Promise<StatusOfOne> {
  const { circumstances, tenant } = subject;
  // Nothing runs behind a broken secret, and an object whose secret is absent wakes only to be forgotten.
  const asleep = hindrances(tenant).length > 0;
  const report = asleep ? undefined : await reportNow(subject);
  const status = overviewOfOne(report === undefined ? circumstances : withReport(circumstances, report), tenant.id);
  if (status === undefined) {
    throw new Error("Invariant: a tenant that was found has a status");
  }
  return status;
}

function withReport(circumstances: Circumstances, report: TenantReport): Circumstances {
  const others = circumstances.fleet.tenants.filter((tenant) => tenant.id !== report.id);
  return { ...circumstances, fleet: { ...circumstances.fleet, tenants: [...others, report] } };
}

async function deadLettersOf(subject: Subject): Promise<DeadLetterReport[]> {
  const deadLetters = await askTenant(subject, (object) => object.deadLetters());
  // The object leaves excerpts out for a tenant with a jurisdiction; a record must not leave it by our hand either.
  const bound =
    whereabouts(subject.tenant) !== "" ||
    (subject.tenant.secret?.ok === true && subject.tenant.secret.value.jurisdiction !== undefined);
  return bound ? deadLetters.map(withoutExcerpt) : deadLetters;
}

function withoutExcerpt({
  id,
  dataset,
  destination,
  recordId,
  status,
  reason,
  at,
}: DeadLetterReport): DeadLetterReport {
  return { id, dataset, destination, recordId, status, reason, at };
}
