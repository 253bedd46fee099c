import type { JSX } from "hono/jsx/jsx-runtime";
import { ownTenantId } from "../../datasets/forwarder-log.ts";
import type { DestinationReport } from "../../tenant/report.ts";
import { worstFirst } from "../../status/health.ts";
import type { Status } from "../../status/overview.ts";
import type { TenantStatus } from "../../status/tenant-status.ts";
import { DatasetCard } from "./dataset-card.tsx";
import { DestinationCard } from "./destination-card.tsx";
import { clip, count, number } from "./format.ts";
import { headline } from "./headline.ts";
import { Layout } from "./layout.tsx";
import { Badge, Problems, statusPath, Time } from "./parts.tsx";
import { RefreshSwitch } from "./refresh.tsx";
import { isWalked, WalksInBrief } from "./walked-datasets.tsx";

/** Cards that the page shows; tenants beyond it get a line each, so that the page stays small. */
const shownInFull = 24;

interface StatusPageProps {
  readonly nonce: string | undefined;
  readonly status: Status;
  /** Whether the page loads itself anew; a reader may turn it off. */
  readonly refresh: boolean;
}

export function StatusPage({ nonce, status, refresh }: StatusPageProps): JSX.Element {
  const now = Date.parse(status.now);
  const sentence = headline(status);
  const [full, brief] = divide(status.tenants);
  return (
    <Layout nonce={nonce} title={sentence} health={status.health} version={status.version}>
      <h1 class={`headline ${status.health}`}>{sentence}</h1>
      <p class="about">
        Cron fired: <Time at={status.cron.lastTickAt} now={now} /> · Page made:{" "}
        <time datetime={status.now}>{status.now.slice(11, 19)} UTC</time> ·{" "}
        <RefreshSwitch path="/status" on={refresh} />
      </p>
      <Problems problems={status.problems} />
      {status.tenants.length === 0 && <FirstSteps />}
      {full.map((tenant) => (
        <Tenant tenant={tenant} now={now} />
      ))}
      {brief.length > 0 && <Brief tenants={brief} alone={full.length === 0} now={now} />}
    </Layout>
  );
}

function Tenant({ tenant, now }: { tenant: TenantStatus; now: number }): JSX.Element {
  const { id, requests } = tenant;
  return (
    <section class="tenant">
      <div class="top">
        <h2>
          <a href={statusPath(id)}>{id}</a>
        </h2>
        <Badge health={tenant.health} />
        {tenant.reportedAt !== null && id !== ownTenantId && (
          <p class="about">
            {number(requests.lastHour)} of {number(requests.limitPerHour)} requests to Kandji in the last hour
          </p>
        )}
      </div>
      {tenant.notes.map((note) => (
        <p class="note">{note}</p>
      ))}
      {tenant.datasets.length === 0 && tenant.problems.length > 0 && (
        <p class="error">It cannot run: {clip(tenant.problems[0]?.message ?? "", 300)}</p>
      )}
      <div class="cards">
        {tenant.datasets
          .filter((dataset) => !isWalked(dataset))
          .map((dataset) => (
            <DatasetCard tenant={id} dataset={dataset} now={now} operable={false} />
          ))}
        <WalksInBrief tenant={id} datasets={tenant.datasets.filter(isWalked)} now={now} />
        {tenant.destinations.map((destination) => (
          <DestinationCard tenant={id} destination={destination} now={now} operable={false} />
        ))}
      </div>
    </section>
  );
}

/** A line for each tenant that is not shown in full. */
function Brief({
  tenants,
  alone,
  now,
}: {
  tenants: readonly TenantStatus[];
  alone: boolean;
  now: number;
}): JSX.Element {
  return (
    <section>
      <h2>{count(tenants.length, alone ? "tenant" : "more tenant")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Tenant</th>
            <th scope="col">Health</th>
            <th scope="col">Newest record</th>
            <th scope="col" class="figure">
              Pending
            </th>
            <th scope="col" class="figure">
              Dead
            </th>
          </tr>
        </thead>
        <tbody>
          {tenants.map((tenant) => (
            <tr>
              <th scope="row">
                <a href={statusPath(tenant.id)}>{tenant.id}</a>
              </th>
              <td>
                <Badge health={tenant.health} />
              </td>
              <td>
                <Time at={newest(tenant)} now={now} />
              </td>
              <td class="figure">{number(total(tenant.destinations, "pending"))}</td>
              <td class="figure">{number(total(tenant.destinations, "dead"))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function FirstSteps(): JSX.Element {
  return (
    <section>
      <h2>Add the first tenant</h2>
      <p>
        A tenant and a destination are one secret each. Nothing else is to be done, the next firing of the cron starts:
      </p>
      <pre>
        {[
          `echo '{"subdomain": "acme", "token": "…"}' | npx wrangler secret put TENANT_ACME`,
          `echo '{"type": "webhook", "url": "https://…"}' | npx wrangler secret put DESTINATION_SIEM`,
        ].join("\n")}
      </pre>
    </section>
  );
}

/** Worst first, and in full as long as there is room. */
function divide(tenants: readonly TenantStatus[]): [TenantStatus[], TenantStatus[]] {
  const sorted = tenants.toSorted((a, b) => worstFirst.indexOf(a.health) - worstFirst.indexOf(b.health));
  let room = shownInFull;
  const end = sorted.findIndex((tenant) => {
    const walked = tenant.datasets.filter(isWalked).length;
    room -= tenant.datasets.length - walked + Math.sign(walked) + tenant.destinations.length + 1;
    return room < 0;
  });
  return end === -1 ? [sorted, []] : [sorted.slice(0, end), sorted.slice(end)];
}

function newest(tenant: TenantStatus): string | null {
  return tenant.datasets.reduce<string | null>((latest, { newestRecordAt }) => later(latest, newestRecordAt), null);
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) {
    return a ?? b;
  }
  return Date.parse(b) > Date.parse(a) ? b : a;
}

function total(destinations: readonly DestinationReport[], key: "pending" | "dead"): number {
  return destinations.reduce((sum, destination) => sum + destination[key], 0);
}
