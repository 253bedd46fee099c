import type { JSX } from "hono/jsx/jsx-runtime";
import type { DestinationReport } from "../../tenant/report.ts";
import { imbalance } from "../../status/tenant-status.ts";
import { DestinationFigures } from "./destination-figures.tsx";
import { clip, count, number } from "./format.ts";
import { Badge, Fact, Operation, tenantPath, Time } from "./parts.tsx";

interface DestinationCardProps {
  readonly tenant: string;
  readonly destination: DestinationReport;
  readonly now: number;
  readonly operable: boolean;
  /** Whether the page has room for the last 30 days. */
  readonly isRoomy?: boolean;
}

/** One destination: its balance sheet, what waits for how long, and what went wrong last. */
export function DestinationCard({
  tenant,
  destination,
  now,
  operable,
  isRoomy = false,
}: DestinationCardProps): JSX.Element {
  const { paused, pending, oldestPendingAt, retryAt, lastError, skippedWhy } = destination;
  const name = clip(destination.name, 100);
  return (
    <article>
      <div class="top">
        <h3>
          <span class="arrow" aria-hidden="true">
            →{" "}
          </span>
          {name}
        </h3>
        <Badge health={paused ? "paused" : destination.health} />
        {operable && (
          <Operation
            action={`${tenantPath(tenant)}/${paused ? "resume" : "pause"}`}
            label={paused ? "Resume" : "Pause"}
            about={`destination ${name}`}
            fields={{ destination: destination.name }}
          />
        )}
      </div>
      <p class="about">
        {clip(destination.type, 40)}
        {destination.target === "" ? " type: its secret cannot be read" : ` at ${clip(destination.target, 200)}`}
      </p>
      <Balance destination={destination} />
      <dl>
        <Fact name="Last delivered">
          <Time at={destination.lastDeliveredAt} now={now} />
        </Fact>
        {pending > 0 && oldestPendingAt !== null && (
          <Fact name="Oldest pending">
            <Time at={oldestPendingAt} now={now} />
          </Fact>
        )}
        {retryAt !== null && (
          <Fact name="Next attempt">
            <Time at={retryAt} now={now} />
          </Fact>
        )}
        <Fact name="Requests">{number(destination.requests)}</Fact>
      </dl>
      <DestinationFigures destination={destination} isRoomy={isRoomy} />
      {skippedWhy !== null && <p class="about">{clip(skippedWhy, 300)}</p>}
      {lastError !== null && <p class="error">Last error: {clip(lastError, 300)}</p>}
    </article>
  );
}

/** Collected on the left, what became of it on the right: nothing is allowed to be missing in between. */
function Balance({ destination }: { destination: DestinationReport }): JSX.Element {
  const { collected, delivered, pending, skipped, dead, owed, owedMissing } = destination;
  const off = imbalance(destination);
  return (
    <>
      <dl class={off === 0 ? "sheet" : "sheet off"}>
        <Fact name="collected">{number(collected)}</Fact>
        <Fact name="delivered">{number(delivered)}</Fact>
        <Fact name="pending">{number(pending)}</Fact>
        <Fact name="skipped">{number(skipped)}</Fact>
        <Fact name="dead">{number(dead)}</Fact>
      </dl>
      <Shares of={collected} parts={{ delivered, pending, skipped, dead }} />
      {off !== 0 && <p class="error">The books do not balance: they differ by {number(Math.abs(off))}</p>}
      {owed > 0 && (
        <p class="about">{number(owed)} of the pending are owed: they will be collected again from Kandji</p>
      )}
      {owedMissing > 0 && <p class="about">{count(owedMissing, "owed record")} Kandji did not return any more</p>}
    </>
  );
}

function Shares({ of, parts }: { of: number; parts: Readonly<Record<string, number>> }): JSX.Element {
  let from = 0;
  const pieces = Object.entries(parts).flatMap(([name, value]) => {
    // At least one in a hundred: three dead letters among a million must be seen.
    const wide = value > 0 && of > 0 ? Math.max(1, Math.round((value / of) * 100)) : 0;
    const piece = wide === 0 ? [] : [<rect class={name} x={String(from)} width={String(wide)} height="4" />];
    from += wide;
    return piece;
  });
  return (
    <svg class="shares" viewBox={`0 0 ${Math.max(100, from)} 4`} preserveAspectRatio="none" aria-hidden="true">
      {pieces}
    </svg>
  );
}
