import type { JSX } from "hono/jsx/jsx-runtime";
import type { StatusOfOne } from "../../status/overview.ts";
import type { TenantSettings } from "../../status/tenant-status.ts";
import { bytes, clip, duration, number } from "./format.ts";
import { Fact } from "./parts.tsx";

/** What a tenant asks of Kandji, and what its secret asks for. */

/** Of the last hour: how much, what is left, and for which datasets. */
export function Requests({ requests }: { requests: StatusOfOne["requests"] }): JSX.Element | null {
  const { lastHour, limitPerHour, left, byDataset } = requests;
  if (limitPerHour <= 0) {
    return null;
  }
  const most = Object.entries(byDataset).toSorted(([, a], [, b]) => b - a);
  const told = most.reduce((sum, [, made]) => sum + made, 0);
  return (
    <section>
      <h2>Requests to Kandji in the last hour</h2>
      <dl>
        <Fact name="Made">
          {number(lastHour)} of {number(limitPerHour)}
          <meter min={0} max={Math.max(1, limitPerHour)} value={lastHour} aria-label="Share of the hourly requests" />
        </Fact>
        <Fact name="Left">{number(left)}</Fact>
      </dl>
      {most.length > 0 && (
        <details>
          <summary>By dataset</summary>
          <dl class="wide">
            {most.map(([dataset, made]) => (
              <Fact name={clip(dataset, 100)}>{number(made)}</Fact>
            ))}
            {lastHour > told && <Fact name="Before the last restart">{number(lastHour - told)}</Fact>}
          </dl>
        </details>
      )}
    </section>
  );
}

export function Settings({ status }: { status: StatusOfOne }): JSX.Element {
  const { settings } = status;
  return (
    <section>
      <h2>Details</h2>
      <dl>
        <Fact name="Waiting in the spool">{bytes(status.spoolBytes)}</Fact>
        {settings !== null && settings.apiHost !== null && <Fact name="API host">{settings.apiHost}</Fact>}
        {settings !== null && <Fact name="Jurisdiction">{settings.jurisdiction ?? "none"}</Fact>}
        {settings !== null && <Fact name="Destinations">{settings.destinations?.join(", ") ?? "all"}</Fact>}
      </dl>
      {settings !== null && (
        <details>
          <summary>Options of the datasets</summary>
          <dl class="wide">
            {settings.datasets.map((dataset) => (
              <Fact name={dataset.name}>{optionsOf(dataset)}</Fact>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

/** Those that mean something for it. */
function optionsOf(dataset: TenantSettings["datasets"][number]): string {
  const { everyMs, overlapMs, backfillMs, snapshotEveryMs } = dataset;
  const parts = [`every ${duration(everyMs)}`];
  if (overlapMs > 0) parts.push(`overlap ${duration(overlapMs)}`);
  if (backfillMs > 0) parts.push(`history ${duration(backfillMs)}`);
  if (snapshotEveryMs !== null) parts.push(`all rows again every ${duration(snapshotEveryMs)}`);
  return parts.join(", ");
}
